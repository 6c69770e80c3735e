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
        await visitor.Link("Begin: Water purifier rental").ClickAsync();
        await Press(visitor, OfferIt());
        await visitor.Reads("The buyer still has all the money.");

        await shop.Switch("payments-down", true);
        try
        {
            await Press(visitor, ApplyAndPay());
            await visitor.Reads("Nothing was charged.");
            await Assertions.Expect(visitor.Button("Begin this one anew")).ToBeVisibleAsync();
        }
        finally
        {
            await shop.Switch("payments-down", false);
        }

        await Press(visitor, ApplyAndPay());
        await visitor.Reads("is held safely by the market");
        await visitor.Page.ReloadAsync();
        await Press(visitor, HasArrived());
        await Press(visitor, LetPass());
        await visitor.Reads("is with the seller");
        await Press(visitor, Collect());

        await visitor.Reads("That was every kind of trade there is.");
        await visitor.Reads("Rental ended");
        await Assertions.Expect(visitor.Link("Sign in")).ToBeVisibleAsync();
    }

    private static Task Press(Window window, Regex button) => window.Page.GetByRole(AriaRole.Button, new() { NameRegex = button }).ClickAsync();

    [GeneratedRegex("Offer it$")]
    private static partial Regex OfferIt();

    [GeneratedRegex("Apply and pay$")]
    private static partial Regex ApplyAndPay();

    [GeneratedRegex("It has arrived$")]
    private static partial Regex HasArrived();

    [GeneratedRegex("^Let .* pass$")]
    private static partial Regex LetPass();

    [GeneratedRegex("Collect$")]
    private static partial Regex Collect();
}
