using System.Diagnostics;

namespace Jangteo.Bench;

/// <summary>Waits for something by looking again and again.</summary>
internal static class Waiting
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    /// <exception cref="TimeoutException">It was not so in time.</exception>
    public static async Task Until(Func<Task<bool>> isSo, TimeSpan limit, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (waited.Elapsed > limit)
            {
                throw new TimeoutException($"What was waited for has not come within {limit}.");
            }

            await Task.Delay(LooksEvery, ct);
        }
    }

    /// <inheritdoc cref="Until(Func{Task{bool}}, TimeSpan, CancellationToken)"/>
    public static Task Until(Func<bool> isSo, TimeSpan limit, CancellationToken ct) => Until(() => Task.FromResult(isSo()), limit, ct);
}
