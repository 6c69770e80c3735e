using Jangteo.Kinds;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>I4: every trade is in exactly one legal state, reached by legal moves, revision by revision. And what is not yet at rest.</summary>
internal sealed class TradingBooks([FromKeyedServices(Modules.Trading)] Storage storage, KindVersions kinds) : IIntegrityChecks
{
    private const string LegalStates = "I4-legal-states";
    private const string NoOpenIntention = "I7-no-open-intention";

    public IReadOnlyList<string> Checks => [LegalStates];

    public IReadOnlyList<string> ChecksOfNow => [NoOpenIntention];

    public async Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct)
    {
        // One statement: a move that is committed between two of them would look like a fault.
        var trades = await storage.Query(
            new Sql(
                """
                select t.body, array_agg(h.revision order by h.revision), array_agg(h.what order by h.revision), array_agg(coalesce(h.move, '') order by h.revision),
                    array_agg(h.state order by h.revision), array_agg(coalesce(h.heard, '') order by h.revision)
                from trades t
                join history h on h.trade = t.id
                where t.id = any($1)
                group by t.id
                union all
                select t.body, '{}', '{}', '{}', '{}', '{}' from trades t where t.id = any($1) and not exists (select from history h where h.trade = t.id)
                """,
                subjects),
            row => (Trade: Trades.Read(row.GetString(0)), Lines: Lines(row)), ct);
        return [.. trades.Select(found => Fault(kinds.Of(found.Trade), found.Trade, found.Lines)).OfType<Offender>()];
    }

    public async Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct) =>
        await storage.Query(new Sql("select id from trades where id > $1 order by id limit $2", last, most), row => row.GetGuid(0), ct);

    public async Task<IReadOnlyList<CheckedNow>> Now(CancellationToken ct) =>
        [CheckedNow.None(NoOpenIntention, await storage.Find(new Sql("select count(*) from intentions"), row => row.GetInt64(0), ct))];

    private static IEnumerable<Line> Lines(Npgsql.NpgsqlDataReader row)
    {
        var (revisions, whats, moves) = (row.GetFieldValue<int[]>(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3));
        var (states, heard) = (row.GetFieldValue<string[]>(4), row.GetFieldValue<string[]>(5));
        return [.. revisions.Select((revision, at) => new Line(revision, whats[at], moves[at], states[at], heard[at].Length > 0 ? heard[at] : null))];
    }

    /// <summary>What is wrong with a trade's history, or null: it must lead from the start to its state, by rows of its table, revision by revision.</summary>
    private static Offender? Fault(Kind kind, Trade trade, IEnumerable<Line> lines)
    {
        var state = Kind.Start;
        var revision = 0;
        foreach (var line in lines)
        {
            if (line.Revision != ++revision)
            {
                return Wrong("I4-gap", ("revision", line.Revision), ("expected", revision));
            }

            if (line.What == "moved")
            {
                if (!kind.Moves.Any(row => row.Do == line.Do && row.From.Contains(state) && row.To == line.State && row.Hears == line.Heard))
                {
                    return Wrong("I4-no-row", ("move", line.Do), ("from", state), ("to", line.State));
                }

                state = line.State;
            }
            else if (line.State != state)
            {
                return Wrong("I4-other-state", ("what", line.What), ("state", line.State), ("expected", state));
            }
        }

        return revision != trade.Revision ? Wrong("I4-other-revision", ("expected", revision), ("revision", trade.Revision))
            : state != trade.State ? Wrong("I4-other-end", ("expected", state), ("state", trade.State)) : null;

        Offender Wrong(string word, params (string Name, object? Value)[] facts) => Offender.Of(LegalStates, trade.Id, word, facts);
    }

    private sealed record Line(int Revision, string What, string Do, string State, string? Heard);
}
