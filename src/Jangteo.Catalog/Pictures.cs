using System.Security.Cryptography;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Catalog;

/// <summary>
/// POST /api/listings/{id}/pictures: its owner adds a picture, as the body of the request; what it is, its first bytes say; DELETE takes one away again.
/// GET /api/pictures/{id}: it never changes, so whoever has it need not ask again.
/// </summary>
internal sealed class Pictures([FromKeyedServices(Modules.Catalog)] Storage storage, [FromKeyedServices(Modules.Catalog)] Commands commands)
{
    private const int LargestBytes = 2 * 1024 * 1024;
    private const int Most = 8;

    /// <summary>Small enough not to be kept among the large objects of the runtime.</summary>
    private const int BytesOfPiece = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/listings/{id:guid}/pictures", Add).WithMetadata(new RequestSizeLimitAttribute(LargestBytes)).Accepts<IFormFile>("image/jpeg", "image/png", "image/webp")
            .WithName("addPicture").WithSummary("Adds a picture: jpeg, png or webp of at most 2 MB, eight each.").WithTags("listings").Produces<PictureAnswer>(201);
        routes.MapDelete("/api/listings/{id:guid}/pictures/{picture:guid}", Remove).WithName("removePicture").WithSummary("Takes a picture away.").WithTags("listings").Produces<ListingAnswer>();
        routes.MapGet("/api/pictures/{id:guid}", Show).AllowAnonymous().Occupies(Occupies.Download).WithName("showPicture").WithSummary("A picture, for good.").WithTags("listings").Produces<byte[]>(200, "image/jpeg", "image/png", "image/webp").Produces(304);
    }

    private async Task<Answer> Add(Guid id, HttpContext http, CancellationToken ct)
    {
        // Before the body is read: a stranger has nothing to send here.
        Caller.Required(http);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, ct);
        var bytes = body.ToArray();
        return await commands.Run(http, Picture.HashOf(bytes), async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            OwnListing.CheckChangeable(listing);
            var picture = Picture.Of(bytes) ?? throw new RefusedException(Refusal.Invalid("picture", Wrong.Picture));
            if (listing.Pictures.Length >= Most)
            {
                throw new RefusedException(Refusal.Invalid("picture", Wrong.TooManyPictures(Most)));
            }

            picture.Insert(work, id, storage.Clock.Now);
            listing = listing with { Revision = listing.Revision + 1, Pictures = listing.Pictures.Add(picture.Id) };
            listing.Update(work);
            listing.Tell(work, "pictured", storage.Clock.Now);
            return new Decided.Now(Answer.Created($"/api/pictures/{picture.Id}", new PictureAnswer(picture.Id, ListingAnswer.Of(listing))));
        }, ct);
    }

    private Task<Answer> Remove(Guid id, Guid picture, HttpContext http, CancellationToken ct) =>
        commands.Run(http, null, async (work, caller, _) =>
        {
            var listing = await OwnListing.Lock(work, id, caller, ct);
            OwnListing.CheckChangeable(listing);
            // One that is gone already is gone, as was wanted.
            if (listing.Pictures.Contains(picture))
            {
                work.Write("delete from pictures where id = $1 and listing = $2", picture, id);
                listing = listing with { Revision = listing.Revision + 1, Pictures = listing.Pictures.Remove(picture) };
                listing.Update(work);
                listing.Tell(work, "pictured", storage.Clock.Now);
            }

            return new Decided.Now(Answer.Ok(ListingAnswer.Of(listing)));
        }, ct);

    private async Task<IResult> Show(Guid id, HttpContext http, CancellationToken ct)
    {
        var found = await storage.Find(
            new Sql("select type, hash, octet_length(bytes), substring(bytes from 1 for $2) from pictures where id = $1", id, BytesOfPiece),
            row => (Type: row.GetString(0), Hash: row.GetString(1), Length: row.GetInt32(2), First: row.GetFieldValue<byte[]>(3)), ct);
        if (found.Type is null)
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        var tag = new EntityTagHeaderValue($"\"{found.Hash}\"");
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ETag = tag.ToString();
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        (http.Response.ContentType, http.Response.ContentLength) = (found.Type, found.Length);
        await SendInPieces(id, found.First, found.Length, http, ct);
        return Results.Empty;
    }

    /// <summary>
    /// Sends a picture as the line takes it. Each piece is read by a statement of its own, so that a slow line keeps neither the picture in memory nor a
    /// connection to the database.
    /// </summary>
    private async Task SendInPieces(Guid id, byte[]? piece, int length, HttpContext http, CancellationToken ct)
    {
        for (var sent = 0; ;)
        {
            if (piece is null or [])
            {
                // It was taken away meanwhile. The client sees that the picture is not whole.
                http.Abort();
                return;
            }

            await http.Response.Body.WriteAsync(piece, ct);
            sent += piece.Length;
            if (sent >= length)
            {
                return;
            }

            piece = await storage.Find(
                new Sql("select substring(bytes from $2 for $3) from pictures where id = $1", id, sent + 1, BytesOfPiece), row => row.GetFieldValue<byte[]>(0), ct);
        }
    }
}

internal sealed record PictureAnswer(Guid Id, ListingAnswer Listing);

/// <summary>A picture of a listing, as it is kept.</summary>
/// <param name="Type">What browsers call it, such as image/png.</param>
internal sealed record Picture(Guid Id, string Type, string Hash, byte[] Bytes)
{
    /// <summary>Null when the bytes are not a picture that browsers show everywhere.</summary>
    public static Picture? Of(byte[] bytes) => TypeOf(bytes) is { } type ? new Picture(Ids.New(), type, HashOf(bytes), bytes) : null;

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Keeps it for a listing that is there and names it.</summary>
    public void Insert(Work work, Guid listing, DateTimeOffset now) =>
        work.Write("insert into pictures (id, listing, type, hash, bytes, at) values ($1, $2, $3, $4, $5, $6)", Id, listing, Type, Hash, Bytes, now);

    /// <summary>What a file is by its first bytes, or null when it is none of what browsers show everywhere.</summary>
    internal static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}
