using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.SystemTests.Storm;
using Jangteo.Tests.Catalog;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>
/// What holds for every dialog, in both languages, light and dark, on a desktop and on a narrow phone: axe finds nothing, it fits the screen, the
/// focus is in it while it is open, and is where it was when it has been closed with Escape.
/// </summary>
public sealed class DialogsTests(Browser browser, DialogsTests.Troubled market) : IClassFixture<DialogsTests.Troubled>
{
    private const string Attention = "/operating";

    /// <summary>Each dialog with where it is, for whom, and what opens it.</summary>
    private static readonly Dictionary<string, (string Path, string Who, Func<Opening, ILocator> Opener)> dialogs = new()
    {
        ["pictures"] = ("/listings/{listing}", Troubled.Buyer, at => at.Page.GetByRole(AriaRole.Button).Filter(new() { Has = at.Page.Locator("img") }).First),
        ["a dispute"] = ("/trades/{trade}", Troubled.Buyer, at => at.Button(at.MoveOf("contest"))),
        ["a decision"] = ("/trades/{disputed}", SandboxPeople.Operator, at => at.Button(at.MoveOf("side-with-buyer"))),
        ["withdrawing a listing"] = (
            "/selling/{listing}", Troubled.Seller,
            at => at.Button(at.Texts["selling.withdraw.named"].Replace("{{title}}", Troubled.Title, StringComparison.Ordinal))),
        ["a delivery"] = ("/selling/deliveries", Troubled.Seller, at => at.Named("selling.deliveries.arrivedNamed")),
        ["an account"] = ($"/operating/people?q={Troubled.Buyer}", SandboxPeople.Operator, at => at.Named("operating.people.account")),
        ["retrying a payment"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.errand.retry", "errands")),
        ["paying to another account"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.errand.elsewhere", "errands")),
        ["settling a payment"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.settle.button", "errands")),
        ["matching a deposit"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.deposit.match", "deposits")),
        ["sending a deposit back"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.deposit.sendBack", "deposits")),
        ["booking a transfer again"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.errand.retry", "unbooked")),
        ["settling a transfer"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.settle.button", "unbooked")),
        ["answering by hand"] = (Attention, SandboxPeople.Operator, at => at.Named("operating.parked.answer", "parked")),
        ["confirming a proposal"] = (Attention, SandboxPeople.SecondOperator, at => at.Named("operating.proposal.confirm", "proposals")),
        ["declining a proposal"] = (Attention, SandboxPeople.SecondOperator, at => at.Named("operating.proposal.decline", "proposals")),
    };

    public static TheoryData<string> Dialogs => [.. dialogs.Keys];

    [Theory]
    [MemberData(nameof(Dialogs))]
    public async Task A_dialog_has_no_fault_of_accessibility_keeps_the_focus_and_gives_it_back(string name)
    {
        var (path, who, opener) = dialogs[name];
        foreach (var (language, dark, width) in new[] { ("en", false, 1280), ("ko", true, 320) })
        {
            await using var window = await browser.Open(market.Program, who, language, dark, width);
            await window.Go(market.Fill(path));
            var button = opener(new Opening(window.Page, PageTexts.In(language), await market.Moves(path, who, language)));

            await button.ClickAsync();

            var dialog = window.Page.GetByRole(AriaRole.Dialog);
            await Expect(dialog).ToBeVisibleAsync();
            await HasFocus(window.Page, dialog);
            await ScreensTests.HasNoViolations(window.Page);
            const string Beyond =
                "dialog => Math.max(0, dialog.scrollWidth - dialog.clientWidth, dialog.getBoundingClientRect().right - innerWidth)";
            Assert.Equal(0, await dialog.EvaluateAsync<int>(Beyond));
            for (var presses = 0; presses < 12; presses++)
            {
                await window.Page.Keyboard.PressAsync("Tab");
            }

            await HasFocus(window.Page, dialog);
            await window.Page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToHaveCountAsync(0);
            await Expect(button).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task Signing_out_that_fails_says_so_in_a_dialog()
    {
        await using var window = await browser.Open(market.Program, Troubled.Buyer, width: 390);
        await window.Page.RouteAsync("**/api/session", route => route.Request.Method == "DELETE" ? route.AbortAsync() : route.ContinueAsync());
        await window.Go("/me");
        await window.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = Troubled.Buyer }).ClickAsync();

        await window.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();

        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Jangteo cannot be reached");
        await ScreensTests.HasNoViolations(window.Page);
    }

    [Fact]
    public async Task Signing_in_again_and_the_word_of_another_tab_are_dialogs_without_a_fault_of_accessibility()
    {
        await using var window = await browser.Open(market.Program, Troubled.Buyer, "ko", dark: true, width: 390);
        var texts = PageTexts.In("ko");
        await window.Go("/me");
        await window.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = Troubled.Buyer }).WaitForAsync();
        await window.Page.Context.ClearCookiesAsync();
        await window.Click(texts["me.save"]);
        await window.Page.Locator("main").GetByRole(AriaRole.Alert).GetByRole(AriaRole.Button, new() { Name = texts["shell.signIn"] }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(texts["signIn.againHow"]);
        await ScreensTests.HasNoViolations(window.Page);

        var other = await window.Page.Context.NewPageAsync();
        await other.GotoAsync("/sign-in");
        await other.GetByRole(AriaRole.Button, new() { Name = "minji", Exact = true }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Dialog).Last).ToContainTextAsync("minji");
        await ScreensTests.HasNoViolations(window.Page);
    }

    private static async Task HasFocus(IPage page, ILocator dialog) =>
        await Shop.Eventually(() => dialog.EvaluateAsync<bool>("dialog => dialog.contains(document.activeElement)"), isIn => isIn);

    /// <summary>A page on which something is to be opened.</summary>
    /// <param name="Moves">The labels of the moves of the trade that it shows, by name.</param>
    private sealed record Opening(IPage Page, PageTexts Texts, IReadOnlyDictionary<string, string> Moves)
    {
        public ILocator Button(string name) => Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).First;

        public string MoveOf(string name) => Moves[name];

        /// <summary>The first button that a text names, in a section of the page.</summary>
        public ILocator Named(string text, string? section = null) =>
            (section is null ? Page.Locator("main") : Page.Locator($"#{section}"))
                .GetByRole(AriaRole.Button, new() { Name = Texts[text].Split("{{")[0] }).First;
    }

    /// <summary>A market with one of each trouble that asks for an operator, and trades in which there is something to decide.</summary>
    public sealed class Troubled : IAsyncLifetime
    {
        public const string Buyer = "dialogs-buyer";
        public const string Seller = "dialogs-seller";
        public const string Title = "A lamp with a picture";

        private readonly Dictionary<string, Guid> places = [];
        private Shop shop = null!;

        internal JangteoProgram Program { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Program = await JangteoProgram.Start();
            shop = new Shop(Program);
            var parking = new Parking(Program);
            await parking.Prepare();
            var (buyer, seller, sora) = (await shop.Named(Buyer), await shop.Named(Seller), await shop.Operator);
            var lamp = await shop.List("second-hand", 30_000, null, seller, Title);
            Assert.Equal(201, (await seller.PostPicture($"/api/listings/{lamp.Id}/pictures", TestPictures.Png(40, 30))).Status);
            places["listing"] = lamp.Id;
            places["trade"] = (await Accepted(20_000)).Id;
            var disputed = await Accepted(25_000);
            Assert.Equal(200, (await disputed.BuyerDoes("contest", new JsonObject { ["reason"] = "It hums." })).Status);
            places["disputed"] = disputed.Id;
            var delivered = await shop.Begun(await shop.List("water-purifier", quantity: 2, seller: seller), buyer);
            await shop.At(delivered, trade => (string?)trade["delivery"] == "under-way");

            await Refund();
            await parking.KeepMismatch(disputed.Id);
            await parking.KeepUnbooked(await Unexpected(900), isUnfit: true);
            await Unexpected(700);
            var large = await Unexpected(2_000_000);
            var back = new JsonObject { ["reason"] = "Nothing expects it." };
            Assert.Equal(202, (await sora.Post($"/api/operator/payments/deposits/{large}/send-back", back)).Status);
            await parking.Park(Modules.Delivery, delivered.Id);

            async Task<Deal> Accepted(long price)
            {
                var deal = await shop.Begun(await shop.List("second-hand", price, null, seller), buyer);
                Assert.Equal(200, (await deal.SellerDoes("accept")).Status);
                return deal;
            }

            // A refund that the bank refuses: the account of the buyer is closed.
            async Task Refund()
            {
                var tea = await shop.List("shopping-mall", 9_000, 3, seller);
                var order = new JsonObject
                {
                    ["listing"] = tea.Id,
                    ["price"] = 9_000,
                    ["quantity"] = 1,
                    ["address"] = "12 Hill Street",
                    ["refundAccount"] = "closed long ago",
                };
                var deal = new Deal((await buyer.Post("/api/trades", order)).Id, tea, buyer);
                await shop.Deposit(deal, 9_000);
                await Shop.Eventually(async () => (await buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == 9_000);
                await deal.BuyerDoes("cancel");
                await Shop.Eventually(async () => (await sora.Get("/api/operator/payments/attention")).Body!["items"]!.AsArray(), errands => errands.Count > 0);
            }

            async Task<Guid> Unexpected(long amount)
            {
                var deposit = await buyer.Post("/api/sandbox/deposits", new JsonObject { ["reference"] = "nothing", ["amount"] = amount });
                await Shop.Eventually(
                    async () => (await sora.Get("/api/operator/payments/deposits?limit=100")).Body!["items"]!.AsArray(),
                    waiting => waiting.Any(one => (Guid)one!["id"]! == deposit.Id));
                return deposit.Id;
            }
        }

        public ValueTask DisposeAsync() => Program.DisposeAsync();

        internal string Fill(string path) => places.Aggregate(
            path, (filled, place) => filled.Replace($"{{{place.Key}}}", place.Value.ToString(), StringComparison.Ordinal));

        /// <summary>The moves that the trade of a path offers a person, by name; empty for other paths.</summary>
        internal async Task<IReadOnlyDictionary<string, string>> Moves(string path, string who, string language)
        {
            if (!path.StartsWith("/trades/", StringComparison.Ordinal))
            {
                return new Dictionary<string, string>();
            }

            using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api{Fill(path)}") { Headers = { { "Accept-Language", language } } };
            using var answer = await (await shop.Named(who)).Http.SendAsync(asked, TestContext.Current.CancellationToken);
            var trade = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            return trade["youMay"]!.AsArray().ToDictionary(move => (string)move!["do"]!, move => (string)move!["label"]!);
        }
    }
}
