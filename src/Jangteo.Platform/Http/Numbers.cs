using System.Globalization;

namespace Jangteo.Platform.Http;

/// <summary>
/// A whole number in a query, as somebody wrote it. In the API document it is an integer; but it is read only by whoever uses it, so that one that is none is
/// refused by its name and with a code, like every other wrong field.
/// </summary>
public sealed record WholeNumber(string Text)
{
    /// <summary>The number, 0 or more; null when it is none.</summary>
    public long? Value => long.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>How the framework reads one: any text.</summary>
    public static bool TryParse(string text, out WholeNumber number)
    {
        number = new WholeNumber(text);
        return true;
    }
}

/// <summary>A number with or without a fraction in a query, as somebody wrote it; see <see cref="WholeNumber"/>.</summary>
public sealed record DecimalNumber(string Text)
{
    /// <summary>The number; null when it is none.</summary>
    public double? Value =>
        double.TryParse(Text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>How the framework reads one: any text.</summary>
    public static bool TryParse(string text, out DecimalNumber number)
    {
        number = new DecimalNumber(text);
        return true;
    }
}
