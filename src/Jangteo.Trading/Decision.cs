using System.Collections.Immutable;
using Jangteo.Contracts;

namespace Jangteo.Trading;

/// <summary>What deciding came to. Nothing has happened yet: the shell stores and sends it in one commit.</summary>
internal abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>The trade as it will be, and what is written and said with it, in order.</summary>
    /// <param name="Refusal">A "no" that is part of what happened: an intention that was refused, or a heard "no".</param>
    public sealed record Happens(Trade Trade, ImmutableArray<HistoryLine> History, ImmutableArray<TradeMoved> Moved, ImmutableArray<TradeNoted> Noted, ImmutableArray<Request> Requests, Refusal? Refusal = null) : Decision
    {
        /// <summary>True when the state was entered anew and its deadlines begin.</summary>
        public bool Enters => Moved.Length > 0;

        /// <summary>What is said of it, revision by revision: whoever listens keeps the last he has heard.</summary>
        public IEnumerable<object> Said =>
            Noted.Length == 0 ? Moved : Moved.Select(moved => (moved.Revision, Body: (object)moved)).Concat(Noted.Select(noted => (noted.Revision, Body: (object)noted))).OrderBy(said => said.Revision).Select(said => said.Body);
    }

    /// <summary>A "no" that changes nothing.</summary>
    public sealed record No(Refusal Refusal) : Decision;

    /// <summary>Not now, but by itself soon: an intention is open, or a question must wait for an answer that is on its way.</summary>
    public sealed record Waits(Refusal Refusal) : Decision;
}

/// <summary>What stands in the way of a move.</summary>
internal enum WhyNot
{
    /// <summary>No row leads there from the state as it is.</summary>
    OtherState,

    /// <summary>The start was refused: nothing will ever move it.</summary>
    NotBegun,

    /// <summary>An intention is open.</summary>
    Pending,

    /// <summary>An answer is on its way that its questions must not meet.</summary>
    Unanswered,

    /// <summary>Time makes it, and it is not time yet.</summary>
    TooEarly,

    /// <summary>Nobody makes it: it comes when its answer or event is heard.</summary>
    Unheard,

    /// <summary>It confirms a bank transfer of which the bank has not seen all.</summary>
    Unpaid,
}

/// <summary>One commit to a trade.</summary>
/// <param name="What">began, moved, refused, not-begun, heard, address-changed or picture-added.</param>
internal sealed record HistoryLine(int Revision, DateTimeOffset At, string What, string? Do, string State, string Actor, Guid? Person, string? Code, string? Heard, string? Reason);
