using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jangteo.Gateway;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Bench.Abuse;

/// <summary>
/// bench abuse: one client that is not signed in attacks a market in every way that was seen to stop one, while eight people trade. They
/// must be refused nothing, and the slowest hundredth of their calls may take at most twice as long as in peace.
/// </summary>
internal sealed class AbuseBench(AbusePlan plan, bool throughGateway, bool asJson, string? program)
{
    private const int Pictures = 8;
    private const double MostTimesSlower = 2;

    private static readonly TimeSpan ReachesWithin = TimeSpan.FromSeconds(60);

    private bool isViolated;

    public async Task<int> Run(CancellationToken ct)
    {
        await using var server = await ServerUnderTest.Start(
            isSplit: false, [("Limits__PerPersonPerSecond", "200"), .. plan.Settings], program, ct);
        Say($"Registering {plan.Listings} listings ...");
        await FillViews(server, plan.Listings, ct);
        await using (var traders = await Traders.Gather(server, server.Address, "127.0.0.1", ct))
        {
            await RunAll("", server, server.Address, traders, ct);
        }

        if (throughGateway)
        {
            // At the gateway an address has so many connections, so the traders come from another one than the attacker.
            var folder = Directory.CreateTempSubdirectory("jangteo-bench-gateway-").FullName;
            await using (var gateway = await PrivateGateway.Start(PlanOf(server), folder, ct))
            await using (var traders = await Traders.Gather(server, gatewayAddress!, "127.0.0.2", ct))
            {
                await RunAll("gateway: ", server, gatewayAddress!, traders, ct);
            }

            Directory.Delete(folder, recursive: true);
        }

        return isViolated ? 1 : 0;
    }

    private Uri? gatewayAddress;

    private GatewayPlan PlanOf(ServerUnderTest server)
    {
        var replica = new Replica("127.0.0.1", server.Address.Port, server.Address.Port);
        var port = Ports.Free();
        gatewayAddress = new Uri($"http://localhost:{port}");
        return new GatewayPlan
        {
            Modules = Modules.All.ToDictionary(module => module, IReadOnlyList<Replica> (_) => [replica]),
            Port = port,
            InternalPort = Ports.Free(),
            MetricsPort = Ports.Free(),
            AdminPort = Ports.Free(),
            Sandbox = true,
        };
    }

    private async Task RunAll(string prefix, ServerUnderTest server, Uri address, Traders traders, CancellationToken ct)
    {
        var pictures = await AddPictures(traders.Seller, ct);
        await traders.Trade(plan.Each, ct);
        var inPeace = new List<TraderCall>();
        var underAttack =
            new List<(Attack Attack, IReadOnlyCollection<TraderCall> Calls, Memory Memory, IReadOnlyDictionary<string, int> Heard)>();
        foreach (var attack in Attack.All(address, plan, pictures, isAtGateway: address != server.Address))
        {
            if (plan.IsMeasured)
            {
                inPeace.AddRange(await traders.Trade(plan.Each, ct));
            }

            Say($"{prefix}{attack.Name} ...");
            underAttack.Add(await Under(attack, server, traders, ct));
        }

        var peace = inPeace.Count == 0 ? 0 : P99(inPeace);
        Report($"{prefix}in peace", inPeace, peace, 0, null, null, hasReached: true);
        foreach (var (attack, calls, memory, heard) in underAttack)
        {
            Report($"{prefix}{attack.Name}", calls, P99(calls), peace, memory, heard, attack.HasReached(heard));
        }
    }

    private async Task<(Attack Attack, IReadOnlyCollection<TraderCall> Calls, Memory Memory, IReadOnlyDictionary<string, int> Heard)> Under(
        Attack attack, ServerUnderTest server, Traders traders, CancellationToken ct)
    {
        var heard = new ConcurrentDictionary<string, int>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var before = server.MemoryInUse();
        var attacking = attack.Run(heard, over.Token);
        var most = Watch(server, over.Token);

        // Time for it to have taken all that it can. An attack that reaches nothing would be no test of anything.
        for (var waited = Stopwatch.StartNew(); !attack.HasReached(heard) && waited.Elapsed < ReachesWithin;)
        {
            await Task.Delay(20, ct);
        }

        await Task.Delay(plan.Each / 5, ct);
        var calls = await traders.Trade(plan.Each, ct);
        await over.CancelAsync();
        await attacking;
        return (attack, calls, new Memory(before, await most, server.MemoryInUse()), heard);
    }

    private static async Task<long> Watch(ServerUnderTest server, CancellationToken ct)
    {
        var most = 0L;
        while (!ct.IsCancellationRequested)
        {
            most = Math.Max(most, server.MemoryInUse());
            await Task.Delay(100, CancellationToken.None);
        }

        return most;
    }

    private void Report(
        string name, IReadOnlyCollection<TraderCall> calls, double p99, double peace, Memory? memory,
        IReadOnlyDictionary<string, int>? heard, bool hasReached)
    {
        var refused = calls.Where(call => call.Status is < 200 or >= 300).ToArray();
        var ratio = peace > 0 ? p99 / peace : 0;
        var isBad = refused.Length > 0 || ratio > MostTimesSlower || !hasReached;
        isViolated |= isBad;
        var signIn = calls.Where(call => call.Name == Traders.SigningIn).Select(call => call.Ms).DefaultIfEmpty().Max();
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                name,
                calls = calls.Count,
                refused = refused.Length,
                p99_ms = Math.Round(p99, 1),
                ratio = Math.Round(ratio, 2),
                longest_sign_in_ms = Math.Round(signIn, 1),
                rss_before = memory?.Before,
                rss_most = memory?.Most,
                rss_after = memory?.After,
                attacker = heard,
                reached = hasReached,
                refusals = refused.Take(5),
            }));
            return;
        }

        if (calls.Count > 0)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-28} {calls.Count,6} calls, {refused.Length,4} refused, p99 {p99,7:0.0} ms{(ratio > 0 ? $" ({ratio:0.00}x)" : "")}, longest sign-in {signIn,6:0} ms{(memory is null ? "" : $", memory {memory.Before >> 20} -> {memory.Most >> 20} -> {memory.After >> 20} MB")}{(heard is null ? "" : $"; attacker: {string.Join(", ", heard.OrderBy(one => one.Key).Select(one => $"{one.Value} x {one.Key}"))}")}{(hasReached ? "" : "; reached nothing")}{(isBad ? "  VIOLATED" : "")}"));
        }

        foreach (var example in refused.Take(3))
        {
            Console.WriteLine($"    {example}");
        }
    }

    /// <summary>Signing in takes its time on purpose, so it is told apart.</summary>
    private static double P99(IEnumerable<TraderCall> calls) =>
        CallResult.Of("", calls.Where(call => call.Name != Traders.SigningIn).Select(call => call.Ms).DefaultIfEmpty()).P99;

    /// <summary>Listings that only the views know: registering so many would take an hour.</summary>
    private static async Task FillViews(ServerUnderTest server, int listings, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(server.Admin);
        await using var command = source.CreateCommand(
            """
            insert into views.listings (
                id, revision, kind, owner, owner_name, title, description, price, currency, status, quantity, available, lent, sold, written_off, pictures, since, at, place, lat, lng)
            select ('0190' || lpad(to_hex(n), 8, '0') || '70008000000000000000')::uuid, 1, 'second-hand', gen_random_uuid(), 'Minji',
                (array['Wool coat', '자전거', '캠핑 의자', 'Road bike', '책상', 'Lamp', '전기 드릴', 'Guitar', '유모차', 'Sofa bed'])[1 + n % 10] || ' ' || n,
                (array['Worn for one winter, as good as new. ', '거의 새것입니다. 직거래 환영. ', 'Used twice, comes with its bag. '])[1 + n % 3] || md5(n::text)
                    || ' common words that most listings have ' || repeat('nice thing 좋은 물건 ', n % 12),
                (n * 37) % 500000 + 1000, 'KRW', 'registered', 1, 1, 0, 0, 0, '', now(), now(), 'Gaon', 36.6 + (n % 1000) / 5000.0, 127.8 + (n % 777) / 4000.0
            from generate_series(1, $1) n
            """);
        command.CommandTimeout = 300;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = listings });
        await command.ExecuteNonQueryAsync(ct);
        await using var analyze = source.CreateCommand("analyze views.listings");
        await analyze.ExecuteNonQueryAsync(ct);
    }

    private static async Task<IReadOnlyList<string>> AddPictures(HttpClient seller, CancellationToken ct)
    {
        using var listed = await seller.PostAsJsonAsync(
            "/api/listings", new { kind = "second-hand", title = "Bench", description = "A thing with pictures.", price = 10_000 }, ct);
        var listing = (await listed.Content.ReadFromJsonAsync<JsonNode>(ct))!["id"]!.GetValue<Guid>();
        var paths = new List<string>();
        for (var number = 0; number < Pictures; number++)
        {
            using var body = new ByteArrayContent(Picture.Png()) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
            using var added = await seller.PostAsync(new Uri($"/api/listings/{listing}/pictures", UriKind.Relative), body, ct);
            added.EnsureSuccessStatusCode();
            paths.Add(added.Headers.Location!.ToString());
        }

        return paths;
    }

    private static void Say(string what) => Console.Error.WriteLine(what);

    /// <summary>Bytes of memory that the program had.</summary>
    private sealed record Memory(long Before, long Most, long After);
}
