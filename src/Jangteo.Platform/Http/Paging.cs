using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Jangteo.Contracts;
using Microsoft.AspNetCore.Mvc;

namespace Jangteo.Platform.Http;

/// <summary>Part of a list.</summary>
/// <param name="Next">The cursor of the part after it; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Which part of a list is asked for: <c>?cursor=&amp;limit=</c>, for a handler to take <c>[AsParameters]</c>.</summary>
/// <param name="Cursor">The next of an earlier part, which is how the last thing on it is sorted; none for the beginning.</param>
/// <param name="Limit">How many at most; 20 when it is left out.</param>
public sealed record Paging(
    [property: FromQuery(Name = "cursor")] string? Cursor,
    [property: FromQuery(Name = "limit"), Range(1, Paging.Largest)] WholeNumber? Limit)
{
    private const int Usual = 20;
    private const int Largest = 100;
    private const int LongestCursor = 200;

    /// <summary>What stands between the values of a cursor: neither in a value nor in an address does it mean anything.</summary>
    private const char Between = '~';

    /// <summary>How many are wanted. One more is to be read, to know whether there is a next part.</summary>
    public int Most =>
        Limit is null ? Usual
        : Limit.Value is { } number and >= 1 and <= Largest ? (int)number
        : throw Asked.Bad("limit", Wrong.NotWhole(1, Largest));

    /// <summary>After what the part begins, in a list that is sorted by one value; null at the beginning.</summary>
    public T? After<T>()
        where T : struct, IParsable<T> => Cursor is null ? null : Read<T>(Cursor);

    /// <summary>After what the part begins, in a list that is sorted by a value and, where that is the same, by another.</summary>
    public (TFirst First, TSecond Second)? After<TFirst, TSecond>()
        where TFirst : struct, IParsable<TFirst>
        where TSecond : struct, IParsable<TSecond> =>
        Cursor is null ? null
        : Cursor.Split(Between) is [var first, var second] ? (Read<TFirst>(first), Read<TSecond>(second))
        : throw BadCursor();

    /// <summary>After what the part begins, in a list that is sorted by a text.</summary>
    public string? AfterText() => Cursor is not { Length: > LongestCursor } ? Cursor : throw BadCursor();

    /// <summary>The part that was asked for, of rows of which one more than wanted was read.</summary>
    /// <param name="sortedBy">The values that a row is sorted by, of which its cursor is made.</param>
    public Page<T> Of<TRow, T>(List<TRow> rows, Func<TRow, T> show, params Func<TRow, object>[] sortedBy) =>
        new([.. rows.Take(Most).Select(show)], rows.Count > Most ? string.Join(Between, sortedBy.Select(value => Written(value(rows[Most - 1])))) : null);

    private static string Written(object value) => value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : (string)value;

    // Nothing that a list is sorted by is ever negative.
    private static T Read<T>(string text)
        where T : struct, IParsable<T> => !text.StartsWith('-') && T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw BadCursor();

    private static RefusedException BadCursor() => Asked.Bad("cursor", Wrong.Cursor);
}
