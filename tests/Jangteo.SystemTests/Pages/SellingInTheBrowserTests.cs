using Jangteo.Kinds;
using Microsoft.Playwright;

namespace Jangteo.SystemTests.Pages;

/// <summary>People offer things by the pages, change them and take them back, bring them to where they are wanted, and see what they were paid.</summary>
public sealed class SellingInTheBrowserTests(SharedProgram shared, Browser browser)
{
    private static readonly byte[] Dot = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNIyPjxHwAFrALA3nhCawAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_thing_is_offered_with_a_picture_and_everybody_finds_it()
    {
        var program = await shared.Running;
        var title = $"Teapot {Random.Shared.Next():x8}";
        await using var seller = await browser.Open(program, "seller-of-a-teapot");
        await using var anybody = await browser.Open(program);

        await seller.Go("/selling/new");
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "Second-hand" }).ClickAsync();
        await seller.Fill("Title", title);
        await seller.Page.GetByLabel("Condition").SelectOptionAsync("Like new");
        await Assertions.Expect(seller.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Free of charge" })).ToHaveCountAsync(0);
        await seller.Fill("Price", "0");
        await seller.Page.Locator("input[type=file]").SetInputFilesAsync([Picture("small.png", Dot), Picture("large.png", new byte[(2 * 1024 * 1024) + 1])]);
        await seller.Reads("large.png: larger than 2 MB");
        await seller.Page.GetByRole(AriaRole.Application).ClickAsync();
        await seller.Click("List item");
        await seller.Reads("in the smallest currency unit");
        await seller.Fill("Price", "12000");
        await seller.Page.GetByRole(AriaRole.Combobox, new() { Name = "Place name" }).FillAsync("By the bridge");
        await seller.Click("List item");
        await seller.Reads("Everyone can see this listing.");

        await anybody.Go("/");
        await anybody.Fill("Search", title);
        await Assertions.Expect(anybody.Link(title).GetByRole(AriaRole.Presentation)).ToHaveJSPropertyAsync("naturalWidth", 1);
        await Assertions.Expect(anybody.Link(title)).ToContainTextAsync("Second-hand · Like new");
        await Choose("Fair");
        await anybody.Reads("No items match your search.");
        await Choose("Like new");
        await anybody.Link(title).ClickAsync();
        await anybody.Reads("By the bridge");
        await anybody.Reads("Condition: Like new");

        async Task Choose(string condition)
        {
            await anybody.Page.GetByRole(AriaRole.Combobox, new() { Name = "Condition" }).ClickAsync();
            await anybody.Page.GetByRole(AriaRole.Option, new() { Name = condition, Exact = true }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_new_listing_states_its_condition_where_the_kind_asks_for_it_and_a_trade_keeps_it()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        await using var seller = await browser.Open(program, "seller-of-a-kettle", "ko", width: 390);
        await seller.Go("/selling/new");
        var condition = seller.Page.GetByLabel("물건 상태");
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "자동차 공유" }).ClickAsync();
        await Assertions.Expect(condition).ToHaveCountAsync(0);
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "중고거래" }).ClickAsync();
        await seller.Fill("제목", "주전자");
        await seller.Fill("가격", "5000");

        await seller.Click("올리기");
        Assert.False(await condition.EvaluateAsync<bool>("field => field.validity.valid"));
        await condition.SelectOptionAsync("사용감 있음");
        await seller.Click("올리기");
        await seller.Reads(PageTexts.In("ko")["selling.offered"]);

        var thing = new Thing(Guid.Parse(seller.Page.Url[^36..]), "second-hand", 5_000, await shop.Named("seller-of-a-kettle"));
        var deal = await shop.Begun(thing);
        await seller.Page.GetByLabel("물건 상태").SelectOptionAsync("새 상품");
        await seller.Click("저장");
        await seller.Reads("저장했어요");
        await seller.Go($"/trades/{deal.Id}");
        await seller.Reads("물건 상태: 사용감 있음");
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
        await seller.Click("Keep listing");
        await Withdraw(seller, "A brass lamp");
        await Assertions.Expect(seller.Button("Withdraw A brass lamp")).ToHaveCountAsync(0);
        Assert.Equal("withdrawn", (string?)(await lamp.Seller.Get($"/api/listings/{lamp.Id}")).Body!["status"]);
    }

    [Fact]
    public async Task A_trade_shows_what_was_agreed_after_the_seller_has_edited_the_listing()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var (before, after) = ($"Oak table {Random.Shared.Next():x8}", $"Pine table {Random.Shared.Next():x8}");
        var deal = await shop.Begun(await shop.List("second-hand", 20_000, title: before));
        await using var seller = await browser.Open(program, deal.Seller.Name);
        await using var buyer = await browser.Open(program, deal.Buyer.Name, "ko", width: 390);

        await seller.Go($"/selling/{deal.Thing.Id}");
        await seller.Fill("Title", after);
        await seller.Fill("Description", "It wobbles.");
        await seller.Fill("Price", "99000");
        await seller.Click("Save");
        await seller.Reads("Saved.");

        await seller.Go($"/trades/{deal.Id}");
        await buyer.Go($"/trades/{deal.Id}");
        foreach (var (window, language) in new[] { (seller, "en"), (buyer, "ko") })
        {
            await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(before);
            var agreed = window.Page.GetByRole(AriaRole.Region, new() { Name = PageTexts.In(language)["agreed.title"] });
            await Assertions.Expect(agreed).ToContainTextAsync(before);
            await Assertions.Expect(agreed).ToContainTextAsync(Texts.Money(20_000, language));
            await Assertions.Expect(agreed).ToContainTextAsync("As good as new.");
            await Assertions.Expect(window.Page.GetByText("99,000")).ToHaveCountAsync(0);
        }
    }

    [Theory]
    [InlineData("en", 1280, "Only 3 are left, so the quantity is now 3.")]
    [InlineData("ko", 390, "3개만 남아서 수량을 3개로 바꿨어요.")]
    public async Task A_quantity_of_more_than_are_left_is_lowered_and_the_page_says_so(string language, int width, string said)
    {
        var program = await shared.Running;
        var jam = await new Shop(program).List("shopping-mall", quantity: 3, title: "Plum jam");
        await using var buyer = await browser.Open(program, "buyer-of-plum-jam", language, width: width);
        await buyer.Go($"/listings/{jam.Id}");
        var texts = new Texts();
        var quantity = buyer.Page.GetByLabel(texts.Need("quantity", language));
        await buyer.Fill(texts.Need("address", language), "12 Hill Street");
        await buyer.Fill(texts.Need("refund-account", language), "110-222");

        await quantity.FillAsync("35");
        // As long as it is typed, nothing is changed; to send it is to have finished.
        await Assertions.Expect(quantity).ToHaveValueAsync("35");
        await quantity.PressAsync("Enter");

        await buyer.Reads(said);
        await Assertions.Expect(quantity).ToHaveValueAsync("3");
        Assert.EndsWith($"/listings/{jam.Id}", buyer.Page.Url, StringComparison.Ordinal);
        await quantity.FillAsync("2");
        await Assertions.Expect(buyer.Page.GetByText(said)).ToHaveCountAsync(0);
        await quantity.FillAsync("4");
        await quantity.BlurAsync();
        await buyer.Reads(said);
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
        await seller.Link("You have items to deliver").ClickAsync();
        await seller.Reads("12 Hill Street");
        await seller.Click("Mark as delivered: A filter");
        await Dialog(seller).GetByRole(AriaRole.Button, new() { Name = "Mark as delivered", Exact = true }).ClickAsync();

        await seller.Reads("Nothing to deliver right now.");
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
        await seller.Reads("Nothing to do right now.");
        var deal = await shop.Begun(thing);
        await seller.Page.GetByRole(AriaRole.Region, new() { Name = "Your move" }).GetByRole(AriaRole.Link, new() { Name = "A radio" }).ClickAsync();
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
        await manager.Page.GetByLabel("Condition").SelectOptionAsync("Good");
        await manager.Fill("Price", "9000");
        try
        {
            await shop.Switch("alarms-down", true);
            await manager.Click("List item");
            await manager.Reads("Draft: not visible to anyone yet");
        }
        finally
        {
            await shop.Switch("alarms-down", false);
        }

        await manager.Click("Try listing again");
        await manager.Reads("Everyone can see this listing.");
    }
}
