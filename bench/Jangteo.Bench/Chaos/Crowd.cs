using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jangteo.Demo;
using Jangteo.Kinds;
using Jangteo.Stories;
using Npgsql;

namespace Jangteo.Bench.Chaos;

/// <summary>What was found when everybody had been answered and nothing moved any more.</summary>
/// <param name="Answered">How long it took until everybody had been answered.</param>
/// <param name="Rested">How long it took until nothing moved any more, from the last thing that was done to the market.</param>
/// <param name="Acknowledged">Moves and listings that were answered with success, since the beginning.</param>
/// <param name="Lost">Those of them that are not there.</param>
/// <param name="Twice">
/// Trades and listings that were made by a repetition of a command, and charges and refunds that no trade has booked.
/// </param>
/// <param name="Books">The checks I1 to I10.</param>
/// <param name="Wrong">Whatever else should not be.</param>
internal sealed record Found(TimeSpan Answered, TimeSpan Rested, int Acknowledged, IReadOnlyList<string> Lost, IReadOnlyList<string> Twice, IReadOnlyList<Finding> Books, IReadOnlyList<string> Wrong)
{
    public bool IsWell => Lost.Count == 0 && Twice.Count == 0 && Wrong.Count == 0 && Books.Count > 0 && Books.All(check => check.Ok);

    /// <summary>The first of each, for people.</summary>
    public IEnumerable<string> Faults =>
    [
        .. Lost.Take(5).Select(lost => $"LOST: {lost}"),
        .. Twice.Take(5).Select(twice => $"TWICE: {twice}"),
        .. Wrong.Take(10).Select(wrong => $"WRONG: {wrong}"),
        .. Books.Where(check => !check.Ok).Select(check => $"DIFFERS: {check.Module}: {check.Name}: {check.Detail}"),
    ];
}

/// <summary>Pairs who trade through the gateway while something is done to the market behind it.</summary>
internal sealed class Crowd : IDisposable
{
    private const string TradesBegun = "select id from trading.trades where state <> 'start'";

    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient http;
    private readonly IReadOnlyList<Pair> pairs;
    private readonly IReadOnlyDictionary<string, string> databases;
    private readonly TimeSpan restsWithin;
    private readonly int listedBefore;
    private readonly IReadOnlyList<Guid> tradedBefore;
    private CancellationTokenSource giveUp = new();
    private Task trading = Task.CompletedTask;
    private volatile bool begins;

    private Crowd(
        HttpClient http, IReadOnlyList<Pair> pairs, IReadOnlyDictionary<string, string> databases, TimeSpan restsWithin, int listedBefore,
        IReadOnlyList<Guid> tradedBefore)
    {
        this.http = http;
        this.pairs = pairs;
        this.databases = databases;
        this.restsWithin = restsWithin;
        this.listedBefore = listedBefore;
        this.tradedBefore = tradedBefore;
        Market = new Market(http);
    }

    public Market Market { get; }

    public int Acknowledged => pairs.Sum(pair => pair.Told.Count + pair.Listed.Count);

    public int Trades => pairs.Sum(pair => pair.Started);

    public int Unanswered => pairs.Sum(pair => pair.Unanswered);

    /// <summary>The first answer, or fault, that made a command count as unanswered; null when all were answered.</summary>
    public string? FirstUnanswered => pairs.Select(pair => pair.FirstUnanswered).FirstOrDefault(told => told is not null);

    /// <param name="databases">Those of the modules, to look at what no API says.</param>
    public static async Task<Crowd> Gather(Uri gateway, Plan plan, IReadOnlyDictionary<string, string> databases, CancellationToken ct)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = plan.Clients * 4, ConnectTimeout = TimeSpan.FromSeconds(2) }) { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(20) };
        var names = (await http.GetFromJsonAsync<JsonNode>("/api/kinds", ct))!["items"]!.AsArray().Select(kind => (string)kind!["kind"]!);
        var kinds = new List<JsonNode>();
        foreach (var name in names)
        {
            kinds.Add((await http.GetFromJsonAsync<JsonNode>($"/api/kinds/{name}", ct))!);
        }

        var listed = await Ids(databases[Modules.Catalog], "select id from catalog.listings", ct);
        var traded = await Ids(databases[Modules.Trading], TradesBegun, ct);
        var pairs = Enumerable.Range(0, plan.Clients).Select(number => new Pair((plan.Seed * plan.Clients) + number, kinds, plan.Pace));
        return new Crowd(http, [.. pairs], databases, plan.RestsWithin, listed.Count, traded);
    }

    /// <summary>All of them begin to trade.</summary>
    public void Begin(CancellationToken ct)
    {
        begins = true;
        giveUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
        trading = Task.WhenAll(pairs.Select(pair => Task.Run(() => pair.Trade(Market, () => begins, giveUp.Token), CancellationToken.None)));
    }

    /// <summary>Nobody begins anything any more: waits until everybody knows and nothing moves, and then compares what there is with what everybody was told.</summary>
    public async Task<Found> End(CancellationToken ct)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        begins = false;
        giveUp.CancelAfter(restsWithin);
        await trading;
        var answered = watch.Elapsed;
        ct.ThrowIfCancellationRequested();
        var wrong = pairs.SelectMany(pair => pair.Wrong).ToList();
        wrong.AddRange(pairs.SelectMany(pair => pair.WaitsFor).Take(5).Select(waits => $"I7: not answered within {restsWithin.TotalSeconds} s: {waits}"));
        while (await LooksRestless(ct) is { } restless)
        {
            if (watch.Elapsed > restsWithin)
            {
                wrong.Add($"I7: not at rest within {restsWithin.TotalSeconds} s: {restless}");
                break;
            }

            await Task.Delay(LooksEvery, ct);
        }

        var rested = watch.Elapsed;
        var lost = (await Task.WhenAll(pairs.Select(pair => pair.FindLost(Market, ct)))).SelectMany(lost => lost).ToList();
        return new Found(answered, rested, Acknowledged, lost, await FindTwice(ct), await new Books(Market, TimeProvider.System).Read(ct), wrong);
    }

    /// <summary>How many messages have been said and not heard; waits until the gateway finds a process that knows.</summary>
    public async Task<long> Unread(CancellationToken ct)
    {
        long? unread = null;
        await Waiting.Until(
            async () => (unread = (await Market.Get(World.Operator, "/api/operator/rest", ct)).Body?["items"]?.AsArray()
                .Sum(module => (long)module!["unread"]! + (long)module["unsent"]!)) is not null,
            restsWithin, ct);
        return unread!.Value;
    }

    public void Dispose()
    {
        http.Dispose();
        giveUp.Dispose();
    }

    private async Task<string?> LooksRestless(CancellationToken ct)
    {
        try
        {
            var heard = await Market.Get(World.Operator, "/api/operator/rest", ct);
            return heard.IsYes && (bool)heard.Body!["atRest"]! && heard.Body["items"]!.AsArray().All(module => (long)module!["parked"]! == 0) ? null : heard.IsYes ? heard.Text : heard.ToString();
        }
        catch (Exception gone) when (gone is HttpRequestException || (gone is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return gone.Message;
        }
    }

    /// <summary>A command that was repeated under its key has one effect: everything that there is was told to somebody, once, and no card was charged for more than its trade costs.</summary>
    private async Task<IReadOnlyList<string>> FindTwice(CancellationToken ct)
    {
        var told = pairs.SelectMany(pair => pair.Known).Concat(tradedBefore).ToHashSet();
        var trades = await Ids(databases[Modules.Trading], TradesBegun, ct);
        var twice = trades.Where(trade => !told.Contains(trade)).Select(trade => $"no client was told of trade {trade}").ToList();
        var listed = (await Ids(databases[Modules.Catalog], "select id from catalog.listings", ct)).Count - listedBefore;
        if (listed != pairs.Sum(pair => pair.Listed.Count))
        {
            twice.Add($"{pairs.Sum(pair => pair.Listed.Count)} listings were told, and there are {listed}");
        }

        twice.AddRange(await ChargedTwice.Find(databases[Modules.Payments], ct));
        return twice;
    }

    private static async Task<IReadOnlyList<Guid>> Ids(string database, string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(ct))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
