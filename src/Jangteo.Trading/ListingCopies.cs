using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>Brings Trading's copy of a listing up to date at once, where its event may still be on its way.</summary>
internal sealed class ListingCopies([FromKeyedServices(Modules.Trading)] Storage storage, IListings catalog)
{
    /// <summary>
    /// Asks Catalog, outside any transaction, and keeps the answer; an older revision than known changes nothing. False when there is no
    /// such listing.
    /// </summary>
    /// <exception cref="Platform.Http.RefusedException">Catalog cannot be reached.</exception>
    public async Task<bool> Refresh(Guid listing, CancellationToken ct)
    {
        if (await catalog.Find(listing, ct) is not { } found)
        {
            return false;
        }

        await storage.Do(Cause.New(), work =>
        {
            Listing.Of(found).Write(work);
            return Task.CompletedTask;
        }, ct);
        return true;
    }
}
