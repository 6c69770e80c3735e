using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>
/// POST /api/listings/{id}/pictures: its owner adds a picture, as the body of the request; what is kept is made anew of its pixels. DELETE takes one away again, at any time.
/// PUT /api/listings/{id}/pictures puts them in order; the first is the cover.
/// GET /api/pictures/{id}: as long as the listing is offered and its owner is not suspended, everyone sees it; otherwise its owner and
/// operators, and readers whom another module sends here with a grant.
/// </summary>
internal sealed class Pictures(
    [FromKeyedServices(Modules.Catalog)] Storage storage, [FromKeyedServices(Modules.Catalog)] Commands commands, PictureEncoder encoder, PictureGrants grants, Settings settings)
{
    private const int Most = 8;

    /// <summary>All pictures of a person, with those that only trades still show, take so many times the space of those on listings.</summary>
    private const int WithKept = 4;

    /// <summary>Caches ask again after a minute, so that a listing's withdrawal takes effect everywhere.</summary>
    private const string ForEveryone = "public, max-age=60";

    private const string ForReader = "private, no-cache";
    private const string ForHolderOfGrant = "private, max-age=120";

    private const string PieceOfPicture = "select substring(bytes from $2 for $3) from pictures where id = $1";
    private const string PieceOfThumbnail = "select substring(bytes from $2 for $3) from thumbnails where picture = $1";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/listings/{id:guid}/pictures", Add).TakesPicture()
            .WithName("addPicture").WithSummary("Adds a picture: jpeg, png or webp of at most 2 MB and 25 megapixels, eight each.").WithTags("listings").Produces<PictureAnswer>(201);
        routes.MapDelete("/api/listings/{id:guid}/pictures/{picture:guid}", Remove).WithName("removePicture").WithSummary("Takes a picture away, also from a withdrawn listing.").WithTags("listings").Produces<ListingAnswer>();
        routes.MapPut("/api/listings/{id:guid}/pictures", Order).WithName("orderPictures")
            .WithSummary("Puts the pictures in another order; the first is the cover.").WithTags("listings").Produces<ListingAnswer>();
        routes.MapGet("/api/pictures/{id:guid}", Show).SignInOptional().SendsPicture()
            .WithName("showPicture").WithSummary("A picture; size=small for a small one.").WithTags("listings");
    }

    private async Task<Answer> Add(Guid id, HttpContext http, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var (given, hash) = await UploadedPicture.Read(http, ct);
        if (await commands.FindAnswered(http, hash, ct) is { } answered)
        {
            return answered;
        }

        // Decoding is what costs, so whatever can be known before it is asked before it, and once more under lock after it.
        var before = OwnListing.CheckOwner(await storage.Find(Listing.Select(id), Listing.Read, ct), caller);
        CheckAddable(before);
        CheckQuota(await storage.Find(Picture.SelectSizeOf(caller.Id), Picture.ReadSize, ct), added: 1);
        var picture = Picture.Of(await encoder.Encode(given, hash, Asker.Of(http), Asker.AddressOf(http), ct));
        return await commands.Run(http, hash, async (work, _, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            CheckAddable(listing);

            // One upload of a person at a time counts, so that two at once cannot both find room.
            (long Listed, long All) used = default;
            await work.Read(
                ct, (StreamLocks.Take([("pictures", caller.Id)]), _ => { }
            ),
                (Picture.SelectSizeOf(caller.Id), row => used = Picture.ReadSize(row)));
            CheckQuota(used, picture.Encoded.Size);
            picture.Insert(work, listing, storage.Clock.Now);
            listing = WithPictures(work, listing, listing.Pictures.Add(picture.Id));
            return new Decided.Now(Answer.Created($"/api/pictures/{picture.Id}", new PictureAnswer(picture.Id, ListingAnswer.Of(listing))));
        }, ct);
    }

    private static void CheckAddable(Listing listing)
    {
        OwnListing.CheckChangeable(listing);
        if (listing.Pictures.Length >= Most)
        {
            throw new RefusedException(Refusal.Invalid("picture", Wrong.TooManyPictures(Most)));
        }
    }

    /// <summary>Refuses what would be more than a person has space for.</summary>
    /// <param name="used">What is there.</param>
    /// <param name="added">Bytes of the picture with its small copy; 1 of one that is not encoded yet.</param>
    private void CheckQuota((long Listed, long All) used, long added)
    {
        var most = settings.Catalog.PictureSpacePerPerson;
        if (used.Listed + added > most)
        {
            throw new RefusedException(new Refusal(Refusals.PictureQuota, Detail.PictureSpace(used.Listed, most, added)));
        }

        if (used.All + added > most * WithKept)
        {
            throw new RefusedException(new Refusal(Refusals.PictureQuota, Detail.PictureSpace(used.All, most * WithKept, added)));
        }
    }

    private Task<Answer> Remove(Guid id, Guid picture, HttpContext http, CancellationToken ct) =>
        commands.Run(http, null, async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            OwnListing.CheckSettled(listing);
            // One that is gone already is gone, as was wanted.
            if (listing.Pictures.Contains(picture))
            {
                Picture.Remove(work, picture, listing);
                listing = WithPictures(work, listing, listing.Pictures.Remove(picture), removed: picture);
            }

            return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
        }, ct);

    private Task<Answer> Order(Guid id, PictureOrder given, HttpContext http, CancellationToken ct) =>
        commands.Run(http, given, async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            OwnListing.CheckChangeable(listing);
            if (given.Pictures is null || !given.Pictures.Order().SequenceEqual(listing.Pictures.Order()))
            {
                throw new RefusedException(Refusal.Invalid("pictures", Wrong.EachPictureOnce));
            }

            if (!given.Pictures.SequenceEqual(listing.Pictures))
            {
                listing = WithPictures(work, listing, [.. given.Pictures]);
            }

            return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
        }, ct);

    /// <summary>Stores which pictures a listing has from now on, and tells the other modules.</summary>
    private Listing WithPictures(Work work, Listing listing, ImmutableArray<Guid> pictures, Guid? removed = null)
    {
        var changed = listing with { Revision = listing.Revision + 1, Pictures = pictures };
        changed.Update(work);
        changed.Tell(work, "pictured", storage.Clock.Now, removedPicture: removed);
        return changed;
    }

    private async Task<IResult> Show(Guid id, string? size, string? grant, HttpContext http, CancellationToken ct)
    {
        var isSmall = Asked.Choice(size, "size", ("small", true)) ?? false;
        var found = await storage.Find(
            new Sql(
                """
                select p.state, l.owner, t.picture is not null, coalesce(t.type, p.type), coalesce(t.hash, p.hash),
                    coalesce(t.size, octet_length(p.bytes)), substring(coalesce(t.bytes, p.bytes) from 1 for $3),
                    l.status = 'registered' and not exists (select from suspended_people s where s.person = l.owner)
                from pictures p join listings l on l.id = p.listing left join thumbnails t on $2 and t.picture = p.id
                where p.id = $1
                """,
                id, isSmall, StoredPicture.BytesOfPiece),
            row => new Found(
                row.GetString(0), row.GetBoolean(7), row.GetGuid(1),
                new StoredPicture(
                    id, row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetFieldValue<byte[]>(6),
                    row.GetBoolean(2) ? PieceOfThumbnail : PieceOfPicture)), ct);
        if (found is null || CacheControlFor(found, Caller.Of(http), grants.Allows(id, grant)) is not { } caching)
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        return await found.File.Send(http, storage, caching, ct);
    }

    /// <summary>How long who may see a picture may keep it, or null for who may not see it.</summary>
    private static string? CacheControlFor(Found picture, Caller? reader, bool isGranted) => picture switch
    {
        { State: Picture.Shown, IsOnOffer: true } => ForEveryone,
        _ when isGranted => ForHolderOfGrant,
        { State: Picture.Shown } when reader is not null && (reader.IsOperator || reader.Id == picture.Owner) => ForReader,
        _ => null,
    };

    /// <param name="IsOnOffer">Its listing is registered, and its owner is not suspended.</param>
    private sealed record Found(string State, bool IsOnOffer, Guid Owner, StoredPicture File);
}

/// <param name="Pictures">The ids of all pictures that the listing has, the cover first.</param>
internal sealed record PictureOrder(IReadOnlyList<Guid>? Pictures);

internal sealed record PictureAnswer(Guid Id, ListingAnswer Listing);
