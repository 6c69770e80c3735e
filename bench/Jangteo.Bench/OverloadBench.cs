using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jangteo.Bench;

/// <summary>
/// bench overload: payments take longer than anybody waits for, and everybody goes on asking without a pause. How fast is who is held off told so? The sooner,
/// the less an overload spreads.
/// </summary>
internal static class OverloadBench
{
    private const int Price = 10_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    /// <summary>Payments take 400 to 620 ms, so that one question in twenty is just too slow.</summary>
    private static readonly (string Name, string Value)[] Settings = [("Questions__Timeout", "610ms"), ("Questions__Breaker__FailureRatio", "0.02"), ("Questions__Breaker__Break", "3s")];

    public static async Task<int> Run(int clients, int seconds, bool isSplit, bool asJson, CancellationToken ct)
    {
        await using var server = await ServerUnderTest.Start(isSplit, ct, Settings);
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = clients * 2 };
        var (seller, _) = await server.SignIn("seller-0", handler, ct);
        var (operating, _) = await server.SignIn("sora", handler, ct);
        var people = new List<Person>();
        for (var number = 0; number < clients; number++)
        {
            people.Add(new Person((await server.SignIn($"buyer-{number}", handler, ct)).Http, await List(seller, ct)));
        }

        using (var slow = await operating.PostAsync(new Uri("/api/sandbox/faults", UriKind.Relative), JsonContent.Create(new JsonObject { ["payments-slow"] = true }), ct))
        {
            slow.EnsureSuccessStatusCode();
        }

        await Ask(people, WarmUp, ct);
        var said = await Ask(people, TimeSpan.FromSeconds(seconds), ct);

        var refusals = said.Where(one => one.Status == 503).ToArray();
        var untold = refusals.Count(one => !one.SaysWhen);
        var others = said.Where(one => one.Status is not (503 or 201 or 202) && one.Code != "in-progress").GroupBy(one => (one.Status, one.Code)).Select(group => $"{group.Count()} x {group.Key.Status} {group.Key.Code}").ToArray();
        if (refusals.Length == 0)
        {
            Console.Error.WriteLine("Nobody was held off.");
            return 1;
        }

        var (call, perSecond) = (CallResult.Of("refusals", refusals.Select(one => one.Ms)), refusals.Length / (double)seconds);
        Console.WriteLine(asJson
            ? JsonSerializer.Serialize(new { name = call.Name, per_s = Math.Round(perSecond, 1), p50_ms = Math.Round(call.P50, 2), p99_ms = Math.Round(call.P99, 2), cpu_ms = (double?)null, limit_per_s = (double?)null, ratio = (double?)null })
            : string.Create(CultureInfo.InvariantCulture, $"{clients} clients without a pause: {perSecond:0} refusals/s, p50 {call.P50:0.0} ms, p99 {call.P99:0.0} ms; {said.Count(one => one.Status == 201)} were let through; {untold} without Retry-After; other answers: {(others.Length == 0 ? "none" : string.Join(", ", others))}"));
        return untold == 0 && others.Length == 0 ? 0 : 1;
    }

    private static async Task<Guid> List(HttpClient seller, CancellationToken ct)
    {
        using var answer = await seller.PostAsJsonAsync("/api/listings", new { kind = "second-hand", title = "Bench", description = "A thing.", price = Price }, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!["id"]!.GetValue<Guid>();
    }

    private static async Task<IReadOnlyCollection<Said>> Ask(IReadOnlyList<Person> people, TimeSpan duration, CancellationToken ct)
    {
        var said = new ConcurrentBag<Said>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(people.Select(one => Task.Run(
            async () =>
            {
                while (watch.Elapsed < duration)
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, "/api/trades") { Content = JsonContent.Create(new { listing = one.Listing, price = Price, card = "ok" }) };
                    request.Headers.Add("Idempotency-Key", one.Key.ToString());
                    var began = Stopwatch.GetTimestamp();
                    using var answer = await one.Buyer.SendAsync(request, ct);
                    var text = (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!;
                    said.Add(new Said((int)answer.StatusCode, text["code"]?.GetValue<string>(), answer.Headers.RetryAfter is not null, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
                    if (answer.StatusCode == HttpStatusCode.Created)
                    {
                        await Withdraw(one.Buyer, text["id"]!, ct);
                        one.Key = Guid.NewGuid();
                    }
                }
            },
            ct)));
        return said;
    }

    /// <summary>Until it is done, for the next trade asks for the same thing.</summary>
    private static async Task Withdraw(HttpClient buyer, JsonNode trade, CancellationToken ct)
    {
        for (var state = ""; state != "withdrawn"; await Task.Delay(10, ct))
        {
            using var answer = await buyer.PostAsync(new Uri($"/api/trades/{trade}/withdraw", UriKind.Relative), JsonContent.Create(new JsonObject()), ct);
            state = (await buyer.GetFromJsonAsync<JsonNode>($"/api/trades/{trade}", ct))!["state"]!.GetValue<string>();
        }
    }

    /// <summary>Insists on one trade until he has it, and then on the next.</summary>
    private sealed record Person(HttpClient Buyer, Guid Listing)
    {
        public Guid Key { get; set; } = Guid.NewGuid();
    }

    private sealed record Said(int Status, string? Code, bool SaysWhen, double Ms);
}
