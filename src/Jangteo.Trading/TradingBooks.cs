using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>GET /api/operator/trading/books: I4 (legal states by legal moves, revision by revision) and what is not yet at rest.</summary>
internal sealed class TradingBooks([FromKeyedServices(Modules.Trading)] Storage storage, KindVersions kinds)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/trading/books", async Task<Ok<Books>> (HttpContext http, TradingBooks books, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await books.Check(ct));
        }).WithName("tradingBooks").WithSummary("Trading's invariants, counted now.").WithTags("operator");

    private async Task<Books> Check(CancellationToken ct)
    {
        var history = await storage.Query(
            new Sql("select trade, revision, what, move, state, actor, heard from history order by trade, revision"),
            reader => new Line(reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6)), ct);
        var trades = await storage.Query(new Sql("select body from trades"), reader => Trades.Read(reader.GetString(0)), ct);
        var lines = history.ToLookup(line => line.Trade);
        var wrong = trades.Select(trade => (trade.Id, Fault: Fault(kinds.Of(trade), trade, lines[trade.Id]))).Where(found => found.Fault is not null).ToList();
        var open = await storage.Find(new Sql("select count(*) from intentions"), reader => reader.GetInt64(0), ct);
        return Books.Of(
        [
            new BookCheck("I4 legal states by legal moves", wrong.Count == 0, wrong.Count == 0 ? $"{trades.Count} trades, {history.Count} commits" : string.Join("; ", wrong.Take(5).Select(found => $"{found.Id}: {found.Fault}"))),
            new BookCheck("I7 no open intention", open == 0, $"{open} open"),
        ]);
    }

    /// <summary>What is wrong with a trade's history, or null: it must lead from the start to its state, by rows of its table, revision by revision.</summary>
    private static string? Fault(Kind kind, Trade trade, IEnumerable<Line> lines)
    {
        var state = Kind.Start;
        var revision = 0;
        foreach (var line in lines)
        {
            if (line.Revision != ++revision)
            {
                return $"revision {line.Revision} where {revision} was due";
            }

            if (line.What == "moved")
            {
                if (!kind.Moves.Any(row => row.Do == line.Do && row.From.Contains(state) && row.To == line.State && row.Hears == line.Heard))
                {
                    return $"no row leads by {line.Do} from {state} to {line.State}";
                }

                state = line.State;
            }
            else if (line.State != state)
            {
                return $"{line.What} in {line.State} while the trade was in {state}";
            }
        }

        return revision != trade.Revision ? $"its last line is {revision} and it is at {trade.Revision}" : state != trade.State ? $"its history ends in {state} and it is in {trade.State}" : null;
    }

    private sealed record Line(Guid Trade, int Revision, string What, string? Do, string State, string Actor, string? Heard);
}
