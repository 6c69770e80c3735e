using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Tests.Catalog;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>What people look at before they decide: pictures, prices, and what a phone shows of them first.</summary>
public sealed class LookingAtThingsTests(SharedProgram shared, Browser browser)
{
    private const int Phone = 390;
    private const int PhoneHeight = 844;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1280)]
    [InlineData(Phone)]
    public async Task Pictures_are_enlarged_and_gone_through_by_keys_and_buttons(int width)
    {
        var thing = await WithPictures("A clock in three photos", 3);
        await using var window = await browser.Open(await shared.Running, width: width);
        await window.Go($"/listings/{thing.Id}");
        var opener = window.Button("Enlarge photo 2 of 3");
        await opener.ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        var shown = dialog.GetByRole(AriaRole.Status);

        await Expect(shown).ToHaveTextAsync("Photo 2 of 3");
        await Expect(dialog.GetByAltText("A clock in three photos, photo 2 of 3")).ToBeInViewportAsync();
        await ScreensTests.HasNoViolations(window.Page);
        await window.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(shown).ToHaveTextAsync("Photo 3 of 3");
        await Expect(window.Button("Next")).ToBeDisabledAsync();
        await window.Click("Previous");
        await Expect(shown).ToHaveTextAsync("Photo 2 of 3");
        await window.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(opener).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_owner_chooses_the_cover()
    {
        var thing = await WithPictures("A vase in two photos", 2);
        var before = await PicturesOf(thing);
        await using var owner = await browser.Open(await shared.Running, thing.Seller.Name);
        await owner.Go($"/selling/{thing.Id}");

        await owner.Click("Move photo 2 forward");

        await Shop.Eventually(() => PicturesOf(thing), now => now.SequenceEqual(before.Reverse()));
    }

    [Fact]
    public async Task On_a_phone_the_first_things_are_seen_and_the_filters_are_behind_a_button()
    {
        await WithPictures("A thing to be seen first", 1);
        await using var window = await browser.Open(await shared.Running, width: Phone);
        await window.Go("/");
        var first = window.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Listitem).First;
        await Expect(first).ToBeVisibleAsync();
        var place = (await first.BoundingBoxAsync())!;
        Assert.InRange(place.Y + (place.Height / 2), 0, PhoneHeight);
        await Expect(first.GetByRole(AriaRole.Presentation)).ToHaveAttributeAsync("loading", "eager");
        await Expect(window.Page.GetByLabel("Min price")).ToBeHiddenAsync();

        await window.Click("Filters");
        await window.Page.GetByRole(AriaRole.Switch, new() { Name = "Available now" }).ClickAsync();

        await Expect(window.Button("Filters (1)")).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(window.Page.GetByLabel("Min price")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_a_phone_the_price_and_the_way_to_the_form_are_in_sight()
    {
        var thing = await WithPictures("A kettle with a long description", 3);
        await using var window = await browser.Open(await shared.Running, "buyer-on-a-phone", width: Phone);
        await window.Go($"/listings/{thing.Id}");
        var bar = window.Page.Locator(".pricebar");
        await Expect(bar).ToContainTextAsync("₩10,000");
        await Expect(bar).ToBeInViewportAsync(new() { Ratio = 1 });

        await bar.GetByRole(AriaRole.Button).ClickAsync();

        await Expect(window.Page.Locator("form :is(input, textarea)").First).ToBeFocusedAsync();
        await window.Page.SetViewportSizeAsync(1280, PhoneHeight);
        await Expect(bar).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("Second-hand", "You receive ₩9,700 after the 3% fee (₩300).")]
    [InlineData("Car share", "You receive ₩9,700 an hour after the 3% fee (₩300).")]
    public async Task A_seller_is_told_what_they_receive(string kind, string told)
    {
        await using var seller = await browser.Open(await shared.Running, "seller-who-counts");
        await seller.Go("/selling/new");

        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = kind }).ClickAsync();
        await seller.Fill("Price", "10000");

        await seller.Reads(told);
    }

    [Fact]
    public async Task The_fee_that_a_seller_is_told_is_the_one_that_the_market_keeps()
    {
        await using var seller = await browser.Open(await shared.Running, "seller-who-counts-exactly");
        await seller.Go("/selling/new");
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "Second-hand" }).ClickAsync();

        // The rule of the program is held to the same table. The market of this test keeps 3 %.
        var cases = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(JangteoProgram.Root, "tests", "fees.json"), ct))!.AsArray()
            .Where(one => (int)one!["permille"]! == 30).ToList();
        Assert.NotEmpty(cases);
        foreach (var one in cases)
        {
            var (amount, fee) = ((long)one!["amount"]!, (long)one["fee"]!);
            await seller.Fill("Price", amount.ToString(CultureInfo.InvariantCulture));
            await seller.Reads(string.Create(CultureInfo.InvariantCulture, $"You receive ₩{amount - fee:N0} after the 3% fee (₩{fee:N0})."));
        }
    }

    [Fact]
    public async Task The_fee_is_shown_to_the_seller_only()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        await using var seller = await browser.Open(program, deal.Seller.Name);
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await seller.Go($"/trades/{deal.Id}");
        await buyer.Go($"/trades/{deal.Id}");

        await seller.Reads("Jangteo deducts a fee of ₩300 when the seller is paid.");
        await buyer.Reads("Where the money is");
        await Expect(buyer.Page.GetByText("fee")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("en", 1280)]
    [InlineData("ko", Phone)]
    public async Task A_single_thing_that_one_has_asked_for_shows_the_trade_and_no_form(string language, int width)
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand", title: "A jar that is asked for"));
        await using var buyer = await browser.Open(program, deal.Buyer.Name, language, width: width);
        var texts = PageTexts.In(language);
        await buyer.Go($"/listings/{deal.Thing.Id}");

        await buyer.Reads(texts["listing.inMyTrade"]);
        await Expect(buyer.Page.Locator("#ask")).ToHaveCountAsync(0);
        await Expect(buyer.Button(texts["ask.again"])).ToHaveCountAsync(0);
        await Expect(buyer.Page.Locator(".pricebar")).ToHaveCountAsync(0);
        await buyer.Link(texts["ask.seeTrade"]).ClickAsync();

        await Expect(buyer.Page).ToHaveURLAsync($"{program.Address}trades/{deal.Id}");
    }

    [Fact]
    public async Task Of_goods_a_second_trade_begins_after_the_open_one_was_shown()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("shopping-mall", quantity: 5, title: "Goods that are ordered twice"));
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await buyer.Go($"/listings/{deal.Thing.Id}");

        await Expect(buyer.Link("View trade")).ToBeVisibleAsync();
        await Expect(buyer.Page.Locator("#ask")).ToHaveCountAsync(0);
        await buyer.Click("Start another trade");

        await buyer.Fill("Delivery address", "12 Hill Street");
        await buyer.Fill("Account for refunds", "110-222");
        await buyer.Page.Locator("#ask button[type=submit]").ClickAsync();
        await Expect(buyer.Page).ToHaveURLAsync(new Regex("/trades/[0-9a-f-]{36}$"));
        Assert.DoesNotContain(deal.Id.ToString(), buyer.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_was_open_leads_to_the_trade_that_was_begun_elsewhere()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var thing = await shop.List("second-hand", title: "A jar that is asked for twice");
        var asks = await shop.Somebody("buyer");
        await using var buyer = await browser.Open(program, asks.Name);
        await buyer.Go($"/listings/{thing.Id}");
        await Expect(buyer.Page.Locator("#ask")).ToBeVisibleAsync();

        var trade = await shop.Ask(asks, thing);

        await buyer.Link("View trade").ClickAsync();
        await Expect(buyer.Page).ToHaveURLAsync($"{program.Address}trades/{trade.Id}");
    }

    [Fact]
    public async Task Notices_trades_and_deliveries_show_the_thing()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var thing = await WithPictures("A purifier in a photo", 1, "water-purifier");
        var deal = await shop.Begun(thing);
        await shop.At(deal, trade => (string?)trade["delivery"] == "under-way");
        await Shop.Eventually(
            async () => (await thing.Seller.Get("/api/notices")).Body!["items"]!.AsArray(), notices => notices.Any(one => (Guid?)one!["trade"] == deal.Id));
        foreach (var (path, who) in new[] { ("/notices", thing.Seller), ("/selling/deliveries", thing.Seller), ("/trades?show=waiting", deal.Buyer) })
        {
            await using var window = await browser.Open(program, who.Name);
            await window.Go(path);
            var shown = window.Page.Locator("main li img").First;
            await Shop.Eventually(() => shown.EvaluateAsync<int>("picture => picture.naturalWidth"), width => width > 0);
        }

        // One without a picture is drawn.
        var plain = await shop.Begun(await shop.List("second-hand"));
        await using var seller = await browser.Open(program, plain.Seller.Name);
        await Shop.Eventually(
            async () => (await plain.Seller.Get("/api/notices")).Body!["items"]!.AsArray(), notices => notices.Any(one => (Guid?)one!["trade"] == plain.Id));
        await seller.Go("/notices");
        await Expect(seller.Page.Locator("main li svg.picture").First).ToBeVisibleAsync();
        await Expect(seller.Page.Locator("main li img")).ToHaveCountAsync(0);
    }

    private static async Task<Guid[]> PicturesOf(Thing thing) =>
        [.. (await thing.Seller.Get($"/api/listings/{thing.Id}")).Body!["pictures"]!.AsArray().Select(picture => (Guid)picture!)];

    /// <summary>A listing with pictures that differ.</summary>
    private async Task<Thing> WithPictures(string title, int count, string kind = "second-hand")
    {
        var program = await shared.Running;
        var thing = await new Shop(program).List(kind, quantity: kind == "second-hand" ? null : 1, title: title);
        var owner = await program.As(thing.Seller.Name);
        for (var number = 1; number <= count; number++)
        {
            using var picture = new ByteArrayContent(TestPictures.Jpeg(600, 200 * number));
            picture.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            using var added = await owner.PostAsync($"/api/listings/{thing.Id}/pictures", picture, ct);
            Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(ct));
        }

        await Shop.Eventually(() => PicturesOf(thing), pictures => pictures.Length == count);
        return thing;
    }
}
