using Jangteo.Contracts;
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

    public void Price(long? price)
    {
        if (price is null or <= 0 or > HighestPrice)
        {
            Note("price", Wrong.Price(HighestPrice));
        }
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
