using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Providers;

namespace Jangteo.Payments.Deciding;

/// <summary>hold-payment: the buyer's card is charged, and the money held in escrow.</summary>
internal static partial class Decide
{
    /// <summary>A question whose card was charged, or not, outside: with what the provider said. Only for an answer; silence decides nothing.</summary>
    public static Decision Charged(Payment? known, Request question, Says says, DateTimeOffset now)
    {
        var payment = known ?? Payment.Of(question);
        return payment.Find(question.Revision, question.Verb) is { } earlier
            ? WithCharge(payment, earlier, says, now, question.Amount, question.Fee)
            : WithCharge(payment, new Attempt(question.Revision, question.Verb, Came.Open, Verb.HoldPayment.Yes, null, question.Amount, now), says, now, question.Amount, question.Fee);
    }

    private static Decision? HoldPayment(Payment payment, Request request, DateTimeOffset now)
    {
        if (request.Revision <= payment.UndoneUpTo)
        {
            return Decision.Answered(payment, No(request, Refusals.TimedOut, now));
        }

        if (payment.Standing != Standing.Nothing || !IsSound(request.Amount, request.Fee))
        {
            return null;
        }

        var attempt = new Attempt(request.Revision, request.Verb, Came.Open, Verb.HoldPayment.Yes, null, request.Amount, now);
        return Decision.Of(payment.With(attempt) with { Amount = request.Amount, Fee = request.Fee }) with
        {
            Errands = [new Errand(request.Key, payment.Trade, request.Revision, request.Verb, What.Charge, request.Amount, Card: request.Card)],
        };
    }

    private static Decision ChargeDone(Payment payment, Errand errand, Says says, DateTimeOffset now) =>
        payment.Find(errand.Revision, errand.Verb) is { } attempt ? WithCharge(payment, attempt, says, now, errand.Amount, payment.Fee) : Decision.Of(payment);

    private static Decision WithCharge(Payment payment, Attempt attempt, Says says, DateTimeOffset now, long amount, long fee)
    {
        if (attempt.Came != Came.Open)
        {
            // Refused here before the provider was done: what it took, as asked or otherwise, goes back.
            return attempt.Came == Came.No && (says is Says.Done or Says.Mismatched)
                ? Decision.Of(payment) with { Errands = [VoidCharge(payment, attempt.Revision)] }
                : Decision.Of(payment);
        }

        var no = attempt.Revision <= payment.UndoneUpTo || says == Says.Voided ? Refusals.TimedOut
            : says is Says.Refused or Says.Mismatched ? Refusals.PaymentDeclined
            : payment.Standing != Standing.Nothing || !IsSound(amount, fee) ? Refusals.NotNow
            : null;
        if (no is not null)
        {
            return Decision.Answered(payment, attempt with { Came = Came.No, Event = Verb.HoldPayment.No[0], Code = no, Amount = 0, At = now }) with
            {
                Errands = says is Says.Done or Says.Mismatched ? [VoidCharge(payment, attempt.Revision)] : [],
            };
        }

        var held = payment with { Standing = Standing.Held, Means = Means.Card, Since = attempt.Revision, ConfirmedBy = 0, Amount = amount, Fee = fee, Seen = 0 };
        return Decision.Answered(held, attempt with { Came = Came.Yes, At = now }) with
        {
            Postings = [Posting.Move(Posting.CardHold, Account.BuyerOutside, payment.Buyer, Account.Escrow, payment.Trade, amount)],
        };
    }
}
