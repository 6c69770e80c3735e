using System.Globalization;
using System.Text.Json;

namespace Jangteo.Bench;

/// <summary>bench trades --split: the same trades on all modules in one process, and on each in a process of its own; what the second costs more.</summary>
internal static class ShapesBench
{
    /// <summary>What is required of the split shape, as shares of the other.</summary>
    private const double LeastThroughput = 0.35, MostProcessor = 2.5;

    public static async Task<int> Run(string kind, int clients, int seconds, bool asJson, CancellationToken ct)
    {
        void Say(string line)
        {
            if (!asJson)
            {
                Console.WriteLine(line);
            }
        }

        var (one, oneCosts) = await Measured(isSplit: false);
        var (split, splitCosts) = await Measured(isSplit: true);
        var (throughput, processor) = (split.PerSecond / one.PerSecond, Sum(splitCosts) / Sum(oneCosts));
        if (asJson)
        {
            PrintJson($"trades-{kind}-one-process", one, oneCosts, null);
            PrintJson($"trades-{kind}-split", split, splitCosts, throughput);
        }
        else
        {
            Console.WriteLine();
            Print($"{kind}, one process", one, oneCosts);
            Print($"{kind}, split", split, splitCosts);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"split: {throughput:P0} of the trades/s of one process (required: {LeastThroughput:P0}), {processor:0.00} times its CPU per trade (at most {MostProcessor:0.0})"));
        }

        var failures = one.Failures.Concat(split.Failures).ToList();
        if (failures.Count > 0)
        {
            Say($"{failures.Sum(failure => failure.Value)} calls failed: {string.Join("; ", failures.Take(5).Select(failure => $"{failure.Value} x {failure.Key}"))}");
        }

        return failures.Count == 0 && throughput >= LeastThroughput && processor <= MostProcessor ? 0 : 1;

        async Task<(RunResult Run, Costs Costs)> Measured(bool isSplit)
        {
            Say(isSplit ? "Starting every module as a process of its own ..." : "Starting the program in one process ...");
            await using var server = await ServerUnderTest.Start(isSplit, ct);
            // Seven processes compile while they run what one compiles, each for itself: on the same two cores that is over after about as many trades, and so later.
            return await TradesBench.Measure(server, kind, clients, seconds, isSplit ? 3 * TradesBench.WarmUp : TradesBench.WarmUp, Say, ct);
        }
    }

    private static double Sum(Costs costs) => costs.ProcessorMs.Values.Sum();

    private static void Print(string what, RunResult run, Costs costs)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {run.PerSecond:0} whole trades/s ({run.PaidOut} with the pay-out in the ledger, in {run.Elapsed.TotalSeconds:0.0} s)"));
        foreach (var call in run.Calls)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {call.Name,-18} p50 {call.P50:0.0} ms   p99 {call.P99:0.0} ms   ({call.Count})"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  per trade: {costs.RowsPerTrade:0.0} rows, {costs.CommitsPerTrade:0.0} commits, {Sum(costs):0.00} ms of CPU"));
        foreach (var (name, spent) in costs.ProcessorMs.OrderByDescending(one => one.Value))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {name,-18} {spent:0.00} ms"));
        }
    }

    private static void PrintJson(string name, RunResult run, Costs costs, double? ratio)
    {
        var slowest = run.Calls.MaxBy(call => call.P99)!;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            name,
            per_s = Math.Round(run.PerSecond, 1),
            p50_ms = Math.Round(slowest.P50, 2),
            p99_ms = Math.Round(slowest.P99, 2),
            cpu_ms = Math.Round(Sum(costs), 3),
            limit_per_s = (double?)null,
            ratio = ratio is { } share ? Math.Round(share, 4) : (double?)null,
        }));
    }
}
