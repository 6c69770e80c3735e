namespace Jangteo.Notices;

/// <summary>
/// What of many waiting messages is given to a carrier in one turn. A message that the carrier does not take holds up only those of the same
/// owner: they are tried after all others, whoever has waited longest for a try first. A turn ends when nothing was taken of several owners in a
/// row, because the carrier is then taken to be down, and after some seconds, so that what was done is recorded. Not for several threads.
/// </summary>
internal sealed class CarrierTurns(TimeProvider machine)
{
    /// <summary>A carrier that does not take the messages of so many owners, one after the other, is taken to be down.</summary>
    private const int DownAfter = 3;

    /// <summary>Well below the time after which a turn without progress is taken to be stuck (<c>Liveness:StuckAfter</c>).</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    private readonly List<Guid> held = [];
    private readonly HashSet<Guid> notTaken = [];
    private TimeSpan rest = TimeSpan.Zero;
    private long began;
    private int inARow;

    /// <summary>Whose messages are tried after those of others, in this order.</summary>
    public Guid[] Held => [.. held];

    /// <summary>Whether this turn is over, though there may be more to send.</summary>
    public bool IsOver => inARow == DownAfter || machine.GetElapsedTime(began) > Longest;

    /// <summary>For how much longer the carrier is left alone, after a turn in which it did not take something.</summary>
    public TimeSpan Rest => rest - machine.GetElapsedTime(began) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    public void Begin()
    {
        notTaken.Clear();
        (began, inARow) = (machine.GetTimestamp(), 0);
    }

    /// <summary>Whether a message of somebody waits for an earlier one of theirs.</summary>
    public bool Waits(Guid owner) => notTaken.Contains(owner);

    public void Taken(Guid owner)
    {
        held.Remove(owner);
        inARow = 0;
    }

    public void NotTaken(Guid owner)
    {
        notTaken.Add(owner);
        held.Remove(owner);
        held.Add(owner);
        inARow++;
    }

    /// <summary>Ends a turn, and tells how long to rest: zero when there is more to send.</summary>
    /// <param name="waiting">Whose messages were waiting.</param>
    /// <param name="areAll">Whether these were all that waited.</param>
    /// <param name="poll">How long to rest when nothing waits any more.</param>
    public TimeSpan End(IEnumerable<Guid> waiting, bool areAll, TimeSpan poll)
    {
        if (areAll)
        {
            var still = waiting.ToHashSet();
            held.RemoveAll(owner => !still.Contains(owner));
        }

        if (notTaken.Count > 0)
        {
            rest = rest == TimeSpan.Zero ? FirstRest : rest * 2 < LongestRest ? rest * 2 : LongestRest;
            began = machine.GetTimestamp();
            return rest;
        }

        var isDone = areAll && !IsOver;
        rest = TimeSpan.Zero;
        return isDone ? poll : TimeSpan.Zero;
    }
}
