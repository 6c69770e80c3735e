using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>A listing for a module that has not heard of it yet.</summary>
internal sealed class FindListing([FromKeyedServices(Modules.Catalog)] Storage storage) : IListings
{
    public async Task<ListingChanged?> Find(Guid listing, CancellationToken ct) =>
        (await storage.Find(Listing.Select(listing), Listing.Read, ct))?.ToChanged("found", storage.Clock.Now);
}
