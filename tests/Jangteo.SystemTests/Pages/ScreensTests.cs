using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>What holds for every screen: it can be used by everybody, by keyboard too, in both languages, light and dark; and it is quiet when nothing happens.</summary>
public sealed class ScreensTests(SharedProgram shared, Browser browser, ScreensTests.Furnished furnished) : IClassFixture<ScreensTests.Furnished>
{
    private static readonly string axe = File.ReadAllText(Path.Combine(JangteoProgram.Root, "web", "node_modules", "axe-core", "axe.min.js"));

    /// <summary>Each screen with who looks at it. <c>{listing}</c> and <c>{trade}</c> are filled in.</summary>
    public static TheoryData<string, string?> Screens =>
    [
        ("/", null), ("/?map=1&near=36.62,127.81", null), ("/?q=nothing-like-this", null), ("/listings/{listing}", null), ("/listings/{listing}", Furnished.Buyer), ("/sign-in", null), ("/sign-up", null), ("/trades", null),
        ("/trades?show=waiting", Furnished.Buyer), ("/trades/{trade}", Furnished.Buyer), ("/trades/{trade}", Furnished.Seller),
        ("/trades/{trade}/receipt", Furnished.Buyer), ("/notices", Furnished.Seller), ("/me", Furnished.Buyer),
        ("/selling", Furnished.Seller), ("/selling/new", Furnished.Seller), ("/selling/{listing}", Furnished.Seller), ("/selling/deliveries", Furnished.Seller), ("/selling/statement", Furnished.Seller),
        ("/operating", "sora"), ("/operating/find?q=a", "sora"),
        ("/operating/trades", "sora"), ("/operating/trades/{trade}", "sora"), ("/operating/kinds", "sora"),
        ("/operating/kinds/water-purifier", "sora"), ("/operating/books", "sora"), ("/operating/ledger", "sora"), ("/operating/queues", "sora"), ("/operating/people", "sora"),
        ("/operating/fees", "sora"), ("/operating/acts", "sora"),
        ("/operating", Furnished.Buyer), ("/lab", Furnished.Buyer), ("/tour", Furnished.Buyer),
    ];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_screen_has_no_fault_of_accessibility_in_either_language_light_or_dark_and_every_control_is_reached_by_keyboard(string path, string? who)
    {
        await using var window = await Open(path, who);
        Assert.Empty(await MissedByKeyboard(window.Page));
        await HasNoViolations(window.Page);

        // Names and texts follow the language, colours the light, and places the width: both of each are seen.
        await window.Page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "KO" }).ClickAsync();
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("lang", "ko");
        await window.Page.SetViewportSizeAsync(390, 844);
        await window.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", "dark");
        await IsThere(window.Page);
        await HasNoViolations(window.Page);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_screen_is_never_moved_sideways(string path, string? who)
    {
        await using var window = await Open(path, who);
        // 640 is a screen of 1280 at 200 %.
        foreach (var width in new[] { 2560, 1280, 768, 640, 390, 320 })
        {
            await window.Page.SetViewportSizeAsync(width, 844);
            var outside = await window.Page.EvaluateAsync<string[]>(
                """
                async () => {
                    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
                    const width = document.documentElement.clientWidth
                    return document.documentElement.scrollWidth <= width ? [] : ['wider than the screen:', ...[...document.body.querySelectorAll('*')]
                        .filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest('.wide, .chips, .reel'))
                        .slice(0, 6).map(one => one.outerHTML.slice(0, 200))]
                }
                """);
            Assert.True(outside.Length == 0, $"{width}: {string.Join('\n', outside)}");
        }
    }

    [Fact]
    public async Task A_page_on_which_nothing_happens_asks_for_nothing()
    {
        await using var window = await browser.Open(await shared.Running, Furnished.Buyer);
        await window.Page.Clock.InstallAsync();
        await window.Go($"/trades/{furnished.Trade}");
        await IsThere(window.Page);
        var asked = new List<string>();
        window.Page.Request += (_, request) => asked.Add(request.Url);
        // Until it has come to rest.
        for (var before = -1; before != asked.Count;)
        {
            before = asked.Count;
            await window.Page.Clock.RunForAsync(2000);
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        asked.Clear();
        await window.Page.Clock.FastForwardAsync("01:00:00");
        await Expect(window.Page.Locator("time").Last).ToContainTextAsync("hour");

        Assert.Empty(asked);
    }

    private async Task<Window> Open(string path, string? who)
    {
        var window = await browser.Open(await shared.Running, who);
        await window.Go(path.Replace("{listing}", furnished.Listing.ToString(), StringComparison.Ordinal).Replace("{trade}", furnished.Trade.ToString(), StringComparison.Ordinal));
        await IsThere(window.Page);
        return window;
    }

    /// <summary>A heading stands there, and nothing is still being loaded.</summary>
    private static async Task IsThere(IPage page)
    {
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Expect(page.Locator("main [role=status][aria-label], main .mantine-Loader-root")).ToHaveCountAsync(0);
    }

    /// <summary>The controls at which nobody arrives who presses Tab.</summary>
    private static async Task<string[]> MissedByKeyboard(IPage page)
    {
        await page.EvaluateAsync("addEventListener('focusin', event => event.target.setAttribute('data-reached', ''))");
        string[] missed = [];
        // What comes while it is gone through is met the next time round.
        for (var round = 0; round == 0 || (round < 3 && missed.Length > 0); round++)
        {
            var controls = await page.EvaluateAsync<int>("document.querySelectorAll('a, button, input, select, textarea, [tabindex]').length");
            for (var presses = 0; presses < controls + 5; presses++)
            {
                await page.Keyboard.PressAsync("Tab");
            }

            missed = await page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
                    .filter(one => one.checkVisibility() && !one.disabled && one.type !== 'hidden' && !one.hasAttribute('data-reached'))
                    // Of a group the arrow keys go through, one is reached by Tab.
                    .filter(one => !one.closest('[role=tablist], [role=radiogroup], [role=menu]')?.querySelector('[data-reached]') && !(one.type === 'radio' && document.querySelector(`input[name="${one.name}"][data-reached]`)))
                    .filter(one => !one.closest('[aria-hidden=true]') && one.getAttribute('tabindex') !== '-1')
                    .map(one => one.outerHTML.slice(0, 200))
                """);
        }

        return missed;
    }

    /// <summary>Axe finds no fault of accessibility on a page as it is now.</summary>
    internal static async Task HasNoViolations(IPage page)
    {
        await page.EvaluateAsync(axe);
        var found = await page.EvaluateAsync<JsonElement>("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })");
        var violations = string.Join('\n', from violation in found.GetProperty("violations").EnumerateArray()
                                           from node in violation.GetProperty("nodes").EnumerateArray()
                                           select $"{violation.GetProperty("id")}: {node.GetProperty("html")} {node.GetProperty("failureSummary")}");
        Assert.True(violations.Length == 0, violations);
    }

    /// <summary>A thing and a trade of it, so that screens have something to show.</summary>
    public sealed class Furnished(SharedProgram shared) : IAsyncLifetime
    {
        public const string Buyer = "screens-buyer";
        public const string Seller = "screens-seller";

        public Guid Listing { get; private set; }

        public Guid Trade { get; private set; }

        public async ValueTask InitializeAsync()
        {
            var shop = new Shop(await shared.Running);
            var thing = await shop.List("water-purifier", 30_000, 5, await shop.Named(Seller), $"A purifier that is looked at, with a {new string('W', 60)}");
            Listing = thing.Id;
            Trade = (await shop.Ask(await shop.Named(Buyer), thing)).Id;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
