using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Catalog;

/// <summary>
/// What some questions or requests are about, locked in one round trip: what their trades have, and last the listings, which many trades want.
/// Decides by the rules, and stores what was decided with the commit.
/// </summary>
internal sealed class Stockroom
{
    private readonly Work work;
    private readonly Dictionary<Guid, Listing> listings = [];
    private readonly Dictionary<Guid, Allocation> allocations = [];
    private readonly Dictionary<Guid, Guid> changedTrades = [];
    private readonly HashSet<Guid> changedListings = [];

    private Stockroom(Work work) => this.work = work;

    public static async Task<Stockroom> Open(Work work, IReadOnlyCollection<Request> requests, CancellationToken ct)
    {
        var room = new Stockroom(work);
        var trades = requests.Select(request => request.Stream).Distinct().ToArray();
        await work.Read(
            ct,
            (StreamLocks.Take(Modules.Catalog, trades), _ => { }
        ),
            (new Sql("select trade, has, quantity, taken_at, undone_up_to, answers from allocations where trade = any($1)", trades), row => room.allocations.Add(row.GetGuid(0), ReadAllocation(row))),
            (Listing.SelectForUpdate([.. requests.Select(request => request.Listing).Distinct()]), row =>
            {
                var listing = Listing.Read(row);
                room.listings.Add(listing.Id, listing);
            }
        ));
        return room;
    }

    /// <summary>Decides on a question or request, and tells of the listing what has changed.</summary>
    public KeyedAnswer Decide(Request request, DateTimeOffset now) =>
        Keep(request, StockRules.Decide(UnitsOf(request), Of(request.Stream), request.Verb, request.Revision, request.Quantity), now);

    /// <summary>Ends the wait for a question.</summary>
    public KeyedAnswer Void(Request question, DateTimeOffset now) =>
        Keep(question, StockRules.Void(UnitsOf(question), Of(question.Stream), question.Verb, question.Revision), now);

    /// <summary>Stores what was decided, with the commit.</summary>
    public void Store()
    {
        if (changedTrades.Count > 0)
        {
            // Who gave a single thing back is written before who has it now: it has one holder in between too.
            var rows = changedTrades.Select(pair => (Trade: pair.Key, Listing: pair.Value, Now: allocations[pair.Key])).OrderBy(row => row.Now.Has != Has.Nothing).ToArray();
            work.Write(
                """
                insert into allocations (trade, listing, single, has, quantity, taken_at, undone_up_to, answers) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
                on conflict (trade) do update set has = excluded.has, quantity = excluded.quantity, taken_at = excluded.taken_at, undone_up_to = excluded.undone_up_to, answers = excluded.answers
                """,
                rows.Select(row => row.Trade).ToArray(), rows.Select(row => row.Listing).ToArray(), rows.Select(row => listings.TryGetValue(row.Listing, out var listing) && listing.Single).ToArray(),
                rows.Select(row => Word(row.Now.Has)).ToArray(), rows.Select(row => row.Now.Quantity).ToArray(), rows.Select(row => row.Now.TakenAt).ToArray(),
                rows.Select(row => row.Now.UndoneUpTo).ToArray(), rows.Select(row => row.Now.Answers.ToString()).ToArray());
        }

        if (changedListings.Count > 0)
        {
            var rows = changedListings.Order().Select(id => listings[id]).ToArray();
            work.Write(
                """
                update listings l set revision = m.revision, available = m.available, out = m.out, sold = m.sold, written_off = m.written_off
                from unnest($1, $2, $3, $4, $5, $6) as m (id, revision, available, out, sold, written_off) where l.id = m.id
                """,
                rows.Select(row => row.Id).ToArray(), rows.Select(row => row.Revision).ToArray(), rows.Select(row => row.Units.Available).ToArray(),
                rows.Select(row => row.Units.Out).ToArray(), rows.Select(row => row.Units.Sold).ToArray(), rows.Select(row => row.Units.WrittenOff).ToArray());
        }
    }

    private Units UnitsOf(Request request) => listings.TryGetValue(request.Listing, out var listing) ? listing.Units : Units.None;

    private Allocation Of(Guid trade) => allocations.GetValueOrDefault(trade, Allocation.New);

    private KeyedAnswer Keep(Request request, StockDecision decision, DateTimeOffset now)
    {
        if (decision.IsNew)
        {
            allocations[request.Stream] = decision.Allocation;
            changedTrades[request.Stream] = request.Listing;
        }

        if (decision.HasMoved)
        {
            var listing = listings[request.Listing];
            listing = listing with { Revision = listing.Revision + 1, Units = decision.Units };
            listings[listing.Id] = listing;
            changedListings.Add(listing.Id);
            listing.Tell(work, decision.Answer.Event, now, request.Stream);
        }

        return decision.Answer;
    }

    private static Allocation ReadAllocation(NpgsqlDataReader row) =>
        new(HasOf(row.GetString(1)), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), KeyedAnswers.Read(row.GetString(5)));

    private static string Word(Has has) => has switch
    {
        Has.Nothing => "nothing",
        Has.Taken => "taken",
        Has.Sold => "sold",
        _ => "written-off",
    };

    private static Has HasOf(string word) => word switch
    {
        "nothing" => Has.Nothing,
        "taken" => Has.Taken,
        "sold" => Has.Sold,
        _ => Has.WrittenOff,
    };
}
