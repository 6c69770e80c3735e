using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Delivery;

/// <summary>The shipments of some trades, locked in one round trip; what is decided about them is stored with the commit.</summary>
internal sealed class Shipments
{
    private readonly Dictionary<Guid, Shipment> found = [];
    private readonly Dictionary<Guid, (Request Request, Guid Correlation, DateTimeOffset Since)> changed = [];

    private Shipments()
    {
    }

    public static async Task<Shipments> Lock(Work work, IEnumerable<Guid> trades, CancellationToken ct)
    {
        var shipments = new Shipments();
        var keys = trades.Distinct().ToArray();
        await work.Read(
            ct,
            (StreamLocks.Take(Modules.Delivery, keys), _ => { }
        ),
            (new Sql("select trade, state, started_at, cancelled_up_to, answers from shipments where trade = any($1)", keys), row => shipments.found.Add(row.GetGuid(0), Read(row, 1))));
        return shipments;
    }

    /// <summary>The pure part of a row, from a column on: state, started_at, cancelled_up_to, answers.</summary>
    public static Shipment Read(NpgsqlDataReader row, int from) =>
        new(Words.First(pair => pair.Word == row.GetString(from)).Is, row.GetInt32(from + 1), row.GetInt32(from + 2), KeyedAnswers.Read(row.GetString(from + 3)));

    public static readonly (Whereabouts Is, string Word)[] Words =
        [(Whereabouts.None, "none"), (Whereabouts.UnderWay, "under-way"), (Whereabouts.Arrived, "arrived"), (Whereabouts.Cancelled, "cancelled")];

    public static string Word(Whereabouts whereabouts) => Words.First(pair => pair.Is == whereabouts).Word;

    public KeyedAnswer Decide(Request request, Cause cause, DateTimeOffset now) => Keep(request, cause, now, DeliveryRules.Decide(Of(request.Stream), request.Verb, request.Revision));

    public KeyedAnswer Void(Request question, Cause cause, DateTimeOffset now) => Keep(question, cause, now, DeliveryRules.Void(Of(question.Stream), question.Verb, question.Revision));

    /// <summary>Stores what was decided, with the commit.</summary>
    public void Store(Work work)
    {
        if (changed.Count == 0)
        {
            return;
        }

        // A question is answered without a message, so the log does not tell of all of these.
        work.Changed(changed.Keys);
        var rows = changed.Select(pair => (Trade: pair.Key, pair.Value.Request, pair.Value.Correlation, pair.Value.Since, Now: found[pair.Key])).ToArray();
        work.Write(
            """
            insert into shipments as s (trade, kind, listing, title, seller, buyer, address, correlation, state, started_at, cancelled_up_to, answers, since)
            select * from unnest($1, $2, $3, $4, $5, $6::uuid[], $7::text[], $8, $9, $10, $11, $12, $13)
            on conflict (trade) do update set
                since = case when s.state = excluded.state then s.since else excluded.since end,
                state = excluded.state, started_at = excluded.started_at, cancelled_up_to = excluded.cancelled_up_to, answers = excluded.answers,
                address = coalesce(excluded.address, s.address)
            """,
            rows.Select(row => row.Trade).ToArray(), rows.Select(row => row.Request.Kind).ToArray(), rows.Select(row => row.Request.Listing).ToArray(),
            rows.Select(row => row.Request.Title ?? "").ToArray(), rows.Select(row => row.Request.Seller).ToArray(), rows.Select(row => row.Request.Buyer).ToArray(),
            rows.Select(row => row.Request.Address).ToArray(), rows.Select(row => row.Correlation).ToArray(), rows.Select(row => Word(row.Now.Is)).ToArray(),
            rows.Select(row => row.Now.StartedAt).ToArray(), rows.Select(row => row.Now.CancelledUpTo).ToArray(), rows.Select(row => row.Now.Answers.ToString()).ToArray(),
            rows.Select(row => row.Since).ToArray());
    }

    private Shipment Of(Guid trade) => found.GetValueOrDefault(trade, Shipment.None);

    private KeyedAnswer Keep(Request request, Cause cause, DateTimeOffset now, DeliveryDecision decision)
    {
        if (decision.IsNew)
        {
            found[request.Stream] = decision.Shipment;
            changed[request.Stream] = (request, cause.Correlation, now);
        }

        return decision.Answer;
    }
}
