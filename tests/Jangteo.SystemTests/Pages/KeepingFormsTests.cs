using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>A form keeps what a person has typed when they change the language, look at another page and come back, or refresh.</summary>
public sealed class KeepingFormsTests(SharedProgram shared, Browser browser)
{
    private static readonly byte[] Dot = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNIyPjxHwAFrALA3nhCawAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_new_listing_is_kept_over_another_language_a_look_elsewhere_and_a_refresh()
    {
        var program = await shared.Running;
        await using var seller = await browser.Open(program, "seller-who-is-interrupted");
        await seller.Go("/selling");
        await seller.Link("List an item").First.ClickAsync();
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "Car share" }).ClickAsync();
        await seller.Fill("Title", "A small van");
        await seller.Fill("Price", "7000");
        await seller.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "van.png", MimeType = "image/png", Buffer = Dot });
        await Expect(seller.Page.GetByAltText("van.png")).ToBeVisibleAsync();

        await seller.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "KO" }).ClickAsync();
        await Expect(seller.Page.GetByLabel("제목")).ToHaveValueAsync("A small van");
        await Expect(seller.Page.GetByAltText("van.png")).ToBeVisibleAsync();
        await seller.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "EN" }).ClickAsync();
        await seller.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "My trades" }).ClickAsync();
        await Expect(seller.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("My trades");
        await seller.Page.GoBackAsync();
        await Expect(seller.Page.GetByLabel("Title")).ToHaveValueAsync("A small van");
        await Expect(seller.Page.GetByAltText("van.png")).ToBeVisibleAsync();

        await seller.Page.ReloadAsync();

        await Expect(seller.Page.GetByLabel("Title")).ToHaveValueAsync("A small van");
        await Expect(seller.Page.GetByLabel("Price")).ToHaveValueAsync("7,000");
        await Expect(seller.Page.GetByRole(AriaRole.Radio, new() { Name = "Car share" })).ToBeCheckedAsync();
        await seller.Click("List item");
        await seller.Reads("Everyone can see this listing.");
        await seller.Go("/selling/new");
        await Expect(seller.Page.GetByLabel("Title")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task An_order_that_is_not_sent_is_kept_and_forgotten_when_it_is()
    {
        var program = await shared.Running;
        var jam = await new Shop(program).List("shopping-mall", quantity: 9, title: "Fig jam");
        await using var buyer = await browser.Open(program, "buyer-who-is-interrupted");
        await buyer.Go($"/listings/{jam.Id}");
        await buyer.Fill("Delivery address", "12 Hill Street");
        await buyer.Fill("Account for refunds", "110-222");
        await buyer.Page.GetByLabel("Quantity").FillAsync("2");

        await buyer.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "KO" }).ClickAsync();
        await Expect(buyer.Page.Locator("html")).ToHaveAttributeAsync("lang", "ko");
        await buyer.Page.ReloadAsync();
        await buyer.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "EN" }).ClickAsync();

        await Expect(buyer.Page.GetByLabel("Delivery address")).ToHaveValueAsync("12 Hill Street");
        await Expect(buyer.Page.GetByLabel("Quantity")).ToHaveValueAsync("2");
        await buyer.Page.Locator("#ask button[type=submit]").ClickAsync();
        await buyer.Reads("Pay by bank transfer");
        await buyer.Go($"/listings/{jam.Id}");
        await buyer.Click("Start another trade");
        await Expect(buyer.Page.GetByLabel("Delivery address")).ToHaveValueAsync("");
        Assert.Equal(0, await buyer.Page.EvaluateAsync<int>("sessionStorage.length"));
    }
}
