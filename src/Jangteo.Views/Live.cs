using System.Threading.Channels;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Time;

namespace Jangteo.Views;

/// <summary>That something changed, and for whom: what it is now is asked for by its id.</summary>
/// <param name="Name">trade, notice, listing or clock.</param>
/// <param name="People">Whom it concerns; null for everybody. Operators see to every trade.</param>
internal sealed record Happened(string Name, string Id, int Revision, Guid[]? People)
{
    public const string Trade = "trade";

    public static IEnumerable<Happened> Of(object body) => body switch
    {
        TradeMoved moved => [new(Trade, moved.Trade.ToString(), moved.Revision, [moved.Buyer.Id, moved.Seller.Id])],
        TradeNoted noted => [new(Trade, noted.Trade.ToString(), noted.Revision, [noted.Buyer, noted.Seller])],
        ListingChanged changed => [new("listing", changed.Listing.ToString(), changed.Revision, changed.Status == "draft" ? [changed.Owner.Id] : null)],
        // An SMS or an e-mail is said twice: when it is to be sent, and when it has been, which is when there is something to be seen.
        Told told => told.Tellings.Where(telling => telling.Channel == "app" || telling.Status == "sent").Select(telling => new Happened("notice", telling.Notice.ToString(), told.Cause, [telling.Person])),
        _ => [],
    };
}

/// <summary>What happened, at its place among all that this process has passed on.</summary>
internal sealed record Change(long Number, Happened What)
{
    public bool IsFor(Caller? who) => What.People is null || (who is not null && (What.People.Contains(who.Id) || (who.IsOperator && What.Name == Happened.Trade)));
}

/// <summary>
/// Passes on what has just been heard, to open streams and to whoever waits for a token. Keeps the last changes in memory, so that a stream
/// that broke goes on where it was.
/// </summary>
internal sealed class Live
{
    private const int Kept = 4096;
    private const int LongestQueue = 256;

    private readonly Lock guard = new();
    private readonly Queue<Change> recent = new();
    private readonly List<Listener> listeners = [];
    private string epoch = NewEpoch();
    private TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long last;

    /// <param name="faults">Whoever sees the clock of the sandbox wants to see its faults too, so one event tells of both.</param>
    public Live(BusinessClock clock, Faults faults)
    {
        clock.Moved += Ring;
        faults.Changed += Ring;
        void Ring() => PassOn([new Happened("clock", "clock", (int)clock.Offset.TotalSeconds, null)]);
    }

    /// <summary>What was heard and committed.</summary>
    public void Tell(IReadOnlyList<Happened> happened)
    {
        PassOn(happened);
        Interlocked.Exchange(ref heard, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Ends when something has been heard after the call, or when the time is over.</summary>
    public Task Heard(TimeSpan most, CancellationToken ct) => Task.WhenAny(Volatile.Read(ref heard).Task, Task.Delay(most, ct));

    /// <summary>The name of a change by which a stream can be taken up again.</summary>
    public string EventId(long number) => $"{epoch}-{number}";

    /// <summary>The name of the last change so far.</summary>
    public string Now
    {
        get
        {
            lock (guard)
            {
                return EventId(last);
            }
        }
    }

    /// <summary>Listens for one person, or for whoever is not signed in.</summary>
    /// <param name="after">The last event id that was received, or null.</param>
    /// <returns>The changes since then when they are still known; null in their place says that the listener has to look at everything again.</returns>
    public Listener Listen(Caller? who, string? after)
    {
        lock (guard)
        {
            var known = after is not null && after.StartsWith(epoch + "-", StringComparison.Ordinal) && long.TryParse(after.AsSpan(epoch.Length + 1), out var number) && number <= last
                && (recent.Count == 0 ? number == last : number >= recent.Peek().Number - 1)
                ? number
                : (long?)null;
            var listener = new Listener(this, who, last, after is null ? [] : known is null ? null : [.. recent.Where(change => change.Number > known && change.IsFor(who))]);
            listeners.Add(listener);
            return listener;
        }
    }

    /// <summary>Something may have been missed: every stream ends, and none can be taken up again where it was.</summary>
    public void Forget()
    {
        lock (guard)
        {
            epoch = NewEpoch();
            recent.Clear();
            listeners.ForEach(listener => listener.End());
        }
    }

    private static string NewEpoch() => Ids.New().ToString("N")[^12..];

    private void PassOn(IReadOnlyList<Happened> happened)
    {
        lock (guard)
        {
            foreach (var what in happened)
            {
                var change = new Change(++last, what);
                recent.Enqueue(change);
                if (recent.Count > Kept)
                {
                    recent.Dequeue();
                }

                foreach (var listener in listeners)
                {
                    listener.Offer(change);
                }
            }
        }
    }

    /// <summary>One open stream.</summary>
    internal sealed class Listener(Live live, Caller? who, long from, IReadOnlyList<Change>? missed) : IDisposable
    {
        private readonly Channel<Change> queue = Channel.CreateBounded<Change>(LongestQueue);

        /// <summary>The number of the last change before this stream's own.</summary>
        public long From => from;

        /// <summary>What came while the stream was broken; null when nobody remembers.</summary>
        public IReadOnlyList<Change>? Missed => missed;

        public ChannelReader<Change> Changes => queue.Reader;

        public void Offer(Change change)
        {
            // A reader that is too slow is let go: it connects again with its last id and catches up, or is told to look at everything.
            if (change.IsFor(who) && !queue.Writer.TryWrite(change))
            {
                queue.Writer.TryComplete();
            }
        }

        public void End() => queue.Writer.TryComplete();

        public void Dispose()
        {
            lock (live.guard)
            {
                live.listeners.Remove(this);
            }
        }
    }
}
