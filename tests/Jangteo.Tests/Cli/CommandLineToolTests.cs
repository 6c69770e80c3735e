extern alias cli;

using System.Text.RegularExpressions;
using cli::Jangteo.Cli;

namespace Jangteo.Tests.Cli;

/// <summary>The program behind ./jangteo.</summary>
public sealed partial class CommandLineToolTests
{
    /// <summary>Of the program; each is a file in src/Jangteo/Commands.</summary>
    private static readonly string[] ofTheProgram = ["operator", "person", "rebuild-views", "doctor", "gateway", "backup", "restore", "health"];

    [Theory]
    [InlineData("v20.19.0", true)]
    [InlineData("v20.19.5", true)]
    [InlineData("v22.12.0", true)]
    [InlineData("v24.1.0", true)]
    [InlineData("v18.20.4", false)]
    [InlineData("v20.18.9", false)]
    [InlineData("v21.7.3", false)]
    [InlineData("v22.11.0", false)]
    [InlineData("", false)]
    public void A_version_of_Node_is_compared_with_the_range_of_the_package(string version, bool suits)
    {
        Assert.Equal(suits, Node.Suits(version, "^20.19.0 || >=22.12.0"));
    }

    [Theory]
    [InlineData("v20.0.0", true)]
    [InlineData("v18.20.4", false)]
    public void A_range_may_name_a_major_version_alone(string version, bool suits)
    {
        Assert.Equal(suits, Node.Suits(version, ">=20"));
    }

    [Fact]
    public void The_test_command_is_what_the_README_says()
    {
        Assert.Equal("./jangteo test", Readme.TestCommand(Repository.Read("README.md")));
        Assert.Equal("", Readme.TestCommand("Type ./jangteo test.\n\n```sh\n./jangteo run\n```\n"));
    }

    [Theory]
    [InlineData("  total: 12\n  failed: 2\n  succeeded: 10\n  skipped: 0\n", 10, 2, 0)]
    [InlineData("failed: 7\n  failed: 0\n  succeeded: 1\n  skipped: 3\n", 1, 0, 3)]
    [InlineData("The build failed.\n", 0, 0, 0)]
    public void Tests_are_counted_from_the_summary(string said, int passed, int failed, int skipped)
    {
        Assert.Equal(new TestCounts(passed, failed, skipped), TestCounts.Of(said.Split('\n')));
    }

    [Fact]
    public void Of_the_first_failed_tests_their_texts_are_repeated_and_of_all_their_names()
    {
        string[] text = [.. Enumerable.Range(1, 60).Select(number => $"  line {number}")];
        string[] lines = ["passed", .. Enumerable.Range(1, 8).SelectMany(test => (string[])[$"failed test {test} (1ms)", .. text]), "  failed: 8"];

        var failures = TestCounts.FailuresIn(lines);

        Assert.Equal(
            Enumerable.Range(1, 8).Select(test => $"failed test {test} (1ms)"),
            failures.Where(line => line.StartsWith("failed", StringComparison.Ordinal)));
        Assert.Equal(5 * 40, failures.Count(line => line.StartsWith("  line", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(10, 0, 0, true)]
    [InlineData(9, 1, 0, true)]
    [InlineData(11, 0, 0, true)]
    [InlineData(9, 0, 0, false)]
    [InlineData(10, 0, 1, false)]
    public void Fewer_tests_than_there_are_or_a_skipped_one_fail_the_run(int passed, int failed, int skipped, bool areThose)
    {
        Assert.Equal(areThose, new TestCounts(passed, failed, skipped).AreThose(10, _ => { }));
    }

    [Fact]
    public void Every_command_that_a_page_shows_exists()
    {
        var known = CommandTable.All.Select(command => command.Name).Concat(ofTheProgram).ToHashSet();
        var shown = Repository.Lines().Where(line => line.Where.Contains(".md:")).SelectMany(line => Shown().Matches(line.Text).Select(match => (line.Where, Name: match.Groups["name"].Value)));

        Assert.Empty(shown.Where(command => !known.Contains(command.Name)));
    }

    [Theory]
    [InlineData("web/package.json")]
    [InlineData("services/courier/package.json")]
    public void Every_build_of_npm_says_which_Node_it_needs(string package)
    {
        Assert.True(Node.Suits("v24.0.0", WantedBy(package)));
    }

    private static string WantedBy(string package) => Regex.Match(Repository.Read(package), "\"node\": \"([^\"]+)\"").Groups[1].Value;

    [GeneratedRegex(@"\./jangteo (?<name>[a-z-]+)")]
    private static partial Regex Shown();
}
