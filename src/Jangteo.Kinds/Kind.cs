using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>
/// A way of trading: the whole truth of one <c>kinds/&lt;kind&gt;/trade.yaml</c>, at one version (DESIGN §3), and of the
/// <c>listing.yaml</c> beside it.
/// </summary>
public sealed record Kind
{
    /// <summary>The state in which a trade is that has not begun yet.</summary>
    public const string Start = "start";

    public required string Name { get; init; }
    public required int Version { get; init; }
    public required Stock Stock { get; init; }
    public required PriceUnit Price { get; init; }

    /// <summary>What the buyer gives at the start; a card is not listed here, it follows from hold-payment.</summary>
    public required ImmutableArray<Need> Needs { get; init; }

    /// <summary>What registering and deleting a listing of this kind does.</summary>
    public required ListingRules Listing { get; init; }

    /// <summary>Channels by party. The operator has none: he is told by the attention list.</summary>
    public required ImmutableDictionary<Party, ImmutableArray<Channel>> Tell { get; init; }

    /// <summary>The rows in the order of the file.</summary>
    public required ImmutableArray<Move> Moves { get; init; }

    /// <summary>SHA-256 of what the table means, as lower-case hex: white space and comments do not count.</summary>
    public required string Hash { get; init; }

    /// <summary>The text of the table as read, so that a version can be stored and read again.</summary>
    public required string Source { get; init; }

    public Move StartMove => Moves.First(move => move.From.Contains(Start));

    /// <summary>Every state but <see cref="Start"/>, in the order in which the table names it.</summary>
    public ImmutableArray<string> States => [.. Moves.SelectMany(move => move.From.Append(move.To)).Where(state => state != Start).Distinct()];

    /// <summary>The rows that leave a state, in the order of the file: the first of them is what the state waits for.</summary>
    public IEnumerable<Move> Leaving(string state) => Moves.Where(move => move.From.Contains(state));

    /// <summary>
    /// The row that time takes in place of one of its own, if the bank has the whole transfer: the one by which the transfer is confirmed
    /// from the same state. Null where no transfer is confirmed from there, or where that takes more than time can give.
    /// </summary>
    /// <param name="timed">A row with <c>after</c> that leaves the state.</param>
    public Move? ConfirmingInsteadOf(Move timed, string state) =>
        timed.First.Contains(Verb.ConfirmDeposit) ? null
            : Leaving(state)
                .FirstOrDefault(
                    row => row.By is not null && row.First.Contains(Verb.ConfirmDeposit) && !row.First.Contains(Verb.HoldPayment));

    /// <summary>
    /// The party that a state waits for: the one that makes the first row leaving it. If that row confirms a bank transfer, the state waits
    /// for the buyer until the whole transfer has arrived.
    /// </summary>
    /// <param name="isPaidIn">Whether everything that is expected has arrived at the bank.</param>
    public Party? Awaited(string state, bool isPaidIn) => Leaving(state).FirstOrDefault() is not { By: { } by } first ? null
        : first.First.Contains(Verb.ConfirmDeposit) && !isPaidIn ? Party.Buyer
        : by;

    /// <summary>Whether a trade in this state is in dispute: the state waits for an operator, who decides it.</summary>
    public bool IsDispute(string state) => Awaited(state, isPaidIn: true) == Party.Operator;

    /// <summary>
    /// Whether a trade of this kind moves money. Where none does, a thing may be offered free of charge: nothing has to be paid for a
    /// trade to go on.
    /// </summary>
    public bool MovesMoney => Moves.Any(move => move.First.Concat(move.Ask).Any(verb => verb.Module == Modules.Payments));

    /// <summary>A state that no row leaves.</summary>
    public bool IsFinal(string state) => state != Start && !Moves.Any(move => move.From.Contains(state));
}

/// <summary>One row of the table: who or what takes a trade from one state to the next.</summary>
/// <param name="Do">The move's name, also the last part of its route.</param>
/// <param name="From">The states it may leave.</param>
/// <param name="To">The state it enters.</param>
/// <param name="By">The party that does it, or null.</param>
/// <param name="Hears">The answer or event that does it, or null.</param>
/// <param name="After">How long after entering the state time does it, or null. Exactly one of the three is set.</param>
/// <param name="First">Questions answered yes before the move, in order.</param>
/// <param name="Ask">Requests recorded with the move and carried out after it.</param>
/// <param name="Says">What this move decided or heard, in the words of the business.</param>
/// <param name="Line">Its line in the file, counted from 1.</param>
public sealed record Move(
    string Do, ImmutableArray<string> From, string To, Party? By, string? Hears, TimeSpan? After,
    ImmutableArray<Verb> First, ImmutableArray<Verb> Ask, ImmutableArray<string> Says, int Line)
{
    /// <summary>A verb that is asked after the one that undoes it, or null: both carry the revision of this move, and an undoing verb refuses whatever is not later.</summary>
    internal Verb? AskedWithItsUndoing()
    {
        var ask = Ask;
        return ask.Where((verb, at) => ask.Take(at).Any(earlier => earlier.Name == verb.UndoneBy)).FirstOrDefault();
    }

    /// <summary>Whether it would charge a card that it has not: only a buyer's own move brings one, for the questions before it. A request and a deadline carry none.</summary>
    internal bool HoldsWithoutCard => Ask.Contains(Verb.HoldPayment) || (First.Contains(Verb.HoldPayment) && By != Party.Buyer);

    /// <summary>Whether a deposit would have to be there as soon as it is expected: nobody can pay in before he has been told how.</summary>
    internal bool ConfirmsAsSoonAsExpected => IsBefore(First) || IsBefore(Ask);

    private static bool IsBefore(ImmutableArray<Verb> verbs) => verbs.IndexOf(Verb.ExpectDeposit) is >= 0 and var expect && verbs.IndexOf(Verb.ConfirmDeposit) > expect;
}

/// <summary>What registering and deleting a listing does; only send-alarm may stand here.</summary>
public sealed record ListingRules(ListingRule Registered, ListingRule Deleted)
{
    public static readonly ListingRules None = new(ListingRule.None, ListingRule.None);

    /// <summary>What a listing of this kind says beyond what every listing says; only of kinds that are read from their folder.</summary>
    public ImmutableArray<ListingField> Fields { get; init; } = [];

    public bool HasCondition => Fields.Contains(ListingField.Condition);
}

/// <param name="First">Questions answered yes before it counts.</param>
/// <param name="Ask">Requests carried out after it.</param>
public sealed record ListingRule(ImmutableArray<Verb> First, ImmutableArray<Verb> Ask)
{
    public static readonly ListingRule None = new([], []);
}

public enum Party { Buyer, Seller, Operator }

public enum Stock { One, Counted }

/// <summary>What a price is per. Amount = price x quantity x periods.</summary>
public enum PriceUnit { Each, Hour, Day, Month }

public enum Need { Quantity, Periods, Address, RefundAccount }

public enum ListingField { Condition }

/// <summary>How used a thing is.</summary>
public enum ItemCondition { New, LikeNew, Good, Fair }

public enum Channel { App, Sms, Email }
