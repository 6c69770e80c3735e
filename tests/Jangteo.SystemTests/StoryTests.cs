using Jangteo.Demo;
using Jangteo.Kinds;
using Jangteo.Stories;
using Jangteo.SystemTests.Split;

namespace Jangteo.SystemTests;

/// <summary>Every story of every kind with all modules in one process.</summary>
public sealed class StoryTests(StoryTests.InOneProcess season) : StoriesComeOut(season), IClassFixture<StoryTests.InOneProcess>
{
    /// <summary>On a program of their own, because their clock goes forward by months.</summary>
    public sealed class InOneProcess : Season
    {
        public override async ValueTask InitializeAsync()
        {
            await using var program = await JangteoProgram.Start();
            await Play(program);
        }
    }
}

/// <summary>The same stories with each module in a process of its own. Nothing of them is written twice.</summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitStoryTests(SplitStoryTests.InManyProcesses season) : StoriesComeOut(season), IClassFixture<SplitStoryTests.InManyProcesses>
{
    /// <summary>What others did here before is part of the books; their clock goes forward too.</summary>
    public sealed class InManyProcesses(SharedSplit split) : Season
    {
        public override async ValueTask InitializeAsync()
        {
            await split.Program.AllRun();
            await Play(split.Program);
        }
    }
}

/// <summary>What is expected of the stories, whichever shape the program has: each request and answer compared with the API document, and the books afterwards.</summary>
public abstract class StoriesComeOut(Season season)
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
}

/// <summary>All stories, played once for all tests of a class.</summary>
public abstract class Season : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(JangteoProgram.Root, "kinds");

    internal static Shelf Shelf { get; } = KindReader.Read(Folder).Value!;

    internal static IReadOnlyList<Story> Stories { get; } = StoryReader.ReadAll(Folder, Shelf).Value!;

    internal IReadOnlyList<Played> Played { get; private set; } = [];

    internal IReadOnlyList<Finding> Books { get; private set; } = [];

    public abstract ValueTask InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected async Task Play(JangteoProgram program)
    {
        using var http = program.NewClient();
        var market = new Market(http);
        var ct = TestContext.Current.CancellationToken;
        Played = await new Stage(new StoryPlayer(market, Shelf.Texts, TimeProvider.System), new World(market)).Play(Stories, (_, _, _) => { }, _ => { }, ct);
        Books = await new Books(market, TimeProvider.System).Read(ct);
    }
}
