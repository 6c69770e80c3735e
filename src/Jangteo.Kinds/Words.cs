using System.Globalization;
using System.Text;

namespace Jangteo.Kinds;

/// <summary>Words as they stand in tables, routes and messages: <see cref="Need.RefundAccount"/> is <c>refund-account</c>.</summary>
public static class Words
{
    /// <summary>Past this nobody waits: ten years. It also keeps every date within reach of a timestamp.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(3650);

    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        var word = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && word.Length > 0)
            {
                word.Append('-');
            }

            word.Append(char.ToLowerInvariant(letter));
        }

        return word.ToString();
    }

    /// <summary>A duration as a table writes it, in the largest unit that fits: 3d, 36h, 90s.</summary>
    public static string Of(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        return seconds % 86_400 == 0 ? $"{seconds / 86_400}d" : seconds % 3_600 == 0 ? $"{seconds / 3_600}h" : seconds % 60 == 0 ? $"{seconds / 60}m" : $"{seconds}s";
    }

    /// <summary>The duration that a number above zero, of seven digits at most, and one of d, h, m, s stand for; null when a text is none.</summary>
    public static TimeSpan? Duration(string text) =>
        text.Length is > 1 and <= 8 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? text[^1] switch
            {
                'd' => TimeSpan.FromDays(count),
                'h' => TimeSpan.FromHours(count),
                'm' => TimeSpan.FromMinutes(count),
                's' => TimeSpan.FromSeconds(count),
                _ => null,
            }
            : null;

    /// <summary>The value a word stands for, or null when there is none.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == word)
            {
                return value;
            }
        }

        return null;
    }

    internal static IEnumerable<string> All<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    /// <summary>Half a sentence for whoever wrote an unknown word: the one he most likely meant, or all there are.</summary>
    internal static string Suggest(string written, IEnumerable<string> known)
    {
        var words = known.Distinct().ToList();
        var nearest = words.Select(word => (word, distance: Distance(written, word))).OrderBy(pair => pair.distance).FirstOrDefault();
        if (nearest.word is not null && nearest.distance <= Math.Max(1, nearest.word.Length / 3))
        {
            return $"did you mean \"{nearest.word}\"?";
        }

        return words.Count switch
        {
            0 => "leave it out",
            1 => $"write {words[0]}",
            _ => $"write one of {string.Join(", ", words)}",
        };
    }

    /// <summary>The known word that was most likely meant.</summary>
    internal static string Nearest(string written, IEnumerable<string> known) => known.MinBy(word => Distance(written.ToLowerInvariant(), word.ToLowerInvariant()))!;

    /// <summary>How many letters must be put in, left out, changed or swapped with their neighbour to make one word of the other.</summary>
    private static int Distance(string one, string other)
    {
        // A word longer than any real one is not worth comparing.
        if (one.Length > 100)
        {
            return int.MaxValue;
        }

        var costs = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    costs[i, j] = i + j;
                    continue;
                }

                var same = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1;
                var cost = Math.Min(Math.Min(costs[i - 1, j] + 1, costs[i, j - 1] + 1), costs[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    cost = Math.Min(cost, costs[i - 2, j - 2] + 1);
                }

                costs[i, j] = cost;
            }
        }

        return costs[one.Length, other.Length];
    }
}
