using Jangteo.Platform.Storing;

namespace Jangteo.Between;

/// <summary>What one module knows of how far things have come.</summary>
/// <param name="Unsent">Rows of its log without a position.</param>
/// <param name="Intentions">Moves whose questions are not settled.</param>
/// <param name="Aside">Messages that wait for their turn.</param>
/// <param name="Parked">Messages that failed for good, and those of their streams behind them.</param>
/// <param name="Said">How many messages it has ever sent, by receiver.</param>
/// <param name="Heard">How many messages it has ever heard, by sender; what is set aside or parked is not heard.</param>
internal sealed record ModuleAtRest(string Module, long Unsent, long Intentions, long Aside, long Parked, Dictionary<string, long> Said, Dictionary<string, long> Heard)
{
    public static async Task<ModuleAtRest> Look(Storage storage, CancellationToken ct)
    {
        var rest = new ModuleAtRest(storage.Module, 0, 0, 0, 0, [], []);
        await storage.Read(
            ct,
            (new Sql(
                """
                select (select count(*) from outbox where xid >= (select before from relay)), (select count(*) from intentions),
                       (select count(*) from aside where parked_at is null), (select count(*) from aside where parked_at is not null)
                """),
            reader => rest = rest with { Unsent = reader.GetInt64(0), Intentions = reader.GetInt64(1), Aside = reader.GetInt64(2), Parked = reader.GetInt64(3) }),
            (new Sql("select receiver, sum(seq) from streams group by receiver"), reader => rest.Said[reader.GetString(0)] = reader.GetInt64(1)),
            (new Sql("select sender, sum(seq) from inbox group by sender"), reader => rest.Heard[reader.GetString(0)] = reader.GetInt64(1)));
        return rest;
    }
}
