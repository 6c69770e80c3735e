using Jangteo.Contracts;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Messaging;

namespace Jangteo.Simulation;

/// <summary>One thing a module said, as it stands in its log.</summary>
/// <param name="About">The trade or listing whose trace it belongs to.</param>
internal sealed record Row(Actor Sender, string Type, Guid Stream, object Body);

/// <summary>A row on its way to one of its receivers.</summary>
internal sealed class Letter(Row row, Actor to, int seq)
{
    public Row Row => row;

    public Actor To => to;

    public int Seq => seq;

    /// <summary>The receiver has said that he has it: it is not sent again.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>How often it has had its effect.</summary>
    public int Effects { get; set; }
}

/// <summary>How a commit went.</summary>
internal enum Commit
{
    /// <summary>Who was at work died before: nothing has happened.</summary>
    Lost,
    Done,

    /// <summary>It has happened, and who was at work died before he could say so.</summary>
    Unheard,
}

/// <summary>A module of the world: its log and inbox as a model of the platform, around the module's real rules.</summary>
internal abstract class Actor(World world, string module)
{
    private readonly Dictionary<(Guid Stream, Actor To), int> sent = [];
    private readonly Dictionary<(Actor Sender, Guid Stream), int> inbox = [];
    private readonly Dictionary<(Actor Sender, Guid Stream), int> effects = [];
    private readonly Dictionary<(Actor Sender, Guid Stream), SortedList<int, Letter>> aside = [];
    private readonly HashSet<(Actor Sender, Guid Stream)> parked = [];
    private readonly List<Row> unsent = [];
    private List<Letter> arrived = [];
    private bool willHear;
    private bool willOffer;

    public World World => world;

    public string Module => module;

    /// <summary>Raised when everything that the module is at work on dies.</summary>
    public int Life { get; private set; }

    public bool IsDown { get; set; }

    public bool IsAtRest => arrived.Count == 0 && aside.Count == 0;

    /// <summary>Letters that wait in this module's inbox, for who wants to know why it is not at rest.</summary>
    public IEnumerable<Letter> Waiting => arrived.Concat(aside.Values.SelectMany(list => list.Values));

    protected Rules Rules => world.Rules;

    /// <summary>A death of everything that is under way; what was committed stays.</summary>
    public void Kill()
    {
        Life++;
        var lost = arrived;
        arrived = [];
        foreach (var letter in lost)
        {
            world.Bus.SendAgain(letter);
        }
    }

    /// <summary>Something has come: it is heard in a moment, with what else comes until then.</summary>
    public void Arrive(Letter letter)
    {
        arrived.Add(letter);
        WillHear(world.Dice.Below(6));
    }

    /// <summary>Answers a question, or its voiding. The reply may never come.</summary>
    public virtual void Answer(Request question, bool isVoid, Action<Reply> reply) => throw new InvalidOperationException($"{module} answers no questions.");

    /// <summary>Hears one message, exactly once, in one commit with its inbox. False when it cannot be heard now.</summary>
    protected abstract bool Hear(Row row);

    /// <summary>Hears a letter at once and alone, as the replay of a path wants it. False when it must wait.</summary>
    public bool HearNow(Letter letter)
    {
        Take(letter);
        return letter.Effects > 0;
    }

    /// <summary>What was done outside of any commit of the world is sent, as the replay of a path wants it.</summary>
    public void SendWaiting() => Post();

    /// <summary>What is done within happens as a whole or not at all, and what it says is sent with it.</summary>
    protected Commit Transact(Action work)
    {
        if (world.Dies(this))
        {
            return Commit.Lost;
        }

        work();
        Post();
        return world.Dies(this) ? Commit.Unheard : Commit.Done;
    }

    /// <summary>Says something with the commit under way.</summary>
    protected void Send(string type, Guid stream, object body) => unsent.Add(new Row(this, type, stream, body));

    /// <summary>The receivers of what was said with the commit under way are counted one by one, each with the place of the message in its stream.</summary>
    private void Post()
    {
        if (!Rules.SendsInItsCommit && unsent.Count > 0 && world.Dies(this))
        {
            unsent.Clear();
        }

        foreach (var row in unsent)
        {
            var body = row with { Body = world.ThroughBytes(row.Body) };
            foreach (var receiver in world.Bus.ReceiversOf(body))
            {
                var seq = sent.GetValueOrDefault((row.Stream, receiver)) + 1;
                sent[(row.Stream, receiver)] = seq;
                world.Bus.Send(new Letter(body, receiver, seq));
            }
        }

        unsent.Clear();
    }

    private void WillHear(long soon)
    {
        if (!willHear)
        {
            willHear = true;
            world.After(soon, HearArrived);
        }
    }

    private void HearArrived()
    {
        willHear = false;
        if (arrived.Count == 0)
        {
            return;
        }

        if (IsDown)
        {
            WillHear(250);
            return;
        }

        var batch = arrived;
        arrived = [];
        if (!Rules.AcknowledgesAfterCommit)
        {
            batch.ForEach(letter => letter.IsAcknowledged = true);
        }

        if (world.Dies(this))
        {
            batch.ForEach(world.Bus.SendAgain);
            return;
        }

        batch.ForEach(Take);
        if (world.Dies(this))
        {
            // Committed, and not acknowledged: all of it comes again.
            batch.ForEach(letter => world.After(world.Delay(), () => Arrive(letter)));
        }
    }

    private void Take(Letter letter)
    {
        letter.IsAcknowledged = true;
        var stream = (letter.Row.Sender, letter.Row.Stream);
        switch (Rules.Judge(inbox.GetValueOrDefault(stream), letter.Seq))
        {
            case Turn.Now:
                if (TakeNow(letter, stream))
                {
                    TakeAside(stream);
                }

                break;
            case Turn.Early:
                SetAside(letter, stream);
                break;
        }
    }

    private bool TakeNow(Letter letter, (Actor Sender, Guid Stream) stream)
    {
        if (parked.Contains(stream))
        {
            SetAside(letter, stream);
            return false;
        }

        try
        {
            if (!Hear(letter.Row))
            {
                SetAside(letter, stream);
                WillOffer();
                return false;
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or NeedUnmetException)
        {
            unsent.Clear();
            parked.Add(stream);
            SetAside(letter, stream);
            world.Violate("I7", letter.Row.Stream, $"{module} parked {Describe(letter)}: {fault.Message}");
            return false;
        }

        Post();
        inbox[stream] = letter.Seq;
        Count(letter, stream);
        return true;
    }

    /// <summary>By its own count, not by the inbox: each message has its effect once, in the order in which its stream was sent.</summary>
    private void Count(Letter letter, (Actor Sender, Guid Stream) stream)
    {
        if (++letter.Effects > 1)
        {
            world.Violate("I6", letter.Row.Stream, $"{Describe(letter)} had its effect at {module} {letter.Effects} times");
        }
        else if (letter.Seq != effects.GetValueOrDefault(stream) + 1)
        {
            world.Violate("I6", letter.Row.Stream, $"{Describe(letter)} was heard by {module} after number {effects.GetValueOrDefault(stream)} of its stream");
        }

        effects[stream] = letter.Seq;
    }

    private void SetAside(Letter letter, (Actor Sender, Guid Stream) stream)
    {
        if (!aside.TryGetValue(stream, out var waiting))
        {
            aside.Add(stream, waiting = []);
        }

        waiting[letter.Seq] = letter;
    }

    /// <summary>What was set aside of a stream and is now next.</summary>
    private void TakeAside((Actor Sender, Guid Stream) stream)
    {
        while (aside.TryGetValue(stream, out var waiting))
        {
            var letter = waiting.Values[0];
            var turn = Rules.Judge(inbox.GetValueOrDefault(stream), letter.Seq);
            if (turn == Turn.Early)
            {
                return;
            }

            waiting.RemoveAt(0);
            if (waiting.Count == 0)
            {
                aside.Remove(stream);
            }

            if (turn == Turn.Now && !TakeNow(letter, stream))
            {
                return;
            }
        }
    }

    private void WillOffer()
    {
        if (willOffer)
        {
            return;
        }

        willOffer = true;
        world.After(world.Dice.Between(60, 400), () =>
        {
            willOffer = false;
            if (IsDown)
            {
                WillOffer();
                return;
            }

            foreach (var stream in aside.Keys.ToList())
            {
                TakeAside(stream);
            }
        });
    }

    private static string Describe(Letter letter) => $"{letter.Row.Sender.Module}'s {World.Say(letter.Row.Body)} (number {letter.Seq} to {letter.To.Module})";
}

/// <summary>What carries letters: it loses, doubles and delays them, and sends again what nobody has acknowledged.</summary>
internal sealed class Bus(World world)
{
    private readonly Dictionary<string, Actor[]> receivers = [];

    /// <summary>What is under way, while nobody but the replay of a path delivers it.</summary>
    public List<Letter>? Held { get; set; }

    public IReadOnlyList<Actor> ReceiversOf(Row row)
    {
        var declared = receivers.TryGetValue(row.Type, out var known)
            ? known
            : receivers[row.Type] = [.. MessageTypes.Of(row.Type).Receivers.Select(world.Find).OfType<Actor>()];
        return row.Body switch
        {
            Request request => [world.Find(Kinds.Verb.Find(request.Verb)!.Module)!],
            Answered answered => [.. declared, world.AskerOf(answered)],
            TradeNoted { Waited: not null } or TradeNoted { Transfer: not null } => [.. declared, world.Notices],
            _ => declared,
        };
    }

    public void Send(Letter letter)
    {
        if (Held is { } held)
        {
            held.Add(letter);
            return;
        }

        var weather = world.Weather;
        if (world.Dice.Chance(weather.Lost))
        {
            SendAgain(letter);
            return;
        }

        if (world.Dice.Chance(weather.Doubled))
        {
            world.After(world.Delay() + world.Dice.Below(60), () => letter.To.Arrive(letter));
        }

        world.After(world.Delay(), () => letter.To.Arrive(letter));
    }

    /// <summary>The log still has it: after a while it is noticed that nobody has acknowledged it.</summary>
    public void SendAgain(Letter letter) => world.After(world.Dice.Between(150, 1500), () =>
    {
        if (!letter.IsAcknowledged)
        {
            Send(letter);
        }
    });
}
