using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo;

/// <summary>
/// Kinds that ask for what nothing is connected to. Such a kind would take orders whose payments are out of reach for ever, so the program
/// does not start with it.
/// </summary>
internal static class MissingProviders
{
    /// <exception cref="SettingsException">Every kind, verb and channel that cannot be served, and the settings that decide it.</exception>
    public static void Refuse(Settings settings, Shelf shelf)
    {
        var mistakes = Of(settings, shelf);
        if (mistakes.Count > 0)
        {
            throw new SettingsException(mistakes);
        }
    }

    /// <summary>A line for every kind and what it needs in vain. All modules count, also those that other processes run.</summary>
    public static IReadOnlyList<string> Of(Settings settings, Shelf shelf)
    {
        var missing = Target.Of("all").SelectMany(module => module.Missing(settings)).ToList();
        return [.. shelf.All.SelectMany(kind => missing.SelectMany(provider => Lines(kind, provider)))];
    }

    private static IEnumerable<string> Lines(Kind kind, MissingProvider missing)
    {
        foreach (var verb in missing.Verbs)
        {
            if (kind.Moves.FirstOrDefault(move => move.First.Concat(move.Ask).Contains(verb)) is { } row)
            {
                yield return Line(kind, $"asks {verb.Name} (trade.yaml:{row.Line}, row {row.Do})", missing);
            }
        }

        foreach (var channel in missing.Channels)
        {
            foreach (var (party, _) in kind.Tell.Where(told => told.Value.Contains(channel)).OrderBy(told => told.Key))
            {
                yield return Line(kind, $"tells the {Words.Of(party)} by {Words.Of(channel)}", missing);
            }
        }
    }

    private static string Line(Kind kind, string needs, MissingProvider missing) =>
        missing.Remedy is { } remedy
            ? $"Sandbox: {kind.Name} {needs}, and no {missing.Provider} is connected; {remedy}, write Sandbox: true, or leave {kind.Name} out of KindsFolder"
            : $"Sandbox: {kind.Name} {needs}, and no {missing.Provider} is connected; only the sandbox has one: write Sandbox: true, or leave {kind.Name} out of KindsFolder";
}
