using Jangteo.Kinds;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>
/// I4 and I6 of deliveries: what was started was asked for, what was cancelled is not on its way, and an arrival is told once.
/// </summary>
internal sealed class DeliveryBooks([FromKeyedServices(Modules.Delivery)] Storage storage) : IIntegrityChecks
{
    private static readonly OffendersBySql BySql = new(
    [
        (
            "I4-started-was-asked",
            // The answers are words with blanks between: a whole one is looked for, for 3/deliver stands in 13/deliver too.
            """
            select trade, started_at as started, answers
            from shipments
            where trade = any($1) and state in ('under-way', 'arrived')
                and started_at || '/deliver=delivery-started' <> all (string_to_array(answers, ' '))
            """),
        (
            "I4-cancelled-stays",
            """
            select trade, started_at as started, cancelled_up_to as cancelled
            from shipments
            where trade = any($1) and state = 'under-way' and started_at <= cancelled_up_to
            """),
        (
            "I6-arrival-told-once",
            """
            select stream, count(*) as count
            from outbox
            where stream = any($1) and type = 'delivery.answered.v1' and message::jsonb -> 'body' ->> 'event' = 'delivered'
            group by stream, message::jsonb -> 'body' ->> 'revision'
            having count(*) > 1
            """),
    ]);

    public IReadOnlyList<string> Checks => BySql.Checks;

    public Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct) => BySql.Find(storage, subjects, ct);

    public async Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct) =>
        await storage.Query(
            new Sql("select trade from shipments where trade > $1 order by trade limit $2", last, most), row => row.GetGuid(0), ct);
}
