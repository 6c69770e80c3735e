using Microsoft.Playwright;

namespace Jangteo.SystemTests.Pages;

/// <summary>The lab: whoever plays with the market there sees it happen, and so does everybody else, as it happens.</summary>
[Collection(TimelessProgram.Tests)]
public sealed class LabTests(TimelessProgram timeless, Browser browser)
{
    [Fact]
    public async Task With_payments_down_a_buyer_reads_what_becomes_of_the_thing_and_when_to_try_again()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var thing = await shop.List("second-hand", title: "A stool");
        await using var tinkerer = await browser.Open(program, "tinkerer");
        await using var buyer = await browser.Open(program, "buyer-of-a-stool");
        await buyer.Go($"/listings/{thing.Id}");
        await tinkerer.Go("/lab");
        try
        {
            await Switch(tinkerer, "Payments are down").ClickAsync(new() { Force = true });

            await buyer.Reads("1 simulated fault is turned on.");
            await buyer.Click("Request and pay");
            await buyer.Reads("Nothing was charged.");
            await buyer.Reads("The item is still available");
            await buyer.Reads("Try again in");

            await tinkerer.Click("Turn all off");
            await Gone(buyer, "simulated fault");
            await buyer.Click("Request and pay");
            await buyer.Reads("Waiting for Seller");
        }
        finally
        {
            await shop.Switch("payments-down", false);
        }
    }

    [Fact]
    public async Task When_payments_fall_silent_after_charging_the_buyer_waits_and_is_charged_once()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var thing = await shop.List("second-hand", 9_000, title: "A mirror");
        await using var buyer = await browser.Open(program, "buyer-of-a-mirror");
        await buyer.Go("/lab");
        try
        {
            // Whoever leaves before the market has answered takes the switch along.
            await buyer.Page.RunAndWaitForResponseAsync(
                () => Switch(buyer, "Payments time out after charging").ClickAsync(new() { Force = true }), said => said.Request.Method == "POST" && said.Url.EndsWith("/api/sandbox/faults", StringComparison.Ordinal));
            await buyer.Go($"/listings/{thing.Id}");
            await buyer.Click("Request and pay");
            await buyer.Reads("In progress: Request and pay");
        }
        finally
        {
            await shop.Switch("payments-time-out-after", false);
        }

        await buyer.Reads("Waiting for Seller");
        var trade = buyer.Page.Url.Split('/')[^1];
        var payment = (await (await shop.Named("buyer-of-a-mirror")).Get($"/api/payments/{trade}")).Body!;
        Assert.Equal(9_000, (long)payment["held"]!);
        Assert.Single(payment["log"]!.AsArray());
    }

    [Fact]
    public async Task The_clock_goes_to_the_next_event_of_ones_own_trades_and_what_waits_happens()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand", title: "A tea pot"));
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await using var seller = await browser.Open(program, deal.Seller.Name);
        await seller.Go($"/trades/{deal.Id}");
        await seller.Reads("Your move");

        await buyer.Go("/lab");
        await buyer.Reads("Next event in 3 days:");
        await buyer.Click("Skip to next event");

        await buyer.Reads("The clock is");
        await seller.Reads("₩10,000 refunded");
        await seller.Reads("The clock is");
    }

    [Fact]
    public async Task One_becomes_somebody_else_who_sees_their_own()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand", title: "A basket"));
        await using var window = await browser.Open(program, deal.Buyer.Name);
        await window.Go("/lab");
        await window.Reads($"You are signed in as {deal.Buyer.Name}.");

        await window.Fill("Another user (any name)", deal.Seller.Name);
        await window.Click("Sign in as this user");

        await window.Reads($"You are signed in as {deal.Seller.Name}.");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "My trades" }).First.ClickAsync();
        await window.Reads("A basket");
        await window.Reads($"Your role: Seller · With {deal.Buyer.Name}");
    }

    [Fact]
    public async Task An_sms_comes_to_the_phone_while_one_looks_at_it()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var thing = await shop.List("water-purifier", title: "Spring Clear");
        await using var buyer = await browser.Open(program, "buyer-with-a-phone");
        await buyer.Go("/lab");
        await buyer.Reads("No SMS yet.");

        await shop.Begun(thing, await shop.Named("buyer-with-a-phone"));

        await Assertions.Expect(buyer.Page.GetByLabel("Your phone").GetByText("Spring Clear").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_money_that_a_trade_waits_for_is_sent_from_its_page_and_confirmed()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("shopping-mall", 7_000, quantity: 3, title: "Soap"));
        await shop.At(deal, "awaiting-deposit");
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await using var seller = await browser.Open(program, deal.Seller.Name);
        await buyer.Go($"/trades/{deal.Id}");

        await buyer.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Send .*7,000") }).ClickAsync();
        await buyer.Reads("has arrived. The seller confirms");
        // A click on a page that is behind by a moment is refused.
        await shop.AtRest();
        await seller.Go($"/trades/{deal.Id}");
        await seller.Click("Confirm payment");

        await Assertions.Expect(buyer.Page.GetByText("has arrived. The seller confirms")).ToHaveCountAsync(0);
        Assert.Equal(7_000, (long)(await shop.At(deal, trade => (long)trade["money"]!["held"]! > 0))["money"]!["held"]!);
    }

    private static ILocator Switch(Window window, string fault) => window.Page.GetByRole(AriaRole.Switch, new() { Name = fault });

    private static Task Gone(Window window, string text) => Assertions.Expect(window.Page.GetByText(text)).ToHaveCountAsync(0);
}
