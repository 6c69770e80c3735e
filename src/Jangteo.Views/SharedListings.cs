using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;

namespace Jangteo.Views;

/// <inheritdoc/>
internal sealed class SharedListings(Storage storage, Live live, Shelf shelf, Settings settings) : ISharedListings
{
    /// <summary>As the API writes it, but with every character escaped that means something in HTML.</summary>
    private static readonly JsonSerializerOptions WithinHtml =
        new(HttpJson.Options) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public async Task<SharedListing?> Find(Guid id, CancellationToken ct)
    {
        var row = await storage.Find(
            new Sql($"select {Sqls.ListingColumns} from listings l where l.id = $1 and {SearchListings.IsPublic}", id), Sqls.Listing, ct);
        return row is null ? null
            : new SharedListing(
                row.Id, row.Kind, row.Title, row.Description, row.Price, row.Currency,
                ListingView.PicturesOf(row) is [var cover, ..] ? cover : null);
    }

    public async Task<bool> IsSeenBy(Guid id, Guid? reader, bool isOperator, CancellationToken ct) =>
        await SearchListings.Look(storage, id, reader, isOperator, ct) is not null;

    public async Task<IReadOnlyList<Guid>> Newest(int most, CancellationToken ct) =>
        await storage.Query(
            new Sql($"select l.id from listings l where {SearchListings.IsListed} order by l.id desc limit $1", most),
            row => row.GetGuid(0), ct);

    public async Task<StartList> StartPage(string language, CancellationToken ct)
    {
        // The position is read first: a change that is made meanwhile comes after it, and is looked at again.
        var since = live.Now;
        var listings = await SearchListings.Newest(shelf, settings, storage, language, ct);
        var json = JsonSerializer.Serialize(new { language, since, listings = ViewPage<ListingView>.Of(listings) }, WithinHtml);
        return new StartList(json, [.. listings.Items.Select(listing => CardOf(listing, language))]);
    }

    private ListingCard CardOf(ListingView listing, string language) =>
        new(
            listing.Id, listing.Title, shelf.Price(listing.Kind, listing.Price, listing.Currency, language),
            string.Join(" · ", new[] { listing.KindTitle, listing.ConditionLabel }.Where(fact => fact is not null)),
            listing.Place?.Name, listing.Pictures is [var cover, ..] ? cover : null);
}
