using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>What operators keep and count: notes on trades, disputes by month, the fee and what it was.</summary>
public sealed partial class OperatorRecordsTests(SharedProgram shared, OperatorRecordsTests.Market market, Browser browser)
    : IClassFixture<OperatorRecordsTests.Market>
{
    [Fact]
    public async Task A_note_is_kept_with_its_author_and_time_and_only_operators_read_it()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List("second-hand"));
        var (sora, haneul) = (await shop.Operator, await shop.Named("haneul"));

        Assert.Equal(204, (await Note(sora, deal.Id, "The buyer called.")).Status);
        Assert.Equal(204, (await Note(haneul, deal.Id, "  I called back.\nNobody answered.  ")).Status);

        var notes = await Notes(haneul, deal.Id);
        Assert.Equal(
            [("haneul", "I called back.\nNobody answered."), ("sora", "The buyer called.")],
            notes.Select(note => ((string)note!["name"]!, (string)note["reason"]!)));
        Assert.All(notes, note => Assert.Equal(("add-note", deal.Id), ((string)note!["act"]!, (Guid)note["trade"]!)));
        Assert.True((DateTimeOffset)notes[0]!["at"]! >= (DateTimeOffset)notes[1]!["at"]!);
        foreach (var party in new[] { deal.Buyer, deal.Seller })
        {
            Assert.Equal("not-found", (await Note(party, deal.Id, "Mine.")).Code);
            Assert.Equal("not-found", (await party.Get($"/api/operator/trading/acts?trade={deal.Id}")).Code);
            Assert.DoesNotContain("called", (await party.Get($"/api/trades/{deal.Id}/timeline")).ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("called", (await party.Get($"/api/trades/{deal.Id}")).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_note_sent_again_under_its_key_is_kept_once()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List("second-hand"));
        var (sora, key) = (await shop.Operator, Guid.NewGuid().ToString("n"));

        Assert.Equal(204, (await Note(sora, deal.Id, "Once.", key)).Status);
        Assert.Equal(204, (await Note(sora, deal.Id, "Once.", key)).Status);

        Assert.Equal("key-reused", (await Note(sora, deal.Id, "Twice.", key)).Code);
        Assert.Single(await Notes(sora, deal.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData(null)]
    public async Task A_note_without_words_or_with_too_many_is_refused(string? none)
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List("second-hand"));
        var sora = await shop.Operator;

        var refused = await Note(sora, deal.Id, none ?? new string('x', 1001));

        Assert.Equal((422, "invalid"), (refused.Status, refused.Code));
        Assert.NotNull(refused.Body!["errors"]!["note"]);
        Assert.Empty(await Notes(sora, deal.Id));
    }

    [Fact]
    public async Task An_operator_who_trades_writes_no_note_on_that_trade()
    {
        var shop = new Shop(await shared.Running);
        var haneul = await shop.Named("haneul");
        var deal = await shop.Begun(await shop.List("second-hand", seller: haneul));

        var refused = await Note(haneul, deal.Id, "I am right.");

        Assert.Equal((403, "not-yours"), (refused.Status, refused.Code));
        Assert.Equal("not-found", (await Note(haneul, Guid.NewGuid(), "Where?")).Code);
        Assert.Empty(await Notes(await shop.Operator, deal.Id));
    }

    [Fact]
    public async Task An_operator_writes_a_note_on_the_page_of_a_trade_and_another_reads_it_there_above_what_was_done()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        await deal.SellerDoes("accept");
        await deal.BuyerDoes("contest", new JsonObject { ["reason"] = "It hums." });
        await using var sora = await browser.Open(program, "sora", width: 390);
        await sora.Go($"/operating/trades/{deal.Id}");
        await sora.Reads("No notes or operator actions yet.");

        await sora.Fill("Note (visible to operators only)", "The buyer sent a recording.");
        await sora.Click("Add note");

        var section = sora.Page.GetByRole(AriaRole.Region, new() { Name = "Notes and operator actions" });
        await Expect(section.GetByRole(AriaRole.Listitem)).ToContainTextAsync("The buyer sent a recording.");
        await Expect(section.GetByRole(AriaRole.Textbox)).ToHaveValueAsync("");
        await Decides(await shop.Operator, deal, "side-with-buyer", "One hears it.");
        await using var haneul = await browser.Open(program, "haneul", "ko");
        await haneul.Go($"/operating/trades/{deal.Id}");
        var lines = haneul.Page.GetByRole(AriaRole.Region, new() { Name = "메모와 운영 기록" }).GetByRole(AriaRole.Listitem);
        await Expect(lines).ToHaveCountAsync(2);
        await Expect(lines.First).ToContainTextAsync("The buyer sent a recording.");
        await Expect(lines.First).ToContainTextAsync("sora");
        await Expect(lines.Last).ToContainTextAsync("One hears it.");
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Reads("One hears it.");
        await Expect(buyer.Page.GetByText("recording")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Disputes_are_counted_by_the_month_in_which_they_began_and_ended_and_drawn_with_their_figures()
    {
        var program = market.Program;
        var shop = new Shop(program);
        var sora = await shop.Operator;
        var decided = await InDispute(shop);
        var paid = await InDispute(shop);
        var forgotten = await InDispute(shop);
        await Decides(sora, decided, "side-with-buyer", "It hums.");
        await Decides(sora, paid, "side-with-seller", "It does not hum.");
        await shop.Forward("31d");
        await shop.At(forgotten, "undone");
        await shop.AtRest();
        // A month in which nothing is opened or ended lies between.
        await shop.Forward("93d");
        await InDispute(shop);

        var months = await Months();

        Assert.Equal((4, 2, 1, 0, 1), (Sum("opened"), Sum("forBuyer"), Sum("forSeller"), Sum("otherwise"), Sum("byTime")));
        Assert.Equal((1, 0, 0), ((int)months[0]!["opened"]!, (int)months[0]!["forBuyer"]!, (int)months[0]!["byTime"]!));
        Assert.Equal((0, 1, 1), ((int)months[1]!["opened"]!, (int)months[1]!["forBuyer"]!, (int)months[1]!["byTime"]!));
        Assert.Equal("not-found", (await decided.Buyer.Get("/api/operator/trading/disputes/months")).Code);

        await using var window = await browser.Open(program, "sora");
        await window.Go("/operating/ledger");
        foreach (var name in new[] { "Turnover by month", "Fees by month" })
        {
            await Expect(Chart(name).Locator(".recharts-bar-rectangle path").First).ToBeAttachedAsync();
        }

        // The chart has every month from the first to the last, the table those that have figures.
        var disputes = Chart("Disputes opened and ended by month");
        await Expect(disputes.Locator("text").Filter(new() { HasTextRegex = MonthName() }))
            .ToHaveCountAsync(Apart(months[^1]!, months[0]!) + 1);
        var rows = window.Page.GetByRole(AriaRole.Region, new() { Name = "Disputes by month" }).First.GetByRole(AriaRole.Row);
        await Expect(rows).ToHaveCountAsync(months.Count + 1);
        await Expect(rows.Nth(0)).ToContainTextAsync("Refunded to buyer");
        await Expect(rows.Nth(2)).ToContainTextAsync("01001");
        await ScreensTests.HasNoViolations(window.Page);
        await window.Page.SetViewportSizeAsync(320, 844);
        await Expect(disputes.Locator("svg").First).ToBeVisibleAsync();
        const string Beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        await Shop.Eventually(() => window.Page.EvaluateAsync<int>(Beyond), beyond => beyond <= 0);

        ILocator Chart(string name) => window.Page.GetByRole(AriaRole.Img, new() { Name = name });

        async Task<JsonArray> Months() => (await sora.Get("/api/operator/trading/disputes/months")).Body!["items"]!.AsArray();

        int Sum(string count) => months.Sum(month => (int)month![count]!);
    }

    [Fact]
    public async Task The_fee_is_shown_with_what_it_was_before_and_a_restart_adds_nothing()
    {
        var shop = new Shop(market.Program);
        var first = Assert.Single(await Fees());
        await market.Program.Stop();
        await market.Program.StartAgainWith(("FeePermille", "45"));

        var changed = await Fees();

        Assert.Equal([45, 30], changed.Select(fee => (int)fee!["permille"]!));
        Assert.Equal(first!.ToJsonString(), changed[1]!.ToJsonString());
        Assert.True((DateTimeOffset)changed[0]!["since"]! > (DateTimeOffset)first["since"]!);
        await market.Program.Kill();
        await market.Program.StartAgain();
        Assert.Equal(changed.ToJsonString(), (await Fees()).ToJsonString());
        Assert.Equal("not-found", (await (await shop.Somebody("buyer")).Get("/api/operator/trading/fees")).Code);
        await using var sora = await browser.Open(market.Program, "sora");
        await sora.Go("/operating/kinds/second-hand");
        await Expect(sora.Page.GetByRole(AriaRole.Region, new() { Name = "Fee", Exact = true })).ToContainTextAsync("4.5%");
        await sora.Link("Fee history").ClickAsync();
        await Expect(sora.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Fee");
        await Expect(sora.Page.GetByRole(AriaRole.Region, new() { Name = "Current fee" })).ToContainTextAsync("4.5%");
        var rows = sora.Page.GetByRole(AriaRole.Row);
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(rows.Nth(1)).ToContainTextAsync("Now");
        await Expect(rows.Nth(2).GetByRole(AriaRole.Rowheader)).ToHaveTextAsync("3%");

        async Task<JsonArray> Fees() => (await (await shop.Operator).Get("/api/operator/trading/fees")).Body!["items"]!.AsArray();
    }

    private static Task<Said> Note(Visitor by, Guid trade, string note, string? key = null) =>
        by.Post($"/api/operator/trading/trades/{trade}/notes", new JsonObject { ["note"] = note }, key);

    private static async Task<JsonArray> Notes(Visitor by, Guid trade) =>
        (await by.Get($"/api/operator/trading/acts?trade={trade}")).Body!["items"]!.AsArray();

    private static async Task<Deal> InDispute(Shop shop)
    {
        var deal = await shop.Begun(await shop.List("second-hand"));
        Assert.Equal(200, (await deal.SellerDoes("accept")).Status);
        Assert.Equal(200, (await deal.BuyerDoes("contest", new JsonObject { ["reason"] = "It hums." })).Status);
        return deal;
    }

    private static async Task Decides(Visitor by, Deal deal, string move, string reason) =>
        Assert.Equal(200, (await by.Post($"/api/trades/{deal.Id}/{move}", new JsonObject { ["reason"] = reason })).Status);

    /// <summary>How many months lie between two.</summary>
    private static int Apart(JsonNode from, JsonNode to)
    {
        var (one, other) = (Month(from), Month(to));
        return ((other.Year - one.Year) * 12) + other.Month - one.Month;

        static DateTime Month(JsonNode month) => DateTime.ParseExact((string)month["month"]!, "yyyy-MM", CultureInfo.InvariantCulture);
    }

    /// <summary>A month as the charts name it, such as Nov 26.</summary>
    [GeneratedRegex("^[A-Z][a-z]{2} [0-9]{2}$")]
    private static partial Regex MonthName();

    /// <summary>A market of these tests alone, with exact counts and a fee that changes.</summary>
    public sealed class Market : IAsyncLifetime
    {
        internal JangteoProgram Program { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Program = await JangteoProgram.Start();

        public ValueTask DisposeAsync() => Program.DisposeAsync();
    }
}
