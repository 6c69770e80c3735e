using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Catalog;

/// <summary>A listing in the hands of its owner, locked.</summary>
internal static class OwnListing
{
    /// <exception cref="RefusedException">There is none, or it is another's. A draft is nobody else's business.</exception>
    public static async Task<Listing> Lock(Work work, Guid id, Caller caller, CancellationToken ct)
    {
        var listing = await work.Find(Listing.SelectForUpdate(id), Listing.Read, ct);
        return listing is null ? throw new RefusedException(new Refusal(Refusals.NotFound))
            : listing.Owner.Id == caller.Id ? listing
            : throw new RefusedException(new Refusal(listing.Status is Status.Draft or Status.Registering ? Refusals.NotFound : Refusals.NotYours));
    }

    /// <summary>Refuses what was decided on an older state than the present one.</summary>
    /// <exception cref="RefusedException">If-Match names another revision, or nothing that is one.</exception>
    public static void CheckIfMatch(Listing listing, HttpContext http)
    {
        var given = http.Request.Headers.IfMatch.ToString().Trim();
        if (given.Length > 0 && given != "*" && !(int.TryParse(given.Trim('"'), out var revision) && revision == listing.Revision))
        {
            throw new RefusedException(new Refusal(Refusals.Stale, Facts: new Dictionary<string, object?> { ["listing"] = ListingAnswer.Of(listing) }));
        }
    }

    /// <summary>Refuses while a registration asks its questions, and when it is over with the listing.</summary>
    /// <exception cref="RefusedException">It cannot be changed now.</exception>
    public static void CheckChangeable(Listing listing)
    {
        if (listing.Status == Status.Registering)
        {
            throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)));
        }

        if (listing.Status == Status.Withdrawn)
        {
            throw new RefusedException(new Refusal(Refusals.ListingWithdrawn));
        }
    }
}
