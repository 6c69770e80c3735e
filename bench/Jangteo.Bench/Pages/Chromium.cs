using Microsoft.Playwright;

namespace Jangteo.Bench.Pages;

/// <summary>The browser of the machine, without a window. Every visit is one of somebody who has never been here.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Chromium(IPlaywright playwright, IBrowser browser)
    {
        this.playwright = playwright;
        this.browser = browser;
    }

    public static async Task<Chromium> Start()
    {
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium-headless-shell",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        }));
    }

    /// <summary>A page on a market, as somebody of the sandbox or as nobody.</summary>
    public async Task<IPage> Visit(ServerUnderTest server, string? person, int width, string language = "en")
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = server.Address.ToString(),
            Locale = language,
            ViewportSize = new() { Width = width, Height = 844 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        if (person is not null)
        {
            var said = await context.APIRequest.PostAsync("/api/session", new() { DataObject = new { person } });
            if (!said.Ok)
            {
                throw new InvalidOperationException($"{person} cannot sign in: {await said.TextAsync()}");
            }
        }

        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }
}
