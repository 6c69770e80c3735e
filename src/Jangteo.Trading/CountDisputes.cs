using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>GET /api/operator/trading/disputes/months: how many disputes were opened in each month, and how they ended.</summary>
internal static class CountDisputes
{
    private const int MostMonths = 24;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/trading/disputes/months", Handle).WithName("readDisputeMonths").WithTags("operator")
            .WithSummary("How many disputes were opened in each month, and how they ended, newest first.");

    private static async Task<Ok<DisputeMonthList>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, KindVersions kinds, Settings settings, CancellationToken ct)
    {
        Caller.Operator(http);
        var disputed = kinds.All
            .SelectMany(kind => kind.States.Where(kind.IsDispute).Select(state => (kind.Name, kind.Version, State: state))).ToList();
        var steps = await storage.Query(
            new Sql(
                $"""
                with places as (
                    select * from unnest($1::text[], $2::int[], $3::text[]) as place (kind, version, state)),
                disputed as (
                    select distinct t.id, t.kind, t.version
                    from history h
                    join trades t on t.id = h.trade
                    join places p on p.kind = t.kind and p.version = t.version and p.state = h.state),
                steps as (
                    select d.kind, d.version, h.at, h.move, h.state, h.actor,
                        lag(h.state, 1, '{Kind.Start}') over (partition by h.trade order by h.revision) as before
                    from disputed d
                    join history h on h.trade = d.id)
                select to_char(at at time zone $4, 'YYYY-MM'), kind, version, before, state, move, actor = 'time', count(*)
                from steps
                where before <> state
                    and at >= (date_trunc('month', $5::timestamptz at time zone $4) - make_interval(months => $6 - 1)) at time zone $4
                group by 1, 2, 3, 4, 5, 6, 7
                """,
                disputed.Select(place => place.Name).ToArray(), disputed.Select(place => place.Version).ToArray(),
                disputed.Select(place => place.State).ToArray(), settings.Zone.Id, storage.Clock.Now, MostMonths),
            row => new Step(
                row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), row.GetString(5),
                row.GetBoolean(6), row.GetInt64(7)), ct);
        var tables = kinds.All.ToDictionary(kind => (kind.Name, kind.Version));
        return TypedResults.Ok(new DisputeMonthList(
        [
            .. steps.GroupBy(step => step.Month)
                .Select(month => month.Select(step => Of(step, tables[(step.Kind, step.Version)])).Aggregate(DisputeMonth.Sum))
                .Where(month => month.Opened > 0 || month.Ended > 0)
                .OrderByDescending(month => month.Month, StringComparer.Ordinal),
        ]));
    }

    /// <summary>What a move from one state to another adds to its month.</summary>
    private static DisputeMonth Of(Step step, Kind kind)
    {
        var none = new DisputeMonth(step.Month, 0, 0, 0, 0, 0);
        switch (kind.IsDispute(step.Before), kind.IsDispute(step.State))
        {
            case (false, true):
                return none with { Opened = step.Count };
            case (true, false):
                var verbs = kind.Leaving(step.Before).Where(row => row.Do == step.Move)
                    .SelectMany(row => row.First.Concat(row.Ask)).ToList();
                var ended = none with { ByTime = step.IsByTime ? step.Count : 0 };
                return verbs.Any(verb => verb.PaysSeller) ? ended with { ForSeller = step.Count }
                    : verbs.Contains(Verb.Refund) ? ended with { ForBuyer = step.Count }
                    : ended with { Otherwise = step.Count };
            default:
                return none;
        }
    }

    /// <summary>How often trades of a kind's version made the same move between the same states in a month.</summary>
    private sealed record Step(string Month, string Kind, int Version, string Before, string State, string Move, bool IsByTime, long Count);
}

/// <summary>The months in which disputes were opened or ended, of the last 24.</summary>
internal sealed record DisputeMonthList(IReadOnlyList<DisputeMonth> Items);

/// <summary>
/// The disputes of a month, in the market's time zone. A trade is in dispute while its state waits for an operator's decision.
/// </summary>
/// <param name="Month">As 2026-11.</param>
/// <param name="Opened">Those that began in this month.</param>
/// <param name="ForBuyer">Those that ended in this month with a refund.</param>
/// <param name="ForSeller">Those that ended in this month with a pay-out.</param>
/// <param name="Otherwise">Those that ended in this month with neither.</param>
/// <param name="ByTime">Of those that ended, the ones that no operator decided in time.</param>
internal sealed record DisputeMonth(string Month, long Opened, long ForBuyer, long ForSeller, long Otherwise, long ByTime)
{
    internal long Ended => ForBuyer + ForSeller + Otherwise;

    internal static DisputeMonth Sum(DisputeMonth one, DisputeMonth other) => new(
        one.Month, one.Opened + other.Opened, one.ForBuyer + other.ForBuyer, one.ForSeller + other.ForSeller,
        one.Otherwise + other.Otherwise, one.ByTime + other.ByTime);
}
