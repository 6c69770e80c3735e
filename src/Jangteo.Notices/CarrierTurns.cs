namespace Jangteo.Notices;

/// <summary>
/// Decides which waiting messages are sent to a carrier in one turn, and when the turn ends. If the carrier does not take a message, only the
/// owner's other messages wait for it. In the next turn that owner comes after all others; the owner who has not been tried for longest comes
/// first among them. A turn ends when the messages of three owners in a row were not taken, because the carrier is then considered down. It
/// also ends after ten seconds, so that the results are saved. Not thread-safe.
/// </summary>
internal sealed class CarrierTurns(TimeProvider machine)
{
    /// <summary>The carrier is considered down when it does not take the messages of this many owners in a row.</summary>
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

    /// <summary>The owners whose messages are tried after all others, in this order.</summary>
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

    /// <summary>Whether an owner's messages wait because the carrier did not take an earlier one in this turn.</summary>
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
