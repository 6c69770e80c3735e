using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// GET /api/trades/{id}/dispute/pictures/{picture}: a picture that was added to the dispute about a trade, to the trade's parties and
/// operators, also after the dispute is decided.
/// </summary>
internal static class ShowDisputePicture
{
    /// <summary>A browser asks each time whether the reader still may see it.</summary>
    private const string ForReader = "private, no-cache";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/trades/{id:guid}/dispute/pictures/{picture:guid}", Handle).SendsPicture().WithName("showDisputePicture")
            .WithTags("trades").WithSummary("A picture that a party added to a dispute; size=small for a small one.");

    private static async Task<IResult> Handle(
        Guid id, Guid picture, string? size, HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades,
        CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var isSmall = Asked.Choice(size, "size", ("small", true)) ?? false;
        Trades.RequireParty(await trades.Find(storage, id, ct), caller);
        return await DisputePicture.Find(storage, id, picture, isSmall, ct) is { } found
            ? await found.Send(http, storage, ForReader, ct)
            : throw new RefusedException(new Refusal(Refusals.NotFound));
    }
}
