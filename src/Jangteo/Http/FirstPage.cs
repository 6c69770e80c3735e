using System.Security.Cryptography;
using System.Text;
using Jangteo.Platform.Http;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Http;

/// <summary>
/// GET /: what this is, the kinds with their diagrams, people to sign in as, what is offered. A page of four files inside the program, which fetches
/// nothing from elsewhere and is told so by its policy; its texts stand in it in both languages, and the asker's are shown.
/// </summary>
internal static class FirstPage
{
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var page = Encoding.UTF8.GetString(Read("index.html"));
        routes.MapGet("/", async (HttpContext http) =>
        {
            var language = Problems.Language(http);
            http.Response.Headers.Vary = HeaderNames.AcceptLanguage;
            http.Response.Headers.ContentLanguage = language;
            await Answer(http, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page.Replace("<html lang=\"en\">", $"<html lang=\"{language}\">", StringComparison.Ordinal)));
        }).AllowAnonymous().ExcludeFromDescription();
        foreach (var (name, type) in new[] { ("style.css", "text/css"), ("page.js", "text/javascript"), ("flow.js", "text/javascript"), ("icon.svg", "image/svg+xml") })
        {
            var bytes = Read(name);
            routes.MapGet($"/page/{name}", (HttpContext http) => Answer(http, $"{type}; charset=utf-8", bytes)).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static async Task Answer(HttpContext http, string type, byte[] bytes)
    {
        var headers = http.Response.Headers;
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch == tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(FirstPage).Assembly.GetManifestResourceStream($"Jangteo.Pages.{name}")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
