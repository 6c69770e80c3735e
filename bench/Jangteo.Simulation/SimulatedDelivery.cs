using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;

namespace Jangteo.Simulation;

/// <summary>Where a delivery is.</summary>
internal enum Parcel
{
    None,
    UnderWay,
    Arrived,
    Cancelled,
}

/// <summary>Delivery, as a model of its own until the module's rules can be run here.</summary>
internal sealed class SimulatedDelivery(World world) : Actor(world, Modules.Delivery)
{
    private readonly Dictionary<Guid, (Parcel Parcel, int Since, KeyedAnswers Answers)> deliveries = [];

    /// <summary>Trades whose delivery is under way, in the order of their beginning.</summary>
    public IEnumerable<Guid> UnderWay => deliveries.Where(pair => pair.Value.Parcel == Parcel.UnderWay).Select(pair => pair.Key);

    public Parcel Of(Guid trade) => deliveries.GetValueOrDefault(trade).Parcel;

    /// <summary>The seller's side says that it has arrived.</summary>
    public void Arrive(Guid trade)
    {
        if (IsDown || Of(trade) != Parcel.UnderWay)
        {
            return;
        }

        Transact(() =>
        {
            var delivery = deliveries[trade];
            World.Trace.Say(World.Now, trade, $"it arrives");
            deliveries[trade] = delivery with { Parcel = Parcel.Arrived };
            Send(DeliveryMessages.Answered, trade, new Answered(trade, delivery.Since, Verb.Deliver.Name, Verb.Delivered));
        });
    }

    public Reply AnswerNow(Request question, bool isVoid) => Decide(question, isVoid).Reply;

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
        Send(DeliveryMessages.Answered, request.Stream, Decide(request, isVoid: false).AnsweredTo(request.Stream));
        return true;
    }

    private KeyedAnswer Decide(Request request, bool isVoid)
    {
        var delivery = deliveries.GetValueOrDefault(request.Stream);
        if (delivery.Answers.Find(request.Revision, request.Verb) is { } earlier)
        {
            return earlier;
        }

        var verb = Verb.Find(request.Verb)!;
        var (parcel, since, answer) = (isVoid, request.Verb, delivery.Parcel) switch
        {
            (true, _, var now) => (now, delivery.Since, Verb.TimedOut),
            (_, "deliver", Parcel.None or Parcel.Cancelled) => (Parcel.UnderWay, request.Revision, verb.Yes),
            (_, "deliver", _) => throw new InvalidOperationException($"{request.Key}: one delivery is enough."),
            (_, "cancel-delivery", Parcel.Arrived) => (Parcel.Arrived, delivery.Since, verb.No[0]),
            (_, "cancel-delivery", _) => (Parcel.Cancelled, delivery.Since, verb.Yes),
            (_, "finish-delivery", Parcel.UnderWay) => (Parcel.Arrived, delivery.Since, verb.Yes),
            (_, _, var now) => (now, delivery.Since, verb.Yes),
        };
        var keyed = new KeyedAnswer(request.Revision, request.Verb, answer, answer == verb.Yes ? null : isVoid ? Refusals.TimedOut : Refusals.NotNow);
        deliveries[request.Stream] = (parcel, since, delivery.Answers.With(keyed));
        return keyed;
    }
}
