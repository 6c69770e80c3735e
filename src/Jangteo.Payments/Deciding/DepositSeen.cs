using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Providers;

namespace Jangteo.Payments.Deciding;

/// <summary>
/// What follows from a transfer: it as it then is, its trade's payment where it has one, what the trade is told, journals and errands.
/// </summary>
internal readonly record struct DepositDecision(
    Deposit Deposit, Payment? Payment, ImmutableArray<Posting> Postings, ImmutableArray<Errand> Errands, ImmutableArray<Answered> Tells);

/// <summary>
/// What the bank has seen. Transfers that name a trade add up: what is due counts, and whatever is beyond it, or comes when nothing is due
/// any more, goes back by itself to the account it came from. A transfer that names no trade waits for an operator.
/// </summary>
internal static partial class Decide
{
    /// <param name="payment">The payment of the trade that the transfer names, if it names exactly one.</param>
    /// <param name="isAmbiguous">It names several.</param>
    public static DepositDecision Seen(Payment? payment, BankDeposit seen, string currency, DateTimeOffset now, bool isAmbiguous = false)
    {
        var deposit = new Deposit(
            seen.Id, seen.Position, seen.Reference, seen.Amount, seen.From, payment?.Trade, DepositState.Waiting,
            isAmbiguous ? Fits.Ambiguous : Fit(payment, seen.Amount), currency, now);
        if (payment is null)
        {
            return new(
                deposit, null,
                [Posting.Move(Posting.DepositArrived, Account.PayerOutside, deposit.Id, Account.BankSuspense, deposit.Id, deposit.Amount)],
                [], []);
        }

        var counted = Math.Min(payment.Missing, deposit.Amount);
        var arrived = new Posting(
            Posting.DepositArrived,
            [
                new Line(Account.BuyerOutside, payment.Buyer, -deposit.Amount),
                .. Into(payment.Trade, counted),
                .. Into(deposit.Id, deposit.Amount - counted),
            ]);
        return Count(payment, deposit, counted, arrived);
    }

    /// <summary>
    /// An operator says which trade a transfer pays for. What is beyond what the trade still expects goes back. Null when that trade
    /// expects nothing, or the transfer belongs to another one: it was booked as its buyer's money then.
    /// </summary>
    public static DepositDecision? Match(Payment payment, Deposit deposit)
    {
        if (payment.Missing == 0 || deposit.State != DepositState.Waiting || (deposit.Trade is { } own && own != payment.Trade))
        {
            return null;
        }

        var counted = Math.Min(payment.Missing, deposit.Rest);
        // The money of an unknown payer came from this buyer.
        ImmutableArray<Line> known = deposit.Trade is null
            ? [new Line(Account.BuyerOutside, payment.Buyer, -deposit.Amount), new Line(Account.PayerOutside, deposit.Id, deposit.Amount)]
            : [];
        var matched = new Posting(
            Posting.DepositMatched,
            [new Line(Account.BankSuspense, deposit.Id, -counted), new Line(Account.BankSuspense, payment.Trade, counted), .. known]);
        return Count(payment, deposit with { Trade = payment.Trade }, counted, matched);
    }

    /// <summary>
    /// An operator sends back what is left of a transfer, to the account given or to where it came from. Null when no account is known.
    /// </summary>
    public static DepositDecision? SendBack(Payment? payment, Deposit deposit, string? account) =>
        deposit.State == DepositState.Waiting && (account ?? AccountOf(payment, deposit)) is { } to
            ? new(deposit with { State = DepositState.SendingBack }, payment, [BackAsked(deposit)], [BackTo(deposit, to)], [])
            : null;

    /// <summary>The bank has sent it back. Said once more, it changes nothing.</summary>
    public static DepositDecision SentBack(Payment? payment, Deposit deposit, long amount)
    {
        if (deposit.State != DepositState.SendingBack)
        {
            return new(deposit, payment, [], [], []);
        }

        var (outside, of) = payment is null ? (Account.PayerOutside, deposit.Id) : (Account.BuyerOutside, payment.Buyer);
        return new(
            deposit with { State = deposit.Counted > 0 ? DepositState.Matched : DepositState.SentBack },
            payment,
            [Posting.Move(Posting.RefundDone, Account.RefundInTransit, deposit.Id, outside, of, amount)],
            [],
            payment is null ? [] : [Tell(payment, Verb.TransferReturned, amount)]);
    }

    /// <summary>
    /// Part of a transfer, or all of it, counts for a trade; the rest goes back at once if it is known where to, and else waits for an
    /// operator.
    /// </summary>
    private static DepositDecision Count(Payment payment, Deposit deposit, long counted, Posting posting)
    {
        var paid = payment with { Seen = payment.Seen + counted };
        var known = deposit with { Counted = deposit.Counted + counted };
        ImmutableArray<Answered> tells =
        [
            .. counted == 0 ? (Answered[])[] : [Tell(paid, paid.Missing == 0 ? Verb.TransferSeen : Verb.TransferShort, paid.Seen)],
            .. known.Rest == 0 ? (Answered[])[] : [Tell(paid, Verb.TransferOver, known.Rest)],
        ];
        return known.Rest == 0 ? new(known with { State = DepositState.Matched }, paid, [posting], [], tells)
            : AccountOf(paid, known) is { } account ? new(
                known with { State = DepositState.SendingBack }, paid, [posting, BackAsked(known)], [BackTo(known, account)], tells)
            : new(known, paid, [posting], [], tells);
    }

    /// <summary>Where money goes back to: the account it came from; where the bank did not say, the account that the buyer gave.</summary>
    private static string? AccountOf(Payment? payment, Deposit deposit) =>
        !string.IsNullOrWhiteSpace(deposit.From) ? deposit.From : string.IsNullOrWhiteSpace(payment?.RefundAccount) ? null : payment.RefundAccount;

    private static Posting BackAsked(Deposit deposit) =>
        Posting.Move(Posting.RefundAsked, Account.BankSuspense, deposit.Id, Account.RefundInTransit, deposit.Id, deposit.Rest);

    /// <summary>A transfer goes back once: what of it has not counted by then.</summary>
    private static Errand BackTo(Deposit deposit, string account) =>
        new($"{deposit.Id}/0/{Deposit.SendBack}", deposit.Id, 0, Deposit.SendBack, What.SendBack, deposit.Rest, Account: account);

    /// <summary>What a trade is told of its transfers is of the attempt that expects them.</summary>
    private static Answered Tell(Payment payment, string happened, long amount) =>
        new(payment.Trade, payment.Since, Verb.ExpectDeposit.Name, happened, null, amount);

    private static Fits Fit(Payment? payment, long amount) => payment switch
    {
        null => Fits.Unmatched,
        { Standing: Standing.Nothing } => Fits.Late,
        { Missing: var missing } when amount > missing => Fits.Over,
        { Missing: var missing } when amount < missing => Fits.Short,
        _ => Fits.Whole,
    };

    private static ImmutableArray<Line> Into(Guid suspense, long amount) =>
        amount == 0 ? [] : [new Line(Account.BankSuspense, suspense, amount)];
}
