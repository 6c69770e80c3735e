using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>What people must be able to rely on: who is signed in, what is sent and when, at which price, and that nothing is lost on the way.</summary>
public sealed class TrustInTheBrowserTests(SharedProgram shared, Browser browser)
{
    private const string Password = "a quiet purple harbour";

    [Fact]
    public async Task Signing_up_out_and_in_changes_what_is_on_the_screen()
    {
        await using var window = await browser.Open(await shared.Running);
        var (email, name) = ($"{Guid.NewGuid():N}@example.com", $"Signer {Random.Shared.Next():x}");
        await window.Go("/");
        await window.Link("Sign in").ClickAsync();
        await window.Link("Sign up").ClickAsync();
        await window.Fill("Name", name);
        await window.Fill("Email", email);
        await window.Page.Locator("input[type=password]").FillAsync(Password);
        await window.Click("Sign up");
        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = name })).ToBeVisibleAsync();

        await Header(window).GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Menuitem, new() { Name = "My account" }).ClickAsync();
        await window.Reads(email);
        await Header(window).GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await Expect(Header(window).GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await Expect(window.Page.GetByText(name)).ToHaveCountAsync(0);
        await Expect(window.Page.GetByText(email)).ToHaveCountAsync(0);

        await Header(window).GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await window.Fill("Email", email);
        await window.Page.Locator("input[type=password]").FillAsync(Password);
        await window.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = name })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Signing_in_as_another_person_shows_nothing_of_the_one_before()
    {
        await using var window = await browser.Open(await shared.Running, "before-her");
        await window.Go("/sign-in");
        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = "before-her" })).ToBeVisibleAsync();

        await window.Click("minji");

        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = "minji" })).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("before-her")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_command_that_is_pressed_offline_fails_at_once_is_not_sent_later_and_can_be_pressed_again()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var thing = await shop.List("second-hand", title: "A lamp for offline");
        await using var window = await browser.Open(program, "buyer-offline");
        await window.Go($"/listings/{thing.Id}");
        await window.Page.Locator("textarea").First.FillAsync("I can come by today.");
        var sent = new List<string>();
        await window.Page.Context.SetOfflineAsync(true);
        await window.Click("Request and pay");
        await Expect(window.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await Expect(window.Button("Request and pay")).ToBeEnabledAsync();

        window.Page.Request += (_, request) =>
        {
            if (request.Method == "POST")
            {
                sent.Add(request.Url);
            }
        };
        await window.Page.Context.SetOfflineAsync(false);
        await Expect(window.Page.GetByText("You're offline")).ToHaveCountAsync(0);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Empty(sent);
        Assert.Equal("I can come by today.", await window.Page.Locator("textarea").First.InputValueAsync());

        await window.Click("Request and pay");
        await Expect(window.Page.Locator(".states [aria-current]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_whose_program_is_gone_reloads_by_itself_once_and_then_says_what_to_do()
    {
        await using var window = await browser.Open(await shared.Running, "deployed-upon", mayFail: true);
        await window.Go("/");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        var reloads = 0;
        window.Page.Load += (_, _) => reloads++;
        // As after a deployment: what this page would fetch next is not there any more.
        var isGone = true;
        await window.Page.RouteAsync("**/assets/Notices-*.js", route => isGone ? route.FulfillAsync(new() { Status = 404 }) : route.ContinueAsync());
        await Header(window).GetByRole(AriaRole.Link, new() { NameRegex = new("^Notifications") }).ClickAsync();

        await window.Reads("This page couldn't be loaded");
        Assert.Equal(1, reloads);
        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = "deployed-upon" })).ToBeVisibleAsync();

        isGone = false;
        await window.Click("Reload");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        Assert.EndsWith("/notices", window.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_whose_texts_cannot_be_fetched_says_what_to_do()
    {
        await using var window = await browser.Open(await shared.Running, mayFail: true);
        await window.Page.RouteAsync("**/assets/en-*.js", route => route.AbortAsync());

        await window.Go("/");

        await window.Reads("Reload it to try again.");
    }

    [Fact]
    public async Task Filters_that_cannot_be_fetched_leave_the_list_as_it_is()
    {
        var program = await shared.Running;
        var lamp = await new Shop(program).List("second-hand", title: $"Lamp without filters {Random.Shared.Next():x8}");
        await using var window = await browser.Open(program, mayFail: true);
        await window.Page.RouteAsync("**/assets/Filters-*.js", route => route.AbortAsync());

        await window.Go($"/?q={Uri.EscapeDataString("Lamp without filters")}");

        await window.Reads("This page couldn't be loaded");
        await Expect(window.Page.Locator($"main a[href='/listings/{lamp.Id}']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_person_signs_out_on_their_page_when_the_menu_cannot_be_fetched()
    {
        await using var window = await browser.Open(await shared.Running, "without-a-menu", mayFail: true);
        await window.Page.RouteAsync("**/assets/Account-*.js", route => route.AbortAsync());
        await window.Go("/");

        await Header(window).GetByRole(AriaRole.Link, new() { Name = "without-a-menu" }).ClickAsync();
        await window.Click("Sign out");

        await Expect(Header(window).GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_price_that_changes_while_it_is_looked_at_is_shown_and_asked_for_before_it_is_sent()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var owner = await shop.Named("repricing-seller");
        var thing = await shop.List("second-hand", 10_000, null, owner, "A chair that gets dearer");
        await using var window = await browser.Open(program, "buyer-of-a-chair");
        await window.Go($"/listings/{thing.Id}");
        await Expect(window.Button("Request and pay")).ToBeEnabledAsync();

        var changed = await owner.Send(HttpMethod.Patch, $"/api/listings/{thing.Id}", new JsonObject { ["price"] = 12_000 }, key: null);
        Assert.Equal(200, changed.Status);
        await window.Reads("The price has changed from ₩10,000 to ₩12,000");
        await Expect(window.Button("Request and pay")).ToBeDisabledAsync();

        await window.Click("Continue with ₩12,000");
        await window.Click("Request and pay");
        await Expect(window.Page.Locator(".strip")).ToContainTextAsync("₩12,000");
    }

    [Fact]
    public async Task A_dispute_is_asked_about_with_its_amount_and_takes_a_reason_that_the_seller_reads()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var seller = await shop.Named("disputed-seller");
        var thing = await shop.List("second-hand", 21_000, null, seller, "A clock that stands still");
        var buyer = await shop.Named("disputing-buyer");
        var deal = await shop.Begun(thing, buyer);
        await deal.SellerDoes("accept");
        await using var window = await browser.Open(program, "disputing-buyer");
        await window.Go($"/trades/{deal.Id}");

        await window.Click("Report a problem");
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("₩21,000 stays held");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        Assert.Equal("accepted", (string)(await buyer.Get($"/api/trades/{deal.Id}")).Body!["state"]!);

        await window.Click("Report a problem");
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("It stands still.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Report a problem", Exact = true }).ClickAsync();
        await window.Reads("It stands still.");
        await using var operators = await browser.Open(program, "sora");
        await operators.Go($"/trades/{deal.Id}");
        foreach (var decision in (string[])["Decide for the seller", "Decide for the buyer"])
        {
            await Expect(operators.Button(decision)).ToHaveAttributeAsync("data-variant", "filled");
        }

        await operators.Click("Decide for the buyer");
        await Expect(operators.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("₩21,000 goes back to disputing-buyer.");
    }

    [Fact]
    public async Task A_session_that_has_ended_is_begun_again_over_the_form_which_stays()
    {
        var program = await shared.Running;
        await using var window = await browser.Open(program, "seller-whose-session-ends");
        await window.Go("/me");
        await window.Fill("Mobile phone", "010-9999-0000");
        await window.Page.Context.ClearCookiesAsync();
        await window.Click("Save");
        await window.Page.Locator("main").GetByRole(AriaRole.Alert).GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        var again = await window.Page.Context.APIRequest.PostAsync("/api/session", new() { DataObject = new { person = "seller-whose-session-ends" } });
        Assert.True(again.Ok);
        await window.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        Assert.Equal("010-9999-0000", await window.Page.GetByLabel("Mobile phone").InputValueAsync());
        await window.Click("Save");
        await Expect(window.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Saved" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_tab_notices_that_another_one_has_signed_in_as_another_person()
    {
        await using var window = await browser.Open(await shared.Running, "first-of-two-tabs");
        await window.Go("/me");
        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = "first-of-two-tabs" })).ToBeVisibleAsync();
        var other = await window.Page.Context.NewPageAsync();
        await other.GotoAsync("/sign-in");
        await other.GetByRole(AriaRole.Button, new() { Name = "minji", Exact = true }).ClickAsync();

        await window.Reads("You're signed in as minji in another tab.");
        await window.Click("Continue as minji");
        await Expect(Header(window).GetByRole(AriaRole.Button, new() { Name = "minji" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_sold_offers_no_form_and_the_buyer_is_led_to_the_trade()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var thing = await shop.List("second-hand", 8_000, null, await shop.Named("seller-of-one"), "The only one");
        var deal = await shop.Begun(thing, await shop.Named("buyer-of-the-only-one"));
        await deal.SellerDoes("accept");
        await shop.AtRest();
        await using var late = await browser.Open(program, "late-for-the-only-one");
        await late.Go($"/listings/{thing.Id}");
        await late.Reads("This item isn't available right now");
        await Expect(late.Button("Request and pay")).ToHaveCountAsync(0);

        await using var buyer = await browser.Open(program, "buyer-of-the-only-one");
        await buyer.Go($"/listings/{thing.Id}");
        await buyer.Link("View trade").ClickAsync();
        await Expect(buyer.Page.Locator(".states [aria-current]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_buyer_who_must_transfer_has_the_move_until_the_bank_has_seen_the_money()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var seller = await shop.Named("seller-by-transfer");
        var thing = await shop.List("shopping-mall", 22_000, 3, seller, "Tea by transfer");
        var buyer = await shop.Named("buyer-by-transfer");
        var deal = await shop.Begun(thing, buyer);
        await shop.AtRest();
        await using var buying = await browser.Open(program, "buyer-by-transfer");
        await using var selling = await browser.Open(program, "seller-by-transfer");
        await buying.Go($"/trades/{deal.Id}");
        await selling.Go($"/trades/{deal.Id}");
        await Expect(buying.Page.GetByRole(AriaRole.Heading, new() { Name = "Your move" })).ToBeVisibleAsync();
        await buying.Reads("Gaon Bank 110-100-200300");
        await Expect(selling.Button("Confirm payment")).ToHaveCountAsync(0);
        Assert.Equal("your-move", await Standing(buyer, deal.Id));
        Assert.Equal("waiting", await Standing(seller, deal.Id));

        await buying.Click("Send ₩22,000");
        await buying.Reads("₩22,000 has arrived");
        await Expect(selling.Page.GetByRole(AriaRole.Heading, new() { Name = "Your move" })).ToBeVisibleAsync();
        await Expect(buying.Page.Locator(".strip")).Not.ToContainTextAsync("to transfer");
        Assert.Equal("waiting", await Standing(buyer, deal.Id));
        Assert.Equal("your-move", await Standing(seller, deal.Id));
        await selling.Click("Confirm payment");
        await Expect(buying.Page.Locator(".strip li").Nth(1)).ToContainTextAsync("₩22,000");
    }

    private static ILocator Header(Window window) => window.Page.Locator("header");

    private static async Task<string> Standing(Visitor who, Guid trade) =>
        (string)(await who.Get("/api/my/trades?limit=100")).Body!["items"]!.AsArray().Single(one => (Guid)one!["id"]! == trade)!["standing"]!;
}
