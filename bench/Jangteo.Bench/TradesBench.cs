using System.Globalization;
using System.Text.Json;

namespace Jangteo.Bench;

/// <summary>bench trades: whole trades a second, what they cost, and how that compares with what the same database could do.</summary>
internal static class TradesBench
{
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    public static async Task<int> Run(string kind, int clients, int seconds, bool asJson, CancellationToken ct)
    {
        void Say(string line)
        {
            if (!asJson)
            {
                Console.WriteLine(line);
            }
        }

        Say("Starting the program on a database of its own ...");
        await using var server = await ServerUnderTest.Start(isSplit: false, ct);
        var (run, costs) = await Measure(server, kind, clients, seconds, WarmUp, Say, ct);

        Say("Measuring the limit: the same rows and commits by hand, with pgbench ...");
        var limit = await Limit.Measure(server, costs, clients, seconds, ct);

        var ratio = run.PerSecond / limit.PerSecond;
        if (asJson)
        {
            PrintJson(kind, run, limit, costs, ratio);
        }
        else
        {
            Print(kind, run, limit, costs, ratio);
        }

        if (run.Failures.Count > 0)
        {
            Say($"{run.Failures.Values.Sum()} calls failed: {string.Join("; ", run.Failures.Take(5).Select(failure => $"{failure.Value} x {failure.Key}"))}");
            return 1;
        }

        if (limit.Differs > 0.1)
        {
            Say($"The limit wrote {limit.Differs:P0} more or less than the program: the ratio means nothing.");
            return 1;
        }

        return 0;
    }

    /// <summary>Warms up, and measures.</summary>
    public static async Task<(RunResult Run, Costs Costs)> Measure(ServerUnderTest server, string kind, int clients, int seconds, TimeSpan warmUp, Action<string> say, CancellationToken ct)
    {
        var load = await TradeLoad.Prepare(server, kind, clients, say, ct);

        say($"Warming up for {warmUp.TotalSeconds:0} s with {clients} clients ...");
        await load.Play(warmUp, measured: false, ct);

        say("Counting what there is ...");
        await server.AtRest(ct);
        await server.SettleStatistics(ct);
        var before = await server.ReadCosts(await server.ReadProcessors(ct), ct);

        say($"Measuring for {seconds} s ...");
        var run = await load.Play(TimeSpan.FromSeconds(seconds), measured: true, ct);
        // What was put off is work too.
        await server.AtRest(ct);
        var processors = await server.ReadProcessors(ct);
        await server.SettleStatistics(ct);
        return (run, (await server.ReadCosts(processors, ct)).Since(before));
    }

    private static void Print(string kind, RunResult run, LimitResult limit, Costs costs, double ratio)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {run.PerSecond:0} whole trades/s ({run.PaidOut} with the pay-out in the ledger, in {run.Elapsed.TotalSeconds:0.0} s)"));
        foreach (var call in run.Calls)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {call.Name,-18} p50 {call.P50:0.0} ms   p99 {call.P99:0.0} ms   ({call.Count})"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  CPU per trade: program {costs.ProgramMs:0.00} ms, PostgreSQL {costs.PostgresMs:0.00} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  rows and commits per trade: program {costs.RowsPerTrade:0.0} and {costs.CommitsPerTrade:0.0}, limit {limit.Rows:0.0} and {limit.Commits:0.0}"));
        foreach (var (name, wrote) in costs.Tables.Where(table => table.Value.Total > 0.005).OrderBy(table => table.Key))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {name,-32} +{wrote.Inserted:0.00} ~{wrote.Updated:0.00} -{wrote.Deleted:0.00}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  limit: {limit.PerSecond:0} trades/s by hand; ratio {ratio:P1}"));
    }

    private static void PrintJson(string kind, RunResult run, LimitResult limit, Costs costs, double ratio)
    {
        var slowest = run.Calls.MaxBy(call => call.P99)!;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            name = $"trades-{kind}",
            per_s = Math.Round(run.PerSecond, 1),
            p50_ms = Math.Round(slowest.P50, 2),
            p99_ms = Math.Round(slowest.P99, 2),
            cpu_ms = Math.Round(costs.ProgramMs + costs.PostgresMs, 3),
            limit_per_s = Math.Round(limit.PerSecond, 1),
            ratio = Math.Round(ratio, 4),
        }));
        foreach (var call in run.Calls)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { name = $"call-{call.Name}", per_s = Math.Round(call.Count / run.Elapsed.TotalSeconds, 1), p50_ms = Math.Round(call.P50, 2), p99_ms = Math.Round(call.P99, 2), cpu_ms = (double?)null, limit_per_s = (double?)null, ratio = (double?)null }));
        }
    }
}
