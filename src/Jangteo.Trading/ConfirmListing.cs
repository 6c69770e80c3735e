using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// Takes a listing's change into Trading's copy before Catalog acknowledges it. The message that follows finds it known, and tells the
/// trades it concerns.
/// </summary>
internal sealed class ConfirmListing([FromKeyedServices(Modules.Trading)] Storage storage) : IListingCopies
{
    public async Task<bool> Confirm(ListingChanged listing, CancellationToken ct)
    {
        try
        {
            await storage.Do(Cause.New(), work =>
            {
                Listing.Of(listing).Write(work);
                return Task.CompletedTask;
            }, ct);
            return true;
        }
        catch (Exception away) when (Storage.IsPassing(away) && !ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
