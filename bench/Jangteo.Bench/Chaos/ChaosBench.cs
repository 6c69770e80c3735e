using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Split;
using Npgsql;

namespace Jangteo.Bench.Chaos;

/// <summary>What is to be done to a market whose modules run apart, one after the other; what is zero is not done.</summary>
/// <param name="Killing">How long its processes and servers are killed.</param>
/// <param name="BrokerAway">How long RabbitMQ is held down, at least.</param>
/// <param name="Messages">How many messages have to wait before it comes back.</param>
/// <param name="ViewsAway">How many trades are begun while Views is held down.</param>
/// <param name="RestsWithin">How long everything may take to come to rest after the last thing that was done to it.</param>
/// <param name="ReadyWithin">How long a process that was killed may take to be ready again.</param>
internal sealed record Plan(
    int Clients, int Seed, TimeSpan Killing, TimeSpan BrokerAway, int Messages, int ViewsAway, TimeSpan RestsWithin, TimeSpan ReadyWithin)
{
    /// <summary>How long each pair waits before its next step.</summary>
    public TimeSpan Pace { get; init; }
}

/// <summary>bench chaos: people trade through the gateway while whatever is behind it dies. Nothing that anybody was told may be lost, or done twice, and all must come to rest.</summary>
internal sealed class ChaosBench(Plan plan, bool asJson)
{
    private static readonly TimeSpan TradesWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ComesBackWithin = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();
    private readonly Stopwatch watch = Stopwatch.StartNew();

    /// <summary>Answers 0 when nothing was wrong.</summary>
    public async Task<int> Run(CancellationToken ct)
    {
        var data = DataFolder.New("chaos");
        try
        {
            return await RunIn(data, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Say("Stopped.");
            return 130;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task<int> RunIn(string data, CancellationToken ct)
    {
        // The processes of the fleet read their settings themselves. Whoever measures trades more often than people do.
        Environment.SetEnvironmentVariable("Jangteo__Limits__PerPersonPerSecond", "0");
        Environment.SetEnvironmentVariable("Jangteo__LogLevel", "Warning");
        await using var fleet = new Fleet(SettingsReader.Read() with { Port = Ports.Free(), DataFolder = data }, new Dictionary<string, int>(), Release.Own, Say);
        await fleet.Start(ct);
        var databases = RunFile.OfRunning(data)!.Databases!;
        using var crowd = await Crowd.Gather(new Uri(fleet.Address), plan, databases, ct);
        Say(string.Create(CultureInfo.InvariantCulture, $"{plan.Clients} clients trade at {fleet.Address}; seed {plan.Seed}."));

        var isWell = true;
        if (plan.Killing > TimeSpan.Zero)
        {
            isWell &= await Kill(fleet, crowd, ct);
        }

        if (plan.BrokerAway > TimeSpan.Zero)
        {
            isWell &= await HoldBroker(fleet, crowd, ct);
        }

        if (plan.ViewsAway > 0)
        {
            isWell &= await HoldViews(fleet, crowd, data, databases[Modules.Views], ct);
        }

        if (!isWell)
        {
            KeepLogs(fleet.Folder);
        }

        Say("Stopping ...");
        return isWell ? 0 : 1;
    }

    private async Task<bool> Kill(Fleet fleet, Crowd crowd, CancellationToken ct)
    {
        Say($"Killing for {plan.Killing.TotalSeconds:0} s ...");
        var unrest = new Unrest(fleet, plan.Seed, Say);
        crowd.Begin(ct);
        await unrest.Last(plan.Killing, plan.ReadyWithin, ct);
        var found = await crowd.End(ct);
        var returns = unrest.Returns.Order().ToList();
        var late = returns.Count(took => took > plan.ReadyWithin) + unrest.Away;
        return Tell("killed", found, new()
        {
            ["returned"] = returns.Count,
            ["late"] = late,
            ["ready_median_s"] = returns.Count == 0 ? 0 : Math.Round(returns[returns.Count / 2].TotalSeconds, 1),
            ["ready_worst_s"] = returns.Count == 0 ? 0 : Math.Round(returns[^1].TotalSeconds, 1),
            ["kills"] = unrest.Kills.Values.Sum(),
            ["killed"] = unrest.Kills,
            ["unanswered"] = crowd.Unanswered,
        }) && late == 0;
    }

    private async Task<bool> HoldBroker(Fleet fleet, Crowd crowd, CancellationToken ct)
    {
        Say($"RabbitMQ is killed, and held down for {plan.BrokerAway.TotalSeconds:0} s ...");
        var (before, accepted, waiting) = (0, 0, 0L);
        crowd.Begin(ct);
        await Waiting.Until(() => crowd.Trades > 0, TradesWithin, ct);
        await fleet.WithoutBroker(
            async () =>
            {
                before = crowd.Trades;
                await Task.Delay(plan.BrokerAway, ct);
                await Waiting.Until(async () => (waiting = await crowd.Unread(ct)) >= plan.Messages, TradesWithin, ct);
                accepted = crowd.Trades - before;
            },
            ct);
        Say(string.Create(CultureInfo.InvariantCulture, $"It is back; {accepted} orders were accepted meanwhile, and {waiting} messages wait."));
        var found = await crowd.End(ct);
        return Tell("broker-away", found, new() { ["accepted"] = accepted, ["waiting"] = waiting }) && accepted > 0;
    }

    private async Task<bool> HoldViews(Fleet fleet, Crowd crowd, string data, string database, CancellationToken ct)
    {
        Say($"Views is held down during {plan.ViewsAway} trades ...");
        var (begun, missed) = (0, 0L);
        crowd.Begin(ct);
        await fleet.Without(
            Modules.Views,
            async () =>
            {
                var before = crowd.Trades;
                await Waiting.Until(() => crowd.Trades - before >= plan.ViewsAway, TradesWithin, ct);
                begun = crowd.Trades - before;
            },
            ct);
        await Waiting.Until(() => fleet.Places[Modules.Views].Where(place => place.IsWanted).All(place => place.IsReady), ComesBackWithin, ct);
        missed = await crowd.Unread(ct);
        var found = await crowd.End(ct);

        var (same, rows) = await Compare(data, ct);
        await Damage(database, ct);
        var (damaged, _) = await Compare(data, ct);
        var (mended, _) = await Compare(data, ct);
        return Tell("views-away", found, new() { ["begun"] = begun, ["waiting"] = missed, ["rows"] = rows, ["differ"] = same, ["differAfterDamage"] = damaged, ["differAfterRebuild"] = mended })
            && (same, damaged, mended) == (0, 1, 0);
    }

    /// <summary>Has a second process make the views anew from the logs of all modules, and say how many rows were otherwise before.</summary>
    private static async Task<(long Differ, long Rows)> Compare(string data, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Jangteo.dll"), "rebuild-views", "--compare"]) { RedirectStandardOutput = true };
        start.Environment["Jangteo__DataFolder"] = data;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        var words = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(line => line.Contains("rows", StringComparison.Ordinal))?.Split(' ').Where(word => word.All(char.IsAsciiDigit) && word.Length > 0).Select(long.Parse).ToArray();
        return words is [var differ, var rows] ? (differ, rows) : throw new InvalidOperationException($"rebuild-views ended with {process.ExitCode}: {said}");
    }

    private static async Task Damage(string database, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("update views.trades set state = state || '!' where id = (select min(id::text)::uuid from views.trades)");
        await command.ExecuteNonQueryAsync(ct);
    }

    private bool Tell(string name, Found found, Dictionary<string, object> more)
    {
        foreach (var wrong in found.Faults)
        {
            Say(wrong);
        }

        var figures = new Dictionary<string, object>
        {
            ["name"] = name,
            ["acknowledged"] = found.Acknowledged,
            ["lost"] = found.Lost.Count,
            ["twice"] = found.Twice.Count,
            ["books"] = found.Books.Count(check => check.Ok),
            ["booksWrong"] = found.Books.Count(check => !check.Ok),
            ["wrong"] = found.Wrong.Count,
            ["answered_s"] = Math.Round(found.Answered.TotalSeconds, 1),
            ["rest_s"] = Math.Round(found.Rested.TotalSeconds, 1),
        };
        foreach (var (key, value) in more)
        {
            figures[key] = value;
        }

        lock (gate)
        {
            Console.WriteLine(asJson ? JsonSerializer.Serialize(figures) : $"{name}: {string.Join(", ", figures.Skip(1).Select(figure => $"{figure.Key} {(figure.Value is SortedDictionary<string, int> parts ? $"({string.Join(", ", parts.Select(part => $"{part.Key} {part.Value}"))})" : Convert.ToString(figure.Value, CultureInfo.InvariantCulture))}"))}");
        }

        return found.IsWell;
    }

    /// <summary>What the processes said goes with the market; when something was wrong, somebody wants to read it.</summary>
    private void KeepLogs(string folder)
    {
        var kept = Directory.CreateTempSubdirectory("jangteo-chaos-logs-").FullName;
        foreach (var log in Directory.EnumerateFiles(folder, "*.log", SearchOption.AllDirectories))
        {
            File.Copy(log, Path.Combine(kept, Path.GetFileName(log)));
        }

        Say($"The logs are kept in {kept}.");
    }

    private void Say(string line)
    {
        lock (gate)
        {
            // Figures are for who reads our output; what happens meanwhile is for who waits.
            (asJson ? Console.Error : Console.Out).WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,6:0.0} s  {line}"));
        }
    }
}
