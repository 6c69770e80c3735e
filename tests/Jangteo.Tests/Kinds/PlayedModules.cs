using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Xunit;

namespace Jangteo.Tests.Kinds;

/// <summary>
/// The other modules of a played trade, on their own deciding functions. Whatever they leave to chance, a card, the bank, the last unit, comes out as it is
/// wanted.
/// </summary>
internal sealed class PlayedModules(DateTimeOffset now)
{
    private const int Units_of_the_listing = 5;

    private Payment? payment;
    private Allocation stock = Allocation.New;
    private DeliveryIs delivery;

    /// <summary>What they hold. Whether anything was ever given is not theirs to know.</summary>
    public Holdings Holdings => new(
        (payment?.Standing ?? Standing.Nothing) switch
        {
            Standing.Expected => MoneyIs.Expected,
            Standing.Held => MoneyIs.Held,
            Standing.PaidOut => MoneyIs.PaidOut,
            _ => MoneyIs.Nowhere,
        },
        stock.Has switch
        {
            Has.Taken => StockIs.Taken,
            Has.Sold => StockIs.Sold,
            Has.WrittenOff => StockIs.WrittenOff,
            _ => StockIs.Free,
        },
        delivery,
        Given: false);

    /// <summary>A request is carried out.</summary>
    public Answered CarryOut(Request request, string wanted)
    {
        switch (Verb.Find(request.Verb)!.Module)
        {
            case Modules.Payments:
                SeeDeposit(request, wanted);
                var heard = Decide.Hear(payment, request, now);
                payment = heard.Payment;
                var answers = heard.Answers;
                foreach (var errand in heard.Errands.Where(errand => answers.IsEmpty))
                {
                    var done = Decide.Done(payment, errand, Outcome(wanted), now);
                    payment = done.Payment;
                    answers = done.Answers;
                }

                return answers.Single(answer => answer.Revision == request.Revision && answer.Verb == request.Verb);
            case Modules.Catalog:
                return Decided(StockRules.Decide(Left(wanted), stock, request.Verb, request.Revision, request.Quantity)).AnsweredTo(request.Stream);
            default:
                return new Answered(request.Stream, request.Revision, request.Verb, Deliver(request, wanted));
        }
    }

    /// <summary>A question is answered, or voided when that is what is wanted.</summary>
    public Reply Ask(Request question, string wanted)
    {
        switch (Verb.Find(question.Verb)!.Module)
        {
            case Modules.Payments:
                SeeDeposit(question, wanted);
                var decided = wanted == Verb.TimedOut ? Decide.Void(payment, question, now)
                    : question.Verb == Verb.HoldPayment.Name ? Decide.Charged(payment, question, Outcome(wanted), now)
                    : Decide.Ask(payment, question, now);
                payment = decided.Payment;
                return payment.Find(question.Revision, question.Verb)!.Reply();
            case Modules.Catalog:
                return Decided(wanted == Verb.TimedOut
                    ? StockRules.Void(Left(wanted), stock, question.Verb, question.Revision)
                    : StockRules.Decide(Left(wanted), stock, question.Verb, question.Revision, question.Quantity)).Reply;
            default:
                return wanted == Verb.TimedOut ? new Reply.No(Verb.TimedOut, Refusals.TimedOut) : new Reply.Yes(Deliver(question, wanted));
        }
    }

    public void Arrive() => delivery = DeliveryIs.Arrived;

    private Platform.Asking.KeyedAnswer Decided(StockDecision decision)
    {
        stock = decision.Allocation;
        return decision.Answer;
    }

    private Units Left(string wanted)
    {
        var has = stock.Quantity;
        var left = wanted == Verb.TakeStock.No[0] ? 0 : Units_of_the_listing;
        return new Units(Offered: true, left, Out: has);
    }

    private void SeeDeposit(Request request, string wanted)
    {
        if (request.Verb == Verb.ConfirmDeposit.Name && wanted == Verb.ConfirmDeposit.Yes && payment is { Standing: Standing.Expected, Seen: 0 })
        {
            payment = Decide.Seen(payment, new BankDeposit(1, Guid.CreateVersion7(now), payment.Reference!, payment.Amount, "Bank 2"), "KRW", now).Payment;
        }
    }

    private static Says Outcome(string wanted) => wanted == Verb.HoldPayment.No[0] ? Says.Refused : Says.Done;

    private string Deliver(Request request, string wanted)
    {
        var (answer, after) = new Holdings(default, default, delivery, false).Do(Verb.Find(request.Verb)!).Single(outcome => outcome.Answer == wanted);
        delivery = after.Delivery;
        return answer;
    }
}
