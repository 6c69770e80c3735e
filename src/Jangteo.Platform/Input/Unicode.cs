using System.Text;
using ICU4N.Text;

namespace Jangteo.Platform.Input;

/// <summary>
/// Normalization and case folding by the tables of ICU4N. The program runs without the ICU of the operating system
/// (<c>InvariantGlobalization</c>), and then <c>string.Normalize</c> returns every text unchanged.
/// </summary>
public static class Unicode
{
    private static readonly Lazy<Normalizer2> Composing = new(() => Normalizer2.NFCInstance);
    private static readonly Lazy<Normalizer2> Folding = new(() => Normalizer2.NFKCCaseFoldInstance);
    private static readonly Lazy<Normalizer2> Decomposing = new(() => Normalizer2.GetInstance(null, "nfkc", Normalizer2Mode.Decompose));

    /// <summary>The text in normalization form C: every character composed, as Windows and Linux write Korean.</summary>
    public static string Compose(string text) => Ascii.IsValid(text) ? text : Composing.Value.Normalize(text);

    /// <summary>
    /// The text as it is compared (<c>NFKC_Casefold</c>): without width, case, composition or invisible characters. Folding it again
    /// changes nothing.
    /// </summary>
    public static string Fold(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Folding.Value.Normalize(text);

    /// <summary>The text in normalization form KD: letters before their marks, and plain signs for their variants.</summary>
    public static string Decompose(string text) => Ascii.IsValid(text) ? text : Decomposing.Value.Normalize(text);

    /// <summary>Whether every surrogate has its pair. Anything else cannot be written as UTF-8.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                index++;
            }
            else if (char.IsSurrogate(text[index]))
            {
                return false;
            }
        }

        return true;
    }
}
