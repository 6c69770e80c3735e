using System.Collections.Concurrent;
using Jangteo.Kinds;

namespace Jangteo.Platform;

/// <summary>Something of this process that wants an operator, for as long as it is so.</summary>
/// <param name="Module">Whose it is.</param>
/// <param name="About">What it is about; one alarm of a module about one thing.</param>
/// <param name="Sort">
/// One of the constants here, under which the engine's texts say what is wrong and what to do (section <c>operator-alarms</c>).
/// </param>
/// <param name="Facts">What fills that text, by placeholder.</param>
/// <param name="IsReady">Whether the process can still be sent requests.</param>
public sealed record Alarm(
    string Module, string About, string Sort, IReadOnlyDictionary<string, string> Facts, bool IsReady, DateTimeOffset Since)
{
    /// <summary>Data of the module breaks an invariant.</summary>
    public const string Integrity = "integrity";

    /// <summary>The module's data cannot be checked, or not be compared with the provider and the bank.</summary>
    public const string Unchecked = "unchecked";

    /// <summary>An entry of the module has waited too long for its position in the log.</summary>
    public const string Unnumbered = "unnumbered";

    /// <summary>An entry of the module has waited too long to go out to the broker.</summary>
    public const string Unsent = "unsent";

    /// <summary>The log of the module ends before what this process has given out.</summary>
    public const string OwnLogWentBack = "own-log-went-back";

    /// <summary>The log of a sender ends before what the module has heard of it.</summary>
    public const string LogWentBack = "log-went-back";

    /// <summary>At the position up to which the module has heard a sender stands another message.</summary>
    public const string LogChanged = "log-changed";

    public static readonly IReadOnlyList<string> Sorts =
        [Integrity, Unchecked, Unnumbered, Unsent, OwnLogWentBack, LogWentBack, LogChanged];

    private static readonly Texts Engine = new();

    /// <summary>What is wrong and what to do, in English.</summary>
    public string Text => TextIn(Texts.Languages[0]);

    public string TextIn(string language) => TextOf(Sort, Facts, language);

    /// <summary>The text of an alarm that is not raised yet.</summary>
    internal static string TextOf(string sort, IReadOnlyDictionary<string, string> facts, string language) =>
        Texts.Say(Engine.OperatorAlarm(sort, language), facts);

    internal static IReadOnlyDictionary<string, string> FactsOf(params (string Name, object? Value)[] facts) =>
        facts.ToDictionary(fact => fact.Name, fact => FormattableString.Invariant($"{fact.Value}"));
}

/// <summary>
/// The alarms of this process: shown by <c>/health/ready</c>, <c>/api/operator/rest</c>, the list of what needs attention and the metric
/// <c>jangteo.alarms</c>.
/// </summary>
public sealed class Alarms(TimeProvider machine)
{
    private readonly ConcurrentDictionary<(string Module, string About), Alarm> raised = new();

    public IReadOnlyList<Alarm> All => [.. raised.Values.OrderBy(alarm => alarm.Since)];

    public IEnumerable<Alarm> Of(string module) => All.Where(alarm => alarm.Module == module);

    /// <summary>Raises an alarm that a module has once.</summary>
    /// <inheritdoc cref="Raise(string, string, string, bool, IReadOnlyDictionary{string, string})"/>
    public bool Raise(string module, string sort, bool isReady, params (string Name, object? Value)[] facts) =>
        Raise(module, sort, sort, isReady, Alarm.FactsOf(facts));

    /// <summary>Raises an alarm, or says anew what it is about.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Raise(string module, string about, string sort, bool isReady, IReadOnlyDictionary<string, string> facts)
    {
        var alarm = new Alarm(module, about, sort, facts, isReady, machine.GetUtcNow());
        return raised.AddOrUpdate((module, about), alarm, (_, before) => alarm with { Since = before.Since }).Since == alarm.Since;
    }

    public void Clear(string module, string about) => raised.TryRemove((module, about), out _);
}
