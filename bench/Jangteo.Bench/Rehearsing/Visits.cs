using System.Diagnostics;
using System.Text.Json.Nodes;
using Jangteo.Stories;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// People who look at their trades again and again, each with a pause after every answer: when answers are slow there are fewer, as with
/// real people, and the market never has more requests at once than there are people.
/// </summary>
internal sealed class Visits : IDisposable
{
    private const int Readers = 8;
    private const int VisitorsPerReader = 20;
    private const string Kind = "second-hand";

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(30);

    private readonly HttpClient http;
    private readonly Market market;
    private readonly IReadOnlyList<(string Person, string Page)> pages;
    private CancellationTokenSource ending = new();
    private Task visiting = Task.CompletedTask;
    private long served;
    private long failed;
    private long longest;
    private string? firstFailure;

    private Visits(HttpClient http, Market market, IReadOnlyList<(string Person, string Page)> pages) =>
        (this.http, this.market, this.pages) = (http, market, pages);

    public long Served => Volatile.Read(ref served);

    /// <summary>Refused, or not answered.</summary>
    public long Failed => Volatile.Read(ref failed);

    /// <summary>What the first visit that failed was told.</summary>
    public string? FirstFailure => Volatile.Read(ref firstFailure);

    public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref longest));

    /// <summary>Begins the trades that are looked at.</summary>
    public static async Task<Visits> Prepare(Uri address, CancellationToken ct)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Readers * VisitorsPerReader })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(30),
        };
        var market = new Market(http);
        var pages = new List<(string Person, string Page)>();
        for (var number = 0; number < Readers; number++)
        {
            var (seller, buyer) = ($"shown{number}", $"reader{number}");
            var listing = await Insist(
                market, seller, "/api/listings",
                new JsonObject { ["kind"] = Kind, ["title"] = "A thing to look at", ["description"] = "As good as new.", ["price"] = 1_000 }, ct);
            var trade = await Insist(
                market, buyer, "/api/trades", new JsonObject { ["listing"] = listing, ["price"] = 1_000, ["card"] = "ok" }, ct);
            pages.Add((buyer, $"/api/trades/{trade}"));
        }

        return new Visits(http, market, pages);
    }

    /// <param name="perSecond">So many, as long as answers come at once.</param>
    public void Begin(double perSecond)
    {
        ending = new CancellationTokenSource();
        var pause = TimeSpan.FromSeconds(Readers * VisitorsPerReader / perSecond);
        visiting = Task.WhenAll(pages.SelectMany(page => Enumerable.Range(0, VisitorsPerReader)
            .Select(number => Task.Run(() => Visit(page.Person, page.Page, pause, new Random(number), ending.Token)))));
    }

    public async Task End()
    {
        await ending.CancelAsync();
        await visiting;
        ending.Dispose();
    }

    /// <summary>How many a second were served over some time from now on.</summary>
    public async Task<double> Rate(TimeSpan over, CancellationToken ct)
    {
        var (before, began) = (Served, Stopwatch.GetTimestamp());
        await Task.Delay(over, ct);
        return (Served - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose()
    {
        ending.Dispose();
        http.Dispose();
    }

    /// <summary>Does something that a market which has just started may refuse for now; answers the id of what came of it.</summary>
    private static async Task<string> Insist(Market market, string person, string path, JsonObject body, CancellationToken ct)
    {
        var key = Guid.NewGuid().ToString();
        string? id = null;
        await Waiting.Until(async () => (id = (string?)(await market.Post(person, path, body, ct, key)).Body?["id"]) is not null, StartsWithin, ct);
        return id!;
    }

    private async Task Visit(string person, string page, TimeSpan pause, Random random, CancellationToken ends)
    {
        while (!ends.IsCancellationRequested)
        {
            // A random pause, so that visitors do not all ask at the same moment.
            await Task.Delay(pause * 2 * random.NextDouble(), ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var sent = Stopwatch.GetTimestamp();
            try
            {
                var heard = await market.Get(person, page, CancellationToken.None);
                if (heard.IsYes)
                {
                    Interlocked.Increment(ref served);
                }
                else
                {
                    Fail(heard.ToString());
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
            {
                Fail(gone.ToString());
            }

            var took = Stopwatch.GetElapsedTime(sent).Ticks;
            for (var seen = Volatile.Read(ref longest); took > seen; seen = Volatile.Read(ref longest))
            {
                Interlocked.CompareExchange(ref longest, took, seen);
            }
        }
    }

    private void Fail(string told)
    {
        Interlocked.Increment(ref failed);
        Interlocked.CompareExchange(ref firstFailure, told, null);
    }
}
