using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices;

namespace Jangteo.Simulation;

/// <summary>Notices: its storage and its shell as a model, around the real <see cref="WhoIsTold"/>; and a phone and a mailbox as one wishes they were.</summary>
internal sealed class SimulatedNotices(World world) : Actor(world, Modules.Notices)
{
    private const string Sent = "sent";
    private const string Voided = "voided";

    private readonly Dictionary<string, string> alarms = [];
    private readonly Queue<Notice> waiting = new();
    private readonly HashSet<string> keysAtCarrier = [];
    private int attempts;
    private bool isSending;

    public List<Notice> Told { get; } = [];

    /// <summary>What phones and mailboxes have shown, in order.</summary>
    public List<Notice> Shown { get; } = [];

    public bool HasUnsent => waiting.Count > 0;

    public override void Answer(Request question, bool isVoid, Action<Reply> reply)
    {
        Reply? said = null;
        if (Transact(() => said = AnswerNow(question, isVoid)) == Commit.Done)
        {
            reply(said!);
        }
    }

    public Reply AnswerNow(Request question, bool isVoid)
    {
        if (!alarms.TryGetValue(question.Key, out var outcome))
        {
            alarms.Add(question.Key, outcome = isVoid ? Voided : Sent);
            if (!isVoid)
            {
                Tell([.. WhoIsTold.Of(KindOf(question.Kind), question, World.Business)]);
            }
        }

        return outcome == Sent ? new Reply.Yes(Verb.SendAlarm.Yes) : new Reply.No(Verb.TimedOut, Refusals.TimedOut);
    }

    /// <summary>What was left lying by the replay of a path is taken up.</summary>
    public void GoOn()
    {
        if (HasUnsent)
        {
            SendSoon();
        }
    }

    protected override bool Hear(Row row)
    {
        switch (row.Body)
        {
            case TradeMoved moved:
                Tell([.. Rules.WhoIsTold(KindOf(moved.Kind), moved)]);
                break;
            case TradeNoted noted:
                Tell([.. WhoIsTold.Of(KindOf(noted.Kind), noted)]);
                break;
            case Request request:
                var answer = AnswerNow(request, isVoid: false) is Reply.No no
                    ? new Answered(request.Stream, request.Revision, request.Verb, no.Event, no.Code)
                    : new Answered(request.Stream, request.Revision, request.Verb, Verb.SendAlarm.Yes);
                Send(NoticesMessages.Answered, request.Stream, answer);
                break;
        }

        return true;
    }

    private Kind? KindOf(string name)
    {
        foreach (var kind in World.Kinds)
        {
            if (kind.Name == name)
            {
                return kind;
            }
        }

        return null;
    }

    private void Tell(Notice[] notices)
    {
        foreach (var notice in notices)
        {
            World.Trace.Say(World.Now, notice.Subject, $"{notice.Person} is told of {notice.Cause} by {notice.Channel}");
            Told.Add(notice);
            if (notice.Status == Notice.Waiting)
            {
                waiting.Enqueue(notice);
                SendSoon();
            }
        }
    }

    private void SendSoon()
    {
        if (!isSending && World.Bus.Held is null)
        {
            isSending = true;
            World.After(World.Delay(), SendNext);
        }
    }

    /// <summary>One after the other, in the order in which they came about: what is recorded as sent comes after the sending, and the carrier's key makes that harmless.</summary>
    private void SendNext()
    {
        isSending = false;
        if (!waiting.TryPeek(out var notice))
        {
            return;
        }

        if (!IsDown && !World.Dice.Chance(World.Weather.Outside))
        {
            if (keysAtCarrier.Add(Rules.CarriersKey(notice, ++attempts)))
            {
                Shown.Add(notice);
            }

            Transact(() => waiting.Dequeue());
        }

        SendSoon();
    }
}
