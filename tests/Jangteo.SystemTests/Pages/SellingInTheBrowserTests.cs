using Microsoft.Playwright;

namespace Jangteo.SystemTests.Pages;

/// <summary>People offer things by the pages, change them and take them back, bring them to where they are wanted, and see what they were paid.</summary>
public sealed class SellingInTheBrowserTests(SharedProgram shared, Browser browser)
{
    private static readonly byte[] Dot = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNIyPjxHwAFrALA3nhCawAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_thing_is_offered_with_a_picture_and_everybody_finds_it()
    {
        var program = await shared.Running;
        var title = $"Teapot {Random.Shared.Next():x8}";
        await using var seller = await browser.Open(program, "seller-of-a-teapot");
        await using var anybody = await browser.Open(program);

        await seller.Go("/selling/new");
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "Second-hand deals" }).ClickAsync();
        await seller.Fill("Title", title);
        await seller.Fill("Price", "0");
        await seller.Page.Locator("input[type=file]").SetInputFilesAsync([Picture("small.png", Dot), Picture("large.png", new byte[(2 * 1024 * 1024) + 1])]);
        await seller.Reads("large.png: larger than 2 MB");
        await seller.Page.GetByRole(AriaRole.Application).ClickAsync();
        await seller.Click("Offer it");
        await seller.Reads("in minor units");
        await seller.Fill("Price", "12000");
        await seller.Page.GetByRole(AriaRole.Combobox, new() { Name = "Name of the place" }).FillAsync("By the bridge");
        await seller.Click("Offer it");
        await seller.Reads("Everybody can find it.");

        await anybody.Go("/");
        await anybody.Fill("Words", title);
        await Assertions.Expect(anybody.Link(title).GetByRole(AriaRole.Presentation)).ToHaveJSPropertyAsync("naturalWidth", 1);
        await anybody.Link(title).ClickAsync();
        await anybody.Reads("By the bridge");
    }

    [Fact]
    public async Task A_thing_is_changed_where_everybody_sees_it_and_taken_back_unless_somebody_has_it()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var lamp = await shop.List("second-hand", title: "A lamp");
        var chair = await shop.List("second-hand", title: "A chair", seller: lamp.Seller);
        var deal = await shop.Begun(chair);
        Assert.Equal(200, (await deal.SellerDoes("accept")).Status);
        await using var seller = await browser.Open(program, lamp.Seller.Name, width: 390);
        await using var anybody = await browser.Open(program);

        await anybody.Go($"/listings/{lamp.Id}");
        await seller.Go($"/selling/{lamp.Id}");
        await seller.Fill("Title", "A brass lamp");
        await seller.Fill("Price", "20500");
        await seller.Click("Save");
        await seller.Reads("Saved.");
        await anybody.Reads("A brass lamp");
        await anybody.Reads("₩20,500");

        await seller.Go("/selling");
        await Withdraw(seller, "A chair");
        await seller.Reads("Withdraw it when that trade is over.");
        await seller.Click("Keep it");
        await Withdraw(seller, "A brass lamp");
        await Assertions.Expect(seller.Button("Withdraw A brass lamp")).ToHaveCountAsync(0);
        Assert.Equal("withdrawn", (string?)(await lamp.Seller.Get($"/api/listings/{lamp.Id}")).Body!["status"]);
    }

    [Fact]
    public async Task What_is_to_be_brought_is_marked_as_arrived_and_the_trade_goes_on()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("water-purifier", quantity: 2, title: "A filter"));
        await shop.At(deal, trade => (string?)trade["delivery"] == "under-way");
        await using var seller = await browser.Open(program, deal.Seller.Name);

        await seller.Go("/selling");
        await seller.Link("There are deliveries to bring.").ClickAsync();
        await seller.Reads("12 Hill Street");
        await seller.Click("It has arrived: A filter");
        await Dialog(seller).GetByRole(AriaRole.Button, new() { Name = "It has arrived", Exact = true }).ClickAsync();

        await seller.Reads("There is nothing to bring.");
        await shop.At(deal, "installed");
    }

    [Fact]
    public async Task A_request_shows_itself_as_it_comes_and_in_the_end_the_statement_says_what_was_paid()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var thing = await shop.List("second-hand", 12_000, title: "A radio");
        await using var seller = await browser.Open(program, thing.Seller.Name);

        await seller.Go("/selling");
        await seller.Reads("Nothing waits for you.");
        var deal = await shop.Begun(thing);
        await seller.Page.GetByRole(AriaRole.Region, new() { Name = "What waits for you" }).GetByRole(AriaRole.Link, new() { Name = "A radio" }).ClickAsync();
        await seller.Click("Accept");
        await shop.At(deal, "accepted");
        Assert.Equal(200, (await deal.BuyerDoes("finish")).Status);

        await seller.Go("/selling/statement");
        await seller.Reads("Paid out to you");
        await seller.Reads("+₩11,640");
        await seller.Link("A radio").First.ClickAsync();
        await seller.Reads("paid out");
    }

    private static async Task Withdraw(Window window, string title)
    {
        await window.Click($"Withdraw {title}");
        await Dialog(window).GetByRole(AriaRole.Button, new() { Name = "Withdraw", Exact = true }).ClickAsync();
    }

    private static ILocator Dialog(Window window) => window.Page.GetByRole(AriaRole.Dialog);

    private static FilePayload Picture(string name, byte[] bytes) => new() { Name = name, MimeType = "image/png", Buffer = bytes };
}

/// <summary>A thing whose registration has to be told to its owner first, while nobody can be told anything.</summary>
[Collection(FaultyProgram.Tests)]
public sealed class DraftsInTheBrowserTests(FaultyProgram faulty, Browser browser)
{
    [Fact]
    public async Task A_draft_is_kept_while_alarms_are_down_and_registered_when_they_are_back()
    {
        var program = await faulty.Running;
        var shop = new Shop(program);
        await using var manager = await browser.Open(program, "manager-of-a-tent");
        await manager.Go("/selling/new");
        await manager.Page.GetByRole(AriaRole.Radio, new() { Name = "Neighbourhood rental" }).ClickAsync();
        await manager.Fill("Title", "A tent for a draft");
        await manager.Fill("Price", "9000");
        try
        {
            await shop.Switch("alarms-down", true);
            await manager.Click("Offer it");
            await manager.Reads("A draft: nobody sees it yet");
        }
        finally
        {
            await shop.Switch("alarms-down", false);
        }

        await manager.Click("Register it again");
        await manager.Reads("Everybody can find it.");
    }
}
