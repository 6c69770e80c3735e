using Jangteo.Platform.Storing;

namespace Jangteo.Tests.Beds;

/// <summary>How long tests wait that are not about waiting.</summary>
internal static class Patience
{
    /// <summary>
    /// While many tests start at once, a new connection takes a slow machine longer than the second after which the program takes its
    /// database for hung.
    /// </summary>
    public static readonly DatabaseTimeouts WithDatabase = new() { Connect = TimeSpan.FromSeconds(30), Answer = TimeSpan.FromSeconds(30) };
}
