using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Platform.Http;

namespace Jangteo.Payments;

/// <summary>What is asked of a list, read from the query; a bad value is refused by its name.</summary>
internal static class Asked
{
    private const int Usual = 20;
    private const int Most = 100;

    public static int Limit(string? limit) =>
        limit is null ? Usual
        : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most ? number
        : throw Bad("limit", $"a whole number from 1 to {Most}");

    public static Guid? Id(string? id, string name) => id is null ? null : Guid.TryParse(id, out var found) ? found : throw Bad(name, "an id");

    public static long? Number(string? number, string name) =>
        number is null ? null : long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var found) ? found : throw Bad(name, "a whole number");

    public static string? Text(string? text, string name, int longest) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Length > longest ? throw Bad(name, $"at most {longest} characters") : text.Trim();

    public static RefusedException Bad(string field, string wrong) => new(Refusal.Invalid(field, wrong));

    /// <summary>The rows of a page, of which one more than the limit was read, and the cursor of the next.</summary>
    public static (IReadOnlyList<T> Items, string? Next) Page<T>(List<T> rows, int limit, Func<T, string> cursor) =>
        rows.Count > limit ? (rows.GetRange(0, limit), cursor(rows[limit - 1])) : (rows, null);
}
