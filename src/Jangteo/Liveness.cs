using System.Globalization;
using Jangteo.Platform;
using Jangteo.Platform.Machine;

namespace Jangteo;

/// <summary>
/// Whether this process can still do its work, or has to be replaced: what <c>/health/live</c> says. Only what a new process would do
/// better counts. A database or a broker that is away is no reason: a new process would not reach it either.
/// </summary>
internal sealed class Liveness(IReadOnlyList<Loop> loops, LivenessSettings settings)
{
    /// <summary>Of the memory that a container may use, so much is near its limit; past the limit the system kills the process.</summary>
    private const double NearLimit = 0.92;

    /// <summary>Bytes of memory past which it has to be replaced; <see cref="long.MaxValue"/> where there is no limit.</summary>
    public long MostMemory { get; } = Math.Min(
        settings.Memory > 0 ? settings.Memory : long.MaxValue, ContainerMemory.Limit is { } limit ? (long)(NearLimit * limit) : long.MaxValue);

    /// <summary>What is wrong with the process, or null.</summary>
    public string? Trouble()
    {
        if (loops.FirstOrDefault(loop => !loop.HasLongTurns && loop.WithoutProgress > settings.StuckAfter) is { } stuck)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"{stuck.Name} has made no progress for {stuck.WithoutProgress.TotalSeconds:0} s");
        }

        var memory = Environment.WorkingSet;
        return memory > MostMemory
            ? string.Create(CultureInfo.InvariantCulture, $"uses {memory >> 20} MB of memory, of {MostMemory >> 20} MB at most")
            : null;
    }
}
