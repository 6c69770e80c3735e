using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>The operator's side of the pages. It counts what all do, so nobody else trades while it is looked at.</summary>
[Collection(TimelessProgram.Tests)]
public sealed class OperatingTests(TimelessProgram timeless, Browser browser)
{
    [Fact]
    public async Task A_quarrel_comes_to_the_operator_by_itself_and_both_sides_see_at_once_how_it_is_decided()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var title = $"Radio {Random.Shared.Next():x8}";
        var deal = await shop.Begun(await shop.List("second-hand", 15_000, title: title));
        await using var sora = await browser.Open(program, "sora");
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await using var seller = await browser.Open(program, deal.Seller.Name);
        await sora.Go("/operating");
        await Expect(sora.Page.GetByRole(AriaRole.Heading, new() { Name = "Needs attention" })).ToBeVisibleAsync();
        await buyer.Go($"/trades/{deal.Id}");
        await seller.Go($"/trades/{deal.Id}");

        await seller.Click("Accept");
        await buyer.Click("Report a problem");
        await buyer.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("It hums.");
        await buyer.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Report a problem", Exact = true }).ClickAsync();
        await sora.Link($"{title}: In dispute").ClickAsync();
        await sora.Click("Decide for the buyer");
        var dialog = sora.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("It does not play.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Decide for the buyer" }).ClickAsync();

        await buyer.Reads("₩15,000 refunded");
        await seller.Reads("It does not play.");
        await Expect(seller.Page.GetByRole(AriaRole.Heading, new() { Name = "Deal cancelled" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_ledger_says_what_each_month_brought()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand", 20_000));
        var before = await Months();

        await deal.SellerDoes("accept");
        await deal.BuyerDoes("finish");

        var after = await Shop.Eventually(Months, sums => sums.PaidOut >= before.PaidOut + 19_400);
        Assert.InRange(after.Fees, before.Fees + 600, long.MaxValue);
        Assert.InRange(after.Turnover, after.PaidOut + after.Fees, long.MaxValue);
        await using var sora = await browser.Open(program, "sora");
        await sora.Go("/operating/ledger");
        await Expect(sora.Page.GetByRole(AriaRole.Img, new() { Name = "Turnover by month" })).ToBeVisibleAsync();
        Assert.Equal("not-found", (await deal.Buyer.Get("/api/operator/payments/ledger/months")).Code);

        // Over all months: the month may turn meanwhile.
        async Task<(long Turnover, long PaidOut, long Fees)> Months()
        {
            var months = (await (await shop.Operator).Get("/api/operator/payments/ledger/months")).Body!["items"]!.AsArray();
            return (Sum("turnover"), Sum("paidOut"), Sum("fees"));

            long Sum(string figure) => months.Sum(month => (long)month![figure]!);
        }
    }

    [Fact]
    public async Task Any_trade_says_why_a_button_is_not_there_and_when_it_is()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var title = $"Stove {Random.Shared.Next():x8}";
        var deal = await shop.Begun(await shop.List("second-hand", title: title));
        await using var sora = await browser.Open(program, "sora");

        await sora.Go("/operating/trades");
        await sora.Link(title).ClickAsync();

        await Expect(Row(sora, "finish")).ToContainTextAsync("Only from: Accepted.");
        await Expect(Row(sora, "accept")).ToContainTextAsync("Only for: Seller.");
        await Expect(Row(sora, "lapse")).ToContainTextAsync("Happens automatically in 3 days");
        await Expect(sora.Page.GetByRole(AriaRole.Region, new() { Name = "Full history" })).ToContainTextAsync("The card was charged");

        await deal.SellerDoes("accept");
        await Expect(Row(sora, "finish")).ToContainTextAsync("Can be done now. Leads to: Completed.");
    }

    [Fact]
    public async Task The_counts_of_a_kind_change_when_a_trade_moves()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        await using var sora = await browser.Open(program, "sora");
        await sora.Go("/operating/kinds/second-hand");
        var accepted = sora.Page.GetByRole(AriaRole.Img).Locator("[data-state=accepted] .count");
        await Expect(sora.Page.GetByRole(AriaRole.Img).Locator("[data-state=requested] .count")).ToBeVisibleAsync();
        var before = await accepted.CountAsync() == 0 ? 0 : int.Parse(await accepted.TextContentAsync() ?? "0", System.Globalization.CultureInfo.InvariantCulture);

        await deal.SellerDoes("accept");

        await Expect(accepted).ToHaveTextAsync($"{before + 1}");
    }

    [Fact]
    public async Task Money_that_did_not_arrive_is_sent_to_another_account()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var thing = await shop.List("shopping-mall", 9_000, 3);
        var person = await shop.Somebody("buyer");
        var asked = await person.Post("/api/trades", new JsonObject { ["listing"] = thing.Id, ["price"] = 9_000, ["quantity"] = 1, ["address"] = "12 Hill Street", ["refundAccount"] = "closed long ago" });
        var deal = new Deal(asked.Id, thing, person);
        await shop.Deposit(deal, 9_000);
        await Shop.Eventually(async () => (await person.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == 9_000);
        await using var sora = await browser.Open(program, "sora");
        await using var buyer = await browser.Open(program, person.Name);
        await buyer.Go($"/trades/{deal.Id}");
        await deal.BuyerDoes("cancel");
        var operatorAsks = await shop.Operator;
        await Shop.Eventually(async () => (await operatorAsks.Get("/api/operator/payments/attention")).Body!, errands => errands["items"]!.AsArray().Count > 0);

        await sora.Go("/operating");
        var section = sora.Page.GetByRole(AriaRole.Region, new() { Name = "Payments that failed" });
        await Expect(section).ToContainTextAsync("Refused");
        await section.GetByRole(AriaRole.Button, new() { Name = "Send to another account" }).ClickAsync();
        await sora.Page.GetByRole(AriaRole.Textbox, new() { Name = "Reason (recorded in the log)" }).FillAsync("The account is closed.");
        await sora.Click("Send to this account");

        await Expect(section).ToHaveCountAsync(0);
        await buyer.Reads("₩9,000 refunded");
        await buyer.Reads("An operator sent the money to another account");
        await sora.Go("/operating/acts");
        await sora.Reads("closed long ago to sandbox-payer");
        await sora.Reads("The account is closed.");
    }

    [Fact]
    public async Task A_buyer_whose_account_is_closed_gives_another_and_the_refund_goes_there()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var thing = await shop.List("shopping-mall", 8_000, 3);
        var person = await shop.Somebody("buyer");
        var order = new JsonObject { ["listing"] = thing.Id, ["price"] = 8_000, ["quantity"] = 1, ["address"] = "12 Hill Street", ["refundAccount"] = "closed long ago" };
        var deal = new Deal((await person.Post("/api/trades", order)).Id, thing, person);
        await shop.Deposit(deal, 8_000);
        await Shop.Eventually(async () => (await person.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == 8_000);
        await deal.BuyerDoes("cancel");
        await Shop.Eventually(async () => (await person.Get($"/api/payments/{deal.Id}")).Body!, payment => (bool)payment["refundRefused"]!);
        await using var buyer = await browser.Open(program, person.Name);

        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Page.GetByRole(AriaRole.Textbox, new() { Name = "Refund account" }).FillAsync("110-222-333");
        await buyer.Click("Send my refund to this account");

        await buyer.Reads("₩8,000 refunded");
    }

    [Fact]
    public async Task Ordinary_people_see_none_of_it()
    {
        await using var window = await browser.Open(await timeless.Running, "passer-by");

        await window.Go("/operating/ledger");

        await window.Reads("Only operators can see this page");
        await Expect(window.Link("Operations")).ToHaveCountAsync(0);
        await Expect(window.Link("Ledger")).ToHaveCountAsync(0);
    }

    private static ILocator Row(Window window, string move) => window.Page.Locator($"li[data-move={move}]");
}
