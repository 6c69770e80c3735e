using System.Globalization;
using System.Text;
using Jangteo.Contracts;

namespace Jangteo.Platform.Input;

/// <summary>
/// What may stand in a text field. The rules are the same for every field of every route (docs/decisions/2026-11-26-one-rule-for-text.md);
/// a field chooses its length and whether it has several lines.
/// </summary>
/// <param name="Longest">In characters as people count them (grapheme clusters).</param>
public sealed record TextRule(int Longest)
{
    /// <summary>
    /// UTF-16 units per character, on average, at most: an emoji of a family has eleven, a text of nothing else is refused.
    /// </summary>
    private const int UnitsPerCharacter = 4;

    /// <summary>More marks than this on one letter is no writing of any language.</summary>
    private const int MostMarks = 8;

    /// <summary>In characters; 0 where the field may be empty.</summary>
    public int Shortest { get; init; } = 1;

    /// <summary>Whether it may have several lines. A tab is a space in any case.</summary>
    public bool HasLines { get; init; }

    /// <summary>Reads a text that may be missing: null stays null, and so does one in which there is nothing to be seen.</summary>
    public Wrong? ReadOptional(string? given, out string? text)
    {
        text = null;
        if (string.IsNullOrWhiteSpace(given))
        {
            return null;
        }

        var wrong = Read(given, out var read);
        text = read.Length == 0 ? null : read;
        return wrong;
    }

    /// <summary>
    /// Reads what was given: normalized, trimmed and without invisible leftovers of pasting. Answers what is wrong with it, or null.
    /// </summary>
    /// <param name="text">The text to keep; empty when something is wrong.</param>
    public Wrong? Read(string? given, out string text)
    {
        text = "";
        var trimmed = given?.Trim() ?? "";
        if (trimmed.Length > Longest * UnitsPerCharacter * 2)
        {
            return WrongLength;
        }

        if (!Unicode.IsWellFormed(trimmed))
        {
            return Wrong.CannotBeKept;
        }

        if (Clean(Unicode.Compose(trimmed), out var clean) is { } wrong)
        {
            return wrong;
        }

        // What was dropped may have stood between a letter and its mark, or between white space and the end.
        clean = Unicode.Compose(clean).Trim();
        if (clean.Length > Longest * UnitsPerCharacter || (Shortest > 0 && !HasSomethingToSee(clean)))
        {
            return WrongLength;
        }

        if (clean.Length > Longest || clean.Length < Shortest || Shortest > 1)
        {
            var length = new StringInfo(clean).LengthInTextElements;
            if (length > Longest || length < Shortest)
            {
                return WrongLength;
            }
        }

        text = clean;
        return null;
    }

    private Wrong WrongLength =>
        !HasLines ? Wrong.OneLine(Longest) : Shortest == 0 ? Wrong.TooManyCharacters(Longest) : Wrong.Characters(Shortest, Longest);

    /// <summary>Goes through a composed text character by character.</summary>
    private Wrong? Clean(string composed, out string clean)
    {
        var runes = composed.EnumerateRunes().ToArray();
        var kept = new StringBuilder(composed.Length);
        var marks = 0;
        clean = "";
        for (var index = 0; index < runes.Length; index++)
        {
            var rune = runes[index];
            if (Characters.IsLineBreak(rune))
            {
                if (!HasLines)
                {
                    return WrongLength;
                }

                // Windows ends a line with two characters.
                if (!(rune.Value == '\n' && index > 0 && runes[index - 1].Value == '\r'))
                {
                    kept.Append('\n');
                }

                continue;
            }

            if (Characters.IsSpace(rune))
            {
                kept.Append(' ');
                continue;
            }

            if (Characters.IsInvisibleLeftover(runes, index))
            {
                continue;
            }

            marks = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (marks > MostMarks)
            {
                return Wrong.CannotBeKept;
            }

            if (Characters.IsRefused(runes, index))
            {
                return Wrong.CharacterNotAllowed(rune.Value);
            }

            kept.Append(rune);
        }

        clean = kept.ToString();
        return null;
    }

    private static bool HasSomethingToSee(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (Characters.IsVisible(rune))
            {
                return true;
            }
        }

        return false;
    }
}
