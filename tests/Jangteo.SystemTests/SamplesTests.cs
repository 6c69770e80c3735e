using System.Text.Json.Nodes;
using Jangteo.SystemTests.Pages;

namespace Jangteo.SystemTests;

/// <summary>What a sandbox offers at the start can be found and read in both languages.</summary>
public sealed class SamplesTests(SharedProgram shared)
{
    [Theory]
    [InlineData("en", "[A-Za-z]{3}")]
    [InlineData("ko", "[가-힣]{2}")]
    public async Task Each_word_that_the_search_field_suggests_finds_samples_with_texts_in_its_language(string language, string letters)
    {
        var program = await shared.Running;

        foreach (var word in PageTexts.In(language)["search.example"].Split(", "))
        {
            var answer = await program.Anonymous.GetStringAsync(
                $"/api/listings?limit=100&q={Uri.EscapeDataString(word)}", TestContext.Current.CancellationToken);
            // Tests offer things with words of their own; samples are those of the people of the sandbox.
            var samples = JsonNode.Parse(answer)!["items"]!.AsArray()
                .Where(one => (string?)one!["owner"]!["name"] is "minji" or "junho" && one["pictures"]!.AsArray().Count > 0).ToList();

            Assert.True(samples.Count > 0, $"No sample is found by {word}.");
            Assert.All(samples, sample => Assert.Matches(letters, (string)sample!["title"]!));
            Assert.All(samples, sample => Assert.Matches(letters, (string)sample!["description"]!));
        }
    }
}
