using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace Jangteo.Bench.Abuse;

/// <summary>What one client that is not signed in can do to a market, over and over until it is stopped.</summary>
/// <param name="Effects">
/// What it must be answered, at least once each, or else it does not reach what it attacks and the run shows nothing: by status, or
/// <see cref="Held"/>.
/// </param>
/// <param name="Run">Notes what it was answered, by status.</param>
internal sealed record Attack(string Name, string[] Effects, Func<ConcurrentDictionary<string, int>, CancellationToken, Task> Run)
{
    /// <summary>Noted instead of a status where a connection is kept open although half of its request is still to come.</summary>
    private const string Held = "held";

    /// <summary>A fault of the program, and not its defence.</summary>
    private const string Fault = "500";

    /// <summary>A drop of a body, of which each connection sends one a second.</summary>
    private static readonly byte[] Drop = new byte[300];

    /// <summary>Without a pause the attack would be one of refusals, 13,000 a second, and not one of searches.</summary>
    private static readonly TimeSpan OftenEnough = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    /// <param name="pictures">Paths of pictures that it can have.</param>
    /// <param name="isAtGateway">Whether the market's gateway is in front, which itself waits for bodies and puts requests in line.</param>
    public static IReadOnlyList<Attack> All(Uri market, AbusePlan plan, IReadOnlyList<string> pictures, bool isAtGateway) =>
    [
        new("half-sent bodies", isAtGateway ? [Held] : [Held, "401", "429"], (heard, ct) => Together(plan.HalfSent, number => HalfSend(market, number % 2 == 0 ? "/api/trades" : "/api/session", heard, ct))),
        new("unknown tokens", ["200"], (heard, ct) => Ask(market, plan.Waits, TwoSeconds, _ => Get($"/api/listings?after=trading:{Guid.NewGuid()}:1"), heard, ct)),
        new("live streams", ["200", "429"], (heard, ct) => Together(plan.Streams, _ => Listen(market, heard, ct))),
        new("junk sign-ins", isAtGateway ? ["401"] : ["401", "429"], (heard, ct) => Ask(
            market, plan.SignIns, OneSecond,
            number => new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = JsonContent.Create(new { email = $"junk-{number}@example.com", password = "a junk password" }) },
            heard, ct)),
        new("many-word searches", ["200", "422"], (heard, ct) => Ask(market, plan.Searchers, OftenEnough, number => Get(Search(number)), heard, ct)),
        new("downloads", ["200"], (heard, ct) => Ask(market, plan.Downloads, OneSecond, number => Get(pictures[number % pictures.Count]), heard, ct)),
    ];

    /// <summary>Whether it was answered what it must be, and no fault of the program.</summary>
    public bool HasReached(IReadOnlyDictionary<string, int> heard) => Effects.All(heard.ContainsKey) && !heard.ContainsKey(Fault);

    /// <summary>Sixty words, as many as may be, words that all listings have, and words that none has.</summary>
    private static string Search(int number)
    {
        string[] words =
        [
            string.Join(' ', Enumerable.Range(0, 60).Select(word => (char)('a' + (word % 26)))),
            "a e i o t n 1 3",
            "thing nice bench common words that most listings",
            "zzz qqq 없는 말",
        ];
        return $"/api/listings{(number % 2 == 0 ? "" : "/facets")}?q={Uri.EscapeDataString(words[number / 2 % words.Length])}";
    }

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static Task Together(int clients, Func<int, Task> one) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => one(number))));

    /// <summary>Each client asks, and asks again when it has been answered, but not more often than is said.</summary>
    private static async Task Ask(
        Uri market, int clients, TimeSpan every, Func<int, HttpRequestMessage> ask, ConcurrentDictionary<string, int> heard,
        CancellationToken ct)
    {
        using var handler = Traders.From("127.0.0.1");
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = market };
        await Together(clients, async client =>
        {
            for (var number = client; !ct.IsCancellationRequested; number += clients)
            {
                var next = Task.Delay(every, CancellationToken.None);
                await Try(heard, async () =>
                {
                    using var request = ask(number);
                    using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                    await answer.Content.CopyToAsync(Stream.Null, ct);
                    return $"{(int)answer.StatusCode}";
                });
                await Task.WhenAny(next, Task.Delay(Timeout.Infinite, ct));
            }
        });
    }

    /// <summary>Says that 60,000 bytes come, and lets them drip. Whenever it is hung up on, it connects again.</summary>
    private static async Task HalfSend(Uri market, string path, ConcurrentDictionary<string, int> heard, CancellationToken ct)
    {
        var begin = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {market.Authority}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{");
        while (!ct.IsCancellationRequested)
        {
            await Try(heard, async () =>
            {
                using var client = new TcpClient();
                await client.ConnectAsync(market.Host, market.Port, ct);
                var stream = client.GetStream();
                await stream.WriteAsync(begin, ct);
                var answer = new byte[12];
                var said = stream.ReadAsync(answer, ct).AsTask();
                for (var drops = 0; !said.IsCompleted; drops++)
                {
                    await stream.WriteAsync(Drop, ct);
                    await Task.WhenAny(said, Task.Delay(OneSecond, ct));
                    if (drops == 0 && !said.IsCompleted)
                    {
                        Note(heard, Held);
                    }
                }

                return await said < answer.Length ? "closed" : Encoding.ASCII.GetString(answer)[9..];
            });
            await Task.WhenAny(Task.Delay(OneSecond, CancellationToken.None), Task.Delay(Timeout.Infinite, ct));
        }
    }

    /// <summary>Keeps a stream open. One that is refused is asked for again.</summary>
    private static async Task Listen(Uri market, ConcurrentDictionary<string, int> heard, CancellationToken ct)
    {
        using var handler = Traders.From("127.0.0.1");
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = market };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        while (!ct.IsCancellationRequested)
        {
            await Try(heard, async () =>
            {
                using var answer = await http.GetAsync(
                    new Uri("/api/live", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ct);
                if (answer.IsSuccessStatusCode)
                {
                    Note(heard, "200");
                    await answer.Content.CopyToAsync(Stream.Null, ct);
                    return "ended";
                }

                return $"{(int)answer.StatusCode}";
            });
            await Task.WhenAny(Task.Delay(OneSecond, CancellationToken.None), Task.Delay(Timeout.Infinite, ct));
        }
    }

    private static async Task Try(ConcurrentDictionary<string, int> heard, Func<Task<string>> ask)
    {
        string said;
        try
        {
            said = await ask();
        }
        catch (Exception none) when (none is HttpRequestException or IOException or SocketException)
        {
            said = "closed";
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Note(heard, said);
    }

    private static void Note(ConcurrentDictionary<string, int> heard, string said) => heard.AddOrUpdate(said, 1, (_, count) => count + 1);
}
