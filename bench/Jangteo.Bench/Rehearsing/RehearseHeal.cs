using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Split;
using Jangteo.Stories;
using Npgsql;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// <c>rehearse heal</c>: one module of a split market fails in each of several ways. It recovers soon after the cause has ended, no request
/// to it waits long, and the other modules answer every request.
/// </summary>
internal sealed class RehearseHeal(IReadOnlyList<string> causes, TimeSpan lasts, TimeSpan backWithin, TimeSpan waitsAtMost)
{
    private const string Victim = Modules.Delivery;

    /// <summary>The leaking process may use so much; a sound one uses less than half of it.</summary>
    private const int MegabytesAtMost = 400;

    private const int MegabytesLeakedPerSecond = 60;

    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(20);

    private static readonly string[] All = ["killed", "hung", "leaking", "database-gone", "relay-stuck"];

    public static Command Command()
    {
        var causes = new Argument<string[]>("causes")
        {
            Description = $"What happens: {string.Join(", ", All)}; none is all.",
            DefaultValueFactory = _ => All,
            Arity = ArgumentArity.ZeroOrMore,
        };
        causes.AcceptOnlyFromAmong(All);
        var lasts = RehearsalOption.Of<double>(
            "--lasts", 10, "For how many seconds the database is gone, and the relay stays stuck.");
        var back = RehearsalOption.Of<double>(
            "--back-within", 10, "How many seconds it may take until the module is back.");
        var waits = RehearsalOption.Of<double>(
            "--waits-at-most", 5, "How many seconds a request to it may wait.");
        var command = new Command(
            "heal", "Kills, stops and starves a module of a split market: it is back within 10 s, and the others answer every request.")
        {
            causes, lasts, back, waits,
        };
        command.SetAction((parsed, ct) => new RehearseHeal(
            parsed.GetValue(causes)!, TimeSpan.FromSeconds(parsed.GetValue(lasts)), TimeSpan.FromSeconds(parsed.GetValue(back)),
            TimeSpan.FromSeconds(parsed.GetValue(waits))).Run(ct));
        return command;
    }

    public async Task<int> Run(CancellationToken ct)
    {
        using var ground = new RehearsalGround();
        Environment.SetEnvironmentVariable("Jangteo__Liveness__StuckAfter", "10s");
        Environment.SetEnvironmentVariable("Jangteo__Liveness__Memory", $"{MegabytesAtMost}MB");
        await using var fleet = new Fleet(ground.Settings, new Dictionary<string, int>(), Release.Own, ground.Say);
        await fleet.Start(ct);
        using var http = new HttpClient { BaseAddress = new Uri(fleet.Address), Timeout = TimeSpan.FromSeconds(20) };
        var readers = await ReadersOf(new Market(http), ct);
        var databases = RunFile.OfRunning(ground.Settings.DataFolder)!.Databases!;
        var (holds, worst) = (true, TimeSpan.Zero);
        foreach (var cause in causes)
        {
            foreach (var reader in readers)
            {
                reader.Begin();
            }

            var ended = await Play(cause, fleet, databases, ct);
            await readers.Single(reader => reader.Module == Victim).Answers(ended, GivesUpAfter, ct);
            await Waiting.Until(() => fleet.Places[Victim].Where(place => place.IsWanted).All(place => place.IsReady), GivesUpAfter, ct);
            var took = Stopwatch.GetElapsedTime(ended);
            var read = await Task.WhenAll(readers.Select(reader => reader.End()));
            var (own, others) = (read.Single(one => one.Module == Victim), read.Where(one => one.Module != Victim).ToList());
            var failed = others.Sum(one => one.Failed);
            var isWell = took <= backWithin && failed == 0 && own.Longest <= waitsAtMost;
            ground.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{cause}: back {took.TotalSeconds:0.0} s after its end; {own.Failed} of {own.Requests} requests to it were refused, "
                    + $"the longest wait was {own.Longest.TotalSeconds:0.0} s; "
                    + $"the other modules failed {failed} of {others.Sum(one => one.Requests)}{(isWell ? "" : " (DOES NOT HOLD)")}"));
            holds &= isWell;
            worst = took > worst ? took : worst;
        }

        return Rehearse.End(holds, string.Create(
            CultureInfo.InvariantCulture, $"{causes.Count} causes, back {worst.TotalSeconds:0.0} s at most after the end of each"));
    }

    /// <summary>Answers when it ended, as a timestamp.</summary>
    private async Task<long> Play(string cause, Fleet fleet, IReadOnlyDictionary<string, string> databases, CancellationToken ct)
    {
        var place = fleet.Places[Victim].First(place => place.IsWanted);
        var process = place.ProcessId;
        switch (cause)
        {
            case "killed":
                Posix.Signal(process, Posix.Kill);
                return Stopwatch.GetTimestamp();
            case "hung":
                // The cause ends when the hung process is killed. If that takes too long, the time counts from the beginning.
                Posix.Signal(process, Posix.Stop);
                var stopped = Stopwatch.GetTimestamp();
                await Waiting.Until(() => place.ProcessId != process, GivesUpAfter, ct);
                return Stopwatch.GetElapsedTime(stopped) <= backWithin ? Stopwatch.GetTimestamp() : stopped;
            case "leaking":
                await Leak(place, ct);
                var leaking = place.ProcessId;
                await Waiting.Until(() => place.ProcessId != leaking, GivesUpAfter, ct);
                return Stopwatch.GetTimestamp();
            case "database-gone":
                await TakeDatabase(databases, place, ct);
                return Stopwatch.GetTimestamp();
            default:
                await HoldRelay(databases[Victim], place, ct);
                return Stopwatch.GetTimestamp();
        }
    }

    private static async Task Leak(ModuleProcess place, CancellationToken ct)
    {
        const string hooks = "DOTNET_STARTUP_HOOKS";
        Environment.SetEnvironmentVariable(hooks, typeof(StartupHook).Assembly.Location);
        Environment.SetEnvironmentVariable(StartupHook.Variable, $"{MegabytesLeakedPerSecond}");
        try
        {
            await place.Replace(ct);
        }
        finally
        {
            Environment.SetEnvironmentVariable(hooks, null);
            Environment.SetEnvironmentVariable(StartupHook.Variable, null);
        }
    }

    private async Task TakeDatabase(IReadOnlyDictionary<string, string> databases, ModuleProcess place, CancellationToken ct)
    {
        await using var server = NpgsqlDataSource.Create(databases[Hosting.Common]);
        var database = new NpgsqlConnectionStringBuilder(databases[Victim]).Database;
        await Execute(server, $"alter database \"{database}\" allow_connections false", ct);
        await Execute(server, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'", ct);
        await Waiting.Until(() => !place.IsReady, GivesUpAfter, ct);
        await Task.Delay(lasts, ct);
        await Execute(server, $"alter database \"{database}\" allow_connections true", ct);
    }

    /// <summary>
    /// Stops the server process that works for the relay, in the middle of its statement: whatever waits for it waits for ever. The process
    /// of the module notices that it is stuck and is replaced; the relay of the next waits for the lock of the stopped one.
    /// </summary>
    private async Task HoldRelay(string database, ModuleProcess place, CancellationToken ct)
    {
        var process = place.ProcessId;
        await using var source = NpgsqlDataSource.Create(database);
        await using var admin = await source.OpenConnectionAsync(ct);
        await using var transaction = await admin.BeginTransactionAsync(ct);
        await using (var taking = new NpgsqlCommand($"select pg_advisory_xact_lock(hashtext('relay'), hashtext('{Victim}'))", admin))
        {
            await taking.ExecuteNonQueryAsync(ct);
        }

        int? backend = null;
        while (backend is null)
        {
            await using var looking = new NpgsqlCommand(
                """
                select pid
                from pg_locks
                where locktype = 'advisory'
                    and not granted
                    and database = (select oid from pg_database where datname = current_database())
                limit 1
                """,
                admin);
            backend = (int?)await looking.ExecuteScalarAsync(ct);
            await Task.Delay(LooksEvery, ct);
        }

        Posix.Signal(backend.Value, Posix.Stop);
        try
        {
            await transaction.RollbackAsync(ct);
            await Waiting.Until(() => place.ProcessId != process && place.ProcessId != 0, GivesUpAfter, ct);
            await Task.Delay(lasts, ct);
        }
        finally
        {
            Posix.Signal(backend.Value, Posix.Continue);
        }
    }

    private static async Task Execute(NpgsqlDataSource server, string sql, CancellationToken ct)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A route of each module, which that module alone answers.</summary>
    private static async Task<IReadOnlyList<ModuleReader>> ReadersOf(Market market, CancellationToken ct)
    {
        // The views hear of the sample listings a moment later.
        string? picture = null;
        await Waiting.Until(
            async () => (picture = (await market.Get("junho", "/api/listings", ct)).Body?["items"]?.AsArray()
                .SelectMany(listing => listing!["pictures"]!.AsArray()).Select(one => (string?)one).FirstOrDefault()) is not null,
            GivesUpAfter, ct);
        return
        [
            new(market, Modules.Identity, "/api/people/me"),
            new(market, Modules.Catalog, $"/api/pictures/{picture}"),
            new(market, Modules.Payments, "/api/my/statement"),
            new(market, Modules.Delivery, "/api/deliveries"),
            new(market, Modules.Notices, "/api/notices"),
            new(market, Modules.Trading, "/api/kinds"),
            new(market, Modules.Views, "/api/my/trades"),
        ];
    }
}

/// <param name="Failed">Those that were refused or not answered.</param>
internal sealed record ModuleRead(string Module, int Requests, int Failed, TimeSpan Longest);

/// <summary>Reads a route of a module again and again.</summary>
internal sealed class ModuleReader(Market market, string module, string path)
{
    private static readonly TimeSpan ReadsEvery = TimeSpan.FromMilliseconds(50);

    private volatile bool ends;
    private long answeredAt;
    private Task<ModuleRead> reading = Task.FromResult(new ModuleRead(module, 0, 0, TimeSpan.Zero));

    public string Module => module;

    public void Begin()
    {
        ends = false;
        reading = Task.Run(Read);
    }

    /// <summary>Waits for a good answer to a request that was sent after a moment.</summary>
    public async Task Answers(long since, TimeSpan patience, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (Volatile.Read(ref answeredAt) < since)
        {
            if (waited.Elapsed > patience)
            {
                throw new TimeoutException($"{module} has not answered within {patience}.");
            }

            await Task.Delay(ReadsEvery, ct);
        }
    }

    public Task<ModuleRead> End()
    {
        ends = true;
        return reading;
    }

    private async Task<ModuleRead> Read()
    {
        var (requests, failed, longest) = (0, 0, TimeSpan.Zero);
        while (!ends)
        {
            var sent = Stopwatch.GetTimestamp();
            var isWell = false;
            try
            {
                isWell = (await market.Get("junho", path, CancellationToken.None)).IsYes;
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
            {
                // Counted below.
            }

            requests++;
            failed += isWell ? 0 : 1;
            longest = Stopwatch.GetElapsedTime(sent) is var took && took > longest ? took : longest;
            if (isWell)
            {
                Volatile.Write(ref answeredAt, sent);
            }

            await Task.Delay(ReadsEvery);
        }

        return new ModuleRead(module, requests, failed, longest);
    }
}
