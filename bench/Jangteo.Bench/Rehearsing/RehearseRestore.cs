using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jangteo.Backups;
using Jangteo.Kinds;
using Npgsql;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// <c>rehearse restore</c>: a market with many trades is backed up while people trade, loses its database, and is restored. How long both
/// take, whether its data is sound (I1-I10), and whether trades go on.
/// </summary>
internal sealed class RehearseRestore(int trades, int played, bool isSplit)
{
    private const int Clients = 8;
    private const int GoOn = 20;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromMinutes(10);

    /// <summary>Backup and restore together, of 100,000 trades.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    public static Command Command()
    {
        var trades = RehearsalOption.Of(
            "--trades", 100_000, "How many trades the market has.");
        var played = new Option<int>("--played")
        {
            Description = "How many of them are played over HTTP; the market is then copied, with ids of its own for each copy, until it "
                + "has them all.",
            DefaultValueFactory = _ => 500,
        };
        var split = new Option<bool>("--split") { Description = "Each module in a process and a database of its own." };
        var command = new Command(
            "restore", "Backs up a market with many trades, drops it and restores it: within a minute, whole, and trades go on.")
        {
            trades, played, split,
        };
        command.SetAction((parsed, ct) =>
        {
            var all = parsed.GetValue(trades);
            return new RehearseRestore(all, Math.Min(parsed.GetValue(played), all), parsed.GetValue(split)).Run(ct);
        });
        return command;
    }

    private async Task<int> Run(CancellationToken ct)
    {
        await using var market = await ServerUnderTest.Start(isSplit, ct);
        var backups = Path.Combine(market.Folder, "backups");
        await Fill(market, backups, ct);

        // People trade while the backup is taken, so its moment falls between the messages of open trades.
        var trading = await TradeLoad.Prepare(market, "second-hand", 1, Say, ct);
        var meanwhile = trading.PlayTrades(GoOn, ct);
        var (said, backedUp) = await Timed(() => market.Command(ct, "backup", backups));
        Say(said);
        var failures = (await meanwhile).ToList();
        await market.Stop(ct);
        Drop(market.Folder);

        (said, var restored) = await Timed(() => market.Command(ct, "restore", backups, "--without-checks"));
        Say(said);
        await market.StartAgain(ct);
        await market.AtRest(ct);
        var backup = Backup.Read(Backup.In(backups)[0]);
        var wanted = backup.RowsOf(Modules.Trading, "trades");
        var found = await Count(market, Modules.Trading, "trades", ct);
        var ((checks, broken), took) = await Timed(() => Check(market, ct));
        Say($"{checks} integrity checks of everything took {Seconds(took)}.");
        failures.AddRange(await (await TradeLoad.Prepare(market, "second-hand", Clients, Say, ct)).PlayTrades(GoOn, ct));
        failures.AddRange(broken);
        if (found != wanted)
        {
            failures.Add($"{found} trades are there, and {wanted} were backed up");
        }

        (_, broken) = await Check(market, ct);
        failures.AddRange(broken);
        failures.ForEach(Say);
        return Rehearse.End(
            failures.Count == 0 && backedUp + restored < Within,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{found:N0} trades ({backup.Rows:N0} rows): backup {Seconds(backedUp)}, restore {Seconds(restored)}, together "
                    + $"{Seconds(backedUp + restored)} of {Within.TotalSeconds:0} s at most; {checks} checks, {failures.Count} failures; "
                    + $"{GoOn} more trades made"));
    }

    /// <summary>Plays some trades, and copies the market until it has all.</summary>
    private async Task Fill(ServerUnderTest market, string backups, CancellationToken ct)
    {
        Say($"Playing {played:N0} trades ...");
        var load = await TradeLoad.Prepare(market, "second-hand", Clients, Say, ct);
        var failures = await load.PlayTrades(played, ct);
        if (failures.Count > 0)
        {
            throw new InvalidOperationException($"The market could not be filled: {failures[0]}");
        }

        await market.AtRest(ct);
        var copies = (int)Math.Ceiling(trades / (double)played);
        if (copies == 1)
        {
            return;
        }

        await Checked(market, ct);
        await market.Command(ct, "backup", backups);
        await market.Stop(ct);
        Say($"Making {copies:N0} copies of them ...");
        var large = Path.Combine(market.Folder, "large");
        await new CopiesOfMarket(Backup.In(backups)[0], large, copies).Write(ct);
        await market.Command(ct, "restore", large, "--replace", "--without-checks");
        Directory.Delete(large, recursive: true);
        Directory.Delete(backups, recursive: true);
        await market.StartAgain(ct);
        await market.AtRest(ct);
    }

    /// <summary>As if the disk of the servers was lost.</summary>
    private static void Drop(string data)
    {
        foreach (var server in new[] { "postgres", "rabbitmq" }.Select(name => Path.Combine(data, name)).Where(Directory.Exists))
        {
            Directory.Delete(server, recursive: true);
        }
    }

    /// <summary>How many integrity checks there are, and those that do not hold.</summary>
    private static async Task<(int Checks, IReadOnlyList<string> Broken)> Check(ServerUnderTest market, CancellationToken ct)
    {
        await market.AtRest(ct);
        using var handler = new SocketsHttpHandler();
        var (sora, _) = await market.SignIn("sora", handler, ct);
        using (sora)
        using (var patient = new HttpClient(handler, disposeHandler: false) { BaseAddress = market.Address, Timeout = AnswersWithin })
        {
            patient.DefaultRequestHeaders.Authorization = sora.DefaultRequestHeaders.Authorization;
            patient.DefaultRequestHeaders.Add("Accept-Language", "en");
            var (count, broken) = (0, new List<string>());
            foreach (var module in Modules.All.Where(module => module != Modules.Identity))
            {
                var books = await Books(patient, module, ct);
                count += books.Count;
                broken.AddRange(books.Where(check => !check!["ok"]!.GetValue<bool>())
                    .Select(check => $"{module}: {check!["name"]}: {check["detail"]}"));
            }

            return (count, broken);
        }
    }

    /// <summary>A database that is busy refuses for a moment, as it does anybody.</summary>
    private static async Task<JsonArray> Books(HttpClient operating, string module, CancellationToken ct)
    {
        for (var asking = Stopwatch.StartNew(); ; await Task.Delay(AskAgainAfter, ct))
        {
            using var answer = await operating.GetAsync(new Uri($"/api/operator/{module}/books?all=true", UriKind.Relative), ct);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || asking.Elapsed > AnswersWithin)
            {
                answer.EnsureSuccessStatusCode();
                return (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!["checks"]!.AsArray();
            }
        }
    }

    /// <summary>
    /// Waits until the integrity watches have looked at all that was traded. A market that has been traded in for long has no more than
    /// some seconds' worth to look at, so what is copied must not have more either.
    /// </summary>
    private static async Task Checked(ServerUnderTest market, CancellationToken ct)
    {
        foreach (var module in Modules.All)
        {
            var waiting = Stopwatch.StartNew();
            while (await Count(market, module, "integrity_changes", ct) > 0)
            {
                await Task.Delay(AskAgainAfter, ct);
                if (waiting.Elapsed > AnswersWithin)
                {
                    throw new TimeoutException($"{module} has not looked at what changed within {AnswersWithin}.");
                }
            }
        }
    }

    private static async Task<long> Count(ServerUnderTest market, string module, string table, CancellationToken ct)
    {
        var run = RunFile.OfRunning(market.Folder)!;
        await using var source = NpgsqlDataSource.Create(run.Database ?? run.Databases![module]);
        await using var command = source.CreateCommand($"select count(*) from {module}.{table}");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<(T Result, TimeSpan Took)> Timed<T>(Func<Task<T>> act)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await act();
        return (result, Stopwatch.GetElapsedTime(began));
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");

    private static void Say(string line) => Console.Error.WriteLine(line.TrimEnd());
}
