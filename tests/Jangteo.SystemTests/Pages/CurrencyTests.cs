using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>
/// One amount, in minor units of the market's currency, wherever it is read or typed: by the API, on the pages, in the price filter and in
/// an SMS.
/// </summary>
/// <param name="currency">Of the market.</param>
/// <param name="written">How people write <see cref="Price"/> in it, one minor unit less and more, and what is paid out of it.</param>
public abstract class AmountsOfOneCurrency(
    Browser browser, string currency, string sign, (string Less, string Price, string More, string PaidOut) written)
{
    private const long Price = 3_005;
    private const long Fee = 90;

    private protected abstract Task<JangteoProgram> Market { get; }

    [Fact]
    public async Task A_price_is_typed_filtered_held_and_paid_out_in_whole_units_on_the_pages()
    {
        var program = await Market;
        var shop = new Shop(program);
        var title = $"Kettle {Random.Shared.Next():x8}";
        var thing = await shop.List("second-hand", Price + 1, title: title);
        await using var seller = await browser.Open(program, thing.Seller.Name);
        await using var buyer = await browser.Open(program, "buyer-of-a-kettle");

        await seller.Go($"/selling/{thing.Id}");
        await Expect(seller.Page.GetByLabel($"Price ({currency}")).ToHaveValueAsync(written.More);
        await seller.Fill($"Price ({currency}", Typed(written.Price));
        await seller.Click("Save");
        await seller.Reads("Saved.");
        await Shop.Eventually(
            async () => (await thing.Seller.Get($"/api/listings/{thing.Id}")).Body!,
            listing => (long)listing["price"]! == Price && (string?)listing["currency"] == currency);

        await buyer.Go("/");
        await buyer.Fill("Search", title);
        await Expect(buyer.Link(title)).ToContainTextAsync(sign + written.Price);
        await FillAtOnce(buyer, ("Max price", Typed(written.Less)), ("Min price", "1"));
        await Expect(buyer.Link(title)).ToHaveCountAsync(0);
        await buyer.Fill("Max price", Typed(written.Price));
        await Expect(buyer.Link(title)).ToBeVisibleAsync();
        await buyer.Fill("Min price", Typed(written.More));
        await Expect(buyer.Link(title)).ToHaveCountAsync(0);
        await buyer.Fill("Min price", Typed(written.Price));
        await Expect(buyer.Link(title)).ToBeVisibleAsync();

        await buyer.Link(title).ClickAsync();
        await buyer.Reads($"Total {sign}{written.Price}");
        var deal = await shop.Begun(thing with { Price = Price }, await shop.Named("buyer-of-a-kettle"));
        var payment = (await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!;
        Assert.Equal((Price, Price, currency), ((long)payment["amount"]!, (long)payment["held"]!, (string?)payment["currency"]));
        await buyer.Go($"/trades/{deal.Id}");
        await Expect(buyer.Page.Locator(".strip")).ToContainTextAsync(sign + written.Price);

        Assert.Equal(200, (await deal.SellerDoes("accept")).Status);
        await shop.At(deal, "accepted");
        Assert.Equal(200, (await deal.BuyerDoes("finish")).Status);
        await Shop.Eventually(
            async () => (await deal.Seller.Get($"/api/payments/{deal.Id}")).Body!,
            paid => (long)paid["paidOut"]! == Price - Fee && (long)paid["fee"]! == Fee);
        await seller.Go("/selling/statement");
        await seller.Reads($"+{sign}{written.PaidOut}");
    }

    [Fact]
    public async Task An_sms_says_an_amount_in_whole_units()
    {
        var shop = new Shop(await Market);
        var deal = await shop.Begun(await shop.List("water-purifier", Price, quantity: 1));

        await Shop.Eventually(
            async () => (await deal.Buyer.Get($"/api/sandbox/phone?person={deal.Buyer.Name}")).ToString(),
            phone => phone.Contains($"{currency} {written.Price}", StringComparison.Ordinal));
    }

    /// <summary>Types in two fields between which no timer of the page runs: both have to count.</summary>
    private static async Task FillAtOnce(Window window, (string Label, string Text) one, (string Label, string Text) other) =>
        await window.Page.EvaluateAsync(
        """
        ([one, other, ...texts]) => [one, other].forEach((field, index) => {
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, texts[index])
            field.dispatchEvent(new Event('input', { bubbles: true }))
        })
        """,
        new object[] { await FieldOf(window, one.Label), await FieldOf(window, other.Label), one.Text, other.Text });

    private static Task<IElementHandle> FieldOf(Window window, string label) => window.Page.GetByLabel(label).ElementHandleAsync();

    private static string Typed(string amount) => amount.Replace(",", "", StringComparison.Ordinal);
}

/// <summary>A currency without minor units: one of them is a whole yen.</summary>
[Collection(FaultyProgram.Tests)]
public sealed class AmountsInYenTests(FaultyProgram yen, Browser browser) : AmountsOfOneCurrency(
    browser, "JPY", "¥", ("3,004", "3,005", "3,006", "2,915"))
{
    private protected override Task<JangteoProgram> Market => yen.Running;
}

/// <summary>A currency with two digits behind the point: one minor unit is a cent.</summary>
[Collection(Elsewhere.Tests)]
public sealed class AmountsInDollarsTests(Elsewhere dollars, Browser browser) : AmountsOfOneCurrency(
    browser, "USD", "$", ("30.04", "30.05", "30.06", "29.15"))
{
    private protected override Task<JangteoProgram> Market => Task.FromResult(dollars.Program);
}
