using System.Globalization;
using System.Text;

namespace Jangteo.Platform.Input;

/// <summary>
/// An e-mail address. Only what every mail server would refuse is refused; whether an address is anybody's, a letter to it shows.
/// </summary>
/// <param name="Text">To write to: the local part as given and composed, the domain in ASCII.</param>
/// <param name="Key">By which two addresses are one person: without case, width and composition.</param>
public sealed record EmailAddress(string Text, string Key)
{
    public const int Longest = 254;
    private const int LongestLocal = 64;

    private static readonly IdnMapping Domains = new() { UseStd3AsciiRules = true };

    /// <summary>The address that was written, or null when it is none.</summary>
    public static EmailAddress? Read(string given)
    {
        var text = given.Trim();
        if (text.Length is 0 or > Longest || !Unicode.IsWellFormed(text))
        {
            return null;
        }

        text = Unicode.Compose(text);
        var at = text.LastIndexOf('@');
        if (at <= 0 || ReadDomain(text[(at + 1)..]) is not { } domain)
        {
            return null;
        }

        var local = text[..at];
        var key = Unicode.Fold(local);
        return IsLocal(local) && IsLocal(key) && local.Length + 1 + domain.Length <= Longest
            ? new EmailAddress($"{local}@{domain}", $"{key}@{domain}")
            : null;
    }

    /// <summary>The key of what was typed, be it an address or not: what is no address has no account.</summary>
    public static string KeyOf(string given) => Read(given)?.Key ?? Unicode.Fold(given.Trim());

    /// <summary>A dot-atom of RFC 5322, letters of every script among it (RFC 6531).</summary>
    private static bool IsLocal(string local)
    {
        if (local.Length == 0 || Encoding.UTF8.GetByteCount(local) > LongestLocal || local.StartsWith('.') || local.EndsWith('.') || local.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        return HasOnlyVisible(local) && local.All(
            letter =>
                letter > '\u007f' || char.IsAsciiLetterOrDigit(letter)
                    || "!#$%&'*+-/=?^_`{|}~.".Contains(letter, StringComparison.Ordinal));
    }

    private static bool HasOnlyVisible(string text)
    {
        var runes = text.EnumerateRunes().ToArray();
        return !runes.Where((rune, index) =>
            Characters.IsSpace(rune) || Characters.IsLineBreak(rune) || Characters.IsInvisibleLeftover(runes, index)
                || Characters.IsRefused(runes, index)).Any();
    }

    private static string? ReadDomain(string domain)
    {
        if (!HasOnlyVisible(domain))
        {
            return null;
        }

        try
        {
            var ascii = Domains.GetAscii(Unicode.Fold(domain)).ToLowerInvariant();
            return ascii.Length > 0 && ascii.Split('.') is { Length: > 1 } labels && labels.All(label => label.Length is > 0 and <= 63)
                && !labels[^1]
                .All(char.IsAsciiDigit) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
