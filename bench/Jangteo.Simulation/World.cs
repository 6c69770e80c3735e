using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;

namespace Jangteo.Simulation;

/// <summary>What a world found wrong.</summary>
/// <param name="Invariant">I1 to I10 (SPEC), or the rule of the engine that was broken.</param>
/// <param name="About">The trade or listing.</param>
internal sealed record Violation(string Invariant, Guid About, string Text)
{
    public override string ToString() => $"{Invariant}: {Names.Of(About)}: {Text}";
}

/// <summary>What came of a world.</summary>
/// <param name="Endings">Trades by kind and the state in which they ended.</param>
/// <param name="Hash">Of everything that happened, in order.</param>
internal sealed record Verdict(
    ulong Seed, int Trades, long Steps, ulong Hash, IReadOnlyList<Violation> Violations,
    IReadOnlyDictionary<(string Kind, string State), int> Endings)
{
    /// <summary>How often it was so: a transfer that fits in such a way, and <c>confirmed by time</c>.</summary>
    public IReadOnlyDictionary<string, int> Transfers { get; init; } = new Dictionary<string, int>();
}

/// <summary>
/// A market place of a few dozen trades in which everything that can go wrong does: one thread, one source of chance, clocks of its own. The same seed
/// gives the same world to the byte.
/// </summary>
internal sealed class World
{
    /// <summary>A world that has not come to rest after so many steps never will.</summary>
    private const int MostSteps = 400_000;
    private const int MostViolations = 12;

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, long> queue = new();
    private readonly List<Violation> violations = [];
    private TimeSpan moved;
    private int order;

    public World(ulong seed, IReadOnlyList<Kind> kinds, Rules rules, int trades = 40, bool keepsTrace = false, Weather? weather = null, bool ofTransfers = false)
    {
        Seed = seed;
        Kinds = kinds;
        Rules = rules;
        Dice = new Dice(seed);
        Settings = Weather = weather ?? Weather.Of(Dice);
        Trace = new Trace(keepsTrace);
        FeePermille = Dice.Pick([0, 30, 30, 30, 125, 1000]);
        Bus = new Bus(this);
        Trading = new SimulatedTrading(this);
        Catalog = new SimulatedCatalog(this);
        Payments = new SimulatedPayments(this);
        Delivery = new SimulatedDelivery(this);
        Notices = new SimulatedNotices(this);
        Views = new SimulatedViews(this);
        Actors = [Trading, Catalog, Payments, Delivery, Notices, Views];
        People = new People(this, trades, ofTransfers);
    }

    public ulong Seed { get; }

    public IReadOnlyList<Kind> Kinds { get; }

    public Rules Rules { get; }

    public Dice Dice { get; }

    /// <summary>Changes to calm when the faults end.</summary>
    public Weather Weather { get; private set; }

    /// <summary>What the world began with, for what is a setting and no fault.</summary>
    public Weather Settings { get; }

    public Trace Trace { get; }

    public int FeePermille { get; }

    public string Currency => "KRW";

    public Bus Bus { get; }

    public SimulatedTrading Trading { get; }

    public SimulatedCatalog Catalog { get; }

    public SimulatedPayments Payments { get; }

    public SimulatedDelivery Delivery { get; }

    public SimulatedNotices Notices { get; }

    public SimulatedViews Views { get; }

    public IReadOnlyList<Actor> Actors { get; }

    public People People { get; }

    /// <summary>Machine time since the world began, in milliseconds.</summary>
    public long Now { get; private set; }

    public DateTimeOffset Began => Epoch;

    public DateTimeOffset Machine => Epoch.AddMilliseconds(Now);

    /// <summary>Machine time, and what people have moved the clock by.</summary>
    public DateTimeOffset Business => Machine + moved;

    public long Steps { get; private set; }

    public IReadOnlyList<Violation> Violations => violations;

    /// <summary>The keys of all questions that somebody gave up waiting for.</summary>
    public HashSet<string> Voided { get; } = [];

    /// <summary>How often each question, by its key, may have been asked with an effect, whoever asked it.</summary>
    public Dictionary<string, int> Asked { get; } = [];

    public bool IsHopeless => violations.Count >= MostViolations || Steps > MostSteps;

    public void MoveClock(TimeSpan by) => moved += by;

    public Actor? Find(string module)
    {
        foreach (var actor in Actors)
        {
            if (actor.Module == module)
            {
                return actor;
            }
        }

        return null;
    }

    /// <summary>Trades are Trading's to ask for, listings Catalog's.</summary>
    public Actor AskerOf(Answered answered) => Names.Of(answered.Stream)[0] == Names.Trade ? Trading : Catalog;

    public void After(long milliseconds, Action what) => queue.Enqueue(what, ((Now + milliseconds) << 24) + (order++ & 0xFFFFFF));

    /// <summary>How long something takes on its way.</summary>
    public long Delay() => Dice.Chance(Weather.Late) ? Dice.Between(500, 9_000) : Dice.Between(1, 25);

    /// <summary>Whether whoever is at work in a module dies here.</summary>
    public bool Dies(Actor at)
    {
        if (!Dice.Chance(Weather.Dies))
        {
            return false;
        }

        Trace.Say(Now, default, $"somebody at {at.Module} dies");
        return true;
    }

    public void Violate(string invariant, Guid about, string text)
    {
        if (violations.Count < MostViolations)
        {
            Trace.Say(Now, about, $"{invariant} IS BROKEN: {text}");
            violations.Add(new Violation(invariant, about, text));
        }
    }

    /// <summary>Asks a question of a module over a network: neither the question nor the reply is sure to arrive, or to arrive in time.</summary>
    public void Ask(string module, Request question, bool isVoid, Action<Reply> heard)
    {
        var asked = Find(module)!;
        if (isVoid)
        {
            Voided.Add(question.Key);
        }

        if (asked.IsDown || Dice.Chance(Weather.Away))
        {
            After(1, () => heard(new Reply.Unreachable(TimeSpan.FromSeconds(2), "out of reach")));
            return;
        }

        Asked[question.Key] = Asked.GetValueOrDefault(question.Key) + 1;
        var isOver = false;
        var life = asked.Life;
        After(2_000, () => Hear(new Reply.Unknown("no answer in time")));
        if (!Dice.Chance(Weather.Silent))
        {
            After(Delay(), () =>
            {
                if (!asked.IsDown && asked.Life == life)
                {
                    asked.Answer(question, isVoid, reply =>
                    {
                        if (!Dice.Chance(Weather.Silent))
                        {
                            After(Delay(), () => Hear(reply));
                        }
                    });
                }
            });
        }

        void Hear(Reply reply)
        {
            if (!isOver)
            {
                isOver = true;
                if (reply is Reply.Unreachable)
                {
                    // The module itself could not reach whom it needs, and says so.
                    Asked[question.Key]--;
                }

                heard(reply);
            }
        }
    }

    /// <summary>Calls the provider or the bank. When it is silent, the effect may come, or have come, or never come.</summary>
    public void CallOutside(Func<Says> effect, Action<Says> heard)
    {
        if (Dice.Chance(Weather.Outside / 4))
        {
            After(1, () => heard(Says.OutOfReach));
        }
        else if (Dice.Chance(Weather.Outside))
        {
            if (Dice.Below(2) == 0)
            {
                After(Delay(), () => effect());
            }

            After(1_500, () => heard(Says.Silent));
        }
        else
        {
            After(Delay(), () =>
            {
                var says = effect();
                After(Dice.Between(1, 20), () => heard(says));
            });
        }
    }

    /// <summary>In some worlds everything is written and read again, as the real program does with all it stores and sends.</summary>
    public T ThroughBytes<T>(T value)
        where T : class =>
        Weather.Bytes ? (T)JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Wire.Json), value.GetType(), Wire.Json)! : value;

    /// <summary>Runs to the end: the market's day with all its faults, then rest, then the end of every trade.</summary>
    public Verdict Run()
    {
        try
        {
            People.Begin();
            Drain();
            Rest();
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or NullReferenceException or KeyNotFoundException or NeedUnmetException)
        {
            Violate("I7", default, $"{fault.GetType().Name}: {fault.Message} {fault.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
        }

        return new Verdict(Seed, Trading.Files.Count, Steps, Trace.Hash, violations, Endings()) { Transfers = TransfersSeen() };
    }

    /// <summary>The faults end, and everything else too.</summary>
    public void Rest()
    {
        Weather = Weather.Calm with { Bytes = Weather.Bytes };
        new Resting(this).Run();
    }

    /// <summary>Lets happen what is under way, and what follows from it, until nothing does.</summary>
    public void Drain()
    {
        while (!IsHopeless && queue.TryDequeue(out var happens, out var at))
        {
            Now = Math.Max(Now, at >> 24);
            Steps++;
            happens();
        }

        if (Steps > MostSteps)
        {
            Violate("I7", default, $"nothing comes to rest after {MostSteps} steps");
        }
    }

    /// <summary>A message in a few words.</summary>
    public static string Say(object body) => body switch
    {
        Request request => $"{request.Verb} at {request.Revision}",
        Answered answered => $"{answered.Event} to {answered.Verb} at {answered.Revision}",
        TradeMoved moved => $"{moved.Do} at {moved.Revision}",
        TradeNoted noted => $"{noted.What} at {noted.Revision}",
        ListingChanged changed => $"{changed.What} at {changed.Revision}",
        _ => body.GetType().Name,
    };

    private Dictionary<string, int> TransfersSeen()
    {
        var seen = Payments.Deposits.Values.GroupBy(transfer => Words.Of(transfer.Fits))
            .ToDictionary(group => group.Key, group => group.Count());
        seen["confirmed by time"] = Trading.Files.Sum(file => file.History.Count(
            line => line is { What: "moved", Actor: Jangteo.Trading.Act.Time } && file.Kind.Moves.Any(row => row.Do == line.Do && row.By is not null)));
        return seen;
    }

    private Dictionary<(string Kind, string State), int> Endings()
    {
        var endings = new Dictionary<(string, string), int>();
        foreach (var file in Trading.Files)
        {
            var ending = (file.Trade.Kind, file.Trade.NotBegun ? "(not begun)" : file.Trade.State);
            endings[ending] = endings.GetValueOrDefault(ending) + 1;
        }

        return endings;
    }
}
