using System.Text.Json.Nodes;
using Jangteo.Demo;
using Jangteo.Kinds;
using Jangteo.Stories;

namespace Jangteo.SystemTests;

/// <summary>
/// A way of trading that nobody thought of when the engine was written: a folder is laid beside the five, and the program as it was built trades in it.
/// </summary>
[Collection(InHarbour.Tests)]
public sealed class A_sixth_kind(A_sixth_kind.Harbour harbour)
{
    private const string Name = "boat-charter";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public static TheoryData<string> Stories => [.. Harbour.Stories.Select(story => story.Name)];

    [Fact]
    public void It_has_what_none_of_the_five_has()
    {
        var kind = Harbour.Kind;
        var five = Harbour.Shelf.All.Where(other => other != kind).ToList();

        Assert.Equal(5, five.Count);
        Assert.Empty(kind.States.Intersect(five.SelectMany(other => other.States)));
        Assert.DoesNotContain(OrderOf(kind.StartMove), five.SelectMany(other => other.Moves).Select(OrderOf));
        foreach (var language in Texts.Languages)
            Assert.Empty(Titles(kind, language).Intersect(five.SelectMany(other => Titles(other, language))));

        static string OrderOf(Move move) => string.Join(", ", move.First.Select(verb => verb.Name));
        static IEnumerable<string> Titles(Kind kind, string language) => ((Party[])[Party.Buyer, Party.Seller, Party.Operator]).Select(party => Harbour.Shelf.Texts.Party(kind.Name, party, language));
    }

    [Fact]
    public void The_checks_say_that_all_is_well()
    {
        var verdict = Check.Folder(harbour.Folder);

        Assert.True(verdict.IsWell, string.Join('\n', verdict.Lines));
        Assert.Contains(verdict.Lines, line => line.StartsWith($"{Name}: {Harbour.Kind.Moves.Length} rows") && line.EndsWith("all is well"));
    }

    [Theory]
    [MemberData(nameof(Stories))]
    public void It_is_traded_as_told(string name)
    {
        var played = harbour.Played.Single(played => played.Story.Name == name);

        Assert.True(played.IsAsTold, played.Differs);
    }

    [Fact]
    public void Every_row_into_a_final_state_was_an_end()
    {
        Assert.Equal(Ending.Of(Harbour.Kind).ToHashSet(), harbour.Played.SelectMany(played => played.Endings).ToHashSet());
    }

    [Fact]
    public void The_books_hold_when_all_has_been_traded()
    {
        Assert.NotEmpty(harbour.Books);
        Assert.Empty(harbour.Books.Where(finding => !finding.Ok));
    }

    [Theory]
    [InlineData("en", "Boat charter", "Skipper", "Cleared to sail", "Cast off")]
    [InlineData("ko", "보트 대절", "조종자", "출항 허가", "출항")]
    public async Task It_speaks_both_languages_and_shows_its_picture(string language, string title, string skipper, string state, string move)
    {
        using var http = harbour.Program.NewClient();
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);

        var kind = JsonNode.Parse(await http.GetStringAsync($"/api/kinds/{Name}", ct))!;

        Assert.Equal(title, (string?)kind["title"]);
        Assert.Equal(skipper, (string?)kind["parties"]!["buyer"]);
        Assert.Equal(state, Label("states", "state", "cleared"));
        Assert.Equal(move, Label("moves", "do", "cast-off"));
        var picture = (string)kind["diagram"]!;
        Assert.StartsWith("stateDiagram-v2", picture);
        Assert.All(kind["states"]!.AsArray(), one => Assert.Contains((string)one!["label"]!, picture));
        Assert.All(kind["moves"]!.AsArray(), one => Assert.Contains((string)one!["label"]!, picture));

        string? Label(string list, string key, string value) => (string?)kind[list]!.AsArray().Single(one => (string?)one![key] == value)!["label"];
    }

    [Theory]
    [InlineData("en", "Berth booked", "Clear the skipper")]
    [InlineData("ko", "선석 예약됨", "면허 확인")]
    public async Task A_trade_says_in_both_languages_where_it_stands_and_what_may_be_done(string language, string label, string mayDo)
    {
        var shop = new Shop(harbour.Program);
        var deal = await shop.Begun(await shop.List(Name, quantity: 2));
        deal.Seller.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);

        var trade = (await deal.Seller.Get($"/api/trades/{deal.Id}")).Body!;

        Assert.Equal(label, (string?)trade["label"]);
        Assert.Contains(mayDo, trade["youMay"]!.AsArray().Select(may => (string?)may!["label"]));
    }

    [Fact]
    public async Task Its_samples_are_on_the_market()
    {
        var anybody = await new Shop(harbour.Program).Somebody("buyer");

        var found = await Shop.Eventually(
            async () => (await anybody.Get($"/api/listings?kind={Name}&near=36.6302,127.8201&within=1")).Body!["items"]!.AsArray(), items => items.Count == 2);

        Assert.Equal([40_000, 120_000], found.Select(listing => (long)listing!["price"]!).Order());
    }

    /// <summary>The program on a folder of six kinds, with every story of the sixth played once for all tests. A program of its own, because the clock goes forward by weeks.</summary>
    public sealed class Harbour : IAsyncLifetime
    {
        private static readonly string Sixth = Path.Combine(JangteoProgram.Root, "tests", "Jangteo.SystemTests", "SixthKind");

        /// <summary>Only for what is known before any test runs; the program reads <see cref="Folder"/>.</summary>
        internal static Shelf Shelf { get; } = Read();

        internal static Kind Kind { get; } = Shelf.Find(Name)!;

        internal static IReadOnlyList<Story> Stories { get; } =
            StoryReader.Read(File.ReadAllText(Path.Combine(Sixth, Name, StoryReader.File)), $"{Name}/{StoryReader.File}", Kind) is { Mistakes: [] } read
                ? read.Value!
                : throw new InvalidDataException("The stories of the sixth kind cannot be read.");

        internal string Folder { get; private set; } = "";

        internal JangteoProgram Program { get; private set; } = null!;

        internal IReadOnlyList<Played> Played { get; private set; } = [];

        internal IReadOnlyList<Finding> Books { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            Folder = SixKinds();
            Program = await JangteoProgram.Start(("KindsFolder", Folder));
            using var http = Program.NewClient();
            var market = new Market(http);
            var ct = TestContext.Current.CancellationToken;
            Played = await new Stage(new StoryPlayer(market, Shelf.Texts, TimeProvider.System), new World(market)).Play(Stories, (_, _, _) => { }, _ => { }, ct);
            Books = await new Books(market, TimeProvider.System).Read(ct);
        }

        public async ValueTask DisposeAsync()
        {
            if (Program is not null)
                await Program.DisposeAsync();
            if (Folder.Length > 0)
                Directory.Delete(Folder, recursive: true);
        }

        private static Shelf Read()
        {
            var folder = SixKinds();
            try
            {
                var read = KindReader.Read(folder);
                return read.Value ?? throw new InvalidDataException(string.Join('\n', read.Mistakes));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        private static string SixKinds()
        {
            var to = Directory.CreateTempSubdirectory("jangteo-kinds-").FullName;
            foreach (var from in (string[])[Path.Combine(JangteoProgram.Root, "kinds"), Sixth])
            {
                foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
                {
                    var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                    File.Copy(file, copy);
                }
            }

            return to;
        }
    }
}

/// <summary>One market of six kinds for all tests that trade in them, one after the other, because they move its clock.</summary>
[CollectionDefinition(Tests)]
public sealed class InHarbour : ICollectionFixture<A_sixth_kind.Harbour>
{
    public const string Tests = "harbour";
}
