using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Bench.Rehearsing;

/// <summary>How a deployment is rehearsed.</summary>
/// <param name="Rounds">How often each process is replaced.</param>
/// <param name="Modules">Whose processes are replaced.</param>
/// <param name="Clients">Of siege, which only reads.</param>
/// <param name="Traders">Pairs who trade meanwhile.</param>
/// <param name="Least">So many requests of siege at least.</param>
/// <param name="Longest">No answer to siege may take longer.</param>
/// <param name="Pause">Each client of siege waits up to so long between its requests.</param>
/// <param name="Drains">Whether processes drain before they stop, or are killed.</param>
internal sealed record DeployPlan(
    int Rounds, IReadOnlyList<string> Modules, int Clients, int Traders, int Least, TimeSpan Longest, TimeSpan Pause, bool Drains);

/// <summary>
/// <c>rehearse deploy</c>: every process of some modules of a split market, of which each has two, is replaced while siege reads and people trade. No request
/// may fail, and nothing that anybody was told may be lost.
/// </summary>
internal sealed class RehearseDeploy(DeployPlan plan)
{
    private const int Replicas = 2;

    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each process is replaced.", DefaultValueFactory = _ => 3 };
        var modules = new Option<string[]>("--modules") { Description = "Whose processes are replaced; without it all.", DefaultValueFactory = _ => [.. Kinds.Modules.All], AllowMultipleArgumentsPerToken = true };
        var clients = new Option<int>("--clients") { Description = "How many clients of siege read meanwhile.", DefaultValueFactory = _ => 100 };
        var traders = new Option<int>("--traders") { Description = "How many pairs of people trade meanwhile.", DefaultValueFactory = _ => 4 };
        var least = new Option<int>("--least") { Description = "How many requests of siege there must be at least.", DefaultValueFactory = _ => 50_000 };
        var longest = new Option<double>("--longest") { Description = "How many seconds an answer may take.", DefaultValueFactory = _ => 1 };
        var pause = new Option<double>("--pause") { Description = "Up to how many seconds each client of siege waits between its requests.", DefaultValueFactory = _ => 0.25 };
        var withoutDraining = new Option<bool>("--without-draining") { Description = "Processes are killed instead of drained: this must not hold." };
        var command = new Command("deploy", "Replaces every process of a split market under load: no request may fail, and nothing may be lost.")
        {
            rounds, modules, clients, traders, least, longest, pause, withoutDraining,
        };
        command.SetAction((parsed, ct) => new RehearseDeploy(new DeployPlan(
            parsed.GetValue(rounds), parsed.GetValue(modules)!, parsed.GetValue(clients), parsed.GetValue(traders), parsed.GetValue(least),
            TimeSpan.FromSeconds(parsed.GetValue(longest)), TimeSpan.FromSeconds(parsed.GetValue(pause)), !parsed.GetValue(withoutDraining))).Run(ct));
        return command;
    }

    public async Task<int> Run(CancellationToken ct)
    {
        using var ground = new RehearsalGround();
        await using var fleet = new Fleet(ground.Settings, plan.Modules.ToDictionary(module => module, _ => Replicas), Release.Own, ground.Say);
        await fleet.Start(ct);
        var (holds, figure) = await ground.UnderLoad(plan, fleet, seed: 1, async () =>
        {
            for (var round = 1; round <= plan.Rounds; round++)
            {
                var began = Stopwatch.StartNew();
                foreach (var place in plan.Modules.SelectMany(module => fleet.Places[module]).Where(place => place.IsWanted))
                {
                    if (plan.Drains)
                    {
                        await place.Replace(ct);
                    }
                    else
                    {
                        await Kill(place, ct);
                    }
                }

                ground.Say(string.Create(CultureInfo.InvariantCulture, $"Round {round} of {plan.Rounds}: every process was replaced, in {began.Elapsed.TotalSeconds:0.0} s."));
            }
        }, ct);
        return Rehearse.End(holds, figure);
    }

    private static async Task Kill(ModuleProcess place, CancellationToken ct)
    {
        var killed = place.ProcessId;
        Posix.Signal(killed, Posix.Kill);
        while (place.ProcessId == killed || !place.IsReady)
        {
            await Task.Delay(LooksEvery, ct);
        }
    }
}
