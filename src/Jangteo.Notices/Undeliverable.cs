using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>GET /api/operator/notices/undeliverable: what could not be delivered or is not known to be, with the person it was meant for.</summary>
internal static class Undeliverable
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/notices/undeliverable", Handle).WithName("undeliverableNotices").WithTags("operator").WithSummary("Notices that could not be delivered, or of which that is not known, newest first.");

    private static async Task<Ok<Page<UndeliverableNotice>>> Handle(
        HttpContext http, Shelf shelf, Settings settings, [FromKeyedServices(Modules.Notices)] Storage storage, [AsParameters] Paging part,
        CancellationToken ct)
    {
        Caller.Operator(http);
        var language = Problems.Language(http);
        var rows = await storage.Query(
            new Sql(
                $"""
                select {Post.Columns}, n.number, p.name, p.phone from notices n left join people p on p.person = n.person
                where n.status in ('undeliverable', 'unknown') and ($1::bigint is null or n.number < $1) order by n.number desc limit $2
                """,
                part.After<long>(), part.Most + 1),
            reader => (Notice: Post.Read(reader), Number: reader.GetInt64(13), Name: reader.IsDBNull(14) ? "" : reader.GetString(14), Phone: reader.IsDBNull(15) ? null : reader.GetString(15)), ct);
        return TypedResults.Ok(part.Of(
            rows,
            row => new UndeliverableNotice(
                row.Notice.Id, new PersonRef(row.Notice.Person, row.Name), row.Phone, row.Notice.Channel,
                row.Notice.Text(shelf.Texts, language, settings.Zone), row.Notice.Trade, row.Notice.Listing, row.Notice.At, row.Notice.Status),
            row => row.Number));
    }
}

/// <param name="Phone">The number as it now is; null when there is none.</param>
/// <param name="Status">undeliverable; or unknown, where a provider did not answer and the person may have been told.</param>
internal sealed record UndeliverableNotice(
    Guid Id, PersonRef Person, string? Phone, string Channel, string Text, Guid? Trade, Guid Listing, DateTimeOffset At, string Status);
