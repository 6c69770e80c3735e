using System.Collections.Immutable;
using Jangteo.Payments.Providers;

namespace Jangteo.Payments.Deciding;

/// <summary>What follows from a deposit: it as it then is, its trade's payment where it has one, journals and errands.</summary>
internal readonly record struct DepositDecision(Deposit Deposit, Payment? Payment, ImmutableArray<Posting> Postings, ImmutableArray<Errand> Errands);

/// <summary>What the bank has seen: the deposit a trade expects is put in suspense for it, one that comes too late goes back by itself, any other waits for an operator.</summary>
internal static partial class Decide
{
    /// <param name="payment">The payment with the deposit's reference, if there is one.</param>
    public static DepositDecision Seen(Payment? payment, BankDeposit seen, string currency, DateTimeOffset now)
    {
        var deposit = new Deposit(seen.Id, seen.Position, seen.Reference, seen.Amount, seen.From, payment?.Trade, DepositState.Waiting, Fit(payment, seen.Amount), currency, now);
        switch (deposit.Fits)
        {
            case Fits.Whole:
                return new(
                    deposit with { State = DepositState.Matched }, payment! with { Seen = payment.Amount },
                    [Posting.Move(Posting.DepositArrived, Account.BuyerOutside, payment.Buyer, Account.BankSuspense, payment.Trade, seen.Amount)], []);
            case Fits.Late:
                var back = SendBack(payment, deposit, deposit.Amount, null);
                return back with { Postings = back.Postings.Insert(0, Arrived(payment, deposit)) };
            default:
                return new(deposit, payment, [Arrived(payment, deposit)], []);
        }
    }

    /// <summary>An operator says which trade a deposit belongs to. What is more than the trade still expects goes back. Null when that trade expects nothing.</summary>
    public static DepositDecision? Match(Payment payment, Deposit deposit)
    {
        var missing = payment.Standing == Standing.Expected ? payment.Amount - payment.Seen : 0;
        if (missing == 0 || deposit.State != DepositState.Waiting)
        {
            return null;
        }

        var part = Math.Min(missing, deposit.Amount);
        var matched = deposit with { State = DepositState.Matched, Trade = payment.Trade };
        var rest = deposit.Amount == part ? new DepositDecision(matched, payment, [], []) : SendBack(payment, matched, deposit.Amount - part, null);
        return new(
            matched, payment with { Seen = payment.Seen + part },
            rest.Postings.Insert(0, Posting.Move(Posting.DepositMatched, Account.BankSuspense, deposit.Id, Account.BankSuspense, payment.Trade, part)), rest.Errands);
    }

    /// <summary>Sends a deposit, or what is left of it, to the account given, the buyer's refund account, or where it came from.</summary>
    public static DepositDecision SendBack(Payment? payment, Deposit deposit, long amount, string? account) => new(
        deposit with { State = DepositState.SendingBack }, payment,
        [Posting.Move(Posting.RefundAsked, Account.BankSuspense, deposit.Id, Account.RefundInTransit, deposit.Id, amount)],
        [new Errand($"{deposit.Id}/0/{Deposit.SendBack}", deposit.Id, 0, Deposit.SendBack, What.SendBack, amount, Account: account ?? payment?.RefundAccount ?? deposit.From)]);

    /// <summary>The bank has sent it back.</summary>
    public static DepositDecision SentBack(Payment? payment, Deposit deposit, long amount)
    {
        var (outside, of) = Outside(payment, deposit);
        return new(
            deposit.State == DepositState.SendingBack ? deposit with { State = DepositState.SentBack } : deposit, payment,
            [Posting.Move(Posting.RefundDone, Account.RefundInTransit, deposit.Id, outside, of, amount)], []);
    }

    private static Fits Fit(Payment? payment, long amount) => payment switch
    {
        null => Fits.Unmatched,
        { Standing: Standing.Nothing } => Fits.Late,
        { Standing: Standing.Expected, Seen: 0 } when amount == payment.Amount => Fits.Whole,
        { Standing: Standing.Expected } when amount < payment.Amount - payment.Seen => Fits.Short,
        { Standing: Standing.Expected, Seen: > 0 } when amount == payment.Amount - payment.Seen => Fits.Short,
        _ => Fits.Over,
    };

    private static Posting Arrived(Payment? payment, Deposit deposit)
    {
        var (outside, of) = Outside(payment, deposit);
        return Posting.Move(Posting.DepositArrived, outside, of, Account.BankSuspense, deposit.Id, deposit.Amount);
    }

    private static (Account Account, Guid Of) Outside(Payment? payment, Deposit deposit) =>
        payment is null ? (Account.PayerOutside, deposit.Id) : (Account.BuyerOutside, payment.Buyer);
}
