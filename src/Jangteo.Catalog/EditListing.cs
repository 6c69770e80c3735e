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
/// PATCH /api/listings/{id}: its owner says it otherwise, or counts again. What is under way keeps the price it began with; another count is a
/// correction, and never goes below what is out, sold or gone.
/// </summary>
internal sealed class EditListing(
    [FromKeyedServices(Modules.Catalog)] Storage storage, [FromKeyedServices(Modules.Catalog)] Commands commands,
    Acknowledging acknowledging, Shelf shelf)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/api/listings/{id:guid}", Handle).WithName("editListing")
            .WithSummary("Changes a listing; its quantity is corrected.")
            .WithTags("listings").Produces<ListingAnswer>().Produces<ListingAnswer>(202);

    private async Task<Answer> Handle(Guid id, ListingChanges given, HttpContext http, CancellationToken ct) =>
        await acknowledging.Of(id, await Edit(id, given, http, ct), ct);

    private Task<Answer> Edit(Guid id, ListingChanges given, HttpContext http, CancellationToken ct) =>
        commands.Run(http, given, async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            OwnListing.CheckIfMatch(listing, http);
            OwnListing.CheckChangeable(listing);
            var changed = Changed(listing, given, shelf.Find(listing.Kind));
            if (changed != listing)
            {
                changed = changed with { Revision = listing.Revision + 1 };
                changed.Update(work);
                changed.Tell(work, changed.Units == listing.Units ? "edited" : "corrected", storage.Clock.Now);
            }

            return new Decided.Now(Answer.Ok(ListingAnswer.Of(changed)));
        }, ct);

    private static Listing Changed(Listing listing, ListingChanges given, Kind? kind)
    {
        var checks = new FieldChecks();
        var title = given.Title is null ? listing.Title : checks.Title(given.Title);
        var description = given.Description is null ? listing.Description : checks.Description(given.Description);
        // Also the one that it has: the kind may have begun to move money, so that nothing is free of charge any more.
        checks.Price(given.Price ?? listing.Price, kind);

        var condition = checks.Condition(given.Condition, kind);
        var place = checks.Place(given.Place);
        var units = listing.Units;
        if (given.Quantity is { } quantity)
        {
            checks.Quantity(quantity, listing.Single);
            if (units.Corrected(quantity) is { } corrected)
            {
                units = corrected;
            }
            else
            {
                checks.Note("quantity", Wrong.TooFew(units.Out + units.Sold + units.WrittenOff));
            }
        }

        checks.Refuse();
        return listing with
        {
            Title = title,
            Description = description,
            Price = given.Price ?? listing.Price,
            Place = place ?? listing.Place,
            Condition = condition ?? listing.Condition,
            Units = units,
        };
    }
}

/// <summary>What is to be otherwise; what is left out stays.</summary>
/// <param name="Price">In minor units.</param>
/// <param name="Quantity">Units there ever were, those that are out, sold or gone included.</param>
/// <param name="Condition">new, like-new, good or fair; only for kinds that ask for it.</param>
internal sealed record ListingChanges(
    string? Title = null, string? Description = null, long? Price = null, int? Quantity = null, PlaceGiven? Place = null,
    string? Condition = null);
