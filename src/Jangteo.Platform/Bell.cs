namespace Jangteo.Platform;

/// <summary>Wakes one sleeper: rings that come while it is awake are remembered as one.</summary>
public sealed class Bell
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public void Ring()
    {
        if (rung.CurrentCount > 0)
        {
            return;
        }

        try
        {
            rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else rang between the look and the ring; one is enough.
        }
    }

    /// <summary>Sleeps until rung, or for the time given.</summary>
    public Task Wait(TimeSpan most, CancellationToken ct) => rung.WaitAsync(most, ct);
}
