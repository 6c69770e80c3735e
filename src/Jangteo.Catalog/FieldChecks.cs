using Jangteo.Contracts;
using Jangteo.Platform.Http;

namespace Jangteo.Catalog;

/// <summary>Looks at the fields of a request and refuses with everything that is wrong, by field.</summary>
internal sealed class FieldChecks
{
    private const int LongestTitle = 120;
    private const int LongestDescription = 4000;
    private const int LongestPlace = 80;

    // With these two no amount of a trade comes near the end of 64 bits.
    private const long HighestPrice = 10_000_000_000;
    private const int MostUnits = 100_000;

    private readonly Dictionary<string, Wrong[]> wrong = [];

    public void Title(string? title) => Text("title", title, LongestTitle, mayBeEmpty: false);

    public void Description(string? description) => Text("description", description, LongestDescription, mayBeEmpty: true);

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

    public void Place(PlaceGiven? place)
    {
        if (place is null)
        {
            return;
        }

        Text("place.name", place.Name, LongestPlace, mayBeEmpty: false);
        if (place.Lat is not (>= -90 and <= 90))
        {
            Note("place.lat", Wrong.Latitude);
        }

        if (place.Lng is not (>= -180 and <= 180))
        {
            Note("place.lng", Wrong.Longitude);
        }
    }

    public void Note(string field, Wrong what) => wrong[field] = [what];

    /// <exception cref="RefusedException">Something is wrong.</exception>
    public void Refuse()
    {
        if (wrong.Count > 0)
        {
            throw new RefusedException(new Refusal(Refusals.Invalid, Fields: wrong));
        }
    }

    private void Text(string field, string? text, int longest, bool mayBeEmpty)
    {
        if (text is null || (!mayBeEmpty && string.IsNullOrWhiteSpace(text)) || text.Length > longest)
        {
            Note(field, mayBeEmpty ? Wrong.TooManyCharacters(longest) : Wrong.Characters(1, longest));
        }
        else if (text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) || !IsWellFormed(text))
        {
            Note(field, Wrong.CannotBeKept);
        }
    }

    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // What is half of a pair is read as this; who wrote the sign itself loses nothing by leaving it out.
            if (rune == System.Text.Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A place as given: every part may be missing until it is looked at.</summary>
/// <param name="Lat">Degrees north.</param>
/// <param name="Lng">Degrees east.</param>
internal sealed record PlaceGiven(string? Name = null, double? Lat = null, double? Lng = null)
{
    /// <summary>The place, after the checks.</summary>
    public Place ToPlace() => new(Name!.Trim(), Lat!.Value, Lng!.Value);
}
