using Microsoft.Playwright;

namespace Jangteo.SystemTests.Pages;

/// <summary>People trade by the pages, from the search to the last state, and see each other's moves as they are made.</summary>
public sealed class TradingInTheBrowserTests(SharedProgram shared, Browser browser)
{
    [Fact]
    public async Task A_deal_is_found_asked_for_accepted_and_finished()
    {
        var program = await shared.Running;
        var title = $"Kettle {Random.Shared.Next():x8}";
        var thing = await new Shop(program).List("second-hand", 12_000, title: title);
        await using var buyer = await browser.Open(program, "buyer-of-a-kettle");
        await using var seller = await browser.Open(program, thing.Seller.Name);

        await buyer.Go("/");
        await buyer.Fill("Words", title);
        await buyer.Link(title).ClickAsync();
        await buyer.Click("Buy and pay");
        await buyer.Reads("Waiting for Seller");
        await seller.Go("/trades");
        await seller.Link(title).ClickAsync();
        await seller.Click("Accept");
        await buyer.Click("Complete the deal");
        await buyer.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Complete the deal" }).ClickAsync();
        await buyer.Reads("paid out");
        await seller.Reads("paid out");
    }
}
