using PhoneNumbers;

namespace Jangteo.Platform.Input;

/// <summary>Phone numbers, by libphonenumber: however people write one, it is kept in one form (E.164).</summary>
public static class PhoneNumber
{
    private const int Longest = 60;

    /// <summary>The number as E.164, or null when it is none.</summary>
    /// <param name="region">Of a number without its country: KR, or null where every number must have its country.</param>
    public static string? Read(string given, string? region)
    {
        // Windows copies a number from a contact between two characters of direction.
        var written = new string(
            [.. given.Where(letter => char.GetUnicodeCategory(letter) != System.Globalization.UnicodeCategory.Format)]);
        if (written.Length > Longest || !written.Any(char.IsDigit) || written.Any(char.IsLetter))
        {
            return null;
        }

        try
        {
            var numbers = PhoneNumberUtil.GetInstance();
            var number = numbers.Parse(written, region);
            return !number.HasExtension && numbers.IsValidNumber(number) ? numbers.Format(number, PhoneNumberFormat.E164) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    /// <summary>
    /// The country in which a number without one is: of the language, or of the currency, whose code begins with its country's.
    /// </summary>
    public static string? RegionOf(Settings settings)
    {
        var region = settings.Language == "ko" ? "KR" : settings.Currency[..2];
        return PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(region) ? region : null;
    }
}
