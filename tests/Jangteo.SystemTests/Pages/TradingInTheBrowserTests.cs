using Jangteo.Tests;

namespace Jangteo.SystemTests.Pages;

/// <summary>People trade by the pages, from the search to the last state, each in a browser of their own: every kind there is, and one that was laid beside them.</summary>
[Collection(InHarbour.Tests)]
public sealed class TradingInTheBrowserTests(A_sixth_kind.Harbour harbour, Browser browser)
{
    /// <summary>The first story of each kind goes well; the others do not.</summary>
    public static TheoryData<string, string, string> Stories =>
    [
        .. Season.Stories.GroupBy(story => story.Kind.Name).Select(kind => (kind.Key, kind.First().Name, "en")),
        ("neighborhood-rental", "A declined card, then a good one", "ko"),
        ("second-hand", "The seller rejects, and the money goes back", "ko"),
        ("shopping-mall", "The deposit is missing, and then it comes", "ko"),
        ("water-purifier", "Cancelled while the purifier is on its way", "ko"),
        ("car-share", "The operator sides with the customer", "ko"),
        .. A_sixth_kind.Harbour.Stories.Take(2).Select((story, nth) => (story.Kind.Name, story.Name, nth == 0 ? "en" : "ko")),
    ];

    [Theory]
    [Requirement("MA-6")]
    [Requirement("WP-N3")]
    [MemberData(nameof(Stories))]
    public async Task A_story_is_played_by_the_pages(string kind, string name, string language)
    {
        var story = Season.Stories.Concat(A_sixth_kind.Harbour.Stories).Single(story => story.Kind.Name == kind && story.Name == name);
        await using var played = new StoryInTheBrowser(story, harbour.Program, browser, A_sixth_kind.Harbour.Shelf.Texts, language);

        await played.Play();
    }
}
