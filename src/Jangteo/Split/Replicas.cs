using System.Globalization;
using Jangteo.Kinds;

namespace Jangteo.Split;

/// <summary>How many processes run each module, as people write it: <c>trading=2,views=3</c>.</summary>
internal static class Replicas
{
    /// <summary>The gateway is told of so many places per module once; those in which nobody answers cost a look twice a second.</summary>
    public const int Most = 4;

    private const string FileName = "replicas";

    public static string FileIn(string splitFolder) => Path.Combine(splitFolder, FileName);

    /// <summary>What is written, or what is wrong with it.</summary>
    /// <param name="least">A market begins with all of its modules, and goes on without one that is stopped.</param>
    public static (IReadOnlyDictionary<string, int> Counts, string? Mistake) Parse(string text, int least)
    {
        var counts = new Dictionary<string, int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = part.Split('=');
            if (words.Length != 2 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < least || count > Most)
            {
                return (counts, $"'{part}' is not a module and a number from {least} to {Most}; write trading=2");
            }

            if (!Modules.All.Contains(words[0]))
            {
                return (counts, $"There is no module '{words[0]}'; there are {string.Join(", ", Modules.All)}.");
            }

            counts[words[0]] = count;
        }

        return (counts, null);
    }

    /// <summary>Writes how many are wanted, whole or not at all: the run that works with the folder sees to it.</summary>
    public static void Write(string splitFolder, IReadOnlyDictionary<string, int> counts)
    {
        var path = FileIn(splitFolder);
        File.WriteAllText(path + ".new", string.Join(',', counts.Select(pair => $"{pair.Key}={pair.Value}")));
        File.Move(path + ".new", path, overwrite: true);
    }
}
