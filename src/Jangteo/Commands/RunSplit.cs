using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Sandbox;
using Jangteo.Split;
using Spectre.Console;

namespace Jangteo.Commands;

/// <summary><c>jangteo split</c>: the same market with every module in a process of its own, and <c>split scale</c>, which asks the one that runs for more or fewer.</summary>
internal static class RunSplit
{
    private static readonly TimeSpan ScalesWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    public static Command Command()
    {
        var replicas = new Option<IReadOnlyDictionary<string, int>>("--replicas")
        {
            Description = "How many processes of a module: trading=2,views=2. One of each that is not named.",
            CustomParser = given => Read(given.Tokens[0].Value, least: 1, given.AddError),
            DefaultValueFactory = _ => new Dictionary<string, int>(),
            Arity = ArgumentArity.ExactlyOne,
        };
        var counts = new Argument<IReadOnlyDictionary<string, int>>("counts")
        {
            Description = "How many processes of a module from now on: trading=3,views=0. Those that are not named stay as they are.",
            CustomParser = given => Read(given.Tokens[0].Value, least: 0, given.AddError),
            Arity = ArgumentArity.ExactlyOne,
        };
        var scale = new Command("scale", "Asks the market that runs for more or fewer processes, and waits until they are ready.") { counts };
        scale.SetAction((parsed, ct) => Scale(SettingsReader.Read(), parsed.GetValue(counts)!, ct));
        var command = new Command("split", "Runs every module as a process of its own: a database each, RabbitMQ between them, HAProxy in front.") { replicas, scale };
        command.SetAction((parsed, ct) => Run(SettingsReader.Read(), parsed.GetValue(replicas)!, ct));
        return command;
    }

    private static IReadOnlyDictionary<string, int> Read(string text, int least, Action<string> refuse)
    {
        var (counts, mistake) = Replicas.Parse(text, least);
        if (mistake is not null)
        {
            refuse(mistake);
        }

        return counts;
    }

    private static async Task<int> Run(Settings settings, IReadOnlyDictionary<string, int> replicas, CancellationToken ct)
    {
        SandboxNotice.RefuseOpenByMistake(settings);
        var board = new FleetBoard(AnsiConsole.Console);
        await using var fleet = new Fleet(settings, replicas, board.Say);
        try
        {
            await fleet.Start(ct);
            board.Say(string.Create(
                CultureInfo.InvariantCulture, $"Ready at {fleet.Address}, {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds:0.0} s after its start. Logs are in {fleet.Folder}."));
            if (settings.Sandbox)
            {
                board.Say(SandboxNotice.Of(settings));
            }

            await board.Show(fleet, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopped while it was starting.
        }

        board.Say("Stopping ...");
        return 0;
    }

    private static async Task<int> Scale(Settings settings, IReadOnlyDictionary<string, int> counts, CancellationToken ct)
    {
        if (RunFile.OfRunning(settings.DataFolder) is not { Databases: not null })
        {
            throw new UnavailableException($"No split market works with {Path.GetFullPath(settings.DataFolder)}. Start one: ./jangteo split");
        }

        Replicas.Write(Path.Combine(settings.DataFolder, "split"), counts);
        var waited = Stopwatch.StartNew();
        while (!IsDone(RunFile.OfRunning(settings.DataFolder)))
        {
            if (waited.Elapsed > ScalesWithin)
            {
                throw new UnavailableException($"Not all are ready after {ScalesWithin.TotalSeconds} s. Their logs are in {Path.Combine(settings.DataFolder, "split")}.");
            }

            await Task.Delay(LooksEvery, ct);
        }

        Console.WriteLine($"{string.Join(", ", counts.Select(pair => $"{pair.Value} of {pair.Key}"))}: ready");
        return 0;

        bool IsDone(RunFile? run) => counts.All(pair => run?.Processes?.Where(process => process.Module == pair.Key).ToList() is { } found && found.Count == pair.Value && found.All(process => process.IsReady));
    }
}
