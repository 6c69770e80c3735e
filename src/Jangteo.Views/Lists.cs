using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Views;

/// <summary>Part of a list.</summary>
/// <param name="Next">The cursor of the part after it; null at the end.</param>
/// <param name="Stale">True when what the token in <c>after</c> names has not arrived here yet.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next, bool? Stale = null)
{
    /// <summary>A page of rows of which one more than the limit was read.</summary>
    public static Page<T> Of<TRow>(List<TRow> rows, int limit, Func<TRow, T> show, Func<TRow, string> cursor, bool? stale = null) =>
        new([.. rows.Take(limit).Select(show)], rows.Count > limit ? Lists.Cursor(cursor(rows[limit - 1])) : null, stale);
}

/// <summary>What is asked of a list, read from the query; a bad value is refused by its name.</summary>
internal static class Lists
{
    public const int Usual = 20;
    public const int Most = 100;

    public static int Limit(string? limit) =>
        limit is null ? Usual
        : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most ? number
        : throw Bad("limit", $"a whole number from 1 to {Most}");

    public static string Cursor(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>The parts of a cursor, or null at the beginning.</summary>
    public static string[]? Cursor(string? cursor, int parts)
    {
        if (cursor is null)
        {
            return null;
        }

        if (cursor.Length <= 400 && Base64Url.IsValid(cursor))
        {
            var found = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('|');
            if (found.Length == parts && Guid.TryParse(found[^1], out _))
            {
                return found;
            }
        }

        throw Bad("cursor", "the next of an earlier part of this list");
    }

    public static long? Money(string? amount, string name) =>
        amount is null ? null
        : long.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(name, "a whole number of minor units, 0 or more");

    public static T? Choice<T>(string? word, string name, params (string Word, T Value)[] choices)
        where T : struct =>
        word is null ? null
        : choices.Where(choice => choice.Word == word).Select(choice => (T?)choice.Value).FirstOrDefault()
            ?? throw Bad(name, $"one of {string.Join(", ", choices.Select(choice => choice.Word))}");

    public static Guid? Id(string? id, string name) =>
        id is null ? null : Guid.TryParse(id, out var found) ? found : throw Bad(name, "an id");

    public static string? Text(string? text, string name, int longest) =>
        string.IsNullOrWhiteSpace(text) ? null
        : text.Length > longest || text.Contains('\0') ? throw Bad(name, $"at most {longest} characters")
        : text.Trim();

    public static RefusedException Bad(string field, string wrong) => new(Refusal.Invalid(field, wrong));
}
