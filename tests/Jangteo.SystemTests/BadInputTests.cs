using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Jangteo.SystemTests.OpenApi;
using Xunit.Sdk;

namespace Jangteo.SystemTests;

/// <summary>A program of its own to be rude to: it moves clocks and makes people.</summary>
public sealed class PatientProgram : IAsyncLifetime
{
    public JangteoProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Program = await JangteoProgram.Start(("Limits:PerPersonPerSecond", "0"), ("Limits:PerAddressPerSecond", "0"));

    public ValueTask DisposeAsync() => Program.DisposeAsync();
}

/// <summary>
/// Whatever is sent, the answer is a yes, or a problem document with a code (the document is compared on the way); it is never a fault, and nothing stays
/// half-done. What is sent is made from the API document, so a route that comes tomorrow is tried tomorrow.
/// </summary>
public sealed partial class BadInputTests(PatientProgram patient) : IClassFixture<PatientProgram>
{
    private const string NobodysId = "0190d0a0-0000-7000-8000-00000000dead";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly List<string> faults = [];

    private JangteoProgram Program => patient.Program;

    [Fact]
    public async Task Every_field_of_every_request_wrong_in_every_way_is_refused_with_a_code()
    {
        var document = await Program.ApiDocument();
        var (owner, operates) = (await Program.As("rude"), await Program.As("sora"));
        var soundListing = SoundListing(await AnyKind());
        var listing = (string)(await Yes(owner, "/api/listings", soundListing))["id"]!;

        foreach (var route in document.Routes.Where(route => route.Request is not null && route.Path != "/api/trades" && route.Path != "/api/trades/{id}/{move}"))
        {
            var sound = (JsonObject)(route.Path == "/api/listings" ? soundListing : document.Sound(route.Request!)).DeepClone();
            foreach (var bad in BadBody.Of(document, route.Request!, sound))
                await Send(route.Path.StartsWith("/api/operator", StringComparison.Ordinal) ? operates : owner, route, route.Path.Replace("{id}", listing), bad);
        }

        NoFaults();
        await TheBooksAreRight();
    }

    [Theory]
    [InlineData(50_000, 400, "malformed")]
    [InlineData(500_000, 413, "too-large")]
    public async Task A_body_that_nobody_reads_to_its_end_is_answered_and_its_connection_goes_on(int length, int status, string code)
    {
        var connections = 0;
        using var wire = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            ConnectCallback = async (to, ct) =>
            {
                connections++;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(to.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(wire) { BaseAddress = Program.Address };
        http.DefaultRequestHeaders.Authorization = (await Program.As("rude")).DefaultRequestHeaders.Authorization;
        var body = $$"""{"kind": ], "title": "{{new string('x', length)}}"}""";
        for (var number = 0; number < 200; number++)
        {
            using var answer = await http.PostAsync(new Uri("/api/listings", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), ct);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(code, (string?)(await Read(answer))["code"]);
        }

        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task A_trade_of_any_kind_asked_for_wrongly_in_every_way_is_refused_and_does_not_begin()
    {
        var document = await Program.ApiDocument();
        var (seller, buyer) = (await Program.As("rude seller"), await Program.As("rude buyer"));
        var route = document.Find("POST", "/api/trades")!;
        var begun = 0;
        foreach (var kind in await Kinds())
        {
            var listing = await Yes(seller, "/api/listings", SoundListing(kind));
            var sound = SoundTrade(kind, listing);
            foreach (var bad in BadBody.Of(document, route.Request!, sound))
                begun += await Send(buyer, route, route.Path, bad) ? 1 : 0;

            // The sound one is taken, so what was refused above was refused for what was wrong with it; of a single thing an odd but right one may have come before.
            using var taken = await Post(buyer, route.Path, new BadBody("sound", Encoding.UTF8.GetBytes(sound.ToJsonString())));
            Assert.True(taken.IsSuccessStatusCode || (string?)(await Read(taken))["code"] == "already-asked", $"{kind["kind"]}: {await taken.Content.ReadAsStringAsync(ct)}");
            begun += taken.IsSuccessStatusCode ? 1 : 0;
        }

        NoFaults();
        await TheBooksAreRight();
        var mine = await buyer.GetStringAsync("/api/my/trades?limit=100", ct);
        Assert.Equal(begun, JsonNode.Parse(mine)!["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Every_move_of_every_kind_asked_for_wrongly_in_every_way_is_refused_or_made_whole()
    {
        var document = await Program.ApiDocument();
        var (seller, buyer) = (await Program.As("rough seller"), await Program.As("rough buyer"));
        var route = document.Find("POST", $"/api/trades/{NobodysId}/x")!;
        foreach (var kind in await Kinds())
        {
            var listing = await Yes(seller, "/api/listings", SoundListing(kind));
            var trade = (string)(await Yes(buyer, "/api/trades", SoundTrade(kind, listing)))["id"]!;
            var moves = kind["moves"]!.AsArray().Select(move => (Do: (string)move!["do"]!, By: (string?)move["by"])).Distinct().Append((Do: "no-such-move", By: "buyer")).ToList();
            foreach (var (move, by) in moves)
            {
                foreach (var bad in BadBody.Of(document, route.Request!, document.Sound(route.Request!)))
                    await Send(by == "seller" ? seller : buyer, route, $"/api/trades/{trade}/{move}", bad);
            }

            await Send(await Program.As("a stranger"), route, $"/api/trades/{trade}/{moves[0].Do}", new BadBody("another's id", "{}"u8.ToArray()));
        }

        NoFaults();
        await TheBooksAreRight();
    }

    [Fact]
    public async Task Ids_and_words_in_addresses_may_be_anything()
    {
        var document = await Program.ApiDocument();
        var operates = await Program.As("sora");
        var odd = new[] { NobodysId, "00000000-0000-0000-0000-000000000000", "x", "0", "-1", "99999999999999999999", "가", "'%3B--", new string('x', 1500), "%2e%2e", "*", "null" };
        foreach (var route in document.Routes.Where(route => route.Parameters > 0))
        {
            foreach (var value in odd)
            {
                var path = System.Text.RegularExpressions.Regex.Replace(route.Path, @"\{[^}]+\}", value);
                await Send(operates, new HttpRequestMessage(new HttpMethod(route.Method), path) { Content = route.Request is null ? null : new StringContent("{}", Encoding.UTF8, "application/json") }, route.ToString(), value);
            }
        }

        NoFaults();
    }

    [Fact]
    public async Task Questions_in_addresses_may_be_anything()
    {
        var document = await Program.ApiDocument();
        var operates = await Program.As("sora");
        var odd = new[]
        {
            "", "x", "0", "-1", "1.5", "1e999", "NaN", "99999999999999999999", "2147483648", "%00", "a%00b", "%FF", "%ED%A0%80", "'%3B--", "%25", "_", "91,181", "NaN,NaN", "1,2,3", "0,0",
            new string('x', 3000), NobodysId, "null", "[]", "true", "%0D%0A", "a|b|c", "|", "5|" + NobodysId, "%EA%B0%80", "%22)(%22", "a%26!%7C(",
        };
        foreach (var route in document.Routes.Where(route => route.Method == "GET"))
        {
            foreach (var name in (route.Operation["parameters"]?.AsArray() ?? []).Where(one => (string)one!["in"]! == "query").Select(one => (string)one!["name"]!))
            {
                foreach (var value in odd)
                    await Send(operates, new HttpRequestMessage(HttpMethod.Get, $"{route.Path.Replace("{id}", NobodysId)}?{name}={value}"), route.ToString(), $"{name}={value}");
            }
        }

        NoFaults();
    }

    [Fact]
    public async Task Every_list_refuses_a_part_that_cannot_be_by_its_name()
    {
        var document = await Program.ApiDocument();
        var operates = await Program.As("sora");
        var lists = document.Routes.Where(route => (route.Operation["parameters"]?.AsArray() ?? []).Any(one => (string)one!["name"]! == "limit")).ToList();
        Assert.NotEmpty(lists);
        foreach (var list in lists)
        {
            foreach (var (name, value) in new[] { ("limit", "0"), ("limit", "101"), ("limit", "ten"), ("limit", "1.5"), ("limit", "-1"), ("limit", ""), ("cursor", new string('x', 201)) })
            {
                using var answer = await operates.GetAsync($"{list.Path}?{name}={value}", ct);
                var said = await Read(answer);
                Assert.Equal((422, "invalid", name), ((int)answer.StatusCode, (string)said["code"]!, said["errors"]!.AsObject().Single().Key));
            }
        }
    }

    [Fact]
    public async Task Headers_may_be_anything()
    {
        var document = await Program.ApiDocument();
        (string Name, string Value)[] odd =
        [
            ("Authorization", "Bearer x"), ("Authorization", "Bearer "), ("Authorization", "Basic eDp5"), ("Authorization", "Bearer " + new string('A', 6000)), ("Authorization", "x"),
            ("Cookie", "jangteo-session=x"), ("Cookie", "jangteo-session=" + new string('A', 6000)), ("Cookie", "=;;="), ("If-Match", "x"), ("If-Match", "-1"), ("If-Match", "99999999999999"), ("If-Match", "*"),
            ("If-Match", "W/\"1\""), ("If-Match", "\"1\""), ("Idempotency-Key", new string('k', 101)), ("Idempotency-Key", "'; --"), ("Accept-Language", ";;;,,*;q=x"), ("Accept-Language", new string('k', 3000)),
            ("X-Correlation-Id", "x"), ("X-Correlation-Id", NobodysId), ("Last-Event-ID", "x"), ("Last-Event-ID", "-1"), ("Last-Event-ID", "99999999999999999999"), ("Origin", "x"), ("Range", "bytes=9-1"),
            ("Accept", "x/y"), ("If-None-Match", "*"), ("Accept-Encoding", "x"), ("Expect", "100-continue"),
        ];
        foreach (var route in document.Routes)
        {
            foreach (var (name, value) in odd)
            {
                var request = new HttpRequestMessage(new HttpMethod(route.Method), System.Text.RegularExpressions.Regex.Replace(route.Path, @"\{[^}]+\}", NobodysId));
                if (route.Request is not null)
                    request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                request.Headers.TryAddWithoutValidation(name, value);
                await Send(name == "Authorization" || name == "Cookie" ? Program.Anonymous : await Rude(), request, route.ToString(), $"{name}: {value}");
            }
        }

        NoFaults();
    }

    [Fact]
    public async Task The_clock_can_be_moved_no_farther_than_it_can_count()
    {
        var minji = await Program.As("minji");
        var farthest = new BadBody("", """{"forward":"3000d"}"""u8.ToArray());

        Assert.Equal(200, (int)(await Post(minji, "/api/sandbox/clock", farthest)).StatusCode);
        Assert.Equal(422, (int)(await Post(minji, "/api/sandbox/clock", farthest)).StatusCode);
        Assert.Equal(422, (int)(await Post(minji, "/api/sandbox/clock", new BadBody("", """{"forward":"99999999d"}"""u8.ToArray()))).StatusCode);
        Assert.True((await minji.GetAsync("/api/sandbox/clock", ct)).IsSuccessStatusCode);
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"System\.|Jangteo\.|Npgsql|Exception|   at ")]
    private static partial System.Text.RegularExpressions.Regex Insides();

    private void NoFaults() => Assert.True(faults.Count == 0, $"{faults.Count} answers should not be:\n{string.Join('\n', faults.Take(40))}");

    private HttpClient? rude;

    private async Task<HttpClient> Rude() => rude ??= await Program.As("rude");

    private Task<bool> Send(HttpClient person, ApiRoute route, string path, BadBody bad)
    {
        var request = new HttpRequestMessage(new HttpMethod(route.Method), path) { Content = Content(bad) };
        return Send(person, request, route.ToString(), bad.What, bad.MustBeRefused, bad.NeverEchoed);
    }

    /// <summary>Sends, and notes what should not be: a fault of ours, a yes to nonsense, or an answer that is not what the API document says. Answers whether it was taken.</summary>
    private async Task<bool> Send(
        HttpClient person, HttpRequestMessage request, string route, string what, bool mustBeRefused = false, string? neverEchoed = null)
    {
        try
        {
            using (request)
            {
                // Of a stream only the beginning is waited for.
                using var answer = await person.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                var status = (int)answer.StatusCode;
                if (status is >= 400 and < 500 && Insides().IsMatch(await answer.Content.ReadAsStringAsync(ct)))
                    faults.Add($"{route}, {what}: speaks of the program's insides: {await answer.Content.ReadAsStringAsync(ct)}");
                if (status >= 500)
                    faults.Add($"{route}, {what}: {status} {await answer.Content.ReadAsStringAsync(ct)}; {EndOfLog()}");
                else if (status < 400 && mustBeRefused)
                    faults.Add($"{route}, {what}: was taken");
                else if (status < 400 && neverEchoed is not null && await answer.Content.ReadAsStringAsync(ct) is var kept && IsIn(kept, neverEchoed))
                    faults.Add($"{route}, {what}: was kept as it is: {kept}");
                return answer.IsSuccessStatusCode;
            }
        }
        catch (XunitException difference)
        {
            faults.Add($"{route}, {what}: {difference.Message}");
            return false;
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            faults.Add($"{route}, {what}: was not answered within {person.Timeout}; {EndOfLog()}");
            return false;
        }
    }

    private string EndOfLog()
    {
        var log = Program.Log;
        return $"the program's log ends with {log[^Math.Min(log.Length, 4000)..]}";
    }

    /// <summary>As it stands, or as JSON may write it.</summary>
    private static bool IsIn(string json, string text) =>
        json.Contains(text, StringComparison.Ordinal) || json.Contains($"\\u{(int)text[0]:x4}", StringComparison.OrdinalIgnoreCase);

    private Task<HttpResponseMessage> Post(HttpClient person, string path, BadBody body) => person.PostAsync(path, Content(body), ct);

    private static ByteArrayContent Content(BadBody body) => new(body.Json) { Headers = { ContentType = new MediaTypeHeaderValue(body.Type) } };

    private async Task<JsonNode> Yes(HttpClient person, string path, JsonObject body)
    {
        using var answer = await Post(person, path, new BadBody("", Encoding.UTF8.GetBytes(body.ToJsonString())));
        Assert.True(answer.IsSuccessStatusCode, $"{path} {body.ToJsonString()}: {await answer.Content.ReadAsStringAsync(ct)}");
        return await Read(answer);
    }

    private async Task<JsonNode> Read(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;

    private async Task<JsonNode[]> Kinds() => [.. JsonNode.Parse(await Program.Anonymous.GetStringAsync("/api/kinds", ct))!["items"]!.AsArray().Select(kind => kind!)];

    private async Task<JsonNode> AnyKind() => (await Kinds())[0];

    private static JsonObject SoundListing(JsonNode kind) => new()
    {
        ["kind"] = (string)kind["kind"]!,
        ["title"] = "Something",
        ["description"] = "Of some use.",
        ["price"] = 1000,
        ["quantity"] = (string)kind["stock"]! == "counted" ? 500 : null,
        ["place"] = new JsonObject { ["name"] = "Somewhere", ["lat"] = 36.6, ["lng"] = 127.8 },
    };

    private static JsonObject SoundTrade(JsonNode kind, JsonNode listing)
    {
        var trade = new JsonObject { ["listing"] = (string)listing["id"]!, ["price"] = (long)listing["price"]! };
        foreach (var need in kind["begin"]!["needs"]!.AsArray())
            trade[(string)need!["name"]!] = (string)need["type"]! switch { "number" => 1, "card" => "ok", _ => "1 Old Market" };
        return trade;
    }

    /// <summary>Everything has come to rest, and every module's invariants hold.</summary>
    private async Task TheBooksAreRight()
    {
        var operates = await Program.As("sora");
        var waited = Stopwatch.StartNew();
        while (await operates.GetStringAsync("/api/operator/rest", ct) is var rest && !(bool)JsonNode.Parse(rest)!["atRest"]!)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(5), $"Not at rest: {rest}; {EndOfLog()}");
            await Task.Delay(20, ct);
        }

        foreach (var route in (await Program.ApiDocument()).Routes.Where(route => route.Path.EndsWith("/books", StringComparison.Ordinal)))
        {
            var books = await operates.GetStringAsync($"{route.Path}?all=true", ct);
            Assert.True((bool)JsonNode.Parse(books)!["ok"]!, books);
        }
    }
}
