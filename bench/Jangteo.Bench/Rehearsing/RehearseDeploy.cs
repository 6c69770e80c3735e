using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// <c>rehearse deploy</c>: every process of some modules of a split market, two of each, is replaced while siege reads and people trade. No
/// request may fail, and nothing that a client was told may be lost.
/// </summary>
/// <param name="rounds">How often each process is replaced.</param>
/// <param name="modules">Whose processes are replaced.</param>
/// <param name="drains">Whether processes drain before they stop, or are killed.</param>
internal sealed class RehearseDeploy(int rounds, IReadOnlyList<string> modules, bool drains, LoadPlan load)
{
    private const int Replicas = 2;

    private static readonly TimeSpan ComesBackWithin = TimeSpan.FromMinutes(2);

    public static Command Command()
    {
        var rounds = RehearsalOption.Of(
            "--rounds", 3, "How often each process is replaced.");
        var modules = new Option<string[]>("--modules")
        {
            Description = "Whose processes are replaced; without it all.",
            DefaultValueFactory = _ => [.. Kinds.Modules.All],
            AllowMultipleArgumentsPerToken = true,
        };
        var withoutDraining = new Option<bool>("--without-draining")
        {
            Description = "Processes are killed instead of drained: this must not hold.",
        };
        var load = new LoadOptions(least: 50_000);
        var command = new Command(
            "deploy", "Replaces every process of a split market under load: no request may fail, and nothing may be lost.")
        {
            rounds, modules, withoutDraining,
        };
        load.AddTo(command);
        command.SetAction((parsed, ct) => new RehearseDeploy(
            parsed.GetValue(rounds), parsed.GetValue(modules)!, !parsed.GetValue(withoutDraining), load.Read(parsed)).Run(ct));
        return command;
    }

    private async Task<int> Run(CancellationToken ct)
    {
        using var ground = new RehearsalGround();
        await using var fleet = new Fleet(ground.Settings, modules.ToDictionary(module => module, _ => Replicas), Release.Own, ground.Say);
        await fleet.Start(ct);
        var (holds, figure) = await ground.UnderLoad(load, fleet, seed: 1, () => ReplaceAll(fleet, ground, ct), ct);
        return Rehearse.End(holds, figure);
    }

    private async Task ReplaceAll(Fleet fleet, RehearsalGround ground, CancellationToken ct)
    {
        for (var round = 1; round <= rounds; round++)
        {
            var began = Stopwatch.StartNew();
            foreach (var place in modules.SelectMany(module => fleet.Places[module]).Where(place => place.IsWanted))
            {
                await (drains ? fleet.Replace(place, ct) : Kill(place, ct));
            }

            ground.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"Round {round} of {rounds}: every process was replaced, in {began.Elapsed.TotalSeconds:0.0} s."));
        }
    }

    private static async Task Kill(ModuleProcess place, CancellationToken ct)
    {
        var killed = place.ProcessId;
        Posix.Signal(killed, Posix.Kill);
        await Waiting.Until(() => place.ProcessId != killed && place.IsReady, ComesBackWithin, ct);
    }
}
