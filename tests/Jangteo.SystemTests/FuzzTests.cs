using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.SystemTests.OpenApi;
using Jangteo.SystemTests.Storm;

namespace Jangteo.SystemTests;

/// <summary>
/// Requests made at random from the API document, written to raw sockets: no client library puts right what is wrong with them. With
/// JANGTEO_LONG=1 they are 50,000. A failure names its seed and number; JANGTEO_FUZZ_SEED plays the same requests again.
/// </summary>
public sealed partial class FuzzTests(PatientProgram patient, ITestOutputHelper output) : IClassFixture<PatientProgram>
{
    private const int AtOnce = 8;

    private static readonly int Requests = Storming.IsLong ? 50_000 : 3_000;

    /// <summary>Longer than the program waits for a client that has stopped sending.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_request_is_answered_with_a_fault_or_with_what_is_inside()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("JANGTEO_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var shop = new Shop(patient.Program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        var fuzzer = new Fuzzer(await patient.Program.ApiDocument(), patient.Program.Address.Authority, deal, await shop.Operator);
        var (wrong, silent, statuses) = (new ConcurrentBag<string>(), new ConcurrentBag<string>(), new ConcurrentDictionary<int, int>());

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), parallel, async (number, ct) =>
        {
            var (request, isWhole) = fuzzer.Next(new Random(HashCode.Combine(seed, number)));
            var answer = await Send(request, isWhole, ct);
            var status = Status()
                .Match(answer) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
            statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (status >= 500 || Insides().IsMatch(answer))
                wrong.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"seed {seed}, request {number}:\n{Shown(request)}\nwas answered:\n{answer[..Math.Min(answer.Length, 1000)]}"));
            if (isWhole && status == 0)
                silent.Add(Shown(request));
        });

        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"seed {seed}: ") + string.Join(
                ", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} x {pair.Key}")));
        Assert.True(wrong.IsEmpty, $"{wrong.Count} answers should not be:\n{string.Join("\n\n", wrong.Take(5))}");
        Assert.True(silent.IsEmpty, $"{silent.Count} requests were not answered:\n{string.Join("\n\n", silent.Take(5))}");
        // Most of it is understood well enough to be refused in words; else nothing but the parser of HTTP was tried.
        Assert.True(
            statuses.Where(pair => pair.Key is >= 200 and < 300 or 401 or 403 or 404 or 409 or 422).Sum(pair => pair.Value) > Requests / 2);
        await shop.BooksAreRight();
    }

    private async Task<string> Send(byte[] request, bool isWhole, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", patient.Program.Address.Port, limit.Token);
        var answer = new StringBuilder();
        try
        {
            var stream = socket.GetStream();
            await stream.WriteAsync(request, limit.Token);
            if (!isWhole)
                socket.Client.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16 * 1024];
            // A stream of events never ends, and its beginning says all that counts here.
            while (answer.Length < 64 * 1024 && await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
                if (answer.ToString().Contains("text/event-stream", StringComparison.Ordinal))
                    break;
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // What is no HTTP may be answered by closing the connection.
        }

        return answer.ToString();
    }

    private static string Shown(byte[] request) => Encoding.Latin1.GetString(request)[..Math.Min(request.Length, 1500)];

    [GeneratedRegex(@"\AHTTP/1\.1 (\d{3})")]
    private static partial Regex Status();

    [GeneratedRegex(@"System\.|Jangteo\.|Npgsql|Exception|   at |42\w\d\d:")]
    private static partial Regex Insides();
}

/// <summary>Makes requests that are sound in most parts and odd in some.</summary>
internal sealed class Fuzzer(ApiDescription document, string host, Deal deal, Visitor operates)
{
    private static readonly string[] OddTexts =
    [
        "", " ", "\u0000", "a\nb", "\u202Eabc", "\u200B", "가", "\u1100\u1161", "\uFF11\uFF12", "👩‍👩‍👧‍👦", "e\u0301",
        "'; drop table trades; --", "<script>", "%00", "../../etc/passwd", "{{7*7}}",
        "null", "true", "0", "-1", "1e400", "NaN", "9223372036854775808", "3d", "ok", "declined", "minji", "a@b", "a@b.kr", "+821012345678",
        "010-1234-5678", "\\u0000", "*", "W/\"1\"",
        new('x', 300), new('가', 5000),
    ];

    private static readonly string[] OddJson =
    [
        "null", "true", "0", "-0", "1.5", "1e5", "1E999", "-9223372036854775809", "9223372036854775807", "[]", "{}", "[[[[]]]]", "\"\"",
        "\"\\ud800\"", "\"\\u0000\"", "{\"a\":{\"b\":[1,2]}}", "01", "nul", "",
    ];

    private static readonly string[] OddTypes =
    [
        "application/json", "application/json; charset=utf-8", "application/json; charset=\"UTF-8\"", "application/json;charset=utf-16",
        "application/json; charset=klingon", "application/json; charset=",
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", "*/*", "", ";",
        "application/problem+json",
    ];

    private static readonly string[] OddHeaders =
    [
        "If-Match: x", "If-Match: *", "If-Match: \"1\", \"2\"", "If-Match: W/\"1\"", "Idempotency-Key: k",
        "Accept-Language: ko;q=0.1, *;q=x", "Accept-Language: ,,,", "Accept: text/html", "Origin: null",
        "Origin: http://evil.example", "Cookie: jangteo-session=x", "X-Correlation-Id: x", "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-Proto: javascript", "X-Forwarded-Host: evil.example", "Last-Event-ID: -1",
        "Range: bytes=5-1", "Expect: 100-continue", "Upgrade: h2c", "Content-Encoding: gzip", "TE: trailers", "Accept-Encoding: zip",
        "If-None-Match: *", "X: \u0001", "NoColon", " folded: x",
    ];

    /// <summary>
    /// The next request, and whether it is whole: the connection of one that is not has to be closed, or the program waits for the rest.
    /// </summary>
    public (byte[] Request, bool IsWhole) Next(Random random)
    {
        var route = document.Routes[random.Next(document.Routes.Count)];
        var head = new StringBuilder();
        head.Append(
            CultureInfo.InvariantCulture,
            $"{Method(route, random)} {Path(route, random)}{Query(route, random)} HTTP/1.{(random.Next(50) == 0 ? 0 : 1)}\r\n");
        head.Append(
            CultureInfo.InvariantCulture, $"Host: {(random.Next(60) == 0 ? Pick(OddTexts, random) : host)}\r\nConnection: close\r\n");
        if (Token(route, random) is { } token)
            head.Append(CultureInfo.InvariantCulture, $"Authorization: Bearer {token}\r\n");
        while (random.Next(4) == 0)
            head.Append(CultureInfo.InvariantCulture, $"{Pick(OddHeaders, random)}\r\n");

        var body = route.Request is { } schema ? Body(schema, random) : route.Method == "POST" ? Noise(random) : random.Next(20) == 0 ? Noise(random) : [];
        if (body.Length > 0 || route.Request is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {(random.Next(8) == 0 ? Pick(OddTypes, random) : route.Path.EndsWith("/pictures", StringComparison.Ordinal) ? "image/png" : "application/json")}\r\n");
        var (framed, isWhole) = Frame(head, body, random);
        head.Append("\r\n");
        return ([.. Encoding.UTF8.GetBytes(head.ToString()), .. framed], isWhole);
    }

    private static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Method(ApiRoute route, Random random) =>
        random.Next(40) == 0
            ? Pick(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "X", ""], random)
            : route.Method;

    private string Path(ApiRoute route, Random random)
    {
        var path = Regex.Replace(route.Path, @"\{(\w+)\}", part => random.Next(3) switch
        {
            0 => Uri.EscapeDataString(Pick(OddTexts, random)),
            1 => Guid.NewGuid().ToString(),
            _ => part.Groups[1].Value switch
            {
                "move" => Pick(["accept", "finish", "withdraw", "contest", "reject", "Accept"], random),
                "kind" => deal.Thing.Kind,
                "id" when route.Path.Contains("listings", StringComparison.Ordinal) => deal.Thing.Id.ToString(),
                _ => deal.Id.ToString(),
            },
        });
        return random.Next(60) == 0 ? path + Pick(["/", "//", "/..", "%2f", "?", "#", ";x=1", "%", "%zz", "\\"], random) : path;
    }

    private static string Query(ApiRoute route, Random random)
    {
        var names = (route.Operation["parameters"]?.AsArray() ?? []).Where(one => (string)one!["in"]! == "query")
            .Select(one => (string)one!["name"]!).ToList();
        var parts = new List<string>();
        // What ends a session of everybody here would end the test with it.
        while (names.Count > 0 && random.Next(2) == 0 && route.Path != "/api/session")
            parts.Add($"{Pick(names, random)}={(random.Next(3) == 0 ? Pick(["1", "20", "37.5,127", "price", "10000"], random) : Uri.EscapeDataString(Pick(OddTexts, random)))}");
        if (random.Next(40) == 0)
            parts.Add(Pick(["%", "&&&", "a=%FF", "a=%ED%A0%80", "=", "q[]=1"], random));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    private string? Token(ApiRoute route, Random random) => route.Path == "/api/session" ? null : random.Next(8) switch
    {
        0 => null,
        1 => Pick(["x", "", "é", new string('A', 3000)], random),
        2 or 3 => operates.Http.DefaultRequestHeaders.Authorization!.Parameter,
        4 or 5 => deal.Buyer.Http.DefaultRequestHeaders.Authorization!.Parameter,
        _ => deal.Seller.Http.DefaultRequestHeaders.Authorization!.Parameter,
    };

    private byte[] Body(JsonNode schema, Random random)
    {
        var members = document.Sound(schema).Select(member => (member.Key, Json: Value(member.Value, random))).ToList();
        while (random.Next(3) == 0)
            members.Add((random.Next(2) == 0 && members.Count > 0 ? Pick(members, random).Key : Pick(["extra", "", "\\u0000", "__proto__"], random), Pick(OddJson, random)));
        if (random.Next(3) == 0 && members.Count > 0)
            members.RemoveAt(random.Next(members.Count));
        var bytes = Encoding.UTF8.GetBytes("{" + string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Json}")) + "}");
        return random.Next(20) switch
        {
            0 => bytes[..random.Next(bytes.Length)],
            1 => [0xEF, 0xBB, 0xBF, .. bytes],
            2 => [.. bytes, 0xFF, 0xFE],
            3 => Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes)),
            4 => Encoding.UTF8.GetBytes(new string('[', 2000)),
            _ => bytes,
        };
    }

    private static string Value(JsonNode? sound, Random random) => random.Next(4) switch
    {
        0 => Pick(OddJson, random),
        1 => JsonValue.Create(Pick(OddTexts, random)).ToJsonString(),
        _ => sound?.ToJsonString() ?? "null",
    };

    /// <summary>How the length of the body is told: rightly, in chunks, or wrongly.</summary>
    private static (byte[] Body, bool IsWhole) Frame(StringBuilder head, byte[] body, Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                head.Append("Transfer-Encoding: chunked\r\n");
                return ([.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8], body.Length > 0);
            case 1:
                head.Append("Transfer-Encoding: chunked\r\n");
                return ([.. Encoding.ASCII.GetBytes(Pick(["zz\r\n", "-1\r\n", "ffffffffffffffff\r\n", "5\r\nab"], random)), .. body], false);
            case 2:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Pick(["-1", "x", "1, 2", "99999999999999999999", (body.Length + 5).ToString(CultureInfo.InvariantCulture)], random)}\r\n");
                return (body, false);
            default:
                if (body.Length > 0)
                    head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
                return (body, true);
        }
    }
}
