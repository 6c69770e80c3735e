using System.Text;
using System.Text.RegularExpressions;
using Jangteo.Kinds;
using Jangteo.Stories;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Jangteo.Tests;

/// <summary>docs/requirements.md: every requirement and edge of docs/requirements.yaml with the tests that name it.</summary>
public sealed partial class RequirementsTests
{
    private static readonly string Root = Repository.Root;

    [Fact]
    public void Every_test_names_a_requirement_and_an_edge_that_stand_in_the_list()
    {
        var known = Read().SelectMany(requirement => Edges(requirement).Select(edge => (requirement.Id, edge)).Append((requirement.Id, null))).ToHashSet();

        var unknown = Named().Where(test => !known.Contains((test.Id, test.Edge))).Select(test => $"{test.Test}: {test.Id} \"{test.Edge}\"");

        Assert.Empty(unknown);
    }

    [Fact]
    public void No_requirement_and_no_edge_is_without_a_test_of_its_own()
    {
        Assert.Empty(Uncovered().Select(line => $"{line.Id} {line.Edge}"));
    }

    [Fact]
    public void The_page_of_requirements_is_current()
    {
        var page = Path.Combine(Root, "docs", "requirements.md");
        var text = Write();
        if (Environment.GetEnvironmentVariable("JANGTEO_WRITE") == "1")
        {
            File.WriteAllText(page, text);
        }

        Assert.Equal(text, File.Exists(page) ? File.ReadAllText(page) : "");
    }

    private static string Write()
    {
        var named = Named().ToLookup(test => (test.Id, test.Edge), test => test.Test);
        var page = new StringBuilder("# Requirements, and the tests that show them\n\nMade from [requirements.yaml](requirements.yaml) and the tests by `./jangteo format`.\n\n");
        var uncovered = Uncovered().ToList();
        page.Append($"Requirements and edges without a test: {uncovered.Count}.\n\n");
        page.Append("| id | requirement | edge | shown by |\n|---|---|---|---|\n");
        foreach (var requirement in Read())
        {
            foreach (var edge in Edges(requirement).Prepend(null).Where(edge => edge is not null || requirement.Edges.Count == 0 || named.Contains((requirement.Id, null))))
            {
                var tests = named[(requirement.Id, edge)].Distinct().Order(StringComparer.Ordinal).ToList();
                var shown = tests.Count > 0 ? string.Join("<br>", tests) : "**no test**";
                page.Append($"| {requirement.Id} | {requirement.Says} | {edge} | {shown} |\n");
            }
        }

        return page.ToString();
    }

    private static IEnumerable<(string Id, string? Edge)> Uncovered()
    {
        var named = Named().Select(test => (test.Id, test.Edge)).ToHashSet();
        return Read().SelectMany(requirement => requirement.Edges.Count == 0
            ? named.Any(test => test.Id == requirement.Id) ? [] : [(requirement.Id, (string?)null)]
            : requirement.Edges.Where(edge => !named.Contains((requirement.Id, edge))).Select(edge => (requirement.Id, (string?)edge)));
    }

    private static IEnumerable<string?> Edges(Entry requirement) => requirement.Edges;

    private static List<Entry> Read() =>
        new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build()
            .Deserialize<List<Entry>>(File.ReadAllText(Path.Combine(Root, "docs", "requirements.yaml")));

    /// <summary>What shows a requirement: a test that names it, or a story, which the stories' tests play in both shapes.</summary>
    private static IEnumerable<(string Id, string? Edge, string Test)> Named() => NamedByTests().Concat(ShownByStories());

    private static IEnumerable<(string Id, string? Edge, string Test)> ShownByStories()
    {
        var folder = Path.Combine(Root, "kinds");
        var stories = StoryReader.ReadAll(folder, KindReader.Read(folder).Value!).Value!;
        return stories.SelectMany(story => story.Shows.Select(id => (id, (string?)null, $"story of {story.Kind.Name}: {story.Name}")));
    }

    /// <summary>What tests name, read from their sources: an attribute above a class counts for each of its tests' files.</summary>
    private static IEnumerable<(string Id, string? Edge, string Test)> NamedByTests()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var waiting = new List<(string Id, string? Edge)>();
            foreach (var line in File.ReadLines(file))
            {
                foreach (Match match in Attribute().Matches(line))
                {
                    waiting.Add((match.Groups["id"].Value, match.Groups["edge"].Success ? Regex.Unescape(match.Groups["edge"].Value) : null));
                }

                if (waiting.Count > 0 && Declaration().Match(line) is { Success: true } declared)
                {
                    foreach (var (id, edge) in waiting)
                    {
                        yield return (id, edge, declared.Groups["name"].Value.Replace('_', ' '));
                    }

                    waiting.Clear();
                }
            }
        }
    }

    [GeneratedRegex("""\bRequirement\("(?<id>[A-Z0-9.-]+N?[0-9.a-z]*)"(, "(?<edge>(\\.|[^"\\])*)")?\)""")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^\s*(public|internal)\s.*?\b(?<name>[A-Z]\w+)\s*(\(|$|:|<)")]
    private static partial Regex Declaration();

    /// <summary>One requirement of the list.</summary>
    public sealed class Entry
    {
        public string Id { get; set; } = "";

        public string Says { get; set; } = "";

        public string? Shown { get; set; }

        public List<string> Edges { get; set; } = [];
    }
}
