namespace Jangteo.Platform.Time;

/// <summary>
/// The time that deadlines, notices and people live by. In the sandbox it can be moved forward; the machine's clock, on which tokens, leases and
/// breakers live, cannot (DESIGN §3, rule 8).
/// </summary>
public sealed class BusinessClock(TimeProvider machine)
{
    private long offsetTicks;

    /// <summary>Rings nothing by itself: who sleeps until a business time listens here.</summary>
    public event Action? Moved;

    public DateTimeOffset Now => machine.GetUtcNow() + Offset;

    /// <summary>How far the business clock is ahead of the machine's.</summary>
    public TimeSpan Offset => new(Interlocked.Read(ref offsetTicks));

    /// <summary>Sets how far ahead it is; never back.</summary>
    public void Set(TimeSpan offset)
    {
        if (offset.Ticks > Interlocked.Read(ref offsetTicks))
        {
            Interlocked.Exchange(ref offsetTicks, offset.Ticks);
            Moved?.Invoke();
        }
    }
}
