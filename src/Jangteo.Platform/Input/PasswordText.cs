using System.Globalization;
using System.Text;

namespace Jangteo.Platform.Input;

/// <summary>
/// A password as it is hashed (RFC 8265, OpaqueString): composed, every space a plain one, and else exactly as it was typed. Keyboards of
/// different systems write the same letters differently, and a password must not depend on which one wrote it.
/// </summary>
public static class PasswordText
{
    /// <summary>Whatever is longer is no password of anybody, and not worth the time to hash it.</summary>
    public const int MostUnits = 1024;

    /// <summary>The password to hash, or null for what cannot be typed: controls and halves of characters.</summary>
    public static string? Read(string given)
    {
        if (given.Length > MostUnits || !Unicode.IsWellFormed(given))
        {
            return null;
        }

        var password = new StringBuilder(given.Length);
        foreach (var rune in Unicode.Compose(given).EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control:
                    return null;
                case UnicodeCategory.SpaceSeparator:
                    password.Append(' ');
                    break;
                default:
                    password.Append(rune);
                    break;
            }
        }

        return password.ToString();
    }

    /// <summary>In characters as people count them.</summary>
    public static int Length(string password) => new StringInfo(password).LengthInTextElements;
}
