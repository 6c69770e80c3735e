using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Sandbox;
using Jangteo.Split;
using Spectre.Console;

namespace Jangteo.Commands;

/// <summary><c>jangteo split</c>: the same market with every module in a process of its own, and <c>split scale</c>, which asks the one that runs for more or fewer.</summary>
internal static class RunSplit
{
    private static readonly TimeSpan ScalesWithin = TimeSpan.FromMinutes(3);
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
        var release = new Option<string?>("--release") { Description = "The Jangteo.dll that the processes run, such as that of another version; without it this program." };
        var works = new Option<string>("--folder") { Description = "Where the jangteo.yaml and the kinds of that release stand.", DefaultValueFactory = _ => "." };
        var modules = new Argument<string[]>("modules")
        {
            Description = "Whose processes are replaced; none is all.",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => [],
        };
        modules.Validators.Add(given =>
        {
            foreach (var unknown in given.GetValueOrDefault<string[]>()!.Except(Modules.All))
            {
                given.AddError($"There is no module '{unknown}'; there are {string.Join(", ", Modules.All)}.");
            }
        });
        var restart = new Command("restart", "Replaces the processes of the market that runs one after the other, each after it has drained: without losing a request where a module has two.")
        {
            modules, release, works,
        };
        restart.SetAction((parsed, ct) => Restart(
            SettingsReader.Read(), parsed.GetValue(modules)!, Named(parsed.GetValue(release), parsed.GetValue(works)!), ct));
        var command = new Command("split", "Runs every module as a process of its own: a database each, RabbitMQ between them, HAProxy in front.")
        {
            replicas, release, works, scale, restart,
        };
        command.SetAction((parsed, ct) => Run(
            SettingsReader.Read(), parsed.GetValue(replicas)!, Named(parsed.GetValue(release), parsed.GetValue(works)!) ?? Release.Own, ct));
        return command;
    }

    private static Release? Named(string? program, string folder) =>
        program is null ? null : Release.At(GivenPath.Of(program), GivenPath.Of(folder));

    private static IReadOnlyDictionary<string, int> Read(string text, int least, Action<string> refuse)
    {
        var (counts, mistake) = Replicas.Parse(text, least);
        if (mistake is not null)
        {
            refuse(mistake);
        }

        return counts;
    }

    private static async Task<int> Run(
        Settings settings, IReadOnlyDictionary<string, int> replicas, Release release, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UnavailableException("Modules run apart on Linux only. The market in one process runs everywhere: ./jangteo run");
        }

        SandboxNotice.RefuseOpenByMistake(settings);
        var board = new FleetBoard(AnsiConsole.Console);
        await using var fleet = new Fleet(settings, replicas, release, board.Say);
        try
        {
            await fleet.Start(ct);
            board.Say(string.Create(
                CultureInfo.InvariantCulture, $"Ready at {fleet.Address}, {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds:0.0} s after its start. Logs are in {fleet.Folder}."));
            if (settings.Sandbox)
            {
                board.Say(SandboxNotice.Of(settings));
            }

            await await Task.WhenAny(board.Show(fleet, ct), fleet.Supervision);
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
        RefuseWithoutMarket(settings);
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

        Console.WriteLine(string.Join(
            Environment.NewLine, counts.Select(pair => pair.Value == 0 ? $"{pair.Key}: stopped" : $"{pair.Key}: {pair.Value} ready")));
        return 0;

        bool IsDone(RunFile? run) => counts.All(pair => run?.Processes?.Where(process => process.Module == pair.Key).ToList() is { } found && found.Count == pair.Value && found.All(process => process.IsReady));
    }

    private static async Task<int> Restart(Settings settings, string[] modules, Release? release, CancellationToken ct)
    {
        var run = RefuseWithoutMarket(settings);
        var wanted = modules.Length > 0 ? modules : [.. Modules.All];
        var stopped = wanted.Where(module => run.Processes!.All(process => process.Module != module)).ToList();
        if (modules.Length > 0 && stopped.Count > 0)
        {
            throw new UnavailableException(
                $"No process runs {string.Join(", ", stopped)}. Start one: ./jangteo split scale {stopped[0]}=1");
        }

        var waited = Stopwatch.StartNew();
        await new Restart(Guid.NewGuid(), [.. wanted.Except(stopped)], release)
            .Ask(Path.Combine(settings.DataFolder, "split"), () => RunFile.OfRunning(settings.DataFolder) is not null, ct);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{string.Join(", ", wanted.Except(stopped))}: replaced in {waited.Elapsed.TotalSeconds:0.0} s"));
        return 0;
    }

    private static RunFile RefuseWithoutMarket(Settings settings) => RunFile.OfRunning(settings.DataFolder) is { Databases: not null } run
        ? run
        : throw new UnavailableException($"No split market works with {Path.GetFullPath(settings.DataFolder)}. Start one: ./jangteo split");
}
