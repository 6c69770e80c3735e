using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jangteo.Tests;

/// <summary>What the pages say stands in their language files, whole in each language, and nowhere else.</summary>
public sealed partial class PageTextsTests
{
    private const string English = "web/src/texts/en.json";
    private const string Korean = "web/src/texts/ko.json";

    [Fact]
    public void Both_languages_say_the_same_things()
    {
        // Korean has one form for one and for many.
        Assert.Equal(Texts(English).Keys.Where(key => !key.EndsWith("_one", StringComparison.Ordinal)).Order(), Texts(Korean).Keys.Order());
        Assert.Equal(Holes(English), Holes(Korean));

        static IEnumerable<string> Holes(string file) => Texts(file).Where(text => !text.Key.EndsWith("_one", StringComparison.Ordinal)).OrderBy(text => text.Key, StringComparer.Ordinal)
            .Select(text => $"{text.Key}: {string.Join(' ', Hole().Matches(text.Value).Select(hole => hole.Value).Distinct().Order(StringComparer.Ordinal))}");
    }

    [Fact]
    public void No_text_is_empty()
    {
        Assert.Empty(Texts(English).Concat(Texts(Korean)).Where(text => string.IsNullOrWhiteSpace(text.Value)));
    }

    [Fact]
    public void English_is_written_without_Hangul_and_Korean_without_Latin_sentences()
    {
        // A language is named in itself.
        Assert.Empty(Texts(English).Where(text => text.Key != "languages.ko" && Hangul().IsMatch(text.Value)));
        Assert.Empty(Texts(Korean).Where(text => text.Key != "languages.en" && !Hangul().IsMatch(text.Value) && Latin().IsMatch(Hole().Replace(text.Value, ""))));
        Assert.Empty(Texts(Korean).Where(text => LatinSentence().IsMatch(Hole().Replace(text.Value, " "))));
    }

    [Fact]
    public void No_particle_is_glued_to_what_is_filled_in()
    {
        Assert.Empty(Texts(Korean).Where(text => Particle().IsMatch(text.Value)));
    }

    [Fact]
    public void Pages_hold_no_text_of_their_own()
    {
        var found = Repository.Lines("web/src/").Where(line => Regex.IsMatch(line.Where, @"\.tsx?:") && !line.Text.TrimStart().StartsWith('*') && !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Where(line => Hangul().IsMatch(line.Text) || InMarkup().IsMatch(line.Text) || InAttribute().IsMatch(line.Text));

        Assert.Equal("", string.Join('\n', found.Select(line => $"{line.Where}: {line.Text.Trim()}")));
    }

    [Theory]
    [InlineData("      <Text>Nothing here</Text>")]
    [InlineData("      <Button aria-label=\"Close\">")]
    [InlineData("        title={'Your move'}")]
    [InlineData("<p>확인</p>")]
    public void A_text_in_a_page_is_found(string line)
    {
        Assert.True(Hangul().IsMatch(line) || InMarkup().IsMatch(line) || InAttribute().IsMatch(line));
    }

    [Fact]
    public void Every_text_that_is_asked_for_is_there()
    {
        var texts = Texts(English);
        // What is asked for by a computed name is found by its beginning.
        var asked = Repository.Lines("web/src/").SelectMany(line => Asked().Matches(line.Text).Select(match => (line.Where, Key: match.Groups["key"].Value))).ToList();

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Where(one => !texts.Keys.Any(key => key == one.Key || key.StartsWith(one.Key.Split("${")[0], StringComparison.Ordinal) && (one.Key.Contains("${") || Regex.IsMatch(key, $"^{Regex.Escape(one.Key)}_(one|other)$")))));
    }

    [Fact]
    public void Every_text_is_used()
    {
        // A computed name is written as a template: what is filled in may be any word.
        var named = Repository.Lines("web/src/").Where(line => Regex.IsMatch(line.Where, @"\.tsx?:"))
            .SelectMany(line => Quoted().Matches(line.Text).Select(match => match.Groups["text"].Value))
            .Where(text => InSection().IsMatch(text))
            .Select(text => string.Join(".+", Filled().Split(text).Select(Regex.Escape)))
            .Distinct();
        var uses = new Regex($"^({string.Join('|', named)})(_(one|other))?$");

        Assert.Empty(Texts(English).Keys.Where(key => !uses.IsMatch(key)));
    }

    private static Dictionary<string, string> Texts(string file)
    {
        var texts = new Dictionary<string, string>();
        Gather("", JsonNode.Parse(Repository.Read(file))!);
        return texts;

        void Gather(string key, JsonNode at)
        {
            if (at is not JsonObject section)
            {
                texts[key] = (string)at!;
                return;
            }

            foreach (var (name, part) in section)
            {
                Gather(key.Length == 0 ? name : $"{key}.{name}", part!);
            }
        }
    }

    [GeneratedRegex(@"\{\{\w+\}\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\p{IsHangulSyllables}")]
    private static partial Regex Hangul();

    [GeneratedRegex(@"[A-Za-z]{4,}")]
    private static partial Regex Latin();

    [GeneratedRegex(@"[A-Za-z]{2,} [A-Za-z]{2,}")]
    private static partial Regex LatinSentence();

    [GeneratedRegex(@"\}\}(은|는|이|가|을|를|과|와|으로|로|에게|께서)(\s|[.,!?]|$)")]
    private static partial Regex Particle();

    /// <summary>Words between tags.</summary>
    [GeneratedRegex(@"<[A-Za-z][^<>]*[^=<>]>\s*[^<>{}]*[A-Za-z]{2,}[^<>{}]*</|^\s+[A-Z][a-z]+( [a-z]+)+[.!?]?$")]
    private static partial Regex InMarkup();

    [GeneratedRegex(@"\b(aria-label|alt|label|title|placeholder|description)=(""|\{['""`])[^""'`]*[A-Za-z]{2,}")]
    private static partial Regex InAttribute();

    /// <summary>A text in quotes; of a template one that may have others in what is filled in.</summary>
    [GeneratedRegex(@"'(?<text>[\w.-]+)'|`(?<text>(?:[\w.-]|\$\{[^{}]*\})+)`")]
    private static partial Regex Quoted();

    /// <summary>A name that begins with the section it is in; one of which that is computed would stand for every text.</summary>
    [GeneratedRegex(@"^[A-Za-z]+\.")]
    private static partial Regex InSection();

    [GeneratedRegex(@"\$\{[^{}]*\}")]
    private static partial Regex Filled();

    [GeneratedRegex(@"\bt\([`'](?<key>[^`']+)[`']")]
    private static partial Regex Asked();
}
