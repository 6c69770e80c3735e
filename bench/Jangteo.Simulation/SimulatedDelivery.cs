using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;

namespace Jangteo.Simulation;

/// <summary>Delivery: its storage and its shell as a model, around the real <see cref="DeliveryRules"/>.</summary>
internal sealed class SimulatedDelivery(World world) : Actor(world, Modules.Delivery)
{
    private readonly Dictionary<Guid, Shipment> shipments = [];

    /// <summary>Trades whose delivery is under way, in the order of their beginning.</summary>
    public IEnumerable<Guid> UnderWay => shipments.Where(pair => pair.Value.Is == Whereabouts.UnderWay).Select(pair => pair.Key);

    /// <summary>What the sellers' side was told to have been noted as arrived.</summary>
    public List<Guid> Arrivals { get; } = [];

    public Whereabouts Of(Guid trade) => shipments.GetValueOrDefault(trade, Shipment.None).Is;

    /// <summary>The seller's side says that it has arrived.</summary>
    public void Arrive(Guid trade)
    {
        if (IsDown || DeliveryRules.Arrive(shipments.GetValueOrDefault(trade, Shipment.None), trade) is not { } arrived)
        {
            return;
        }

        var ended = Transact(() =>
        {
            World.Trace.Say(World.Now, trade, $"it arrives");
            shipments[trade] = arrived.Shipment;
            Send(DeliveryMessages.Answered, trade, arrived.Told);
        });
        if (ended == Commit.Done)
        {
            Arrivals.Add(trade);
        }
    }

    public Reply AnswerNow(Request question, bool isVoid)
    {
        var shipment = shipments.GetValueOrDefault(question.Stream, Shipment.None);
        return Keep(question, isVoid ? DeliveryRules.Void(shipment, question.Verb, question.Revision) : Rules.Deliver(shipment, question.Verb, question.Revision)).Reply;
    }

    public override void Answer(Request question, bool isVoid, Action<Reply> reply)
    {
        Reply? said = null;
        if (Transact(() => said = AnswerNow(question, isVoid)) == Commit.Done)
        {
            reply(said!);
        }
    }

    protected override bool Hear(Row row)
    {
        var request = (Request)row.Body;
        World.Trace.Say(World.Now, row.Stream, $"delivery hears {request.Verb} at {request.Revision}");
        var decision = Rules.Deliver(shipments.GetValueOrDefault(request.Stream, Shipment.None), request.Verb, request.Revision);
        Send(DeliveryMessages.Answered, request.Stream, Keep(request, decision).AnsweredTo(request.Stream));
        return true;
    }

    private KeyedAnswer Keep(Request request, DeliveryDecision decision)
    {
        if (decision.IsNew)
        {
            shipments[request.Stream] = decision.Shipment;
        }

        return decision.Answer;
    }
}
