using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Jangteo.Bench.Abuse;

/// <param name="Status">0 when there was no answer.</param>
internal sealed record TraderCall(string Name, int Status, string? Code, double Ms);

/// <summary>
/// Eight people who trade and look around as people do, with a pause between, and one more who signs in with a password from another
/// address. What they were answered is kept.
/// </summary>
internal sealed class Traders : IAsyncDisposable
{
    public const string SigningIn = "sign in";

    private const int Pairs = 4;
    private const long Price = 10_000;
    private const string Email = "right@example.com";
    private const string Password = "a right password for the market";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly Uri address;
    private readonly SocketsHttpHandler handler;
    private readonly SocketsHttpHandler elsewhere = From("127.0.0.3");
    private readonly List<(HttpClient Buyer, HttpClient Seller)> pairs = [];

    private Traders(Uri address, SocketsHttpHandler handler) => (this.address, this.handler) = (address, handler);

    /// <param name="address">Of the market, or of the gateway in front of it.</param>
    /// <param name="from">The address of this machine that they come from.</param>
    public static async Task<Traders> Gather(ServerUnderTest server, Uri address, string from, CancellationToken ct)
    {
        var traders = new Traders(address, From(from));
        for (var pair = 0; pair < Pairs; pair++)
        {
            traders.pairs.Add((await server.SignIn($"buyer-{pair}", traders.handler, ct, address), await server.SignIn($"seller-{pair}", traders.handler, ct, address)) is var (buyer, seller)
                ? (buyer.Http, seller.Http)
                : default);
        }

        using var signUp = new HttpClient(traders.elsewhere, disposeHandler: false) { BaseAddress = address };
        using var signedUp = await signUp.PostAsJsonAsync("/api/people", new { name = "Right", email = Email, password = Password }, ct);
        return traders;
    }

    /// <summary>A seller, for tests that need one.</summary>
    public HttpClient Seller => pairs[0].Seller;

    /// <summary>Trades for as long as is said; whole trades only.</summary>
    public async Task<IReadOnlyCollection<TraderCall>> Trade(TimeSpan duration, CancellationToken ct)
    {
        var calls = new ConcurrentBag<TraderCall>();
        var watch = Stopwatch.StartNew();
        var trading = pairs.Select(pair => Task.Run(
            async () =>
            {
                while (watch.Elapsed < duration)
                {
                    await TradeOnce(pair.Buyer, pair.Seller, calls, ct);
                }
            },
            ct));
        var signing = Task.Run(
            async () =>
            {
                using var http = new HttpClient(elsewhere, disposeHandler: false) { BaseAddress = address };
                while (watch.Elapsed < duration)
                {
                    await Call(http, calls, SigningIn, HttpMethod.Post, "/api/session", new { email = Email, password = Password }, ct);
                    await Task.Delay(TimeSpan.FromMilliseconds(400), ct);
                }
            },
            ct);
        await Task.WhenAll([.. trading, signing]);
        return calls;
    }

    public ValueTask DisposeAsync()
    {
        pairs.ForEach(pair =>
        {
            pair.Buyer.Dispose();
            pair.Seller.Dispose();
        });
        handler.Dispose();
        elsewhere.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A handler whose connections come from an address of this machine.</summary>
    public static SocketsHttpHandler From(string from) => new()
    {
        UseCookies = false,
        ConnectCallback = async (context, ct) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static async Task TradeOnce(HttpClient buyer, HttpClient seller, ConcurrentBag<TraderCall> calls, CancellationToken ct)
    {
        await Listen(buyer, calls, ct);
        await Call(buyer, calls, "search", HttpMethod.Get, "/api/listings?limit=10", null, ct);
        var listed = await Call(
            seller, calls, "register", HttpMethod.Post, "/api/listings",
            new { kind = "second-hand", title = "Bench", description = "A thing.", price = Price }, ct);
        if (listed?["id"] is not { } listing)
        {
            return;
        }

        var begun = await Call(
            buyer, calls, "start", HttpMethod.Post, "/api/trades", new { listing = listing.GetValue<Guid>(), price = Price, card = "ok" },
            ct);
        if (begun?["id"]?.GetValue<Guid>() is not { } trade)
        {
            return;
        }

        await Call(seller, calls, "accept", HttpMethod.Post, $"/api/trades/{trade}/accept", new { }, ct);
        await Call(buyer, calls, "read", HttpMethod.Get, $"/api/trades/{trade}", null, ct);
        await Call(buyer, calls, "my trades", HttpMethod.Get, $"/api/my/trades?after=trading:{trade}:2", null, ct);
        await Call(buyer, calls, "finish", HttpMethod.Post, $"/api/trades/{trade}/finish", new { }, ct);
        await Call(seller, calls, "notices", HttpMethod.Get, "/api/notices", null, ct);
    }

    private static async Task<JsonNode?> Call(
        HttpClient http, ConcurrentBag<TraderCall> calls, string name, HttpMethod method, string path, object? body, CancellationToken ct)
    {
        await Task.Delay(Pause, ct);
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, ct);
            var text = await answer.Content.ReadAsStringAsync(ct);
            var ms = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            var said = text.StartsWith('{') ? JsonNode.Parse(text) : null;
            calls.Add(
                new TraderCall(name, (int)answer.StatusCode, answer.IsSuccessStatusCode ? null : said?["code"]?.GetValue<string>(), ms));
            return answer.IsSuccessStatusCode ? said : null;
        }
        catch (Exception none) when (none is HttpRequestException or IOException)
        {
            calls.Add(new TraderCall(name, 0, none.Message, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
            return null;
        }
    }

    /// <summary>Opens a live stream, until it has said hello.</summary>
    private static async Task Listen(HttpClient http, ConcurrentBag<TraderCall> calls, CancellationToken ct)
    {
        await Task.Delay(Pause, ct);
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.GetAsync(new Uri("/api/live", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ct);
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
            var line = await lines.ReadLineAsync(ct);
            calls.Add(
                new TraderCall(
                    "listen", (int)answer.StatusCode, answer.IsSuccessStatusCode ? null : line,
                    Stopwatch.GetElapsedTime(began).TotalMilliseconds));
        }
        catch (Exception none) when (none is HttpRequestException or IOException)
        {
            calls.Add(new TraderCall("listen", 0, none.Message, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
        }
    }
}
