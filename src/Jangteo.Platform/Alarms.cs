using System.Collections.Concurrent;

namespace Jangteo.Platform;

/// <summary>Something of this process that wants an operator, for as long as it is so.</summary>
/// <param name="Module">Whose it is.</param>
/// <param name="About">What it is about; one alarm of a module about one thing.</param>
/// <param name="Text">What is wrong and what to do.</param>
/// <param name="IsReady">Whether the process can still be sent requests.</param>
public sealed record Alarm(string Module, string About, string Text, bool IsReady, DateTimeOffset Since);

/// <summary>
/// The alarms of this process: shown by <c>/health/ready</c>, <c>/api/operator/rest</c> and the metric <c>jangteo.alarms</c>.
/// </summary>
public sealed class Alarms(TimeProvider machine)
{
    private readonly ConcurrentDictionary<(string Module, string About), Alarm> raised = new();

    public IReadOnlyList<Alarm> All => [.. raised.Values.OrderBy(alarm => alarm.Since)];

    public IEnumerable<Alarm> Of(string module) => All.Where(alarm => alarm.Module == module);

    /// <summary>Raises an alarm, or says anew what it is about.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Raise(string module, string about, string text, bool isReady = false)
    {
        var alarm = new Alarm(module, about, text, isReady, machine.GetUtcNow());
        return raised.AddOrUpdate((module, about), alarm, (_, before) => before with { Text = text, IsReady = isReady })
            .Since == alarm.Since;
    }

    public void Clear(string module, string about) => raised.TryRemove((module, about), out _);
}
