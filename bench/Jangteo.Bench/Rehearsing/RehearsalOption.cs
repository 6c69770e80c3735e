using System.CommandLine;

namespace Jangteo.Bench.Rehearsing;

/// <summary>Options of the rehearsals that have a value when they are not given.</summary>
internal static class RehearsalOption
{
    public static Option<T> Of<T>(string name, T otherwise, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
