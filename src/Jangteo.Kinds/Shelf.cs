using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>The kinds of a folder, read once at start: what can be traded here, with its words in every language.</summary>
public sealed class Shelf
{
    private readonly ImmutableDictionary<string, Kind> kinds;

    private Shelf(ImmutableDictionary<string, Kind> kinds, Texts texts)
    {
        this.kinds = kinds;
        Texts = texts;
    }

    public IEnumerable<Kind> All => kinds.Values.OrderBy(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>Every text of every kind, and the engine's own.</summary>
    public Texts Texts { get; }

    public Kind? Find(string name) => kinds.GetValueOrDefault(name);

    /// <summary>The price of a listing for people, and what that is for if its kind is known: ₩3,000 an hour.</summary>
    public string Price(string kind, long amount, string currency, string language) =>
        Texts.Price(amount, currency, Find(kind)?.Price ?? PriceUnit.Each, language);

    public static Shelf Of(IEnumerable<Kind> kinds, Texts texts) => new(kinds.ToImmutableDictionary(kind => kind.Name), texts);
}
