using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Jangteo.SystemTests.Pages.Browser))]

namespace Jangteo.SystemTests.Pages;

/// <summary>One Chromium for all tests of the pages. Each person in a test has a window of their own, with nothing kept from another.</summary>
public sealed class Browser : IAsyncDisposable
{
    /// <summary>Two processors serve the market, the browser and the tests beside them.</summary>
    private const float Patience = 60_000;

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> running = new(Start);

    /// <summary>A window on a market, in which somebody of the sandbox is signed in, or nobody.</summary>
    internal async Task<Window> Open(JangteoProgram market, string? person = null, string language = "en", bool dark = false, int width = 1280, bool mayFail = false)
    {
        var context = await (await running.Value).Browser.NewContextAsync(new()
        {
            BaseURL = market.Address.ToString(),
            Locale = language,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = width, Height = 844 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        if (person is not null)
        {
            var said = await context.APIRequest.PostAsync("/api/session", new() { DataObject = new { person } });
            Assert.True(said.Ok, $"{person} cannot sign in: {await said.TextAsync()}");
        }

        return new Window(context, await context.NewPageAsync(), mayFail);
    }

    private static async Task<(IPlaywright, IBrowser)> Start()
    {
        var playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            // The whole browser starts a process more for every window, for the parts of a window that are not there.
            ExecutablePath = "/usr/bin/chromium-headless-shell",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return (playwright, browser);
    }

    public async ValueTask DisposeAsync()
    {
        if (running.IsValueCreated)
        {
            var (playwright, browser) = await running.Value;
            await browser.CloseAsync();
            playwright.Dispose();
        }
    }
}

/// <summary>One person's browser. Whatever goes wrong in the page itself is remembered, and fails the test when the window is closed.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> errors = [];
    private readonly bool mayFail;

    /// <param name="mayFail">The test makes the page fail, and looks at what it says then.</param>
    public Window(IBrowserContext context, IPage page, bool mayFail = false)
    {
        this.context = context;
        this.mayFail = mayFail;
        Page = page;
        if (mayFail)
        {
            return;
        }

        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, said) =>
        {
            // What the policy refuses is said on the console only; an answer that is a refusal is none of the page's faults.
            if (said.Type == "error" && !said.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                errors.Add(said.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Opens an address, and waits until the program of the pages has begun in place of what the server has drawn.</summary>
    public async Task Go(string path)
    {
        await Page.GotoAsync(path);
        if (!mayFail)
            await Page.Locator("#main").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    public Task Click(string button) => Button(button).ClickAsync();

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name });

    public Task Fill(string label, string text) => Page.GetByLabel(label).FillAsync(text);

    /// <summary>Waits until something is to be read.</summary>
    public Task Reads(string text) => Assertions.Expect(Page.GetByText(text).First).ToBeVisibleAsync();

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Assert.Equal("", string.Join('\n', errors));
    }
}
