using System.Net;
using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jangteo.Bench.Pages;

/// <summary>
/// A static page with nothing on it but the largest part of another page: the least that a browser of this machine needs for it. It is
/// served by a server of its own, which has nothing else to do.
/// </summary>
internal sealed class BarePage : IAsyncDisposable
{
    private readonly WebApplication server;
    private Largest? shown;

    private BarePage()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        server = builder.Build();
        server.MapGet("/", () => Results.Content(Page(shown!), MediaTypeNames.Text.Html));
        server.MapGet("/picture", () => Results.Bytes(shown!.Picture!, shown.MediaType));
    }

    public Uri Address => new(server.Urls.First());

    public static async Task<BarePage> Start(CancellationToken ct)
    {
        var page = new BarePage();
        await page.server.StartAsync(ct);
        return page;
    }

    public void Show(Largest largest) => shown = largest;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static string Page(Largest largest) =>
        $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Bare</title>
        {(largest.Picture is null
            ? $"<h1>{WebUtility.HtmlEncode(largest.Text)}</h1>"
            : FormattableString.Invariant($"<img src=\"/picture\" alt=\"\" width=\"{largest.Width:0}\" height=\"{largest.Height:0}\">"))}
        </html>
        """;
}

/// <summary>The largest part of a page as it was painted: a picture, or the text where it is none.</summary>
/// <param name="Width">In CSS pixels, as <paramref name="Height"/>.</param>
internal sealed record Largest(byte[]? Picture, string MediaType, double Width, double Height, string Text);
