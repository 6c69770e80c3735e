
namespace Jangteo.Platform.Input;

/// <summary>
/// How texts are searched. A text and what is searched for are folded alike (<see cref="Unicode.Fold"/>) and split at white space. The
/// index holds grams: runs of two characters, and of three where all three are ASCII. Two Korean syllables are a whole word, and trigrams
/// alone cannot find it.
/// </summary>
public static class SearchText
{
    private const char Separator = ' ';

    /// <summary>The text as it is searched.</summary>
    public static string Fold(string text) => Unicode.Fold(text);

    /// <summary>The words of a query, folded, each once.</summary>
    public static string[] Words(string? query) => query is null ? [] : [.. Split(Unicode.Fold(query)).Distinct(StringComparer.Ordinal)];

    /// <summary>Every gram of a folded text, each once, separated by spaces.</summary>
    public static string Grams(string folded)
    {
        var grams = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in Split(folded))
        {
            AddGrams(grams, word, isQuery: false);
        }

        return string.Join(Separator, grams);
    }

    /// <summary>
    /// The grams that a text must have to contain the words. None for a single ASCII character: nearly every text has it.
    /// </summary>
    public static string[] GramsOf(IEnumerable<string> words)
    {
        var grams = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            AddGrams(grams, word, isQuery: true);
        }

        return [.. grams];
    }

    /// <summary>A pattern for SQL's <c>like</c> that matches every text with this word in it.</summary>
    public static string Pattern(string word) =>
        $"%{word.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";

    /// <summary>Splits at any white space of Unicode.</summary>
    private static string[] Split(string folded) => folded.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static void AddGrams(HashSet<string> grams, string word, bool isQuery)
    {
        var runes = word.EnumerateRunes().ToArray();
        for (var index = 0; index < runes.Length; index++)
        {
            var isTrigram = index + 2 < runes.Length && runes[index].IsAscii && runes[index + 1].IsAscii && runes[index + 2].IsAscii;
            if (isTrigram)
            {
                grams.Add($"{runes[index]}{runes[index + 1]}{runes[index + 2]}");
            }

            // A query asks for the rarest grams only: a bigram within a trigram of its own adds nothing.
            var isCovered = isQuery && (isTrigram || (index > 0 && index + 1 < runes.Length && runes[index - 1].IsAscii && runes[index].IsAscii && runes[index + 1].IsAscii));
            if (index + 1 < runes.Length && !isCovered)
            {
                grams.Add($"{runes[index]}{runes[index + 1]}");
            }

            // One Korean syllable or Chinese character may be a word of its own.
            if (!runes[index].IsAscii && (!isQuery || runes.Length == 1))
            {
                grams.Add(runes[index].ToString());
            }
        }
    }
}
