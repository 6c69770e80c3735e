using System.Collections.Immutable;
using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Jangteo.Platform.Asking;

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
    private Shipment shipment = Shipment.None;
    private ImmutableArray<Answered> promised = [];

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
        shipment.Is switch
        {
            Whereabouts.UnderWay => DeliveryIs.UnderWay,
            Whereabouts.Arrived => DeliveryIs.Arrived,
            _ => DeliveryIs.None,
        },
        Given: false);

    /// <summary>What was promised to a question and has been done since, once told.</summary>
    public ImmutableArray<Answered> TakePromised()
    {
        var done = promised;
        promised = [];
        return done;
    }

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
            case Modules.Delivery:
                return Decided(DeliveryRules.Decide(shipment, request.Verb, request.Revision)).AnsweredTo(request.Stream);
            default:
                return new Answered(request.Stream, request.Revision, request.Verb, wanted);
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
                foreach (var errand in decided.Errands.Where(errand => errand.Revision == question.Revision && errand.Verb == question.Verb))
                {
                    var done = Decide.Done(payment, errand, Says.Done, now);
                    payment = done.Payment;
                    promised = promised.AddRange(done.Answers);
                }

                return payment.Find(question.Revision, question.Verb)!.Reply();
            case Modules.Catalog:
                return Decided(wanted == Verb.TimedOut
                    ? StockRules.Void(Left(wanted), stock, question.Verb, question.Revision)
                    : StockRules.Decide(Left(wanted), stock, question.Verb, question.Revision, question.Quantity)).Reply;
            case Modules.Delivery:
                return Decided(wanted == Verb.TimedOut
                    ? DeliveryRules.Void(shipment, question.Verb, question.Revision)
                    : DeliveryRules.Decide(shipment, question.Verb, question.Revision)).Reply;
            default:
                return wanted == Verb.TimedOut ? new Reply.No(Verb.TimedOut, Refusals.TimedOut) : new Reply.Yes(wanted);
        }
    }

    /// <summary>The seller's side says that it has arrived.</summary>
    public Answered Arrive(Guid trade)
    {
        (shipment, var told) = DeliveryRules.Arrive(shipment, trade)!.Value;
        return told;
    }

    private KeyedAnswer Decided(DeliveryDecision decision)
    {
        shipment = decision.Shipment;
        return decision.Answer;
    }

    private KeyedAnswer Decided(StockDecision decision)
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
            payment = Decide.Seen(
                payment, new BankDeposit(1, Guid.CreateVersion7(now), payment.Reference!, payment.Amount, "Bank 2", "KRW"), "KRW", now)
                .Payment;
        }
    }

    private static Says Outcome(string wanted) => wanted == Verb.HoldPayment.No[0] ? Says.Refused : Says.Done;
}
