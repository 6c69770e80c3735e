using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Platform.Pictures;

/// <summary>A picture in a module's database, as it is sent to a reader.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="First">Its first piece.</param>
/// <param name="SelectPiece">Reads one more: the id, the first byte counted from 1, and how many bytes.</param>
public sealed record StoredPicture(Guid Id, string Type, string Hash, int Length, byte[] First, string SelectPiece)
{
    /// <summary>Small enough not to be kept among the large objects of the runtime.</summary>
    public const int BytesOfPiece = 64 * 1024;

    /// <summary>Sends it, or says that the reader has it already.</summary>
    /// <param name="caching">The Cache-Control of the answer.</param>
    public async Task<IResult> Send(HttpContext http, Storage storage, string caching, CancellationToken ct)
    {
        var tag = new EntityTagHeaderValue($"\"{Hash}\"");
        http.Response.Headers.CacheControl = caching;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ETag = tag.ToString();
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        (http.Response.ContentType, http.Response.ContentLength) = (Type, Length);
        await SendInPieces(http, storage, ct);
        return Results.Empty;
    }

    /// <summary>
    /// Sends it as the line takes it. Each piece is read by a statement of its own, so that a slow line keeps neither the picture in memory
    /// nor a connection to the database.
    /// </summary>
    private async Task SendInPieces(HttpContext http, Storage storage, CancellationToken ct)
    {
        var piece = (byte[]?)First;
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
            if (sent >= Length)
            {
                return;
            }

            piece = await storage.Find(new Sql(SelectPiece, Id, sent + 1, BytesOfPiece), row => row.GetFieldValue<byte[]>(0), ct);
        }
    }
}
