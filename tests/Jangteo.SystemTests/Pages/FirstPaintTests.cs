using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>What the server draws of a page, before its program runs.</summary>
public sealed class FirstPaintTests(SharedProgram shared, Browser browser)
{
    private const int Cards = 8;

    /// <summary>In CSS pixels: less is not seen.</summary>
    private const double Tolerance = 3;

    /// <summary>From here on the filters are shown beside the word that is looked for.</summary>
    private const int Tablet = 768;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    // In English the heading takes one line or two on narrower screens, which depends on the letters.
    [Theory]
    [InlineData(320, "ko")]
    [InlineData(360, "ko")]
    [InlineData(390, "en")]
    [InlineData(800, "ko")]
    [InlineData(1280, "en")]
    public async Task Things_are_drawn_where_the_program_draws_them_afterwards(int width, string language)
    {
        await using var window = await browser.Open(await shared.Running, language: language, width: width);
        var (page, mayRun) = (window.Page, new TaskCompletionSource());
        await Hold(page, mayRun.Task);
        await page.RouteAsync("**/api/live*", route => route.AbortAsync());
        await GoUntilDrawn(page, "/", ".drawn li", Cards);
        var drawn = await Boxes(page, ".drawn li");

        mayRun.SetResult();

        await Expect(page.Locator("#main h1")).ToBeVisibleAsync();
        await Expect(page.Locator(".drawn")).ToHaveCountAsync(0);
        // The chips come with the first answer, and the filters of wide screens with a part of the program.
        await Expect(page.Locator(".chips label")).Not.ToHaveCountAsync(1);
        if (width >= Tablet)
            await Expect(page.Locator("#main .filters input").First).ToBeVisibleAsync();
        var later = await Boxes(page, "#main ul > li");
        Assert.InRange(later.Length, Cards, int.MaxValue);
        // Titles may wrap otherwise in the letters that come later, which moves the rows after the first.
        Assert.All(drawn.Zip(later).Take(2), pair => Assert.True(
            AreAlike(pair.First, pair.Second), $"drawn {string.Join(' ', pair.First)}, later {string.Join(' ', pair.Second)}"));
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task A_listing_is_drawn_until_the_program_draws_it_and_its_picture_stays_where_it_is(int width)
    {
        var program = await shared.Running;
        var found = (await program.Anonymous.GetFromJsonAsync<JsonNode>("/api/listings?kind=second-hand&sort=price", ct))!;
        var sample = found["items"]!.AsArray().First(one => one!["pictures"]!.AsArray().Count > 0)!;
        await using var window = await browser.Open(program, width: width);
        var (page, mayRun) = (window.Page, new TaskCompletionSource());
        await page.AddInitScriptAsync(
            """
            let begun = false
            window.wasEmpty = false
            new MutationObserver(() => {
                begun ||= document.querySelector('.drawn h1') !== null
                window.wasEmpty ||= begun && document.querySelector('.drawn h1, #main h1') === null
            }).observe(document, { childList: true, subtree: true })
            """);
        await Hold(page, mayRun.Task);
        await GoUntilDrawn(page, $"/listings/{sample["id"]}", ".drawn .picture", 1);
        var drawn = await Boxes(page, ".drawn .picture");

        mayRun.SetResult();

        await Expect(page.Locator("#main button .picture").First).ToBeVisibleAsync();
        Assert.False(await page.EvaluateAsync<bool>("window.wasEmpty"), "For a moment nothing was drawn.");
        var later = (await Boxes(page, "#main button .picture"))[0];
        Assert.True(AreAlike(drawn[0], later), $"drawn {string.Join(' ', drawn[0])}, later {string.Join(' ', later)}");
    }

    [Fact]
    public async Task Without_its_program_the_first_things_are_seen_and_lead_on()
    {
        await using var window = await browser.Open(await shared.Running, mayFail: true);
        var page = window.Page;
        await page.RouteAsync("**/assets/*.js", route => route.AbortAsync());
        await GoUntilDrawn(page, "/", ".drawn li", Cards);
        var card = page.Locator(".drawn li").First;
        var (title, price) = (await card.Locator("b").InnerTextAsync(), await card.Locator("strong").InnerTextAsync());
        var address = await card.Locator("a").GetAttributeAsync("href");

        await card.ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex($"{address}$"));
        await Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        await Expect(page.Locator(".drawn .price")).ToHaveTextAsync(price);
    }

    [Fact]
    public async Task Things_are_drawn_in_the_language_that_the_reader_has_chosen()
    {
        await using var window = await browser.Open(await shared.Running, language: "en");
        var (page, mayRun) = (window.Page, new TaskCompletionSource());
        await window.Go("/");
        await page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "KO" }).ClickAsync();
        await Expect(page.Locator("#main h1")).ToHaveTextAsync("무엇을 찾으세요?");

        await Hold(page, mayRun.Task);
        await GoUntilDrawn(page, "/", ".drawn li", Cards);

        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ko");
        await Expect(page.Locator(".drawn").GetByText(new Regex(@"\d원")).First).ToBeVisibleAsync();
        mayRun.SetResult();
        await Expect(page.Locator("#main h1")).ToHaveTextAsync("무엇을 찾으세요?");
    }

    [Fact]
    public async Task Who_has_gone_to_a_thing_by_the_keyboard_is_still_there_when_the_program_has_come()
    {
        await using var window = await browser.Open(await shared.Running);
        var (page, mayRun) = (window.Page, new TaskCompletionSource());
        await Hold(page, mayRun.Task);
        await page.RouteAsync("**/api/live*", route => route.AbortAsync());
        await GoUntilDrawn(page, "/", ".drawn li", Cards);
        var third = page.Locator(".drawn li a").Nth(2);
        var address = await third.GetAttributeAsync("href");
        await third.FocusAsync();

        mayRun.SetResult();

        await Expect(page.Locator($"#main li a[href='{address}']")).ToBeFocusedAsync();
    }

    /// <summary>The program does not come before it may.</summary>
    private static Task Hold(IPage page, Task may) => page.RouteAsync("**/assets/main-*.js", async route =>
    {
        await may;
        await route.ContinueAsync();
    });

    /// <summary>Nothing is drawn where the views do not answer at once, as on a busy machine.</summary>
    private static Task GoUntilDrawn(IPage page, string path, string what, int count) => Shop.Eventually(
        async () =>
        {
            await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            return await page.Locator(what).CountAsync();
        },
        drawn => drawn == count);

    private static bool AreAlike(double[] one, double[] other) =>
        one.Zip(other).All(sides => Math.Abs(sides.First - sides.Second) <= Tolerance);

    /// <returns>Of each: from the left, from the top, and width.</returns>
    private static async Task<double[][]> Boxes(IPage page, string what) =>
        (await page.Locator(what).EvaluateAllAsync<JsonElement>(
            "all => all.map(one => one.getBoundingClientRect()).map(({ x, y, width }) => [x, y, width])"))
        .Deserialize<double[][]>()!;
}
