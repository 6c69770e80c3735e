using System.Globalization;
using System.Text;
using Jangteo.Kinds;
using Jangteo.Platform.Input;

namespace Jangteo.Notices;

/// <summary>
/// A text that goes through as one SMS in Korea: at most 90 bytes of EUC-KR (as Windows extends it, code page 949). What people have
/// entered is shortened to make room, and the sentence is not: half a sentence may say the opposite.
/// </summary>
internal static class SmsText
{
    public const int MostBytes = 90;

    private const string Ellipsis = "…";

    /// <summary>Shortened in this order.</summary>
    private static readonly string[] Entered = ["listing", "buyer", "seller"];

    private static readonly Encoding Korean = CodePagesEncodingProvider.Instance.GetEncoding(949)!;

    /// <summary>Signs that have another one of the same meaning in EUC-KR.</summary>
    private static readonly Dictionary<string, string> Similar =
        new() { ["₩"] = "￦", ["–"] = "-", ["—"] = "-", ["•"] = "·", ["\u00a0"] = " " };

    /// <summary>The bytes that a text takes.</summary>
    public static int Bytes(string text) => Korean.GetByteCount(text);

    /// <summary>Fills a template so that it fits, in characters that can be sent.</summary>
    public static string Fit(string template, IReadOnlyDictionary<string, string> values)
    {
        var sendable = values.ToDictionary(value => value.Key, value => Sendable(value.Value));
        template = Sendable(template);
        foreach (var name in Entered)
        {
            var text = Texts.Say(template, sendable);
            var tooMany = Bytes(text) - MostBytes;
            if (tooMany <= 0)
            {
                return text;
            }

            if (template.Contains($"{{{name}}}", StringComparison.Ordinal))
            {
                sendable[name] = Shorten(sendable[name], Bytes(sendable[name]) - tooMany);
            }
        }

        // Only a sentence that is too long by itself is cut; no kind that comes with the program has one.
        return Shorten(Texts.Say(template, sendable), MostBytes);
    }

    /// <summary>
    /// A text in characters that EUC-KR has: a letter loses the marks that it does not have, a sign becomes a similar one, an emoji is left
    /// out, and anything else is a question mark.
    /// </summary>
    public static string Sendable(string text)
    {
        var sendable = new StringBuilder(text.Length);
        var elements = StringInfo.GetTextElementEnumerator(Unicode.Compose(text));
        while (elements.MoveNext())
        {
            sendable.Append(SendableElement(elements.GetTextElement()));
        }

        // Where an emoji stood between two spaces, one is enough.
        return string.Join(' ', sendable.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string SendableElement(string element)
    {
        if (IsSendable(element))
        {
            return element;
        }

        if (Similar.TryGetValue(element, out var similar))
        {
            return similar;
        }

        var plain = string.Concat(
            Unicode.Decompose(element)
                .Where(letter => char.GetUnicodeCategory(letter) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)));
        return plain.Length > 0 && IsSendable(plain) ? plain
            : Rune.GetUnicodeCategory(element.EnumerateRunes().First()) == UnicodeCategory.OtherSymbol ? ""
            : "?";
    }

    /// <summary>
    /// The encoding replaces what it does not have by something that looks like it, so only what comes back the same is sent the same.
    /// </summary>
    private static bool IsSendable(string text) => Korean.GetString(Korean.GetBytes(text)) == text;

    /// <summary>The beginning of a text that fits, with a sign that there was more; nothing where not even the sign fits.</summary>
    private static string Shorten(string text, int most)
    {
        if (Bytes(text) <= most)
        {
            return text;
        }

        var room = most - Bytes(Ellipsis);
        if (room < 0)
        {
            return "";
        }

        var kept = new StringBuilder();
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext() && Bytes(elements.GetTextElement()) is var bytes && bytes <= room)
        {
            kept.Append(elements.GetTextElement());
            room -= bytes;
        }

        return kept.ToString().TrimEnd() + Ellipsis;
    }
}
