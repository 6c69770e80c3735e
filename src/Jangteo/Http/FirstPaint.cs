using System.Globalization;
using System.Text;
using Jangteo.Contracts;

namespace Jangteo.Http;

/// <summary>
/// What is drawn of a page before its program runs, as HTML: the reader sees things while the program still arrives, and links lead on
/// without it. <c>web/src/first.css</c> gives it (<c>.drawn</c>) the places and sizes in which the program draws it afterwards.
/// </summary>
internal static class FirstPaint
{
    /// <summary>What the pages as they were built have in its place.</summary>
    public const string BuiltPlace = "<!-- drawn -->";

    /// <summary>As many as a screen shows at once, in rows of two on a phone and of four on a desk.</summary>
    private const int MostCards = 8;

    /// <summary>The first row, whose pictures are fetched before all others.</summary>
    private const int FirstRow = 4;

    /// <summary>The first of a list of listings.</summary>
    public static string Of(IReadOnlyList<ListingCard> cards)
    {
        var html = new StringBuilder($"<main class=\"drawn\"><h1 class=\"unseen\">{PageHead.Name}</h1><div class=\"sought\"></div><ul>");
        foreach (var (index, card) in cards.Take(MostCards).Index())
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><a href=\"/listings/{card.Id}\">");
            html.Append(Picture(card.Picture, "?size=small", index < FirstRow));
            html.Append(CultureInfo.InvariantCulture, $"<b>{PageHead.Encoder.Encode(card.Title)}</b><strong>{PageHead.Encoder.Encode(card.Price)}</strong>");
            html.Append(CultureInfo.InvariantCulture, $"<small><span>{PageHead.Encoder.Encode(card.About)}</span>");
            html.Append(card.Place is null ? "" : $" <span>{PageHead.Encoder.Encode(card.Place)}</span>").Append("</small></a></li>");
        }

        return html.Append("</ul></main>").ToString();
    }

    /// <summary>The page of a listing.</summary>
    /// <param name="price">With its currency and what it is for.</param>
    public static string Of(SharedListing listing, string kindTitle, string price) =>
        $"""
        <main class="drawn one">{Picture(listing.Picture, "", isFirst: true)}<div><p class="kind">{PageHead.Encoder.Encode(kindTitle)}</p>
        <h1>{PageHead.Encoder.Encode(listing.Title)}</h1><p class="price">{PageHead.Encoder.Encode(price)}</p>
        <p class="text">{PageHead.Encoder.Encode(listing.Description)}</p></div></main>
        """;

    private static string Picture(Guid? picture, string size, bool isFirst)
    {
        var when = isFirst ? "fetchpriority=\"high\"" : "loading=\"lazy\"";
        return picture is null ? "<span class=\"picture\"></span>"
            : $"<img class=\"picture\" src=\"/api/pictures/{picture}{size}\" alt=\"\" {when}>";
    }
}
