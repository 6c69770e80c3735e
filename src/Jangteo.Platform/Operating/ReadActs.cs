using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Platform.Operating;

/// <summary>GET /api/operator/&lt;module&gt;/acts: what operators did in a module, newest first, or of one trade.</summary>
public static class ReadActs
{
    public static void Map(IEndpointRouteBuilder routes, string module)
    {
        var currency = routes.ServiceProvider.GetRequiredService<Settings>().Currency;
        var storage = routes.ServiceProvider.GetRequiredKeyedService<Storage>(module);
        routes.MapGet($"/api/operator/{module}/acts", async Task<Ok<Page<ActView>>> (HttpContext http, Shelf shelf, string? trade, [AsParameters] Paging part, CancellationToken ct) =>
        {
            Caller.Operator(http);
            var language = Problems.Language(http);
            var rows = await storage.Query(
                new Sql(
                    """
                    select id, at, operator, name, act, step, subject_type, subject, trade, amount, came_from, went_to, reason, before, after, correlation
                    from operator_acts
                    where ($1::uuid is null or trade = $1) and ($2::uuid is null or id < $2)
                    order by id desc
                    limit $3
                    """,
                    Asked.Id(trade, "trade"), part.After<Guid>(), part.Most + 1),
                row => Read(row, currency, shelf.Texts, language), ct);
            return TypedResults.Ok(part.Of(rows, row => row, row => row.Id));
        }).WithName($"{module}Acts").WithTags("operator").WithSummary("What operators did, newest first; with trade, what concerns one trade.");
    }

    private static ActView Read(NpgsqlDataReader row, string currency, Texts texts, string language) => new(
        row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetString(3),
        row.GetString(4), texts.Act(row.GetString(4), language), row.GetString(5), row.GetString(6), row.GetString(7),
        row.IsDBNull(8) ? null : row.GetGuid(8), row.IsDBNull(9) ? null : row.GetInt64(9), currency, Text(row, 10), Text(row, 11), Text(row, 12),
        State(row.GetString(13)), State(row.GetString(14)), row.GetGuid(15));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Dictionary<string, string> State(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json, Wire.Json)!;
}

/// <summary>What an operator did.</summary>
/// <param name="Operator">Null for the command line of the installation, and for time.</param>
/// <param name="Name">The operator's name when they did it, <c>command line</c>, or <c>time</c> for a proposal that has expired.</param>
/// <param name="Label">The act, in the reader's language.</param>
/// <param name="Step">done, proposed, confirmed, declined or expired.</param>
/// <param name="SubjectType">trade, person, transfer, payment-task or message.</param>
/// <param name="Amount">Money that moved, in minor units; null when none did.</param>
/// <param name="From">Where it came from, such as an account.</param>
/// <param name="To">Where it went to, such as an account.</param>
/// <param name="Before">The state before, by name.</param>
/// <param name="After">The state after, by name.</param>
/// <param name="Correlation">The X-Correlation-Id of the request.</param>
public sealed record ActView(
    Guid Id, DateTimeOffset At, Guid? Operator, string Name, string Act, string Label, string Step, string SubjectType, string Subject, Guid? Trade, long? Amount,
    string Currency, string? From, string? To, string? Reason, IReadOnlyDictionary<string, string> Before, IReadOnlyDictionary<string, string> After, Guid Correlation);
