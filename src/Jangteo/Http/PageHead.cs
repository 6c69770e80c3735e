using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;

namespace Jangteo.Http;

/// <summary>
/// What stands in the head of a page before its program runs: for messengers that show what a link leads to, for search engines, and for
/// browsers that keep the market as an app.
/// </summary>
/// <param name="listings">Null in a process that has no listings.</param>
internal sealed class PageHead(ISharedListings? listings, Shelf? shelf, Sessions sessions)
{
    /// <summary>What the pages as they were built have in its place.</summary>
    public const string BuiltTitle = "<title>장터 Jangteo</title>";

    public const string Name = "장터 Jangteo";
    private const int LongestDescription = 160;

    /// <summary>A page does not wait longer for what it looks like elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    internal static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <param name="shared">The listing that the page shows; null for other pages.</param>
    /// <param name="origin">Where the market is, such as <c>https://market.example</c>.</param>
    public string Of(SharedListing? shared, string origin, string language)
    {
        var (title, description) = shared is null ? (Name, About(language)) : ($"{shared.Title} · {Name}", Describe(shared, language));
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"<title>{Encoder.Encode(title)}</title>");
        Meta("name", "description", description);
        Meta("property", "og:site_name", Name);
        Meta("property", "og:type", shared is null ? "website" : "product");
        Meta("property", "og:title", shared?.Title ?? Name);
        Meta("property", "og:description", description);
        Meta("property", "og:locale", language == "ko" ? "ko_KR" : "en_US");
        Meta("property", "og:url", shared is null ? $"{origin}/" : $"{origin}/listings/{shared.Id}");
        if (shared?.Picture is { } picture)
        {
            Meta("property", "og:image", $"{origin}/api/pictures/{picture}");
            Meta("name", "twitter:card", "summary_large_image");
        }

        Meta("name", "theme-color", SiteFiles.ThemeColor);
        head.Append(CultureInfo.InvariantCulture, $"\n    <link rel=\"manifest\" href=\"{SiteFiles.Manifest}\" />");
        return head.ToString();

        void Meta(string attribute, string name, string content) =>
            head.Append(CultureInfo.InvariantCulture, $"\n    <meta {attribute}=\"{name}\" content=\"{Encoder.Encode(content)}\" />");
    }

    /// <summary>What is drawn of the page of a listing before its program runs.</summary>
    public string Draw(SharedListing listing, string language) =>
        FirstPaint.Of(listing, shelf?.Texts.Title(listing.Kind, language) ?? "", PriceOf(listing, language));

    public static string About(string language) => language == "ko"
        ? "가까운 사람들과 사고팔고, 빌리고, 나눠 쓰는 장터예요."
        : "Buy, sell, rent and share things with people near you.";

    /// <returns>The listing if everybody may see it, and whether it is known that there is none for this reader.</returns>
    public async Task<(SharedListing? Shared, bool IsMissing)> Find(Guid id, HttpRequest request, CancellationToken ct)
    {
        try
        {
            return listings is null ? (null, false) : await Look(listings, id, request, ct).WaitAsync(Patience, ct);
        }
        catch (Exception away) when ((away is RefusedException || PassingFault.Is(away)) && !ct.IsCancellationRequested)
        {
            // The page itself will say so, and may do better when it asks again.
            return (null, false);
        }
    }

    private async Task<(SharedListing? Shared, bool IsMissing)> Look(
        ISharedListings listings, Guid id, HttpRequest request, CancellationToken ct)
    {
        if (await listings.Find(id, ct) is { } shared)
        {
            return (shared, false);
        }

        // Only the page of a listing depends on who opens it.
        var reader = await sessions.SignedIn(request, ct) is { } person ? Caller.Of(person) : null;
        return (null, !await listings.IsSeenBy(id, reader?.Id, reader is { IsOperator: true }, ct));
    }

    private string Describe(SharedListing listing, string language)
    {
        var price = PriceOf(listing, language);
        var about = string.Join(' ', listing.Description.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var letters = StringInfo.ParseCombiningCharacters(about);
        about = letters.Length <= LongestDescription ? about : $"{about[..letters[LongestDescription - 1]]}…";
        return about.Length == 0 ? price : $"{price} · {about}";
    }

    private string PriceOf(SharedListing listing, string language) =>
        shelf is null ? Texts.Money(listing.Price, language, listing.Currency)
        : shelf.Price(listing.Kind, listing.Price, listing.Currency, language);
}
