using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;

namespace Jangteo.Catalog;

/// <summary>Reads the fields of a request and refuses with everything that is wrong, by field.</summary>
internal sealed class FieldChecks
{
    // With these two no amount of a trade comes near the end of 64 bits.
    private const long HighestPrice = 10_000_000_000;
    private const int MostUnits = 100_000;

    private readonly FieldErrors wrong = new();

    /// <summary>The title to keep.</summary>
    public string Title(string? title) => wrong.Text("title", title, TextRules.Title);

    /// <summary>The description to keep.</summary>
    public string Description(string? description) => wrong.Text("description", description, TextRules.Description);

    /// <param name="kind">Null when there is no such kind: then no price is free of charge.</param>
    public void Price(long? price, Kind? kind)
    {
        var least = kind is { MovesMoney: false } ? 0 : 1;
        if (price is null || price < least || price > HighestPrice)
        {
            Note("price", Wrong.Price(least, HighestPrice));
        }
    }

    /// <summary>The condition to keep; null when none is given.</summary>
    /// <param name="kind">Null when there is no such kind: then any condition may stand.</param>
    public ItemCondition? Condition(string? condition, Kind? kind)
    {
        if (condition is null)
        {
            return null;
        }

        if (kind is { Listing.HasCondition: false })
        {
            Note("condition", Wrong.NotInThisKind);
            return null;
        }

        var known = Words.Find<ItemCondition>(condition);
        if (known is null)
        {
            Note("condition", Wrong.NotOneOf(Enum.GetValues<ItemCondition>().Select(Words.Of)));
        }

        return known;
    }

    /// <param name="isSingle">Of a kind in which every listing is a single thing.</param>
    public void Quantity(int quantity, bool isSingle)
    {
        if (isSingle)
        {
            Note("quantity", Wrong.SingleThings);
        }
        else if (quantity is <= 0 or > MostUnits)
        {
            Note("quantity", Wrong.NotWhole(1, MostUnits));
        }
    }

    /// <summary>The place to keep, or null when none is given.</summary>
    public Place? Place(PlaceGiven? place)
    {
        if (place is null)
        {
            return null;
        }

        var name = wrong.Text("place.name", place.Name, TextRules.PlaceName);
        if (place.Lat is not (>= -90 and <= 90))
        {
            Note("place.lat", Wrong.Latitude);
        }

        if (place.Lng is not (>= -180 and <= 180))
        {
            Note("place.lng", Wrong.Longitude);
        }

        return new Place(name, place.Lat ?? 0, place.Lng ?? 0);
    }

    public void Note(string field, Wrong what) => wrong.Add(field, what);

    /// <exception cref="RefusedException">Something is wrong.</exception>
    public void Refuse()
    {
        if (wrong.Refusal is { } refusal)
        {
            throw new RefusedException(refusal);
        }
    }
}

/// <summary>A place as given: every part may be missing until it is looked at.</summary>
/// <param name="Lat">Degrees north.</param>
/// <param name="Lng">Degrees east.</param>
internal sealed record PlaceGiven(string? Name = null, double? Lat = null, double? Lng = null);
