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
        return CheckOwner(await work.Find(Listing.SelectForUpdate(id), Listing.Read, ct), caller);
    }

    /// <inheritdoc cref="Lock"/>
    public static Listing CheckOwner(Listing? listing, Caller caller) =>
        listing is null ? throw new RefusedException(new Refusal(Refusals.NotFound))
        : listing.Owner.Id == caller.Id ? listing with { Owner = caller.Ref }
        : throw new RefusedException(new Refusal(listing.Status == Status.Registered ? Refusals.NotYours : Refusals.NotFound));

    /// <summary>Refuses what was decided on an older state than the present one.</summary>
    /// <exception cref="RefusedException">If-Match names another revision, or nothing that is one.</exception>
    public static void CheckIfMatch(Listing listing, HttpContext http)
    {
        if (!IfMatch.Holds(http.Request, listing.Revision))
        {
            throw new RefusedException(new Refusal(Refusals.Stale, Facts: new Dictionary<string, object?> { ["listing"] = ListingAnswer.Of(listing) }));
        }
    }

    /// <summary>Refuses while a registration asks its questions, and when it is over with the listing.</summary>
    /// <exception cref="RefusedException">It cannot be changed now.</exception>
    public static void CheckChangeable(Listing listing)
    {
        CheckSettled(listing);
        if (listing.Status == Status.Withdrawn)
        {
            throw new RefusedException(new Refusal(Refusals.ListingWithdrawn));
        }
    }

    /// <summary>
    /// Refuses while a registration asks its questions. What is an owner's own to take away can be taken away at any other time, also of a
    /// withdrawn listing.
    /// </summary>
    /// <exception cref="RefusedException">It cannot be changed now.</exception>
    public static void CheckSettled(Listing listing)
    {
        if (listing.Status == Status.Registering)
        {
            throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)));
        }
    }
}
