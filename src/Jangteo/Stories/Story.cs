using System.Collections.Immutable;
using Jangteo.Kinds;

namespace Jangteo.Stories;

/// <summary>A named plot of a kind: who does what with what, what happens to the world meanwhile, and what is expected. Read from a <c>stories.yaml</c>.</summary>
/// <param name="Line">Where it stands in its file, counted from 1.</param>
/// <param name="Shows">Ids of the requirements it shows, such as GD-5.</param>
/// <param name="Offer">The listing that every playing of it makes anew.</param>
public sealed record Story(string File, int Line, Kind Kind, string Name, ImmutableArray<string> Shows, Offer Offer, ImmutableArray<Step> Steps)
{
    /// <summary>
    /// What it does to the world that all stories share: the clock, the faults, and cards that make a provider fail. Stories that do the same in the
    /// same order can be played side by side, as long as each waits for the others before it happens.
    /// </summary>
    public string World => string.Join(" ", Steps.Select(WorldOf).Where(word => word.Length > 0));

    /// <summary>The rows into final states in which it ends.</summary>
    public IEnumerable<Ending> Endings => Steps.OfType<Step.Ends>().Select(step => new Ending(Kind.Name, step.Move, step.From));

    private static string WorldOf(Step step) => step switch
    {
        Step.Forward forward => forward.Span,
        Step.Switch fault => $"{fault.Fault}:{(fault.On ? "on" : "off")}",
        Step.Act { Given.Card: not (null or "ok" or "declined") } act => $"card:{act.Given.Card}",
        _ => "",
    };
}

/// <summary>A row into a final state, from one of its states.</summary>
public readonly record struct Ending(string Kind, string Move, string From)
{
    /// <summary>Every ending that a kind has.</summary>
    public static IEnumerable<Ending> Of(Kind kind) =>
        from move in kind.Moves
        where kind.IsFinal(move.To)
        from state in move.From
        select new Ending(kind.Name, move.Do, state);

    public override string ToString() => $"{Kind}: {Move} from {From}";
}

/// <summary>What is offered in a story.</summary>
/// <param name="Price">In minor units.</param>
/// <param name="Quantity">Null for a single thing.</param>
public sealed record Offer(string Owner, string Title, long Price, int? Quantity);

/// <summary>What is given with a command. What a story leaves out is filled in when it is played, as far as the kind needs it.</summary>
public sealed record Given(string? Card, long? Price, int? Quantity, int? Periods, string? Address, string? RefundAccount, string? Note, string? Reason)
{
    public static readonly Given Nothing = new(null, null, null, null, null, null, null, null);
}

/// <summary>Where the money of a trade is expected to be, in minor units; null where a story says nothing of it.</summary>
public sealed record ExpectedMoney(ImmutableSortedDictionary<string, long> Amounts)
{
    public static readonly string[] Words =
        ["held", "expected", "refunding", "refunded", "payingOut", "paidOut", "fee", "seen", "short", "over", "sentBack"];

    public static readonly ExpectedMoney Anything = new(ImmutableSortedDictionary<string, long>.Empty);
}

/// <summary>One step of a story. <c>Trade</c> is the buyer whose latest trade is meant.</summary>
/// <param name="Line">Counted from 1.</param>
public abstract record Step(int Line)
{
    /// <summary>The step as a line of a log.</summary>
    public abstract string Text { get; }

    /// <summary>A party makes a move; the first of a trade starts it.</summary>
    /// <param name="Trade">Null when the move starts one.</param>
    /// <param name="Refused">The codes of which one is expected; empty when it must succeed.</param>
    /// <param name="Despite">Codes after which it is asked again until it succeeds: what is still being undone elsewhere will not be in the way for long.</param>
    /// <param name="Clicks">How often the same command is sent at once, under the same key.</param>
    public sealed record Act(int Line, string Who, string Move, string? Trade, Given Given, ImmutableArray<string> Refused, ImmutableArray<string> Despite, int Clicks) : Step(Line)
    {
        public override string Text => $"{Who}: {Move}{(Refused.IsEmpty ? "" : $" (no: {string.Join(" or ", Refused)})")}";
    }

    /// <summary>The owner registers, changes or deletes the listing.</summary>
    /// <param name="What">register, change or delete.</param>
    public sealed record Lists(int Line, string Who, string What, Given Given, ImmutableArray<string> Refused) : Step(Line)
    {
        public override string Text => $"{Who}: {What} the listing{(Refused.IsEmpty ? "" : $" (no: {string.Join(" or ", Refused)})")}";
    }

    /// <summary>The buyer has it delivered to another address, and the seller sees it.</summary>
    public sealed record Readdress(int Line, string Who, string Address, string Trade, ImmutableArray<string> Refused) : Step(Line)
    {
        public override string Text => $"{Who}: deliver to {Address}{(Refused.IsEmpty ? "" : $" (no: {string.Join(" or ", Refused)})")}";
    }

    /// <summary>The seller's side says that the delivery has arrived.</summary>
    public sealed record Arrived(int Line, string Who, string Trade, ImmutableArray<string> Refused) : Step(Line)
    {
        public override string Text => $"{Who}: it has arrived{(Refused.IsEmpty ? "" : $" (no: {string.Join(" or ", Refused)})")}";
    }

    /// <summary>The buyer transfers money to the trade's reference.</summary>
    public sealed record Deposit(int Line, string Trade, long Amount) : Step(Line)
    {
        public override string Text => $"{Trade} transfers {Amount}";
    }

    /// <summary>What was transferred has gone back to the buyer's account.</summary>
    public sealed record SentBack(int Line, string Trade, long Amount) : Step(Line)
    {
        public override string Text => $"{Amount} goes back to {Trade}";
    }

    /// <summary>Business time goes forward.</summary>
    /// <param name="Span">Such as 3d or 24h.</param>
    public sealed record Forward(int Line, string Span) : Step(Line)
    {
        public override string Text => $"{Span} later";
    }

    /// <summary>A fault is switched on or off.</summary>
    public sealed record Switch(int Line, string Fault, bool On) : Step(Line)
    {
        public override string Text => $"{Fault} {(On ? "on" : "off")}";
    }

    /// <summary>The trade comes to stand so, within a bound of time.</summary>
    public record Expect(int Line, string State, string Trade, ExpectedMoney Money, string? Stock, string? Delivery) : Step(Line)
    {
        public override string Text => $"expect {State}";
    }

    /// <summary>
    /// One of two competing trades reaches this state, and either may be the one. In the steps that follow, the first name stands for the
    /// winner and the second for the loser.
    /// </summary>
    public sealed record Wins(int Line, string State, string Trade, string Against) : Step(Line)
    {
        public override string Text => $"{State}: {Trade} or {Against}";
    }

    /// <summary>The trade comes to its end by this row.</summary>
    public sealed record Ends(int Line, string Move, string From, string State, string Trade, ExpectedMoney Money, string? Stock, string? Delivery)
        : Expect(Line, State, Trade, Money, Stock, Delivery)
    {
        public override string Text => $"ends {State} by {Move}";
    }

    /// <summary>Somebody has been told of a move.</summary>
    /// <param name="Channel">app, sms or email.</param>
    /// <param name="Times">Exactly so often; 0 is looked at once, at that moment.</param>
    public sealed record Told(int Line, string Who, string Move, string Trade, string Channel, int Times) : Step(Line)
    {
        public override string Text => $"{Who} is told of {Move} by {Channel}{(Times == 1 ? "" : $", {Times} times")}";
    }

    /// <summary>So many units of the listing can be had.</summary>
    public sealed record Left(int Line, int Units) : Step(Line)
    {
        public override string Text => $"{Units} left";
    }
}
