using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;

namespace Jangteo.Delivery;

/// <summary>What was decided about a question or request for a delivery.</summary>
/// <param name="IsNew">False when it was answered before: nothing is to be stored.</param>
internal readonly record struct DeliveryDecision(Shipment Shipment, KeyedAnswer Answer, bool IsNew);

/// <summary>
/// The rules of deliveries (the table of verbs in DESIGN §3). The key of each is (trade, revision, verb), so that the same one twice has one effect
/// and one answer.
/// </summary>
internal static class DeliveryRules
{
    /// <summary>Decides on a question or request.</summary>
    /// <exception cref="InvalidOperationException">What the verb needs is not so. No table that passed the checks asks for this: it is a bug, and the message is parked.</exception>
    public static DeliveryDecision Decide(Shipment shipment, string verb, int revision) =>
        shipment.Answers.Find(revision, verb) is { } earlier ? new DeliveryDecision(shipment, earlier, IsNew: false)
        : verb == Verb.Deliver.Name ? Deliver(shipment, revision)
        : verb == Verb.CancelDelivery.Name ? Cancel(shipment, revision)
        : verb == Verb.FinishDelivery.Name ? Finish(shipment, revision)
        : throw new InvalidOperationException($"There is no verb '{verb}' of deliveries.");

    /// <summary>Ends the wait for a question: what it was answered, or that it was not done and never will be.</summary>
    public static DeliveryDecision Void(Shipment shipment, string verb, int revision) =>
        shipment.Answers.Find(revision, verb) is { } earlier
            ? new DeliveryDecision(shipment, earlier, IsNew: false)
            : Answer(shipment, new KeyedAnswer(revision, verb, Verb.TimedOut, Refusals.TimedOut));

    /// <summary>The seller's side says that it has arrived. Null unless it is under way.</summary>
    /// <returns>What is told of it: <c>delivered</c>, by the revision of the request that started it.</returns>
    public static (Shipment Shipment, Answered Told)? Arrive(Shipment shipment, Guid trade) =>
        shipment.Is == Whereabouts.UnderWay
            ? (shipment with { Is = Whereabouts.Arrived }, new Answered(trade, shipment.StartedAt, Verb.Deliver.Name, Verb.Delivered))
            : null;

    /// <summary>It starts at once. One that was cancelled before it came never does.</summary>
    private static DeliveryDecision Deliver(Shipment shipment, int revision) =>
        revision <= shipment.CancelledUpTo ? Answer(shipment, new KeyedAnswer(revision, Verb.Deliver.Name, Verb.TimedOut, Refusals.TimedOut))
        : shipment.Is is Whereabouts.None or Whereabouts.Cancelled
            ? Answer(shipment with { Is = Whereabouts.UnderWay, StartedAt = revision }, new KeyedAnswer(revision, Verb.Deliver.Name, Verb.Deliver.Yes))
            : throw new InvalidOperationException($"A second delivery was asked for, and the first is {shipment.Is}.");

    /// <summary>What has arrived is not brought back by cancelling; a later attempt is another one, and stays.</summary>
    private static DeliveryDecision Cancel(Shipment shipment, int revision)
    {
        var (isMeant, marked) = (shipment.StartedAt <= revision, shipment with { CancelledUpTo = Math.Max(shipment.CancelledUpTo, revision) });
        return (shipment.Is, isMeant) switch
        {
            (Whereabouts.Arrived, true) => Answer(shipment, new KeyedAnswer(revision, Verb.CancelDelivery.Name, Verb.CancelDelivery.No[0], Refusals.DeliveryTooLate)),
            (Whereabouts.UnderWay or Whereabouts.None, true) => Answer(marked with { Is = Whereabouts.Cancelled }, new KeyedAnswer(revision, Verb.CancelDelivery.Name, Verb.CancelDelivery.Yes)),
            _ => Answer(marked, new KeyedAnswer(revision, Verb.CancelDelivery.Name, Verb.CancelDelivery.Yes)),
        };
    }

    private static DeliveryDecision Finish(Shipment shipment, int revision) =>
        Answer(shipment.Is == Whereabouts.UnderWay ? shipment with { Is = Whereabouts.Arrived } : shipment, new KeyedAnswer(revision, Verb.FinishDelivery.Name, Verb.FinishDelivery.Yes));

    private static DeliveryDecision Answer(Shipment shipment, KeyedAnswer answer) => new(shipment with { Answers = shipment.Answers.With(answer) }, answer, IsNew: true);
}
