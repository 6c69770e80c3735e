using System.Globalization;

namespace Jangteo.Cli;

/// <summary>How many tests there were, as <c>dotnet test</c> says at its end.</summary>
internal sealed record TestCounts(int Passed, int Failed, int Skipped)
{
    private const int TextsShown = 5;
    private const int LinesOfText = 40;

    public static TestCounts Of(IReadOnlyList<string> lines) => new(Last(lines, "succeeded:"), Last(lines, "failed:"), Last(lines, "skipped:"));

    /// <summary>Whether all tests ran that the repository says there are. What is not so is said.</summary>
    public bool AreThose(int committed, Action<string> say)
    {
        var ran = Passed + Failed;
        if (Skipped > 0)
        {
            say($"{Skipped} tests were skipped; a test that does not run says nothing.");
        }

        if (ran != committed)
        {
            say(ran < committed ? $"Only {ran} tests ran; tests/count.txt says that there are {committed}." : $"{ran} tests ran: tests/count.txt ({committed}) can be raised.");
        }

        return Skipped == 0 && ran >= committed;
    }

    /// <summary>Every failed test by name, and of the first few also what the tests said of it.</summary>
    public static IReadOnlyList<string> FailuresIn(IReadOnlyList<string> lines) =>
    [
        .. lines.Index().Where(line => IsFailure(line.Item)).SelectMany((failure, number) => lines
            .Skip(failure.Index)
            .Take(number < TextsShown ? 1 + LinesOfText : 1)
            .TakeWhile((line, offset) => offset == 0 || !IsFailure(line))),
    ];

    private static bool IsFailure(string line) => line.StartsWith("failed ", StringComparison.Ordinal);

    private static int Last(IReadOnlyList<string> lines, string label) => lines
        .Where(line => line.StartsWith(' ') && line.TrimStart().StartsWith(label, StringComparison.Ordinal))
        .Select(line => int.Parse(line.Split(':')[1].Trim(), CultureInfo.InvariantCulture)).LastOrDefault();
}
