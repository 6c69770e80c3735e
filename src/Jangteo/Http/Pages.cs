using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Http;

/// <summary>
/// The pages, as they were built beside the program from <c>web/</c>. Whatever address they are opened at, it is one page, which speaks the language of
/// who opens it and shows what the address says; the files it is made of bear a hash in their names and never change.
/// </summary>
internal sealed partial class Pages(PageHead head, SiteOrigin site)
{
    /// <summary>
    /// Nothing is fetched from elsewhere, and no script stands in the page itself. The library of the pages writes its variables into style elements; styles
    /// can do no more than change how things look.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob:; font-src 'self'; "
        + "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Where pages are: the program answers every other address itself, or not at all.</summary>
    private static readonly string[] Addresses =
    [
        "/", "/trades", "/trades/{id:guid}", "/notices", "/sign-in", "/sign-up", "/me", "/selling", "/selling/{part}", "/operating", "/operating/{part}",
        "/operating/{part}/{id}", "/lab", "/tour",
    ];

    /// <summary>What is under these is for programs: an address that is not there is a problem document for everybody.</summary>
    public static readonly IReadOnlyList<string> NotPages = ["/api", "/openapi", "/health", "/assets", "/internal"];

    private readonly string folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
    private readonly FileExtensionContentTypeProvider types = new();
    private readonly ConcurrentDictionary<string, Answering> kept = new();
    private string? builtPage;

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var address in Addresses)
        {
            routes.MapGet(address, (HttpContext http) => Page(http, listing: null)).AllowAnonymous().ExcludeFromDescription();
        }

        routes.MapGet("/listings/{id:guid}", (HttpContext http, Guid id) => ListingPage(http, id)).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/assets/{file}", Asset).AllowAnonymous().ExcludeFromDescription();
        SiteFiles.Map(routes, () => Built() is { } built && IconLink().Match(built) is { Success: true } icon ? icon.Groups["where"].Value : null);
    }

    /// <summary>Whether a person's browser asks for a page, at an address that no program is meant to ask.</summary>
    public static bool IsAskedFor(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !NotPages.Any(prefix => request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
        && request.GetTypedHeaders()
            .Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    /// <summary>The page of an address that is none: the same file, which says so and leads on.</summary>
    public Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Page(http, listing: null);
    }

    private async Task ListingPage(HttpContext http, Guid id)
    {
        var (shared, isMissing) = await head.Find(id, http.RequestAborted);
        await (isMissing ? NotFound(http) : Page(http, shared));
    }

    /// <param name="listing">The listing that the page shows; null for other pages.</param>
    private async Task Page(HttpContext http, SharedListing? listing)
    {
        var language = Problems.Language(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.Vary = HeaderNames.AcceptLanguage;
        headers.ContentLanguage = language;
        headers.CacheControl = "no-cache";
        http.Response.ContentType = "text/html; charset=utf-8";
        if (Built() is not { } built)
        {
            await http.Response.WriteAsync("The pages are not built: ./jangteo run builds them.");
            return;
        }

        var page = built
            .Replace("<html lang=\"en\">", $"<html lang=\"{language}\">", StringComparison.Ordinal)
            .Replace(PageHead.BuiltTitle, head.Of(listing, SiteFiles.OriginOf(http, site), language), StringComparison.Ordinal);
        await Send(http, Answering.Of(Encoding.UTF8.GetBytes(page)));
    }

    private string? Built() => builtPage ??= Read("index.html") is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private Task Asset(HttpContext http, string file)
    {
        // A name and nothing that leads elsewhere.
        if (Path.GetFileName(file) != file || !types.TryGetContentType(file, out var type))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var isSmaller = http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal) && Kept($"{file}.br") is not null;
        if (Kept(isSmaller ? $"{file}.br" : file) is not { } asset)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ContentEncoding = isSmaller ? "br" : default;
        http.Response.ContentType = type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
        return Send(http, asset);
    }

    // They are a few megabytes together, most of them letters of a script that a page seldom needs: each is kept once it has been asked for.
    private Answering? Kept(string file)
    {
        if (!kept.TryGetValue(file, out var asset) && Read(Path.Combine("assets", file)) is { } bytes)
        {
            asset = kept[file] = Answering.Of(bytes);
        }

        return asset;
    }

    private byte[]? Read(string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private static async Task Send(HttpContext http, Answering answer)
    {
        if (http.Response.StatusCode == StatusCodes.Status200OK)
        {
            http.Response.Headers.ETag = answer.Tag;
            if (http.Request.Headers.IfNoneMatch == answer.Tag)
            {
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        http.Response.ContentLength = answer.Bytes.Length;
        await http.Response.Body.WriteAsync(answer.Bytes, http.RequestAborted);
    }

    [GeneratedRegex("<link rel=\"icon\"[^>]* href=\"(?<where>[^\"]+)\"")]
    private static partial Regex IconLink();

    private sealed record Answering(byte[] Bytes, string Tag)
    {
        public static Answering Of(byte[] bytes) => new(bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    }
}
