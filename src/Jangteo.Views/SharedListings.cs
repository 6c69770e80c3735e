using Jangteo.Contracts;
using Jangteo.Platform.Storing;

namespace Jangteo.Views;

/// <inheritdoc/>
internal sealed class SharedListings(Storage storage) : ISharedListings
{
    public async Task<SharedListing?> Find(Guid id, CancellationToken ct)
    {
        var row = await storage.Find(
            new Sql($"select {Sqls.ListingColumns} from listings l where l.id = $1 and {SearchListings.IsPublic}", id), Sqls.Listing, ct);
        return row is null ? null
            : new SharedListing(
                row.Id, row.Kind, row.Title, row.Description, row.Price, row.Currency,
                ListingView.PicturesOf(row) is [var cover, ..] ? cover : null);
    }

    public async Task<bool> Exists(Guid id, CancellationToken ct) =>
        await storage.Find(new Sql("select exists (select from listings where id = $1)", id), row => row.GetBoolean(0), ct);

    public async Task<IReadOnlyList<Guid>> Newest(int most, CancellationToken ct) =>
        await storage.Query(
            new Sql($"select l.id from listings l where {SearchListings.IsListed} order by l.id desc limit $1", most),
            row => row.GetGuid(0), ct);
}
