using System.Globalization;
using System.Text;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;

namespace Jangteo.Http;

/// <summary>Files that browsers and search engines look for at fixed addresses.</summary>
internal static class SiteFiles
{
    /// <summary>The colour of the brand, as browsers tint their own bars with it.</summary>
    public const string ThemeColor = "#0b6e69";

    public const string Manifest = "/manifest.webmanifest";

    /// <summary>Search engines read 50,000 addresses at most; the oldest of so many are seldom looked for.</summary>
    private const int MostAddresses = 10_000;

    /// <param name="iconOf">The address of the icon, which has the hash of its contents in it; null when the pages are not built.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<string?> iconOf)
    {
        routes.MapGet(Manifest, (HttpContext http) => ManifestOf(http, iconOf())).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/robots.txt", Robots).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/sitemap.xml", Sitemap).AllowAnonymous().Occupies(Occupies.PlaceOrWait).ExcludeFromDescription();
    }

    private static IResult ManifestOf(HttpContext http, string? icon)
    {
        var manifest = new Dictionary<string, object>
        {
            ["name"] = PageHead.Name,
            ["short_name"] = "장터",
            ["description"] = PageHead.About(Problems.Language(http)),
            ["lang"] = Problems.Language(http),
            ["start_url"] = "/",
            ["scope"] = "/",
            ["display"] = "standalone",
            ["background_color"] = "#ffffff",
            ["theme_color"] = ThemeColor,
            ["icons"] = icon is null ? Array.Empty<object>() : new object[] { new { src = icon, type = "image/svg+xml", sizes = "any" } },
        };
        http.Response.Headers.Vary = "Accept-Language";
        return Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(manifest, Wire.Json), "application/manifest+json");
    }

    /// <summary>Search engines are told to keep out of a sandbox: it is for trying things, and nothing in it is for sale.</summary>
    private static string Robots(HttpContext http, Settings settings, SiteOrigin site) => settings.Sandbox
        ? "User-agent: *\nDisallow: /\n"
        : $"User-agent: *\nAllow: /\nAllow: /api/pictures/\nDisallow: /api/\nDisallow: /operating\nDisallow: /me\nDisallow: /trades\nDisallow: /notices\n"
            + $"\nSitemap: {OriginOf(http, site)}/sitemap.xml\n";

    private static async Task<IResult> Sitemap(HttpContext http, Settings settings, SiteOrigin site, CancellationToken ct)
    {
        if (settings.Sandbox || http.RequestServices.GetService<ISharedListings>() is not { } listings)
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        var origin = OriginOf(http, site);
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<url><loc>{origin}/</loc></url>\n");
        foreach (var id in await listings.Newest(MostAddresses, ct))
        {
            text.Append(CultureInfo.InvariantCulture, $"<url><loc>{origin}/listings/{id}</loc></url>\n");
        }

        return Results.Text(text.Append("</urlset>\n").ToString(), "application/xml", Encoding.UTF8);
    }

    /// <summary>Where the market is, as the request names it or the settings do.</summary>
    public static string OriginOf(HttpContext http, SiteOrigin site) =>
        site.Expected(http.Request, origin: null)?.ToString() ?? $"{http.Request.Scheme}://{http.Request.Host}";
}
