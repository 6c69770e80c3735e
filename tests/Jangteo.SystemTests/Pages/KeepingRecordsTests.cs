using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>What people keep of their money: order numbers, receipts, statements; and how an operator finds all that from a word of a customer.</summary>
public sealed class KeepingRecordsTests(SharedProgram shared, Browser browser)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_side_has_a_receipt_with_the_order_number_and_only_the_seller_reads_the_fee()
    {
        var program = await shared.Running;
        var deal = await new Shop(program).Begun(await new Shop(program).List("second-hand", 20_000, title: "A desk to keep"));
        var number = (string)(await deal.Buyer.Get($"/api/trades/{deal.Id}")).Body!["number"]!;
        await using var buyer = await browser.Open(program, deal.Buyer.Name, width: 390);
        await using var seller = await browser.Open(program, deal.Seller.Name, "ko");

        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Reads(number);
        await buyer.Link("Receipt").ClickAsync();

        await Expect(buyer.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Receipt");
        var paper = buyer.Page.Locator(".paper");
        foreach (var fact in new[] { number, "A desk to keep", "₩20,000", "Card", deal.Buyer.Name, deal.Seller.Name })
        {
            await Expect(paper).ToContainTextAsync(fact);
        }

        await Expect(paper).Not.ToContainTextAsync("Fee");
        await seller.Go($"/trades/{deal.Id}/receipt");
        await Expect(seller.Page.Locator(".paper")).ToContainTextAsync("판매 정산서");
        await Expect(seller.Page.Locator(".paper")).ToContainTextAsync("-600원");
        await Expect(seller.Page.Locator(".paper")).ToContainTextAsync("19,400원");

        await buyer.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(buyer.Button("Print")).ToBeHiddenAsync();
        await Expect(buyer.Page.GetByRole(AriaRole.Banner)).ToBeHiddenAsync();
        await Expect(paper).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_receipt_tells_what_went_back_or_was_paid_out()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var refused = await shop.Begun(await shop.List("second-hand", 20_000, title: "A stool that is refused"));
        var finished = await shop.Begun(await shop.List("second-hand", 30_000, title: "A shelf that is sold"));
        Assert.Equal(200, (await refused.SellerDoes("reject")).Status);
        Assert.Equal(200, (await finished.SellerDoes("accept")).Status);
        Assert.Equal(200, (await finished.BuyerDoes("finish")).Status);
        await IsPayment(refused, "refunded");
        await IsPayment(finished, "paid-out");
        await using var buyer = await browser.Open(program, refused.Buyer.Name);
        await using var seller = await browser.Open(program, finished.Seller.Name);

        await buyer.Go($"/trades/{refused.Id}/receipt");
        await Expect(Fact(buyer, "Amount paid")).ToHaveTextAsync("₩20,000");
        await Expect(Fact(buyer, "Refunded")).ToHaveTextAsync("₩20,000");
        await Expect(Fact(buyer, "Refunded on")).ToContainTextAsync("20");

        await seller.Go($"/trades/{finished.Id}/receipt");
        await Expect(Fact(seller, "Sale amount")).ToHaveTextAsync("₩30,000");
        await Expect(Fact(seller, "Fee")).ToHaveTextAsync("-₩900");
        await Expect(Fact(seller, "Payout")).ToHaveTextAsync("₩29,100");
        await Expect(Fact(seller, "Paid out on")).Not.ToHaveTextAsync("Not paid out yet");

        static Task<Said> IsPayment(Deal deal, string state) =>
            Shop.Eventually(() => deal.Buyer.Get($"/api/payments/{deal.Id}"), payment => (string?)payment.Body?["state"] == state);

        static ILocator Fact(Window window, string name) =>
            window.Page.GetByText(name, new() { Exact = true }).Locator("xpath=following-sibling::dd");
    }

    [Fact]
    public async Task A_trade_that_is_not_paid_has_no_receipt()
    {
        var program = await shared.Running;
        var deal = await new Shop(program).Begun(await new Shop(program).List("shopping-mall", quantity: 3));
        await using var buyer = await browser.Open(program, deal.Buyer.Name);

        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Reads("Order number");
        await Expect(buyer.Link("Receipt")).ToHaveCountAsync(0);
        await buyer.Go($"/trades/{deal.Id}/receipt");
        await buyer.Reads("Nothing has been paid for this trade yet.");
    }

    [Fact]
    public async Task A_statement_is_of_a_month_and_can_be_saved_for_a_spreadsheet()
    {
        var program = await shared.Running;
        var deal = await new Shop(program).Begun(await new Shop(program).List("second-hand", 20_000, title: "A mirror, \"antique\""));
        var trade = (await deal.Buyer.Get($"/api/trades/{deal.Id}")).Body!;
        var line = (await deal.Buyer.Get("/api/my/statement")).Body!["items"]![0]!;
        var month = ((DateTimeOffset)line["at"]!).ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var next = DateTime.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture).AddMonths(1).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        await using var buyer = await browser.Open(program, deal.Buyer.Name);

        await buyer.Go($"/selling/statement?month={month}");
        await buyer.Reads((string)trade["number"]!);
        var saved = await buyer.Page.RunAndWaitForDownloadAsync(() => buyer.Click("Download CSV"));

        var rows = (await File.ReadAllTextAsync(await saved.PathAsync(), ct)).TrimStart('\ufeff').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"Statement {month}.csv", saved.SuggestedFilename);
        Assert.Equal("\"Date and time\",\"Order number\",\"Trade type\",\"Transaction\",\"In and out (KRW)\",\"To be paid out (KRW)\"", rows[0]);
        Assert.EndsWith($",\"{trade["number"]}\",\"Second-hand\",\"Card payment, held by Jangteo\",-20000,\"\"", Assert.Single(rows[1..]));
        await buyer.Go($"/selling/statement?month={next}");
        await buyer.Reads("No transactions in this month.");
        var totals = (await deal.Buyer.Get($"/api/my/statement?month={next}")).Body!["totals"]!;
        Assert.Equal(0, (long)totals["paid"]!);
        var wrong = await deal.Buyer.Get("/api/my/statement?month=2026-13");
        Assert.Equal(
            (422, "invalid", "2026-11처럼 연도와 달을 입력해 주세요."),
            (wrong.Status, wrong.Code, (string?)wrong.Body!["errors"]!["month"]![0]));
    }

    [Fact]
    public async Task A_seller_sees_what_is_to_come_and_by_when()
    {
        var program = await shared.Running;
        var deal = await new Shop(program).Begun(await new Shop(program).List("second-hand", 20_000, title: "A clock that is paid for"));
        await using var seller = await browser.Open(program, deal.Seller.Name);
        var expected = seller.Page.GetByRole(AriaRole.Region, new() { Name = "Expected payouts" });
        await seller.Go("/selling/statement");
        await Expect(expected).ToContainTextAsync("₩19,400 when the trade is completed");

        Assert.Equal(200, (await deal.SellerDoes("accept")).Status);

        await Expect(expected).ToContainTextAsync("₩19,400 by ");
    }

    [Fact]
    public async Task An_operator_finds_by_what_a_customer_says()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var title = $"Sofa {Random.Shared.Next():x8}";
        var price = Random.Shared.Next(1_000_000, 9_000_000);
        var deal = await shop.Begun(await shop.List("shopping-mall", price, quantity: 1, title: title));
        var number = (string)(await deal.Buyer.Get($"/api/trades/{deal.Id}")).Body!["number"]!;
        var payment = await Shop.Eventually(() => deal.Buyer.Get($"/api/payments/{deal.Id}"), payment => payment.Body?["reference"] is not null);
        var reference = (string)payment.Body!["reference"]!;
        await using var sora = await browser.Open(program, "sora");
        await sora.Go("/operating/find");

        foreach (var (word, region, found) in new[]
        {
            (number, "Trades", title), (number.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal), "Trades", title),
            (title[5..], "Trades", title), (deal.Id.ToString(), "Trades", title), (deal.Buyer.Name, "People", deal.Buyer.Name),
            (reference.ToLowerInvariant(), "Payments and transfers", reference),
            (price.ToString("N0", CultureInfo.InvariantCulture), "Payments and transfers", reference),
        })
        {
            await sora.Fill("Email, phone, order number, reference, account or amount", word);
            await sora.Page.GetByRole(AriaRole.Search).GetByRole(AriaRole.Button).ClickAsync();
            await Expect(sora.Page.GetByRole(AriaRole.Region, new() { Name = region })).ToContainTextAsync(found);
        }

        Assert.Equal("not-found", (await deal.Buyer.Get("/api/operator/payments/find?q=1")).Code);
    }

    [Fact]
    public async Task A_search_that_finds_more_than_it_shows_says_so()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var crowd = $"crowd{Random.Shared.Next():x8}";
        var price = Random.Shared.Next(1_000_000, 9_000_000);
        var thing = await shop.List("shopping-mall", price, quantity: 30);
        for (var number = 0; number < 21; number++)
        {
            await shop.Begun(thing, await shop.Named($"{crowd}-{number}"));
        }

        var operates = await shop.Operator;
        await Shop.Eventually(() => operates.Get($"/api/operator/views/people?q={crowd}"), found => found.Body!["next"] is not null);
        await Shop.Eventually(
            () => operates.Get($"/api/operator/payments/find?q={price}"), found => found.Body!["payments"]!.AsArray().Count == 20);
        await using var sora = await browser.Open(program, "sora");
        foreach (var (word, region) in new[] { (crowd, "People"), ($"{price}", "Payments and transfers") })
        {
            await sora.Go($"/operating/find?q={word}");
            await Expect(sora.Page.GetByRole(AriaRole.Region, new() { Name = region })).ToContainTextAsync("Not all results are shown.");
        }

        await sora.Go($"/operating/find?q={crowd}-0");
        await Expect(sora.Page.GetByRole(AriaRole.Region, new() { Name = "People" })).ToContainTextAsync($"{crowd}-0");
        await Expect(sora.Page.GetByText("Not all results are shown.")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("second-hand", "내가 올린 물건은 살 수 없어요.")]
    [InlineData("car-share", "내가 등록한 차는 빌릴 수 없어요.")]
    public async Task A_start_is_refused_in_the_words_of_its_kind(string kind, string said)
    {
        var shop = new Shop(await shared.Running);
        var thing = await shop.List(kind);

        var refused = await Shop.Eventually(() => shop.Ask(thing.Seller, thing), answer => answer.Status != 503);

        Assert.Equal(("own-listing", said), (refused.Code, (string?)refused.Body!["title"]));
    }
}
