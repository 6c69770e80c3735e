using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>A listing for a module that has not heard of it yet. A draft is not found: it is its owner's alone.</summary>
internal sealed class FindListing([FromKeyedServices(Modules.Catalog)] Storage storage) : IListings
{
    public async Task<ListingChanged?> Find(Guid listing, CancellationToken ct) =>
        await storage.Find(Listing.Select(listing), Listing.Read, ct) is { Status: Status.Registered or Status.Withdrawn } found ? found.ToChanged("found", storage.Clock.Now) : null;
}
