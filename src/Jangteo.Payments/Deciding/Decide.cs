using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.Payments.Deciding;

/// <summary>
/// The rules of payments, pure: a payment and what is asked or heard, to the payment and what follows. A key (trade, revision, verb) that
/// was asked before changes nothing and is answered as before; an undoing verb refuses what arrives after it and is older.
/// </summary>
internal static partial class Decide
{
    /// <summary>A request: answered at once where it can be, else when its errand is done.</summary>
    /// <exception cref="NeedUnmetException">The table asks for what cannot be.</exception>
    public static Decision Hear(Payment? known, Request request, DateTimeOffset now)
    {
        var payment = known ?? Payment.Of(request);
        return payment.Find(request.Revision, request.Verb) is { } earlier
            ? earlier.Came == Came.Open ? Decision.Of(payment) : Decision.Of(payment) with { Answers = [earlier.Answer(payment.Trade)] }
            : ByVerb(payment, request, now) ?? throw new NeedUnmetException($"{request.Key}: {request.Verb} cannot be when {Describe(payment)}");
    }

    /// <summary>A question: its attempt is there afterwards, and is the reply. A card is charged before, see <see cref="Charged"/>.</summary>
    public static Decision Ask(Payment? known, Request question, DateTimeOffset now)
    {
        var payment = known ?? Payment.Of(question);
        return payment.Find(question.Revision, question.Verb) is not null ? Decision.Of(payment)
            : ByVerb(payment, question, now) ?? Decision.Answered(payment, No(question, Refusals.NotNow, now));
    }

    /// <summary>
    /// The end of waiting for a question: what was done stands, and what was not done is refused from now on. A card may have been charged
    /// without our knowing, so the charge is voided by its key, as an errand.
    /// </summary>
    public static Decision Void(Payment? known, Request question, DateTimeOffset now)
    {
        var payment = known ?? Payment.Of(question);
        return payment.Find(question.Revision, question.Verb) is not null ? Decision.Of(payment)
            // Not the verb's own no: a row that hears payment-declined must not be taken because nobody answered.
            : Decision.Answered(payment, No(question, Refusals.TimedOut, now) with { Event = Verb.TimedOut }) with
            {
                Errands = question.Verb == Verb.HoldPayment.Name ? [VoidCharge(payment, question.Revision)] : [],
            };
    }

    /// <summary>What an errand came to. Heard twice it changes nothing the second time, for its attempt is no longer open.</summary>
    public static Decision Done(Payment payment, Errand errand, Providers.Says says, DateTimeOffset now) => errand.What switch
    {
        What.Charge => ChargeDone(payment, errand, says, now),
        What.RefundCharge or What.SendBack => RefundDone(payment, errand, says, now),
        What.PayOut => PayOutDone(payment, errand, says, now),
        _ => Decision.Of(payment),
    };

    private static Decision? ByVerb(Payment payment, Request request, DateTimeOffset now) => request.Verb switch
    {
        "hold-payment" => HoldPayment(payment, request, now),
        "expect-deposit" => ExpectDeposit(payment, request, now),
        "confirm-deposit" => ConfirmDeposit(payment, request, now),
        "release-deposit" => ReleaseDeposit(payment, request, now),
        "refund" => Refund(payment, request, now),
        "pay-out" => PayOut(payment, request, now),
        _ => throw new NeedUnmetException($"{request.Key}: payments know no verb {request.Verb}"),
    };

    private static Attempt Yes(Request request, string happened, long amount, DateTimeOffset now) =>
        new(request.Revision, request.Verb, Came.Yes, happened, null, amount, now);

    /// <summary>A no, by the verb's own answer where it has one.</summary>
    private static Attempt No(Request request, string code, DateTimeOffset now)
    {
        var verb = Verb.Find(request.Verb);
        return new(request.Revision, request.Verb, Came.No, verb is { No: [var no, ..] } ? no : Verb.TimedOut, code, 0, now);
    }

    /// <summary>Something is paid, and no more than that is kept of it.</summary>
    private static bool IsSound(long amount, long fee) => amount > 0 && fee >= 0 && fee <= amount;

    private static Errand VoidCharge(Payment payment, int revision)
    {
        var charge = payment.KeyOf(revision, Verb.HoldPayment.Name);
        return new Errand(charge + "/void", payment.Trade, revision, Verb.HoldPayment.Name, What.VoidCharge, 0, ChargeKey: charge);
    }

    private static string Describe(Payment payment) => payment.Standing switch
    {
        Standing.Expected => "a deposit is expected",
        Standing.Held => "money is held",
        Standing.PaidOut => "the seller has been paid",
        _ => "nothing is held or expected",
    };
}
