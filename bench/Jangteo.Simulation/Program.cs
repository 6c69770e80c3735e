using System.Diagnostics;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Simulation;

// simulate --trades N [--seed S] [--kind K]: random trades with every fault there is. The same seed gives the same run, to the byte.
// simulate transfers --histories N [--seed S]: trades that are paid by bank transfer in every way there is.
var ofTransfers = args is ["transfers", ..];
args = ofTransfers ? args[1..] : args;
var count = ofTransfers ? "--histories" : "--trades";
var (trades, seed, only, folder) = (20_000, (ulong)Random.Shared.NextInt64(), (string?)null, "kinds");
for (var index = 0; index + 1 < args.Length; index += 2)
{
    switch (args[index])
    {
        case "--trades" or "--histories" when args[index] == count
            && int.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out trades):
        case "--seed" when ulong.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed):
            break;
        case "--kind":
            only = args[index + 1];
            break;
        case "--kinds":
            folder = args[index + 1];
            break;
        default:
            return Usage();
    }
}

if (args.Length % 2 != 0 || trades <= 0)
{
    return Usage();
}

var read = KindReader.Read(folder);
var kinds = read.Value?.All.Where(kind => only is null || kind.Name == only).ToList() ?? [];
if (kinds.Count == 0)
{
    Console.Error.WriteLine(read.IsWell ? $"There is no kind {only} in {folder}." : string.Join('\n', read.Mistakes));
    return 1;
}

var began = Stopwatch.GetTimestamp();
var shown = began;
var run = new Run(kinds, Rules.Real, seed, ofTransfers: ofTransfers);
Console.WriteLine($"seed {seed}");
while (run.Trades < trades && run.Found is null)
{
    run.Next();
    if (Stopwatch.GetElapsedTime(shown) > TimeSpan.FromSeconds(1))
    {
        shown = Stopwatch.GetTimestamp();
        Console.Error.Write($"\r{run.Trades:N0} of {trades:N0} trades, {run.Trades / Stopwatch.GetElapsedTime(began).TotalSeconds:N0}/s ");
    }
}

var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
Console.Error.Write('\r');
Console.WriteLine($"{run.Trades:N0} trades in {run.Worlds:N0} worlds, {run.Steps:N0} steps, {seconds:N1} s, {run.Trades / seconds:N0} trades/s");
foreach (var ending in run.Endings.OrderBy(pair => pair.Key.Kind, StringComparer.Ordinal).ThenBy(pair => pair.Key.State, StringComparer.Ordinal))
{
    Console.WriteLine($"  {ending.Key.Kind,-20} {ending.Key.State,-20} {ending.Value,10:N0}");
}

foreach (var (what, times) in run.Transfers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
{
    Console.WriteLine($"  {"transfers",-20} {what,-20} {times,10:N0}");
}

Console.WriteLine($"trace {run.Hash:x16}");
Console.WriteLine($"violations {run.Found?.Violations.Count ?? 0}");
if (run.Found is { } found)
{
    Console.WriteLine(run.Explain(found));
    return 1;
}

return 0;

static int Usage()
{
    Console.Error.WriteLine("simulate --trades <count> [--seed <number>] [--kind <one kind>] [--kinds <folder>]");
    Console.Error.WriteLine("simulate transfers --histories <count> [--seed <number>] [--kind <one kind>] [--kinds <folder>]");
    return 2;
}
