using Jangteo.Demo;
using Jangteo.Kinds;
using Jangteo.Stories;

namespace Jangteo.SystemTests;

/// <summary>Every story of every kind on the real program, each request and answer compared with the API document, and the books afterwards.</summary>
public sealed class StoryTests(StoryTests.Season season) : IClassFixture<StoryTests.Season>
{
    public static TheoryData<string, string> Stories => [.. Season.Stories.Select(story => (story.Kind.Name, story.Name))];

    [Theory]
    [MemberData(nameof(Stories))]
    public void A_story_comes_out_as_told(string kind, string name)
    {
        var played = season.Played.Single(played => played.Story.Kind.Name == kind && played.Story.Name == name);

        Assert.True(played.IsAsTold, played.Differs);
    }

    [Fact]
    public void Every_ending_of_every_kind_was_seen()
    {
        var seen = season.Played.SelectMany(played => played.Endings).ToHashSet();

        Assert.Empty(Season.Shelf.All.SelectMany(Ending.Of).Except(seen));
    }

    [Fact]
    public void The_books_hold_when_all_has_been_played()
    {
        Assert.Empty(season.Books.Where(finding => !finding.Ok));
        Assert.Equal(["I1", "I10", "I2", "I3", "I4", "I6", "I7", "I8", "I9"], season.Books.Select(finding => finding.Name.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>All stories, played once for all tests on a program of their own, because their clock goes forward by months.</summary>
    public sealed class Season : IAsyncLifetime
    {
        private static readonly string Folder = Path.Combine(JangteoProgram.Root, "kinds");

        internal static Shelf Shelf { get; } = KindReader.Read(Folder).Value!;

        internal static IReadOnlyList<Story> Stories { get; } = StoryReader.ReadAll(Folder, Shelf).Value!;

        internal IReadOnlyList<Played> Played { get; private set; } = [];

        internal IReadOnlyList<Finding> Books { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            await using var program = await JangteoProgram.Start();
            using var http = program.NewClient();
            var market = new Market(http);
            var ct = TestContext.Current.CancellationToken;
            Played = await new Stage(new StoryPlayer(market, Shelf.Texts, TimeProvider.System), new World(market)).Play(Stories, (_, _, _) => { }, _ => { }, ct);
            Books = await new Books(market, TimeProvider.System).Read(ct);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
