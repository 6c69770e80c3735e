using System.Text.Json;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Views.Operating;

/// <summary>
/// I8: every row of the views equals the fold of its events. A subject is a trade, a listing or a person; its rows are made of the events
/// of its own streams, which are folded anew from the modules' logs as far as they have been heard.
/// </summary>
internal sealed class ViewsBooks([FromKeyedServices(Modules.Views)] Storage storage, IServiceProvider services) : IIntegrityChecks
{
    /// <summary>Of a longer stream only what its newest events say whole is compared: a listing and a person.</summary>
    private const int MostOfOneStream = 500;

    private const string Listings = "I8-listings";
    private const string Trades = "I8-trades";
    private const string Lines = "I8-lines";
    private const string Alarms = "I8-alarms";
    private const string People = "I8-people";
    private const string SuspendedPeople = "I8-suspended-people";

    // Rows for which there is no event, and events for which there is no row.
    private const string Own =
        """
        (select distinct stream as id from inbox where stream > $1 order by 1 limit $2)
        union (select id from listings where id > $1 order by 1 limit $2)
        union (select id from trades where id > $1 order by 1 limit $2)
        union (select distinct trade from lines where trade > $1 order by 1 limit $2)
        union (select distinct trade from alarms where trade > $1 order by 1 limit $2)
        union (select distinct listing from alarms where trade is null and listing > $1 order by 1 limit $2)
        union (select id from people where id > $1 order by 1 limit $2)
        union (select person from suspended_people where person > $1 order by 1 limit $2)
        order by 1 limit $2
        """;

    public IReadOnlyList<string> Checks => [Listings, Trades, Lines, Alarms, People, SuspendedPeople];

    /// <summary>Fewer than elsewhere: every event of these is in memory at once.</summary>
    public int AtOnce => 200;

    public async Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct) =>
        await storage.Query(new Sql(Own, last, most), row => row.GetGuid(0), ct);

    public async Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct)
    {
        var (live, heard, aside) = (new Copy(), new Dictionary<(string Sender, Guid Stream), int>(), new HashSet<Guid>());
        await storage.ReadSnapshot(
            ct,
            (Rows("sender, stream, seq", "inbox where stream"), row => heard[(row.GetString(0), row.GetGuid(1))] = row.GetInt32(2)),
            (Rows("stream", "aside where stream"), row => aside.Add(row.GetGuid(0))),
            (Rows(Sqls.ListingColumns, "listings l where l.id"), row => Keep(live.Listings, Sqls.Listing(row), one => one.Id)),
            (Rows(Sqls.TradeColumns, "trades where id"), row => Keep(live.Trades, Sqls.Trade(row), one => one.Id)),
            (Rows(Sqls.LineColumns, "lines where trade"), row => live.Lines.Add(Sqls.Line(row))),
            (Rows(Sqls.AlarmColumns, "alarms where trade = any($1) or trade is null and listing"),
            row => Keep(live.Alarms, Sqls.Alarm(row), one => one.Notice)),
            (Rows(Sqls.PersonColumns, "people where id"), row => Keep(live.People, Sqls.Person(row), one => one.Id)),
            (Rows("person", "suspended_people where person"), row => live.Suspended[row.GetGuid(0)] = true));
        Sql Rows(string columns, string of) => new($"select {columns} from {of} = any($1)", subjects);

        var (folded, partly, unknown) = await Fold(heard, ct);
        // What is parked has no effect here, and an operator may let it go; what is set aside is heard in a moment, and then checked.
        unknown.UnionWith(aside);
        bool IsJudged(Guid subject) => !unknown.Contains(subject);
        bool IsJudgedWhole(Guid subject) => IsJudged(subject) && !partly.Contains(subject);
        return
        [
            .. Compare(Listings, folded.Listings, live.Listings, row => row.Id, IsJudged),
            .. Compare(Trades, folded.Trades, live.Trades, row => row.Id, IsJudgedWhole),
            .. Compare(Lines, ById(folded.Lines), ById(live.Lines), row => row.Trade, IsJudgedWhole),
            .. Compare(Alarms, folded.Alarms, live.Alarms, row => row.Trade ?? row.Listing ?? row.Notice, IsJudgedWhole),
            .. Compare(People, folded.People, live.People, row => row.Id, IsJudged),
            .. Compare(SuspendedPeople, SuspendedIn(folded), SuspendedIn(live), row => row.Person, IsJudgedWhole),
        ];
    }

    /// <summary>Folds what has been heard of some streams.</summary>
    /// <returns>The rows; the streams of which only the newest events were read; and those of which none of these had been heard.</returns>
    private async Task<(Copy Folded, HashSet<Guid> Partly, HashSet<Guid> Unknown)> Fold(
        Dictionary<(string Sender, Guid Stream), int> heard, CancellationToken ct)
    {
        var (folded, partly, unknown) = (new Copy(), new HashSet<Guid>(), new HashSet<Guid>());
        foreach (var ofSender in heard.GroupBy(pair => pair.Key.Sender))
        {
            var log = services.GetRequiredKeyedService<ILog>(ofSender.Key);
            var streams = ofSender.Select(pair => pair.Key.Stream).ToArray();
            var said = (await log.ReadStreams(streams, MostOfOneStream, ct)).ToLookup(row => row.Stream);
            foreach (var ((_, stream), last) in ofSender)
            {
                var rows = said[stream].Where(row => row.SeqFor(Modules.Views) is { } seq && seq <= last)
                    .OrderBy(row => row.SeqFor(Modules.Views)).ToList();
                if (rows.Count == 0)
                {
                    unknown.Add(stream);
                }
                else if (rows[0].SeqFor(Modules.Views) > 1)
                {
                    partly.Add(stream);
                }

                rows.ForEach(row => TryHear(folded, row));
            }
        }

        return (folded, partly, unknown);
    }

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

    private static IEnumerable<Offender> Compare<TRow>(
        string check, Dictionary<Guid, TRow> folded, Dictionary<Guid, TRow> live, Func<TRow, Guid> subject, Func<Guid, bool> isJudged)
        where TRow : class
    {
        foreach (var key in folded.Keys.Union(live.Keys))
        {
            var (should, isNow) = (folded.GetValueOrDefault(key), live.GetValueOrDefault(key));
            var of = subject((should ?? isNow)!);
            if (!isJudged(of) || Write(should) == Write(isNow))
            {
                continue;
            }

            // The names of the members and not what they hold, which may be about people: this goes into the log.
            var differing = should is null || isNow is null ? [] : Differing("", Node(should), Node(isNow));
            var word = should is null ? "row-made-up" : isNow is null ? "row-missing" : "row-differs";
            yield return Offender.Of(check, of, word, ("row", key), ("members", string.Join(", ", differing)));
        }
    }

    /// <summary>The members in which two rows differ, by their path.</summary>
    private static IEnumerable<string> Differing(string path, JsonNode? should, JsonNode? isNow) =>
        should is JsonObject one && isNow is JsonObject other
            ? one.Select(member => member.Key).Union(other.Select(member => member.Key))
                .SelectMany(name => Differing(path.Length == 0 ? name : $"{path}.{name}", one[name], other[name]))
            : JsonNode.DeepEquals(should, isNow) ? [] : [path];

    private static JsonNode? Node<TRow>(TRow row) => JsonSerializer.SerializeToNode(row, Wire.Json);

    private static string Write<TRow>(TRow? row)
        where TRow : class => row is null ? "" : JsonSerializer.Serialize(row, Wire.Json);

    private static Dictionary<Guid, SuspendedRow> SuspendedIn(Copy copy) =>
        copy.Suspended.Where(one => one.Value).ToDictionary(one => one.Key, one => new SuspendedRow(one.Key));

    private static Dictionary<Guid, LineRow> ById(List<LineRow> lines)
    {
        var byId = new Dictionary<Guid, LineRow>();
        lines.ForEach(line => byId[line.Id] = line);
        return byId;
    }

    private static void Keep<TRow>(Dictionary<Guid, TRow> rows, TRow row, Func<TRow, Guid> key) => rows[key(row)] = row;
}
