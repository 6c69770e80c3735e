using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>
/// DELETE /api/listings/{id}: its owner takes it back. A single thing that somebody has cannot be; of counted ones those that are out go their way and
/// come back to a listing that offers nothing. Twice is harmless.
/// </summary>
internal sealed class WithdrawListing(
    [FromKeyedServices(Modules.Catalog)] Storage storage, [FromKeyedServices(Modules.Catalog)] Commands commands, Shelf shelf,
    Acknowledging acknowledging)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/listings/{id:guid}", Handle).WithName("withdrawListing").WithSummary("Withdraws a listing.")
            .WithTags("listings").Produces<ListingAnswer>().Produces<ListingAnswer>(202);

    private async Task<Answer> Handle(Guid id, HttpContext http, CancellationToken ct) =>
        await acknowledging.Of(id, await Withdraw(id, http, ct), ct);

    private Task<Answer> Withdraw(Guid id, HttpContext http, CancellationToken ct) =>
        commands.Run(http, null, async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            if (listing.Status == Status.Withdrawn)
            {
                return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
            }

            OwnListing.CheckIfMatch(listing, http);
            OwnListing.CheckChangeable(listing);
            if (listing.Single && listing.Units.Out > 0)
            {
                var facts = new Dictionary<string, object?> { ["listing"] = ListingAnswer.Of(listing) };
                throw new RefusedException(new Refusal(Refusals.ListingInUse, Facts: facts), listing.Kind);
            }

            var wasRegistered = listing.Status == Status.Registered;
            listing = listing.Enter(Status.Withdrawn, storage.Clock.Now);
            listing.Update(work);
            listing.Tell(work, "withdrawn", storage.Clock.Now);
            // Of a draft nobody has heard, so nobody is told that it is gone.
            foreach (var verb in wasRegistered ? shelf.Find(listing.Kind)?.Listing.Deleted.Ask ?? [] : [])
            {
                listing.Send(work, verb, "listing-deleted");
            }

            return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
        }, ct);
}
