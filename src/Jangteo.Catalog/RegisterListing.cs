using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>
/// POST /api/listings: a person offers a thing. A kind whose table asks for something first gets a draft, which is registered when the answer is
/// yes; while the asked cannot be reached the draft is kept, and POST /api/listings/{id}/register tries it again.
/// </summary>
internal sealed class RegisterListing(
    [FromKeyedServices(Modules.Catalog)] Storage storage, [FromKeyedServices(Modules.Catalog)] Commands commands, Registrations registrations, Shelf shelf, Settings settings)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/listings", Register).WithName("registerListing").WithSummary("Offers a thing: registered at once, or kept as a draft when the alarm cannot be sent.").WithTags("listings").Produces<ListingAnswer>(201).Produces<ListingAnswer>(202);
        routes.MapPost("/api/listings/{id:guid}/register", RegisterAgain).WithName("registerAgain").WithSummary("Tries to register a draft again.").WithTags("listings").Produces<ListingAnswer>(200).Produces<ListingAnswer>(202);
    }

    private Task<Answer> Register(NewListing given, HttpContext http, CancellationToken ct) =>
        commands.Run(http, given, async (work, caller, claim) =>
        {
            var kind = shelf.Find(given.Kind ?? "");
            var (title, description, place, condition) = Check(given, kind);
            if (claim is not null && await FindDraft(work, claim, ct) is { } made)
            {
                var draft = (await OwnListing.Lock(work, made, caller, ct)).Enter(Status.Registering, storage.Clock.Now);
                draft.Update(work);
                return Begin(work, draft, kind!, new Registration(draft.Revision, IsFirst: true, Problems.Language(http), claim));
            }

            var now = storage.Clock.Now;
            var listing = new Listing(
                Ids.New(), 1, kind!.Name, caller.Ref, title, description, given.Price!.Value, settings.Currency, Status.Draft,
                kind.Stock == Stock.One,
                given.Quantity ?? 1, new Units(Offered: false, given.Quantity ?? 1), place, [], now)
            { Condition = condition };
            listing = listing with { Status = kind.Listing.Registered.First.IsEmpty ? Status.Registered : Status.Registering };
            listing.Insert(work);
            return Begin(work, listing, kind, new Registration(listing.Revision, IsFirst: true, Problems.Language(http), claim));
        }, ct);

    /// <summary>The draft that the same command made when nobody could be asked: 503 is not kept under a key, and one command makes one draft.</summary>
    private static async Task<Guid?> FindDraft(Work work, Claim claim, CancellationToken ct) =>
        await work.Find(
            new Sql(
                "select l.id from registrations r join listings l on l.id = r.listing where r.person = $1 and r.route = $2 and r.key = $3 and r.is_first and l.status = 'draft' limit 1",
                claim.Person, claim.Route, claim.Key),
            reader => (Guid?)reader.GetGuid(0), ct);

    private Task<Answer> RegisterAgain(Guid id, HttpContext http, CancellationToken ct) =>
        commands.Run(http, null, async (work, caller, claim) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            switch (listing.Status)
            {
                case Status.Registered:
                    // Somebody asked twice; it is what they wanted.
                    return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
                case Status.Registering:
                    throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)));
                case Status.Withdrawn:
                    throw new RefusedException(new Refusal(Refusals.ListingWithdrawn));
            }

            var kind = shelf.Find(listing.Kind) ?? throw new RefusedException(new Refusal(Refusals.UnknownKind));
            listing = listing.Enter(kind.Listing.Registered.First.IsEmpty ? Status.Registered : Status.Registering, storage.Clock.Now);
            listing.Update(work);
            return Begin(work, listing, kind, new Registration(listing.Revision, IsFirst: false, Problems.Language(http), claim));
        }, ct);

    private Decided Begin(Work work, Listing listing, Kind kind, Registration registration)
    {
        listing.Tell(work, listing.Status == Status.Registered ? "registered" : "draft", storage.Clock.Now);
        if (listing.Status == Status.Registered)
        {
            Registrations.AskAfterwards(work, listing, kind.Listing.Registered.Ask);
            return new Decided.Now(registration.Answer(listing));
        }

        registrations.Write(work, listing, registration, kind.Listing.Registered.First);
        return new Decided.Later(ct => registrations.Wait(listing, registration, ct));
    }

    /// <summary>The texts, the place and the condition to keep.</summary>
    private static (string Title, string Description, Place? Place, ItemCondition? Condition) Check(NewListing given, Kind? kind)
    {
        var checks = new FieldChecks();
        if (string.IsNullOrWhiteSpace(given.Kind))
        {
            checks.Note("kind", Wrong.WhichKind);
        }

        var title = checks.Title(given.Title);
        var description = checks.Description(given.Description);
        checks.Price(given.Price, kind);
        var condition = checks.Condition(given.Condition, kind);
        var place = checks.Place(given.Place);
        if (given.Quantity is { } quantity)
        {
            checks.Quantity(quantity, kind?.Stock == Stock.One);
        }

        checks.Refuse();
        return kind is null ? throw new RefusedException(new Refusal(Refusals.UnknownKind)) : (title, description, place, condition);
    }
}

/// <summary>A thing to be offered.</summary>
/// <param name="Price">In minor units, per what the kind says; 0, free of charge, only where the kind moves no money.</param>
/// <param name="Quantity">Units; 1 when left out. Not for kinds that trade single things.</param>
/// <param name="Condition">new, like-new, good or fair; only for kinds that ask for it.</param>
internal sealed record NewListing(
    string? Kind = null, string? Title = null, string? Description = null, long? Price = null, int? Quantity = null,
    PlaceGiven? Place = null, string? Condition = null);
