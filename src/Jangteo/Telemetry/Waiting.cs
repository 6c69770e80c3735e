using Jangteo.Platform;
using Jangteo.Platform.Storing;

namespace Jangteo.Telemetry;

/// <summary>What waits in one module.</summary>
/// <param name="Unsent">Rows of its outbox without a place in its log, and those that the broker does not have where there is one.</param>
/// <param name="OldestUnsent">For how long the first of them has waited; zero without one.</param>
/// <param name="Intentions">Moves whose questions are not settled.</param>
/// <param name="OldestIntention">For how long the first of them has been open; zero without one.</param>
/// <param name="Aside">Messages that wait for their turn.</param>
/// <param name="Parked">Messages that failed for good and wait for an operator.</param>
internal sealed record Waiting(string Module, long Unsent, TimeSpan OldestUnsent, long Intentions, TimeSpan OldestIntention, long Aside, long Parked)
{
    // Rows are few between the saying and the sending; of the first of them the id of its message says when it was said, by the machine's clock.
    private const string Count =
        """
        with unnumbered as materialized (select id from outbox where id > (select numbered from relay)),
        behind as (select sent, case when $1 then position - sent else 0 end as count from relay),
        oldest as (
            select coalesce(
                (select ids[behind.sent - first + 2] from batches, behind where behind.count > 0 and first <= behind.sent + 1 order by first desc limit 1),
                (select min(id) from unnumbered)) as id)
        select (select count(*) from unnumbered) + (select count from behind), (select message::json ->> 'id' from outbox where id = (select id from oldest)),
               (select count(*) from intentions), (select min(since) from intentions),
               (select count(*) from aside where parked_at is null), (select count(*) from aside where parked_at is not null)
        """;

    public static async Task<Waiting> Of(Storage storage, bool byBroker, DateTimeOffset now, CancellationToken ct) =>
        (await storage.Find(
            new Sql(Count, byBroker),
            row => new Waiting(
                storage.Module, row.GetInt64(0), row.IsDBNull(1) ? TimeSpan.Zero : Since(Ids.TimeOf(Guid.Parse(row.GetString(1))), now),
                row.GetInt64(2), row.IsDBNull(3) ? TimeSpan.Zero : Since(row.GetFieldValue<DateTimeOffset>(3), now), row.GetInt64(4), row.GetInt64(5)),
            ct))!;

    private static TimeSpan Since(DateTimeOffset then, DateTimeOffset now) => now > then ? now - then : TimeSpan.Zero;
}
