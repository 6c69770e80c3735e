using System.Globalization;
using Microsoft.Playwright;

namespace Jangteo.Bench.Pages;

/// <summary>pictures: how screens and dialogs look, on a phone and on a desk; and the two screens that stand in the README.</summary>
internal static class Pictures
{
    private const int Phone = 390, Desk = 1280;

    public static async Task<int> Run(string folder, string readme, CancellationToken ct)
    {
        await using var server = await ServerUnderTest.Start(isSplit: false, ct, ("Language", "en"));
        var shown = await OnShow.Make(server, ct);
        await using var chromium = await Chromium.Start();
        Directory.CreateDirectory(folder);
        var count = 0;
        foreach (var (name, path, person) in new[]
        {
            ("market", "/", (string?)null),
            ("market-map", "/?map=1", OnShow.Buyer),
            ("listing", $"/listings/{shown.Listing}", OnShow.Buyer),
            ("trades", "/trades", OnShow.Buyer),
            ("trade", $"/trades/{shown.Trade}", OnShow.Buyer),
            ("receipt", $"/trades/{shown.Trade}/receipt", OnShow.Buyer),
            ("trade-as-seller", $"/trades/{shown.Trade}", OnShow.Seller),
            ("notices", "/notices", OnShow.Seller),
            ("sign-in", "/sign-in", null),
            ("sign-up", "/sign-up", null),
            ("me", "/me", OnShow.Buyer),
            ("selling", "/selling", OnShow.Seller),
            ("selling-new", "/selling/new", OnShow.Seller),
            ("selling-one", $"/selling/{shown.Listing}", OnShow.Seller),
            ("deliveries", "/selling/deliveries", OnShow.Seller),
            ("statement", "/selling/statement", OnShow.Seller),
            ("operating", "/operating", OnShow.Operator),
            ("operating-trades", "/operating/trades", OnShow.Operator),
            ("operating-trade", $"/operating/trades/{shown.Trade}", OnShow.Operator),
            ("operating-kinds", "/operating/kinds", OnShow.Operator),
            ("operating-kind", "/operating/kinds/second-hand", OnShow.Operator),
            ("operating-ledger", "/operating/ledger", OnShow.Operator),
            ("operating-books", "/operating/books", OnShow.Operator),
            ("operating-fees", "/operating/fees", OnShow.Operator),
            ("operating-find", $"/operating/find?q={OnShow.Buyer}", OnShow.Operator),
            ("operating-acts", "/operating/acts", OnShow.Operator),
            ("operating-queues", "/operating/queues", OnShow.Operator),
            ("operating-people", "/operating/people", OnShow.Operator),
            ("lab", "/lab", OnShow.Buyer),
            ("tour", "/tour", null),
            ("tour-of-a-kind", "/tour?kind=second-hand", null),
            ("nowhere", "/operating/nowhere/0", OnShow.Operator),
        })
        {
            await Picture(name, path, person, isWhole: true, _ => Task.CompletedTask);
        }

        // Those of the README are as high as a window is.
        await OfReadme("front", "/?sort=price", null, Desk);
        await OfReadme("trade-on-a-phone", $"/trades/{shown.Trade}", OnShow.Buyer, Phone);

        var troubled = await TroubledMarket.Make(server, Path.Combine(readme, "front.png"), ct);
        foreach (var (name, path, person, button, section) in Dialogs.Of(troubled))
        {
            await Picture($"dialog-{name}", path, person, isWhole: false, page => Dialogs.Open(page, path, button, section));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} pictures in {folder}, and two in {readme}."));
        return 0;

        async Task Picture(string name, string path, string? person, bool isWhole, Func<IPage, Task> prepare)
        {
            foreach (var (form, width) in new[] { ("phone", Phone), ("desk", Desk) })
            {
                var page = await chromium.Visit(server, person, width);
                await Show(page, path);
                await prepare(page);
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{form}.png"), FullPage = isWhole });
                await page.Context.CloseAsync();
                count++;
            }
        }

        async Task OfReadme(string name, string path, string? person, int width)
        {
            var page = await chromium.Visit(server, person, width);
            await Show(page, path);
            await page.ScreenshotAsync(new() { Path = Path.Combine(readme, $"{name}.png") });
            await page.Context.CloseAsync();
        }
    }

    /// <summary>Opens a page and waits until nothing on it is still to come.</summary>
    private static async Task Show(IPage page, string path)
    {
        await page.GotoAsync(path);
        await page.Locator("#main h1").First.WaitForAsync();
        await Assertions.Expect(page.Locator("main [role=status] .mantine-Skeleton-root, .mantine-Loader-root")).ToHaveCountAsync(0);
        await page.EvaluateAsync("document.fonts.ready");
    }
}
