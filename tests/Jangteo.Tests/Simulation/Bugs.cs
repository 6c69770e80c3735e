using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Payments;
using Jangteo.Platform.Messaging;
using Jangteo.Simulation;
using Jangteo.Trading;
using Booked = Jangteo.Payments.Deciding.Decision;
using Money = Jangteo.Payments.Deciding.Decide;
using Settled = Jangteo.Trading.Decision;

namespace Jangteo.Tests.Simulation;

/// <summary>Rules of the engine, each with one mistake in it, such as real programs have had. The simulation must find every one.</summary>
internal static class Bugs
{
    public static readonly IReadOnlyDictionary<string, Rules> All = new Dictionary<string, Rules>
    {
        ["the inbox is skipped"] = Rules.Real with { Judge = (_, _) => Turn.Now },
        ["the order of messages is ignored"] = Rules.Real with { Judge = (last, seq) => seq <= last ? Turn.Done : Turn.Now },
        ["a message is acknowledged before the commit"] = Rules.Real with { AcknowledgesAfterCommit = false },
        ["a message is sent after the commit instead of with it"] = Rules.Real with { SendsInItsCommit = false },
        ["a compensation is forgotten"] = Rules.Real with
        {
            Settle = (kind, trade, soldOut, outcome, now) =>
            {
                var happens = Deciding.Settle(kind, trade, soldOut, outcome, now);
                return happens.Enters || happens.Requests.IsEmpty ? happens : happens with { Requests = [], Trade = happens.Trade with { Unanswered = [] } };
            },
        },
        ["what timed out is guessed to be a no"] = Rules.Real with
        {
            HearReply = (asking, reply) => asking.Hear(reply is Reply.Unknown ? new Reply.No(Verb.TimedOut, Refusals.TimedOut) : reply),
        },
        ["out of reach is taken for no while an answer is unknown"] = Rules.Real with
        {
            HearReply = (asking, reply) => (asking with { MayHaveBeenAsked = false }).Hear(reply),
        },
        ["out of reach is believed of who began an intention that another has taken up"] = Rules.Real with { MayEnd = (_, _) => true },
        ["who has carried an intention goes on with the next of its stream"] = Rules.Real with { CarriesOnlyItsOwn = false },
        ["an intention is not exclusive: commands and deadlines"] = Rules.Real with
        {
            Command = (kind, trade, soldOut, party, move, act) => KeepIntention(trade, Deciding.Command(kind, trade with { Intention = null }, soldOut, party, move, act)),
            Fire = (kind, trade, soldOut, move, act) => KeepIntention(trade, Deciding.Fire(kind, trade with { Intention = null }, soldOut, move, act)),
        },
        ["an intention is not exclusive: messages"] = Rules.Real with { MessagesWait = _ => false },
        ["an intention is settled with the end of an earlier one"] = Rules.Real with { MaySettle = (trade, _) => trade.Intention is not null },
        ["a question does not wait for the answer to a request"] = Rules.Real with
        {
            Command = (kind, trade, soldOut, party, move, act) => KeepUnanswered(trade, Deciding.Command(kind, trade with { Unanswered = [] }, soldOut, party, move, act)),
        },
        ["a key is used again for a new attempt"] = Rules.Real with
        {
            Questions = (kind, trade) => [.. Deciding.Questions(kind, trade).Select(one => (one.Module, one.Request with { Revision = 1 }))],
        },
        ["a deadline makes its move twice"] = Rules.Real with
        {
            Fire = (kind, trade, soldOut, move, act) => trade.Intention is not null || trade.NotBegun
                ? Deciding.Fire(kind, trade, soldOut, move, act)
                : Deciding.Fire(kind, trade with { State = kind.Moves.First(row => row.Do == move && row.After is not null).From[0], Since = DateTimeOffset.MinValue }, soldOut, move, act),
        },
        ["sold-out is not heard on entering a state"] = Rules.Real with
        {
            Settle = (kind, trade, _, outcome, now) => Deciding.Settle(kind, trade, false, outcome, now),
            Command = (kind, trade, _, party, move, act) => Deciding.Command(kind, trade, false, party, move, act),
        },
        ["sold-out is not heard when it becomes true"] = Rules.Real with { HearSoldOut = (_, _, _) => null },
        ["an answer to an earlier attempt is heard as one to the later"] = Rules.Real with
        {
            Hear = (kind, trade, soldOut, module, answer, now) =>
            {
                var later = trade.Unanswered.Where(request => request.Verb == answer.Verb && request.Revision > answer.Revision).ToList();
                var happens = Deciding.Hear(kind, trade with { Unanswered = trade.Unanswered.RemoveAll(later.Contains) }, soldOut, module, answer, now);
                return happens with { Trade = happens.Trade with { Unanswered = [.. later, .. happens.Trade.Unanswered] } };
            },
        },
        ["what happens in one commit is said in another order"] = Rules.Real with { Said = happens => [.. happens.Moved, .. happens.Noted] },
        ["a listing's copy goes back to an older revision"] = Rules.Real with { KeepCopy = (_, heard) => heard },
        ["time cancels without asking whether the transfer is there"] = Rules.Real with
        {
            Fire = (kind, trade, soldOut, move, act) =>
                Deciding.Fire(kind with { Moves = [.. kind.Moves.Select(row => row.By is null ? row : row with { First = row.First.Remove(Verb.ConfirmDeposit) })] }, trade, soldOut, move, act),
        },
        ["of a transfer that is too much all counts as over"] = Rules.Real with
        {
            Seen = (payment, seen, currency, now, isAmbiguous) =>
                Money.Seen(
                    payment?.Missing < seen.Amount ? payment with { Standing = Standing.Nothing } : payment, seen, currency, now,
                    isAmbiguous),
        },
        ["what is too much stays"] = Rules.Real with
        {
            Seen = (payment, seen, currency, now, isAmbiguous) =>
                Money.Seen(payment, seen, currency, now, isAmbiguous) is var decision && decision.Errands.IsEmpty
                ? decision : decision with { Errands = [], Postings = [decision.Postings[0]] },
        },
        ["a refund is made twice"] = Rules.Real with
        {
            HearPayment = (known, request, now) =>
            {
                var decision = Money.Hear(known, request, now);
                return decision with { Errands = [.. decision.Errands.SelectMany(errand => errand.What == What.SendBack ? [errand, errand with { Key = errand.Key + "/again" }] : (Errand[])[errand])] };
            },
        },
        ["a refund touches a later attempt"] = Rules.Real with
        {
            HearPayment = (known, request, now) => ForEver(request, Money.Hear(known, request, now)),
            AskPayment = (known, request, now) => ForEver(request, Money.Ask(known, request, now)),
        },
        ["a question arrives after it was voided and is answered yes"] = Rules.Real with
        {
            VoidPayment = (known, question, now) =>
            {
                var decision = Money.Void(known, question, now);
                return known?.Find(question.Revision, question.Verb) is null ? decision with { Payment = decision.Payment with { Attempts = decision.Payment.Attempts.RemoveAll(attempt => attempt.Came == Came.No && attempt.Revision == question.Revision) }, Errands = [] } : decision;
            },
        },
        ["a charge that was voided is not given back"] = Rules.Real with { VoidPayment = (known, question, now) => Money.Void(known, question, now) with { Errands = [] } },
        ["a pay-out keeps no fee"] = Rules.Real with { HearPayment = (known, request, now) => Money.Hear(known, request.Verb == Verb.PayOut.Name ? request with { Fee = 0 } : request, now) },
        ["a pay-out's fee is in no journal"] = Rules.Real with
        {
            HearPayment = (known, request, now) =>
            {
                var decision = Money.Hear(known, request, now);
                return decision with { Postings = [.. decision.Postings.Select(posting => posting with { Lines = posting.Lines.RemoveAll(line => line.Account == Account.PlatformFee) })] };
            },
        },
        ["a taking that was voided is done when it comes late"] = Rules.Real with { VoidStock = (units, trade, verb, revision) => StockRules.Void(units, trade, verb, revision) with { IsNew = false } },
        ["a delivery is cancelled that has arrived"] = Rules.Real with
        {
            Deliver = (shipment, verb, revision) => DeliveryRules.Decide(verb == Verb.CancelDelivery.Name && shipment.Is == Whereabouts.Arrived ? shipment with { Is = Whereabouts.UnderWay } : shipment, verb, revision),
        },
        ["who makes a move is told of it like the others"] = Rules.Real with { WhoIsTold = (kind, moved) => WhoIsTold.Of(kind, moved with { Actor = "nobody" }) },
        ["an SMS that is sent again has another key"] = Rules.Real with { CarriersKey = (notice, attempt) => $"{notice.Id}/{attempt}" },
        ["stock is taken whether or not there is any"] = Rules.Real with
        {
            Stock = (units, trade, verb, revision, quantity) => StockRules.Decide(verb == Verb.TakeStock.Name ? units with { Available = Math.Max(units.Available, quantity), Offered = true } : units, trade, verb, revision, quantity) is var decision
                && verb == Verb.TakeStock.Name && decision.HasMoved ? decision with { Units = units.Take(quantity) } : decision,
        },
        ["stock is given back that was never taken"] = Rules.Real with
        {
            Stock = (units, trade, verb, revision, quantity) =>
            {
                var decision = StockRules.Decide(units, trade, verb, revision, quantity);
                return verb == Verb.GiveBackStock.Name && !decision.HasMoved && decision.IsNew ? decision with { Units = units.GiveBack(1), HasMoved = true } : decision;
            },
        },
    };

    /// <summary>Found only where several rare things meet: it is looked for where all of them are frequent.</summary>
    public static readonly IReadOnlySet<string> OfStorms = new HashSet<string> { "who has carried an intention goes on with the next of its stream" };

    private static Settled KeepIntention(Trade before, Settled decision) => decision is Settled.Happens happens && before.Intention is { } open
        ? happens with { Trade = happens.Trade with { Intention = happens.Trade.Intention ?? open } }
        : decision;

    private static Settled KeepUnanswered(Trade before, Settled decision) => decision is Settled.Happens happens
        ? happens with { Trade = happens.Trade with { Unanswered = before.Unanswered.AddRange(happens.Trade.Unanswered) } }
        : decision;

    private static Booked ForEver(Request request, Booked decision) =>
        request.Verb == Verb.Refund.Name ? decision with { Payment = decision.Payment with { UndoneUpTo = int.MaxValue } } : decision;
}
