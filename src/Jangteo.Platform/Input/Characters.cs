using System.Globalization;
using System.Text;

namespace Jangteo.Platform.Input;

/// <summary>Which characters a text may have.</summary>
internal static class Characters
{
    private const int JoinerNot = 0x200C;
    private const int Joiner = 0x200D;

    /// <summary>Ends a line: line feed, carriage return, vertical tab, form feed, next line, line and paragraph separator.</summary>
    public static bool IsLineBreak(Rune rune) => rune.Value is '\n' or '\r' or '\v' or '\f' or 0x85 or 0x2028 or 0x2029;

    /// <summary>Separates words without ending a line; kept as a plain space.</summary>
    public static bool IsSpace(Rune rune) => rune.Value == '\t' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator;

    /// <summary>
    /// What comes along when people copy from web pages and is not meant: zero-width spaces, soft hyphens, byte order marks, and joiners or
    /// variation selectors that join and select nothing. It is left out silently, since the writer could not see it to remove it.
    /// </summary>
    public static bool IsInvisibleLeftover(Rune[] runes, int index) => runes[index].Value switch
    {
        0x00AD or 0x034F or 0x200B or 0x2060 or 0xFEFF => true,
        JoinerNot or Joiner => !JoinsEmoji(runes, index) && !JoinsLetters(runes, index),
        >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF => !Selects(runes, index),
        >= 0x180B and <= 0x180F => true,
        _ => false,
    };

    /// <summary>
    /// Controls, characters that turn the direction of what follows, tags, and characters that mean nothing or something else to every
    /// reader.
    /// </summary>
    public static bool IsRefused(Rune[] runes, int index)
    {
        var rune = runes[index];
        return rune.Value switch
        {
            // In its place stood half of a pair, or bytes that are no text.
            0xFFFD => true,

            // Letters that are drawn as nothing.
            0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 => true,
            JoinerNot or Joiner => false,
            _ => Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse => true,

                // Next year's emoji may be sent to this year's program.
                UnicodeCategory.OtherNotAssigned => rune.Value is not (>= 0x1F000 and <= 0x1FAFF),
                _ => false,
            },
        };
    }

    /// <summary>Whether there is something to be seen of it on its own.</summary>
    public static bool IsVisible(Rune rune) =>
        rune.Value != 0x2800 && Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.SpaceSeparator or UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>Between two emoji, of which the first may have a selector or a skin colour.</summary>
    private static bool JoinsEmoji(Rune[] runes, int index)
    {
        var before = index - 1;
        while (before >= 0 && runes[before].Value is 0xFE0F or (>= 0x1F3FB and <= 0x1F3FF))
        {
            before--;
        }

        return runes[index].Value == Joiner && before >= 0 && index + 1 < runes.Length && IsEmoji(runes[before])
            && IsEmoji(runes[index + 1]);
    }

    /// <summary>Between two letters of Arabic or of a script of India, where a joiner is part of the spelling.</summary>
    private static bool JoinsLetters(Rune[] runes, int index) =>
        index > 0 && index + 1 < runes.Length && runes[index - 1].Value is >= 0x0600 and <= 0x0DFF
            && runes[index + 1].Value is >= 0x0600 and <= 0x0DFF;

    /// <summary>After an emoji, a digit that becomes a key, or a Chinese character.</summary>
    private static bool Selects(Rune[] runes, int index) =>
        index > 0 && (runes[index].Value >= 0xE0100
            ? Rune.GetUnicodeCategory(runes[index - 1]) == UnicodeCategory.OtherLetter && runes[index - 1].Value >= 0x3400
            : runes[index].Value is 0xFE0E or 0xFE0F
                && (IsEmoji(runes[index - 1]) || runes[index - 1].Value is '#' or '*' or (>= '0' and <= '9')));

    private static bool IsEmoji(Rune rune) => rune.Value is 0x203C or 0x2049 or 0x3030 or (>= 0x1F000 and <= 0x1FAFF)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol;
}
