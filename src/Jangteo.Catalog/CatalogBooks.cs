using Jangteo.Kinds;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>I3: stock is never negative, adds up, and a single thing is with one trade at most. And what is not yet at rest.</summary>
internal sealed class CatalogBooks([FromKeyedServices(Modules.Catalog)] Storage storage) : IIntegrityChecks
{
    private const string NoOpenRegistration = "I7-no-open-registration";

    private static readonly OffendersBySql BySql = new(
    [
        (
            "I3-not-negative",
            """
            select id, available, out, sold, written_off as gone
            from listings
            where id = any($1) and (available < 0 or out < 0 or sold < 0 or written_off < 0)
            """),
        (
            "I3-adds-up",
            """
            select id, available, first_quantity + corrections - sold - written_off - out as expected
            from listings
            where id = any($1) and first_quantity + corrections - sold - written_off - out <> available
            """),
        (
            "I3-out-is-taken",
            """
            select l.id, l.out, coalesce(a.out, 0) as had
            from listings l
            left join (
                select listing, sum(quantity) filter (where has = 'taken') as out, sum(quantity) filter (where has = 'sold') as sold,
                    sum(quantity) filter (where has = 'written-off') as written_off
                from allocations
                where listing = any($1)
                group by listing) a on a.listing = l.id
            where l.id = any($1) and (l.out <> coalesce(a.out, 0) or l.sold <> coalesce(a.sold, 0) or l.written_off <> coalesce(a.written_off, 0))
            """),
        (
            "I3-single-has-one",
            """
            select a.listing, count(*) as count
            from allocations a
            join listings l on l.id = a.listing
            where a.listing = any($1) and l.single and a.has <> 'nothing'
            group by a.listing
            having count(*) > 1
            """),
    ]);

    public IReadOnlyList<string> Checks => BySql.Checks;

    public IReadOnlyList<string> ChecksOfNow => [NoOpenRegistration];

    public Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct) => BySql.Find(storage, subjects, ct);

    public async Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct) =>
        await storage.Query(new Sql("select id from listings where id > $1 order by id limit $2", last, most), row => row.GetGuid(0), ct);

    public async Task<IReadOnlyList<CheckedNow>> Now(CancellationToken ct)
    {
        var open = await storage.Find(
            new Sql("select count(*) from registrations where settled_at is null"), row => row.GetInt64(0), ct);
        return [CheckedNow.None(NoOpenRegistration, open)];
    }
}
