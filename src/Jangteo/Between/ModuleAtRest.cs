using Jangteo.Platform;
using Jangteo.Platform.Storing;

namespace Jangteo.Between;

/// <summary>What one module knows of how far things have come.</summary>
/// <param name="Unsent">Rows of its log without a position.</param>
/// <param name="Intentions">Moves whose questions are not settled.</param>
/// <param name="Aside">Messages that wait for their turn.</param>
/// <param name="Parked">Messages that failed for good, and those of their streams behind them.</param>
/// <param name="Said">How many messages it has ever sent, by receiver.</param>
/// <param name="Heard">How many messages it has ever heard, by sender; what is set aside or parked is not heard.</param>
/// <param name="Alarms">What is wrong in the process that answers.</param>
internal sealed record ModuleAtRest(
    string Module, long Unsent, long Intentions, long Aside, long Parked, Dictionary<string, long> Said, Dictionary<string, long> Heard, IReadOnlyList<string>? Alarms = null)
{
    // One statement, so that all of it is of one moment: what is heard is no longer set aside.
    private const string Counts =
        """
        select 'unsent', null, count(*)::bigint from outbox where id > (select numbered from relay)
        union all select 'intentions', null, count(*) from intentions
        union all select case when parked_at is null then 'aside' else 'parked' end, null, count(*) from aside group by 1
        union all select 'said', receiver, sum(seq)::bigint from streams group by receiver
        union all select 'heard', sender, sum(seq)::bigint from inbox group by sender
        """;

    public static async Task<ModuleAtRest> Look(Storage storage, Alarms alarms, CancellationToken ct)
    {
        var counts = await storage.Query(
            new Sql(Counts),
            reader => (What: reader.GetString(0), Who: reader.IsDBNull(1) ? "" : reader.GetString(1), Count: reader.GetInt64(2)), ct);
        return new ModuleAtRest(
            storage.Module, Of("unsent"), Of("intentions"), Of("aside"), Of("parked"), ByModule("said"), ByModule("heard"),
            [.. alarms.Of(storage.Module).Select(alarm => alarm.Text)]);

        long Of(string what) => counts.Where(row => row.What == what).Sum(row => row.Count);
        Dictionary<string, long> ByModule(string what) =>
            counts.Where(row => row.What == what).ToDictionary(row => row.Who, row => row.Count);
    }
}
