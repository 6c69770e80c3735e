using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// <c>rehearse upgrade</c>: a market of the release before is upgraded to this one under load, process by process. Half-way, when each
/// module has one process of either release, every story of every kind is played. The new release comes with its migrations, and with a
/// new version of a kind.
/// </summary>
/// <param name="atOnce">How many modules are upgraded at the same time; of each, one process.</param>
internal sealed partial class RehearseUpgrade(int atOnce, LoadPlan load)
{
    private const int Replicas = 2;

    /// <summary>The kind of which the new release has a new version, and what its table changes: a time that no story depends on.</summary>
    private const string ChangedKind = "second-hand";

    private const string OldRow = "after: 30d";
    private const string NewRow = "after: 29d";

    public static Command Command()
    {
        var atOnce = RehearsalOption.Of(
            "--at-once", 1, "How many modules are upgraded at the same time, one process of each.");
        var load = new LoadOptions(least: 10_000);
        var command = new Command(
            "upgrade", "Upgrades a market of the release before to this one under load, and plays every story half-way.")
        {
            atOnce,
        };
        load.AddTo(command);
        command.SetAction((parsed, ct) => new RehearseUpgrade(parsed.GetValue(atOnce), load.Read(parsed)).Run(ct));
        return command;
    }

    private async Task<int> Run(CancellationToken ct)
    {
        using var ground = new RehearsalGround();
        var before = await ReleaseBefore(ground, ct);
        var next = NextRelease(Path.Combine(ground.Folder, "next"), before);
        var replicas = Modules.All.ToDictionary(module => module, _ => Replicas);
        await using var fleet = new Fleet(ground.Settings, replicas, before, ground.Say);
        await fleet.Start(ct);

        var first = await ground.UnderLoad(load, fleet, seed: 1, () => Replace(fleet, 0, next, ct), ct);
        ground.Say($"Half of the processes are of this release: {first.Figure}.");
        var stories = await PlayStories(fleet, next, ground, ct);
        var second = await ground.UnderLoad(load, fleet, seed: 2, () => Replace(fleet, 1, next, ct), ct);
        ground.Say($"All are of this release: {second.Figure}.");
        return Rehearse.End(
            first.Holds && second.Holds && stories == 0,
            $"first half: {first.Figure}; stories with both releases: {(stories == 0 ? "as told" : "NOT as told")}; "
                + $"second half: {second.Figure}");
    }

    private Task Replace(Fleet fleet, int replica, Release release, CancellationToken ct) => Parallel.ForEachAsync(
        Modules.All.Select(module => fleet.Places[module][replica]),
        new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = ct },
        async (place, token) =>
        {
            place.Release = release;
            await fleet.Replace(place, token);
        });

    /// <summary>Builds the commit that <c>deploy/upgrade-from</c> names, once.</summary>
    /// <exception cref="UnavailableException">Its history is not here, or it does not build.</exception>
    private static async Task<Release> ReleaseBefore(RehearsalGround ground, CancellationToken ct)
    {
        var commit = (await File.ReadAllLinesAsync(Path.Combine("deploy", "upgrade-from"), ct)).First(line => Commit().IsMatch(line));
        var folder = Path.GetFullPath(Path.Combine("artifacts", "upgrade-from", commit));
        var program = Path.Combine(folder, "artifacts", "bin", "Jangteo", "release", "Jangteo.dll");
        if (!File.Exists(program))
        {
            ground.Say($"Building {commit[..8]}, the release before ...");
            Directory.CreateDirectory(folder);
            await Do("sh", ["-c", "git archive \"$1\" | tar -x -C \"$2\"", "sh", commit, folder], ".", ct);
            string[] quickly = ["-v", "quiet", "-p:RunAnalyzers=false", "-p:UseSharedCompilation=false"];
            await Do("dotnet", ["build", "src/Jangteo", "-c", "Release", .. quickly], folder, ct);
        }

        // The pages are not what is rehearsed, and take a minute to build.
        var pages = Path.Combine(folder, "artifacts", "web");
        if (!Directory.Exists(pages))
        {
            await Do("cp", ["-R", Path.Combine("artifacts", "web"), pages], ".", ct);
        }

        return Release.At(program, folder);
    }

    /// <summary>
    /// This program, with a kind in its next version and the texts of the release before: stories know a message on the phone by its words, and
    /// a process of either release may send it.
    /// </summary>
    private static Release NextRelease(string folder, Release before)
    {
        Directory.CreateDirectory(folder);
        File.Copy("jangteo.yaml", Path.Combine(folder, "jangteo.yaml"));
        foreach (var file in Directory.EnumerateFiles("kinds", "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            var isText = Path.GetFileName(file).StartsWith("texts.", StringComparison.Ordinal);
            File.Copy(isText && Path.Combine(before.Folder, file) is var told && File.Exists(told) ? told : file, copy);
        }

        var table = Path.Combine(folder, "kinds", ChangedKind, "trade.yaml");
        var text = File.ReadAllText(table);
        if (!text.Contains(OldRow, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{ChangedKind} has no row {OldRow} any more; name another to change.");
        }

        File.WriteAllText(
            table,
            Version().Replace(text, found => $"version: {int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) + 1}")
                .Replace(OldRow, NewRow, StringComparison.Ordinal));
        return Release.At(Release.Own.Program, folder);
    }

    /// <summary>Answers the exit code of the demo.</summary>
    private static async Task<int> PlayStories(Fleet fleet, Release release, RehearsalGround ground, CancellationToken ct)
    {
        ground.Say("Every story is played, with one process of either release for each module ...");
        var start = new ProcessStartInfo(release.Executable, [.. release.Words, "demo", "--url", fleet.Address])
        {
            WorkingDirectory = release.Folder,
            RedirectStandardOutput = true,
        };
        using var demo = Process.Start(start)!;
        var said = await demo.StandardOutput.ReadToEndAsync(ct);
        await demo.WaitForExitAsync(ct);
        foreach (var line in said.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(demo.ExitCode == 0 ? 3 : 40))
        {
            ground.Say(line);
        }

        return demo.ExitCode;
    }

    private static async Task Do(string program, string[] words, string folder, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, words) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new UnavailableException($"{program} {string.Join(' ', words)} ended with {process.ExitCode}. It said:\n{said}");
        }
    }

    [GeneratedRegex("^[0-9a-f]{40}$")]
    private static partial Regex Commit();

    [GeneratedRegex("(?m)^version: ([0-9]+)")]
    private static partial Regex Version();
}
