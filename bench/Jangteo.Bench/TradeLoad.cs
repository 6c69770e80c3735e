using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Jangteo.Bench;

/// <param name="Calls">Latencies by call, in the order of a trade.</param>
/// <param name="PaidOut">Trades whose pay-out came into the ledger meanwhile.</param>
/// <param name="Failures">Unexpected answers, by what was said.</param>
internal sealed record RunResult(IReadOnlyList<CallResult> Calls, long PaidOut, TimeSpan Elapsed, IReadOnlyDictionary<string, int> Failures)
{
    public double PerSecond => PaidOut / Elapsed.TotalSeconds;
}

internal sealed record CallResult(string Name, int Count, double P50, double P99)
{
    /// <param name="latencies">In milliseconds, in any order; at least one.</param>
    public static CallResult Of(string name, IEnumerable<double> latencies)
    {
        var sorted = latencies.Order().ToArray();
        return new CallResult(name, sorted.Length, sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
    }
}

/// <summary>
/// A closed loop: each client plays one whole trade after the other, along the rows that its kind waits for (the first row that leaves each state), with a
/// listing made beforehand. A trade counts when the ledger has its pay-out.
/// </summary>
internal sealed class TradeLoad
{
    private const long Price = 10_000;

    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(200);

    private readonly ServerUnderTest server;
    private readonly JsonNode kind;
    private readonly Client[] clients;
    private readonly Action<string> say;

    private TradeLoad(ServerUnderTest server, JsonNode kind, Client[] clients, Action<string> say)
    {
        this.server = server;
        this.kind = kind;
        this.clients = clients;
        this.say = say;
    }

    public static async Task<TradeLoad> Prepare(ServerUnderTest server, string kind, int clients, Action<string> say, CancellationToken ct)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = clients * 2, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) };
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = server.Address };
        var table = await http.GetFromJsonAsync<JsonNode>($"/api/kinds/{kind}", ct);
        var people = new List<Client>();
        for (var number = 0; number < clients; number++)
        {
            people.Add(new Client((await server.SignIn($"buyer-{number}", handler, ct)).Http, (await server.SignIn($"seller-{number}", handler, ct)).Http));
        }

        return new TradeLoad(server, table!, [.. people], say);
    }

    public async Task<RunResult> Play(TimeSpan duration, bool measured, CancellationToken ct)
    {
        await MakeListings(measured ? duration * 1.6 : duration * 2, ct);
        var latencies = new ConcurrentDictionary<string, ConcurrentBag<double>>();
        var failures = new ConcurrentDictionary<string, int>();
        var paidBefore = await server.PaidOut(ct);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select(client => Task.Run(
            async () =>
            {
                while (watch.Elapsed < duration && client.Listings.TryDequeue(out var listing))
                {
                    if (await PlayOne(client, listing, latencies, isPatient: false, ct) is { } failure)
                    {
                        failures.AddOrUpdate(failure, 1, (_, count) => count + 1);
                    }
                }
            },
            ct)));
        var elapsed = watch.Elapsed;
        var paid = await server.PaidOut(ct) - paidBefore;
        lastPerSecond = paid / elapsed.TotalSeconds;
        return new RunResult([.. latencies.Select(call => CallResult.Of(call.Key, call.Value))], paid, elapsed, failures);
    }

    private double lastPerSecond = 300;

    /// <summary>Plays so many whole trades, a listing for each. Answers what went wrong.</summary>
    public async Task<IReadOnlyList<string>> PlayTrades(int count, CancellationToken ct)
    {
        await MakeListings((int)Math.Ceiling(count / (double)clients.Length), ct);
        var failures = new ConcurrentBag<string>();
        var left = count;
        await Task.WhenAll(clients.Select(client => Task.Run(
            async () =>
            {
                while (client.Listings.TryDequeue(out var listing) && Interlocked.Decrement(ref left) >= 0)
                {
                    if (await PlayOne(client, listing, [], isPatient: true, ct) is { } failure)
                    {
                        failures.Add(failure);
                    }
                }
            },
            ct)));
        return [.. failures];
    }

    /// <summary>Enough single things for everybody to trade in; made beforehand, since registering is no part of a trade.</summary>
    private Task MakeListings(TimeSpan duration, CancellationToken ct) =>
        MakeListings((int)Math.Ceiling(lastPerSecond * duration.TotalSeconds / clients.Length) + 20, ct);

    private async Task MakeListings(int each, CancellationToken ct)
    {
        var isCounted = kind["stock"]!.GetValue<string>() == "counted";
        say($"Registering {each * clients.Length} listings ...");
        var body = new JsonObject { ["kind"] = kind["kind"]!.GetValue<string>(), ["title"] = "Bench", ["description"] = "A thing.", ["price"] = Price };
        if (isCounted)
        {
            body["quantity"] = 1;
        }

        var text = body.ToJsonString();
        await Task.WhenAll(clients.Select(client => Task.Run(
            async () =>
            {
                while (client.Listings.Count < each)
                {
                    using var answer = await client.Seller.PostAsync(new Uri("/api/listings", UriKind.Relative), Json(text), ct);
                    answer.EnsureSuccessStatusCode();
                    client.Listings.Enqueue((await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!["id"]!.GetValue<Guid>());
                }
            },
            ct)));
    }

    /// <summary>One whole trade; answers what went wrong, or null.</summary>
    private async Task<string?> PlayOne(Client client, Guid listing, ConcurrentDictionary<string, ConcurrentBag<double>> latencies, bool isPatient, CancellationToken ct)
    {
        var begin = kind["begin"]!["do"]!.GetValue<string>();
        var (trade, failure) = await Call(client.Buyer, begin, "/api/trades", Start(listing), latencies, isPatient, ct);
        while (failure is null)
        {
            var id = trade!["id"]!.GetValue<Guid>();
            var state = trade["state"]!.GetValue<string>();
            var next = kind["moves"]!.AsArray().FirstOrDefault(move => move!["from"]!.AsArray().Any(from => from!.GetValue<string>() == state));
            if (next is null)
            {
                return null;
            }

            if (next["by"]?.GetValue<string>() is { } by)
            {
                var first = next["first"]!.AsArray().Select(verb => verb!.GetValue<string>()).ToList();
                if (first.Contains("confirm-deposit"))
                {
                    failure = await Deposit(client, id, ct);
                }

                var body = first.Contains("hold-payment") ? """{"card":"ok"}""" : "{}";
                var move = next["do"]!.GetValue<string>();
                (trade, failure) = await Call(by == "buyer" ? client.Buyer : client.Seller, move, $"/api/trades/{id}/{move}", body, latencies, isPatient, ct);
            }
            else if (next["hears"]?.GetValue<string>() is { } heard)
            {
                if (heard == "delivered")
                {
                    using var arrived = await client.Seller.PostAsync(new Uri($"/api/deliveries/{id}/arrived", UriKind.Relative), Json("{}"), ct);
                }

                await Task.Delay(10, ct);
                trade = await client.Buyer.GetFromJsonAsync<JsonNode>($"/api/trades/{id}", ct);
            }
            else
            {
                return $"{state} waits for time";
            }
        }

        return failure;
    }

    private string Start(Guid listing)
    {
        var body = new JsonObject { ["listing"] = listing, ["price"] = Price };
        foreach (var need in kind["begin"]!["needs"]!.AsArray())
        {
            var name = need!["name"]!.GetValue<string>();
            body[name] = need["type"]!.GetValue<string>() switch { "card" => "ok", "number" => 1, _ => "12 Bench Street" };
        }

        return body.ToJsonString();
    }

    private static async Task<string?> Deposit(Client client, Guid trade, CancellationToken ct)
    {
        var payment = await client.Buyer.GetFromJsonAsync<JsonNode>($"/api/payments/{trade}", ct);
        using var answer = await client.Buyer.PostAsJsonAsync("/api/sandbox/deposits", new { reference = payment!["reference"]!.GetValue<string>(), amount = Price }, ct);
        await Task.Delay(50, ct);
        return answer.IsSuccessStatusCode ? null : "deposit";
    }

    /// <param name="isPatient">Repeats the command under the same key while the answer is that it is not settled, or that the market is busy.</param>
    private static async Task<(JsonNode? Trade, string? Failure)> Call(
        HttpClient http, string name, string path, string body, ConcurrentDictionary<string, ConcurrentBag<double>> latencies, bool isPatient,
        CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var key = isPatient ? Guid.NewGuid().ToString("D") : null;
        var (answer, text) = await Post(http, path, body, key, ct);
        while (isPatient && IsOpen(answer, text) && Stopwatch.GetElapsedTime(began) < EndsWithin)
        {
            answer.Dispose();
            await Task.Delay(AskAgainAfter, ct);
            (answer, text) = await Post(http, path, body, key, ct);
        }

        using var last = answer;
        latencies.GetOrAdd(name, _ => []).Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return answer.StatusCode is System.Net.HttpStatusCode.OK or System.Net.HttpStatusCode.Created
            ? (JsonNode.Parse(text), null)
            : (null, $"{name}: {(int)answer.StatusCode} {(text.Length > 0 ? JsonNode.Parse(text)?["code"] : "")}");
    }

    private static async Task<(HttpResponseMessage Answer, string Text)> Post(HttpClient http, string path, string body, string? key, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        var answer = await http.SendAsync(request, ct);
        return (answer, await answer.Content.ReadAsStringAsync(ct));
    }

    private static bool IsOpen(HttpResponseMessage answer, string text) =>
        answer.StatusCode is System.Net.HttpStatusCode.Accepted or System.Net.HttpStatusCode.ServiceUnavailable
            || (answer.StatusCode == System.Net.HttpStatusCode.Conflict && text.Contains("in-progress", StringComparison.Ordinal));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));

    private sealed record Client(HttpClient Buyer, HttpClient Seller)
    {
        public ConcurrentQueue<Guid> Listings { get; } = new();
    }
}
