using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>
/// DELETE /api/listings/{id}/place: its owner no longer says where the thing is. Also of a withdrawn listing; twice is harmless.
/// </summary>
internal sealed class RemovePlace(
    [FromKeyedServices(Modules.Catalog)] Storage storage, [FromKeyedServices(Modules.Catalog)] Commands commands)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/api/listings/{id:guid}/place", Handle).WithName("removePlace")
            .WithSummary("Takes the place away, also from a withdrawn listing.").WithTags("listings").Produces<ListingAnswer>();

    private Task<Answer> Handle(Guid id, HttpContext http, CancellationToken ct) =>
        commands.Run(http, null, async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            OwnListing.CheckSettled(listing);
            if (listing.Place is not null)
            {
                listing = listing with { Revision = listing.Revision + 1, Place = null };
                listing.Update(work);
                listing.Tell(work, "edited", storage.Clock.Now);
            }

            return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
        }, ct);
}
