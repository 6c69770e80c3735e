using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Jangteo.SystemTests.Pages;

/// <summary>The tour makes real trades, one press of a button after the other, and knows no kind.</summary>
[Collection(TimelessProgram.Tests)]
public sealed partial class TourTests(TimelessProgram timeless, Browser browser)
{
    [Fact]
    public async Task A_trade_is_led_to_its_end_over_a_refusal_a_reload_and_a_week()
    {
        var program = await timeless.Running;
        var shop = new Shop(program);
        await using var visitor = await browser.Open(program);
        await visitor.Go("/tour");
        await visitor.Link("Start: Water purifier rental").ClickAsync();
        await Press(visitor, ListTheItem());
        await visitor.Reads("The buyer still has all the money.");

        await shop.Switch("payments-down", true);
        try
        {
            await Press(visitor, ApplyAndPay());
            await visitor.Reads("Nothing was charged");
            await Assertions.Expect(visitor.Button("Start over")).ToBeVisibleAsync();
        }
        finally
        {
            await shop.Switch("payments-down", false);
        }

        await Press(visitor, ApplyAndPay());
        await visitor.Reads("is held by Jangteo");
        await visitor.Page.ReloadAsync();
        await Press(visitor, MarkAsDelivered());
        await Press(visitor, SkipAhead());
        await visitor.Reads("has been paid to the seller");
        await Press(visitor, Collect());

        await visitor.Reads("You have seen every type of trade.");
        await visitor.Reads("Rental ended");
        await Assertions.Expect(visitor.Link("Sign in")).ToBeVisibleAsync();
    }

    private static Task Press(Window window, Regex button) => window.Page.GetByRole(AriaRole.Button, new() { NameRegex = button }).ClickAsync();

    [GeneratedRegex("List the item$")]
    private static partial Regex ListTheItem();

    [GeneratedRegex("Apply and pay$")]
    private static partial Regex ApplyAndPay();

    [GeneratedRegex("Mark as delivered$")]
    private static partial Regex MarkAsDelivered();

    [GeneratedRegex("^Skip ahead ")]
    private static partial Regex SkipAhead();

    [GeneratedRegex("Confirm collection$")]
    private static partial Regex Collect();
}
