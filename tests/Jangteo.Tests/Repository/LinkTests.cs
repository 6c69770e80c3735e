using System.Text.RegularExpressions;

namespace Jangteo.Tests;

/// <summary>A page that points to nothing says that nobody reads it.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Repository.Files.Where(path => path.EndsWith(".md", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_of_a_page_leads_somewhere(string page)
    {
        Assert.Empty(Links(Repository.Read(page)).Where(link => !LeadsSomewhere(page, link)));
    }

    [Fact]
    public void The_tour_passes_through_every_module()
    {
        var seen = Links(Repository.Read("docs/tour.md")).Select(link => Path.GetDirectoryName(link)!.Split('/').FirstOrDefault(part => part.StartsWith("Jangteo.", StringComparison.Ordinal))).ToHashSet();

        Assert.Empty(Jangteo.Kinds.Modules.All.Select(module => $"Jangteo.{char.ToUpperInvariant(module[0])}{module[1..]}").Except(seen!));
    }

    [Theory]
    [InlineData("[a](README.md)", true)]
    [InlineData("[a](docs/words.md#no-such-heading)", false)]
    [InlineData("[a](no-such-file.md)", false)]
    [InlineData("![a](docs/no-such-picture.png)", false)]
    [InlineData("[a](README.md#where-things-are)", true)]
    public void A_link_that_leads_nowhere_is_seen(string text, bool leads)
    {
        Assert.Equal(leads, LeadsSomewhere("README.md", Assert.Single(Links(text))));
    }

    /// <summary>The targets of all links and pictures that are not on the net. Code is no link.</summary>
    private static IEnumerable<string> Links(string text) =>
        Link().Matches(Code().Replace(text, "")).Select(match => match.Groups["to"].Value).Where(to => !to.Contains("://", StringComparison.Ordinal) && !to.StartsWith("mailto:", StringComparison.Ordinal));

    private static bool LeadsSomewhere(string page, string link)
    {
        var parts = link.Split('#', 2);
        var path = parts[0].Length == 0 ? page : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, Uri.UnescapeDataString(parts[0]))).TrimEnd('/');
        // A file that merely lies about is not there for others.
        if (!Repository.Files.Any(file => file == path || file.StartsWith(path + "/", StringComparison.Ordinal)))
            return false;
        return parts.Length == 1 || !path.EndsWith(".md", StringComparison.Ordinal) || Repository.Read(path).Split('\n').Any(line => line.StartsWith('#') && Anchor(line) == parts[1]);
    }

    /// <summary>As the forges make it of a heading.</summary>
    private static string Anchor(string heading) => NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchors();
}
