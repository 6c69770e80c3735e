using Jangteo.Kinds;

namespace Jangteo.Platform;

/// <summary>Something outside that a module needs and that the settings connect to nothing.</summary>
/// <param name="Provider">What it is: <c>card provider</c>.</param>
/// <param name="Verbs">What a kind cannot ask for without it.</param>
/// <param name="Channels">By what a kind cannot tell people without it.</param>
public sealed record MissingProvider(string Provider, IReadOnlyList<Verb> Verbs, IReadOnlyList<Channel> Channels)
{
    /// <summary>How it is connected, for people; null where nothing can be.</summary>
    public string? Remedy { get; init; }
}
