using System.Collections.Immutable;
using Jangteo.Contracts;

namespace Jangteo.Platform.Intending;

/// <summary>How the questions of an intention ended.</summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>Every question was answered yes.</summary>
    public sealed record AllYes(ImmutableArray<Reply.Yes> Yes) : Outcome;

    /// <summary>Question <paramref name="At"/> was answered no; those before it, yes.</summary>
    public sealed record Refused(ImmutableArray<Reply.Yes> Yes, int At, string Event, string Code) : Outcome;

    /// <summary>Question <paramref name="At"/> could not be asked, and surely did nothing; those before it were answered yes.</summary>
    public sealed record OutOfReach(ImmutableArray<Reply.Yes> Yes, int At, TimeSpan RetryAfter, string Why) : Outcome;
}

/// <summary>What to do about the question at hand.</summary>
public enum Step
{
    Ask,
    Void,
}

/// <summary>
/// The rule of questions before a move (DESIGN §3, rules 3-5), as a fold over the replies: asked in order; what is unknown is asked again by its
/// key until its time is over, then voided; nobody guesses.
/// </summary>
/// <param name="Count">How many questions there are.</param>
/// <param name="Yes">What has been answered yes, in order. The question at hand is the one after them.</param>
/// <param name="MayHaveBeenAsked">An earlier asking of the question at hand may have had its effect: out of reach is then no end.</param>
/// <param name="Resumed">Somebody else began this and died; any question may have been asked.</param>
public sealed record Asking(int Count, ImmutableArray<Reply.Yes> Yes, bool MayHaveBeenAsked, bool Resumed, Outcome? Outcome)
{
    public static Asking Begin(int count, bool resumed) => new(count, [], resumed, resumed, null);

    /// <summary>Whether to ask the question at hand or to void it.</summary>
    /// <param name="age">Machine time since the intention was stored.</param>
    /// <param name="askAgainFor">How long a question is asked again by its key.</param>
    public static Step Next(TimeSpan age, TimeSpan askAgainFor) => age < askAgainFor ? Step.Ask : Step.Void;

    /// <summary>
    /// Whether an outcome may be settled. "Out of reach" claims that the question at hand was not asked. Only the process that began the
    /// intention can claim that, and only until another process takes it over, which may be asking the question now. That one then carries
    /// the intention to its end.
    /// </summary>
    public static bool MaySettle(Outcome outcome, bool isTakenOver) => outcome is not Intending.Outcome.OutOfReach || !isTakenOver;

    /// <summary>The state after a reply, to an asking or a voiding.</summary>
    public Asking Hear(Reply reply) => reply switch
    {
        Reply.Yes yes when Yes.Length + 1 == Count => this with { Yes = Yes.Add(yes), Outcome = new Outcome.AllYes(Yes.Add(yes)) },
        Reply.Yes yes => this with { Yes = Yes.Add(yes), MayHaveBeenAsked = Resumed },
        Reply.No no => this with { Outcome = new Outcome.Refused(Yes, Yes.Length, no.Event, no.Code) },
        Reply.Unreachable away when !MayHaveBeenAsked => this with { Outcome = new Outcome.OutOfReach(Yes, Yes.Length, away.RetryAfter, away.Why) },
        _ => this with { MayHaveBeenAsked = true },
    };
}
