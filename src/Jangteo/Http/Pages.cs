using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Http;

/// <summary>
/// The pages, as they were built beside the program from <c>web/</c>. Whatever address they are opened at, it is one page, which speaks the language of
/// who opens it and shows what the address says; the files it is made of bear a hash in their names and never change.
/// </summary>
internal sealed partial class Pages(PageHead head, StartPage start, SiteOrigin site)
{
    /// <summary>
    /// Nothing is fetched from elsewhere, and no script stands in the page itself: what is of another type, as the first list is, is data
    /// and not run. Styles may stand in it, those of what is drawn first and the variables that the library of the pages writes: they can
    /// do no more than change how things look.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob:; font-src 'self'; "
        + "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Where pages are: the program answers every other address itself, or not at all.</summary>
    private static readonly string[] Addresses =
    [
        "/trades", "/trades/{id:guid}", "/notices", "/sign-in", "/sign-up", "/me", "/selling", "/selling/{part}", "/operating",
        "/operating/{part}", "/operating/{part}/{id}", "/lab", "/tour",
    ];

    /// <summary>What is under these is for programs: an address that is not there is a problem document for everybody.</summary>
    public static readonly IReadOnlyList<string> NotPages = ["/api", "/openapi", "/health", "/assets", "/internal"];

    private readonly string folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
    private readonly FileExtensionContentTypeProvider types = new();
    private readonly ConcurrentDictionary<string, Answering> kept = new();
    private readonly ConcurrentDictionary<(string Language, bool IsDrawn), string> variants = new();
    private string? builtPage;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (HttpContext http) => FirstPage(http)).AllowAnonymous().ExcludeFromDescription();
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
        var (shared, isMissing) = await head.Find(id, http.Request, http.RequestAborted);
        await (isMissing ? NotFound(http) : Page(http, shared, shared is null ? null : head.Draw(shared, LanguageOf(http))));
    }

    /// <summary>The start page has its first list in it, unless something narrower is looked for.</summary>
    private async Task FirstPage(HttpContext http)
    {
        var list = http.Request.Query.Count > 0 ? null : await start.Find(LanguageOf(http), http.RequestAborted);
        await Page(http, listing: null, list is null ? null : FirstPaint.Of(list.Cards), list?.Json);
    }

    /// <param name="listing">The listing that the page shows; null for other pages.</param>
    /// <param name="drawn">What is seen before the program runs, as HTML.</param>
    /// <param name="json">What the program begins with, as JSON that may stand within HTML.</param>
    private async Task Page(HttpContext http, SharedListing? listing, string? drawn = null, string? json = null)
    {
        var language = LanguageOf(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.Vary = $"{HeaderNames.AcceptLanguage}, {HeaderNames.Cookie}";
        headers.ContentLanguage = language;
        headers.CacheControl = "no-cache";
        http.Response.ContentType = "text/html; charset=utf-8";
        if (Built() is not { } built)
        {
            await http.Response.WriteAsync("The pages are not built: ./jangteo run builds them.");
            return;
        }

        var page = variants.GetOrAdd((language, drawn is not null), VariantOf, built)
            .Replace(PageHead.BuiltTitle, head.Of(listing, SiteFiles.OriginOf(http, site), language), StringComparison.Ordinal)
            .Replace(FirstPaint.BuiltPlace, drawn, StringComparison.Ordinal);
        if (json is not null)
        {
            page = page.Replace(
                "</body>", $"<script type=\"application/json\" id=\"start\">{json}</script></body>", StringComparison.Ordinal);
        }

        await Send(http, Answering.Of(Encoding.UTF8.GetBytes(page)));
    }

    /// <summary>The language that a reader has chosen, which the pages keep in a cookie; else the one that the browser asks for.</summary>
    private static string LanguageOf(HttpContext http) =>
        http.Request.Cookies["language"] is { } chosen && Texts.Languages.Contains(chosen) ? chosen : Problems.Language(http);

    /// <summary>
    /// The page as it was built, in a language: of what is fetched together with it, it names the texts of that language, and the program
    /// where nothing is drawn before that runs.
    /// </summary>
    private static string VariantOf((string Language, bool IsDrawn) of, string built)
    {
        var page = TextsLink().Replace(built, link => link.Groups["language"].Value == of.Language ? link.Value : "")
            .Replace("<html lang=\"en\">", $"<html lang=\"{of.Language}\">", StringComparison.Ordinal);
        return of.IsDrawn ? ProgramLink().Replace(page, "") : page;
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

    /// <summary>The link by which a part of the program comes together with the page.</summary>
    [GeneratedRegex("""\s*<link [^>]*data-program[^>]*>""")]
    private static partial Regex ProgramLink();

    /// <summary>The link by which the texts of one language come together with the page.</summary>
    [GeneratedRegex("""\s*<link [^>]*data-language="(?<language>\w+)"[^>]*>""")]
    private static partial Regex TextsLink();

    private sealed record Answering(byte[] Bytes, string Tag)
    {
        public static Answering Of(byte[] bytes) => new(bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    }
}
