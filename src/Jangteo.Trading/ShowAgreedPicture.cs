using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// GET /api/trades/{id}/pictures/{picture}: a picture that the listing had when the trade began, to the trade's parties and operators, also
/// when its owner has taken it away since. Catalog keeps the bytes, so the reader is sent there with a grant.
/// </summary>
internal static class ShowAgreedPicture
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/trades/{id:guid}/pictures/{picture:guid}", Handle).WithName("showAgreedPicture").WithTags("trades")
            .WithSummary("Sends you to a picture as it was agreed; size=small for a small one.").Produces(307);

    private static async Task<IResult> Handle(
        Guid id, Guid picture, string? size, HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades,
        PictureGrants grants, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var found = await trades.FindWithSubject(storage, id, ct);
        return found?.Trade.PartyOf(caller.Id, caller.IsOperator) is not null && found.Value.Subject.Agreed.Pictures.Contains(picture)
            ? grants.Send(http, picture, size)
            : throw new RefusedException(new Refusal(Refusals.NotFound));
    }
}
