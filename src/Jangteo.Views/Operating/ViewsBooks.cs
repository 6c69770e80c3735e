using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;


namespace Jangteo.Views.Operating;

/// <summary>GET /api/operator/views/books: every view equals the fold of its events (I8), folded anew from the modules' logs as far as they have been heard.</summary>
internal sealed class ViewsBooks([FromKeyedServices(Modules.Views)] Storage storage, IServiceProvider services)
{
    private const int Batch = 1000;
    private const int RowsAtOnce = 50_000;
    private const int MostSlices = 256;
    private const int Shown = 5;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/views/books", async Task<Ok<Books>> (HttpContext http, ViewsBooks books, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await books.Check(ct));
        }).WithName("viewsBooks").WithSummary("Views' invariants, counted now.").WithTags("operator");

    /// <param name="rowsAtOnce">How many rows are folded in memory at once, about.</param>
    internal async Task<Books> Check(CancellationToken ct, int rowsAtOnce = RowsAtOnce)
    {
        var logs = MessageTypes.SendersHeardBy(Modules.Views).Select(services.GetRequiredKeyedService<ILog>).ToList();
        var rows = await storage.Find(new Sql("select (select count(*) from lines) + (select count(*) from listings) + (select count(*) from people)"), reader => reader.GetInt64(0), ct);
        var slices = (int)Math.Clamp((rows / rowsAtOnce) + 1, 1, MostSlices);
        var tallies = new[] { new Tally("listings"), new Tally("trades"), new Tally("lines"), new Tally("alarms"), new Tally("people"), new Tally("suspended_people") };
        for (var slice = 0; slice < slices; slice++)
        {
            await Compare(logs, slice, slices, tallies, ct);
        }

        return Books.Of([.. tallies.Select(tally => new BookCheck($"I8 {tally.Name} equal their events", tally.Wrong.Count == 0, tally.Wrong.Count == 0 ? $"{tally.Rows} rows" : string.Join("; ", tally.Wrong)))]);
    }

    /// <summary>One part of the views, small enough to be folded in memory.</summary>
    private async Task Compare(List<ILog> logs, int slice, int slices, Tally[] tallies, CancellationToken ct)
    {
        var before = await Heard(slice, slices, ct);
        var folded = new Copy();
        foreach (var log in logs)
        {
            // Every row is kept under the stream it is made from: what belongs to another part need not even be read.
            await foreach (var row in Said(log, stream => SliceOf(stream, slices) == slice ? before.GetValueOrDefault((log.Module, stream)) : 0, ct))
            {
                TryHear(folded, row);
            }
        }

        var live = new Copy();
        var part = $"get_byte(uuid_send(%), 15) % {slices} = {slice}";
        await storage.Read(
            ct,
            (new Sql($"select {Sqls.ListingColumns} from listings l where {part.Replace("%)", "l.id)")}"), reader => Keep(live.Listings, Sqls.Listing(reader), row => row.Id)),
            (new Sql($"select {Sqls.TradeColumns} from trades where {part.Replace("%)", "id)")}"), reader => Keep(live.Trades, Sqls.Trade(reader), row => row.Id)),
            (new Sql($"select {Sqls.LineColumns} from lines where {part.Replace("%)", "trade)")}"), reader => live.Lines.Add(Sqls.Line(reader))),
            (new Sql($"select {Sqls.AlarmColumns} from alarms where {part.Replace("%)", "coalesce(trade, listing))")}"), reader => Keep(live.Alarms, Sqls.Alarm(reader), row => row.Notice)),
            (new Sql($"select {Sqls.PersonColumns} from people where {part.Replace("%)", "id)")}"), reader => Keep(live.People, Sqls.Person(reader), row => row.Id)),
            (new Sql($"select person from suspended_people where {part.Replace("%)", "person)")}"), reader => live.Suspended[reader.GetGuid(0)] = true));

        // What was heard while we looked, and what waits or is parked, is judged next time.
        var moving = await Moving(before, slice, slices, ct);
        tallies[0].Compare(folded.Listings, live.Listings, row => row.Id, moving);
        tallies[1].Compare(folded.Trades, live.Trades, row => row.Id, moving);
        tallies[2].Compare(folded.Lines.ToDictionary(row => row.Id), live.Lines.ToDictionary(row => row.Id), row => row.Trade, moving);
        tallies[3].Compare(folded.Alarms, live.Alarms, row => row.Trade ?? row.Listing ?? row.Notice, moving);
        tallies[4].Compare(folded.People, live.People, row => row.Id, moving);
        tallies[5].Compare(SuspendedIn(folded), SuspendedIn(live), row => row.Person, moving);
    }

    private static Dictionary<Guid, SuspendedRow> SuspendedIn(Copy copy) =>
        copy.Suspended.Where(one => one.Value).ToDictionary(one => one.Key, one => new SuspendedRow(one.Key));

    /// <summary>What cannot be folded now could not be heard then: it is parked, or an operator has let it go.</summary>
    private static void TryHear(Copy folded, LogRow row)
    {
        try
        {
            var message = JsonSerializer.Deserialize<Message>(row.Text, Wire.Json)!;
            folded.Hear(message, Copy.Open(message));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            // The books of parked messages are the list of parked messages.
        }
    }

    private async Task<HashSet<Guid>> Moving(Dictionary<(string Sender, Guid Stream), int> before, int slice, int slices, CancellationToken ct)
    {
        var after = await Heard(slice, slices, ct);
        var moving = (await storage.Query(new Sql("select stream from aside"), reader => reader.GetGuid(0), ct)).ToHashSet();
        moving.UnionWith(after.Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key.Stream));
        return moving;
    }

    private Task<Dictionary<(string Sender, Guid Stream), int>> Heard(int slice, int slices, CancellationToken ct) =>
        Inbox.Places(storage, $"get_byte(uuid_send(stream), 15) % {slices} = {slice}", ct);

    /// <summary>What was said to the views, each stream in its order and as far as it has been heard.</summary>
    private static async IAsyncEnumerable<LogRow> Said(ILog log, Func<Guid, int> heard, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var last = new Dictionary<Guid, int>();
        var early = new Dictionary<(Guid Stream, int Seq), LogRow>();
        for (var after = 0L; await log.Read(after, Batch, ct) is { Count: > 0 } rows; after = rows[^1].Position)
        {
            foreach (var row in rows)
            {
                if (row.SeqFor(Modules.Views) is not { } seq || seq > heard(row.Stream))
                {
                    continue;
                }

                // A log is in the order in which transactions ended, and that is rarely not the order of a stream.
                early[(row.Stream, seq)] = row;
                while (early.Remove((row.Stream, last.GetValueOrDefault(row.Stream) + 1), out var next))
                {
                    last[row.Stream] = last.GetValueOrDefault(row.Stream) + 1;
                    yield return next;
                }
            }
        }
    }

    private static int SliceOf(Guid key, int slices) => key.ToByteArray(bigEndian: true)[15] % slices;

    private static void Keep<TRow>(Dictionary<Guid, TRow> rows, TRow row, Func<TRow, Guid> key) => rows[key(row)] = row;

    /// <summary>What was compared of one view, and the first few differences.</summary>
    private sealed class Tally(string name)
    {
        public string Name => name;

        public long Rows { get; private set; }

        public List<string> Wrong { get; } = [];

        public void Compare<TRow>(Dictionary<Guid, TRow> folded, Dictionary<Guid, TRow> live, Func<TRow, Guid> stream, HashSet<Guid> moving)
            where TRow : class
        {
            foreach (var key in folded.Keys.Union(live.Keys))
            {
                var (should, isNow) = (folded.GetValueOrDefault(key), live.GetValueOrDefault(key));
                if (moving.Contains(stream((should ?? isNow)!)))
                {
                    continue;
                }

                Rows++;
                var (expected, found) = (Write(should), Write(isNow));
                if (expected != found && Wrong.Count < Shown)
                {
                    Wrong.Add($"{key} is {found}, should be {expected}");
                }
            }
        }

        private static string Write<TRow>(TRow? row)
            where TRow : class => row is null ? "missing" : JsonSerializer.Serialize(row, Wire.Json);
    }
}
