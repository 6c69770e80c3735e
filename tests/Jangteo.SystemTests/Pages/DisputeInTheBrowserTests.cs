using Jangteo.Tests.Catalog;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>A dispute by the pages: the pictures that are added to the reason and to the dispute, and who sees them.</summary>
public sealed class DisputeInTheBrowserTests(SharedProgram shared, Browser browser)
{
    private const int Phone = 390;

    [Fact]
    public async Task A_buyer_opens_a_dispute_with_pictures_that_the_seller_answers_and_an_operator_sees()
    {
        var program = await shared.Running;
        var (shop, deal) = await Accepted("A bicycle with a bent wheel");
        await using var buyer = await browser.Open(program, deal.Buyer.Name, width: Phone);
        await using var seller = await browser.Open(program, deal.Seller.Name);
        await seller.Go($"/trades/{deal.Id}");
        await Expect(seller.Page.Locator(".states [aria-current]")).ToBeVisibleAsync();
        await Expect(DisputeIn(seller)).ToHaveCountAsync(0);

        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Click("Report a problem");
        var dialog = buyer.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("The wheel is bent.");
        await dialog.Locator("input[type=file]").SetInputFilesAsync(
            [
                Jpeg("wheel.jpg", 800), Jpeg("bell.jpg", 700), Jpeg("other.jpg", 600),
                new() { Name = "letter.txt", MimeType = "text/plain", Buffer = "No picture"u8.ToArray() },
            ]);
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("letter.txt: not a JPEG");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove other.jpg" }).ClickAsync();
        await ScreensTests.HasNoViolations(buyer.Page);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Report a problem", Exact = true }).ClickAsync();
        await AreSeen(buyer, 2);

        // The seller's page has changed by itself.
        await Expect(DisputeIn(seller)).ToContainTextAsync("The wheel is bent.");
        await Expect(DisputeIn(seller)).ToContainTextAsync($"Photos from {deal.Buyer.Name}");
        await AreSeen(seller, 2);
        await seller.Click("Enlarge photo 2 of 2");
        var enlarged = seller.Page.GetByRole(AriaRole.Dialog);
        await Expect(enlarged.GetByAltText($"Photo from {deal.Buyer.Name}, 2 of 2")).ToHaveJSPropertyAsync("naturalWidth", 700);
        await seller.Page.Keyboard.PressAsync("Escape");
        await DisputeIn(seller).Locator("input[type=file]").SetInputFilesAsync([Jpeg("before.jpg", 500)]);

        await AreSeen(buyer, 3);
        await Expect(DisputeIn(buyer)).ToContainTextAsync($"Photos from {deal.Seller.Name}");
        await using var operators = await browser.Open(program, "sora");
        await operators.Go($"/operating/trades/{deal.Id}");
        await Expect(DisputeIn(operators)).ToContainTextAsync("The wheel is bent.");
        await AreSeen(operators, 3);
        await Expect(DisputeIn(operators).Locator("input[type=file]")).ToHaveCountAsync(0);
        await ScreensTests.HasNoViolations(operators.Page);

        await operators.Click("Decide for the buyer");
        await operators.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("The wheel is bent indeed.");
        await operators.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Decide for the buyer" }).ClickAsync();
        await Expect(DisputeIn(buyer).GetByRole(AriaRole.Heading, new() { Name = "Dispute (closed)" })).ToBeVisibleAsync();
        await AreSeen(buyer, 3);
        await Expect(DisputeIn(buyer).Locator("input[type=file]")).ToHaveCountAsync(0);
        await shop.BooksAreRight();
    }

    [Fact]
    public async Task Pictures_that_could_not_be_added_are_named_and_are_sent_again()
    {
        var program = await shared.Running;
        var (_, deal) = await Accepted("A lamp that does not light");
        await using var buyer = await browser.Open(program, deal.Buyer.Name);
        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Page.RouteAsync("**/dispute/pictures", route => route.AbortAsync());
        await buyer.Click("Report a problem");
        var dialog = buyer.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("It does not light.");
        await dialog.Locator("input[type=file]").SetInputFilesAsync([Jpeg("lamp.jpg", 400)]);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Report a problem", Exact = true }).ClickAsync();

        var missing = DisputeIn(buyer).GetByRole(AriaRole.Alert);
        await Expect(missing).ToContainTextAsync("lamp.jpg");
        await Expect(DisputeIn(buyer)).ToContainTextAsync("It does not light.");
        await buyer.Page.UnrouteAsync("**/dispute/pictures");
        await missing.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await AreSeen(buyer, 1);
        await Expect(missing).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_dispute_that_could_not_be_opened_keeps_its_reason_and_its_pictures()
    {
        var program = await shared.Running;
        var (_, deal) = await Accepted("A chair with three legs");
        await using var buyer = await browser.Open(program, deal.Buyer.Name, "ko", width: Phone);
        var page = PageTexts.In("ko");
        await buyer.Go($"/trades/{deal.Id}");
        await buyer.Page.RouteAsync("**/contest", route => route.AbortAsync());
        var report = buyer.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "문제 신고" });
        await report.ClickAsync();
        var dialog = buyer.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("다리가 세 개예요.");
        await dialog.Locator("input[type=file]").SetInputFilesAsync([Jpeg("chair.jpg", 400)]);
        await dialog.Locator("button[type=submit]").ClickAsync();
        await buyer.Reads(page["answers.unreachable"]);
        await buyer.Page.UnrouteAsync("**/contest");

        await report.ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Textbox)).ToHaveValueAsync("다리가 세 개예요.");
        await Expect(dialog.GetByAltText("chair.jpg")).ToBeVisibleAsync();
        await dialog.Locator("button[type=submit]").ClickAsync();

        await Expect(buyer.Page.GetByRole(AriaRole.Region, new() { Name = page["dispute.title"], Exact = true }))
            .ToContainTextAsync("다리가 세 개예요.");
        await Expect(buyer.Page.GetByAltText($"{deal.Buyer.Name} 님이 올린 사진 1장 중 1번째")).ToBeVisibleAsync();
        await ScreensTests.HasNoViolations(buyer.Page);
    }

    private async Task<(Shop Shop, Deal Deal)> Accepted(string title)
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List("second-hand", title: title));
        Assert.Equal("accepted", (await deal.SellerDoes("accept")).State);
        await shop.AtRest();
        return (shop, deal);
    }

    /// <summary>So many pictures are on the page of the dispute, and the last of them has come.</summary>
    private static async Task AreSeen(Window window, int count)
    {
        var pictures = DisputeIn(window).GetByRole(AriaRole.Img);
        await Expect(pictures).ToHaveCountAsync(count);
        await pictures.Last.ScrollIntoViewIfNeededAsync();
        await Shop.Eventually(
            () => pictures.Last.EvaluateAsync<int>("picture => picture.naturalWidth"), width => width > 0);
    }

    private static ILocator DisputeIn(Window window) =>
        window.Page.GetByRole(AriaRole.Region, new() { Name = "Dispute", Exact = true });

    private static FilePayload Jpeg(string name, int width) =>
        new() { Name = name, MimeType = "image/jpeg", Buffer = TestPictures.Jpeg(width, 300) };
}
