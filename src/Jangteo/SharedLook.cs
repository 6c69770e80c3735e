namespace Jangteo;

/// <summary>
/// One look for everybody who asks at about the same time: for what anybody may ask as often as they like, and what takes a connection to
/// each database.
/// </summary>
internal sealed class SharedLook<T>(Func<Task<T>> look, TimeProvider machine)
{
    /// <summary>An answer is so old at most.</summary>
    internal static readonly TimeSpan GoodFor = TimeSpan.FromMilliseconds(200);

    private readonly Lock guard = new();
    private Task<T>? last;
    private long begun;

    /// <summary>Ends, or fails, as the look does.</summary>
    public Task<T> Now(CancellationToken ct)
    {
        lock (guard)
        {
            if (last is null || (last.IsCompleted && machine.GetElapsedTime(begun) >= GoodFor))
            {
                begun = machine.GetTimestamp();
                last = look();
            }

            return last.WaitAsync(ct);
        }
    }
}
