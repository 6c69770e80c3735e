using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// <c>rehearse scale</c>: more people look at their trades than one process of Trading can serve, while others trade. What the
/// HorizontalPodAutoscaler of Trading reads decides how many processes there are: all that it allows, soon after the load has begun, and one
/// again after it has ended. No request may fail, and nothing may be handled twice.
/// </summary>
/// <param name="requested">The processor that each process requests, as a share of one. The load is chosen by what it serves with that.</param>
/// <param name="servedWithin">How soon after the load has begun visits must be served as fast as they come.</param>
/// <param name="repeated">How many commands may have been told to come again, as they are while a process is saturated.</param>
/// <param name="calm">For how long the load must have been lower before a process is stopped; the manifest waits longer.</param>
internal sealed class RehearseScale(double requested, TimeSpan servedWithin, TimeSpan calm, int traders, int repeated)
{
    private const string Scaled = Modules.Trading;

    /// <summary>The load, in the requested processors of so many processes: the autoscaler of the manifest wants four for it.</summary>
    private const double Processors = 2.9;

    /// <summary>A process can use so many times what it requests, as on a node with some processor to spare.</summary>
    private const double MayUse = 1.2;

    /// <summary>The share of the visits that must be served in a given time: answers take a moment, so that a little fewer are sent.</summary>
    private const double Served = 0.8;

    private static readonly string Manifest = Path.Combine("deploy", "k8s", "module", "scaling.yaml");
    private static readonly TimeSpan TradersPace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StaysServed = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromMinutes(3);

    /// <summary>A process that has just become ready is slow: what it runs is compiled when it is run first.</summary>
    private static readonly TimeSpan WarmsUpWithin = TimeSpan.FromMinutes(1);

    private readonly Autoscaler autoscaler = Autoscaler.Read(Manifest);

    public static Command Command()
    {
        var requested = RehearsalOption.Of<double>(
            "--processor", 0.15, "The processor that each process of Trading requests, as a share of one. It can use a fifth more.");
        var within = RehearsalOption.Of<double>(
            "--within", 30, "After how many seconds of the load everybody must be served at once.");
        var calm = RehearsalOption.Of<double>(
            "--calm", 20, "For how many seconds the load must have been lower before processes are stopped.");
        var traders = RehearsalOption.Of(
            "--traders", 4, "How many pairs of people trade meanwhile.");
        var repeated = RehearsalOption.Of(
            "--repeated", 0, "How many commands may be told to come again.");
        var command = new Command(
            "scale", "Loads a split market with more than one process of Trading can serve: it is scaled by what its autoscaler reads.")
        {
            requested, within, calm, traders, repeated,
        };
        command.SetAction((parsed, ct) => new RehearseScale(
            parsed.GetValue(requested), TimeSpan.FromSeconds(parsed.GetValue(within)), TimeSpan.FromSeconds(parsed.GetValue(calm)),
            parsed.GetValue(traders), parsed.GetValue(repeated)).Run(ct));
        return command;
    }

    private async Task<int> Run(CancellationToken ct)
    {
        using var ground = new RehearsalGround();
        using var limit = new ProcessorLimit(MayUse * requested);
        await using var fleet = new Fleet(
            ground.Settings, new Dictionary<string, int> { [Scaled] = autoscaler.Least }, Release.Own, ground.Say);
        await fleet.Start(ct);
        using var visits = await Visits.Prepare(new Uri(fleet.Address), ct);
        using var crowd = await ground.Gather(traders, TradersPace, seed: 1, fleet, ct);
        crowd.Begin(ct);

        var demanded = Processors * requested / await CostOfVisit(visits, fleet, ct);
        await using var scaling = new Scaling(autoscaler, fleet, Scaled, requested, limit, LooksEvery, calm, ground.Say);
        scaling.Begin();
        ground.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{demanded:0} visits a second begin; each process of {Scaled} may use {MayUse * requested:P0} of a processor."));
        var began = Stopwatch.StartNew();
        visits.Begin(demanded);
        var alone = await visits.Rate(LooksEvery, ct);
        var served = await IsServed(visits, demanded, began, ct);
        await Waiting.Until(() => scaling.Ready == autoscaler.Most, GivesUpAfter, ct);
        var most = scaling.Ready;
        var together = await RateOfAll(visits, Served * demanded, ct);
        await visits.End();
        ground.Say(string.Create(
            CultureInfo.InvariantCulture, $"One process served {alone:0} visits a second, {most} serve {together:0}. The load ends."));
        await Waiting.Until(() => scaling.Ready == autoscaler.Least, GivesUpAfter, ct);
        var found = await crowd.End(ct);
        ground.Say(found);
        if (visits.FirstFailure is { } failure)
        {
            ground.Say($"The first visit that failed: {failure}");
        }

        var holds = alone < Served * demanded && served <= servedWithin && together >= Served * demanded
            && visits.Failed == 0 && crowd.Unanswered <= repeated && found.IsWell;
        return Rehearse.End(holds, string.Create(
            CultureInfo.InvariantCulture,
            $"{Scaled} from {autoscaler.Least} to {most} processes and back; {alone:0} of {demanded:0} visits a second served by one, "
                + $"all {served.TotalSeconds:0.0} s after the load began; {visits.Failed} failed of {visits.Served + visits.Failed}, "
                + $"longest {visits.Longest.TotalSeconds:0.0} s; {found.Acknowledged} moves acknowledged, {found.Lost.Count} lost, "
                + $"{found.Twice.Count} done twice, {crowd.Unanswered} not answered at once; "
                + $"{found.Books.Count(check => check.Ok)} of {found.Books.Count} checks hold"));
    }

    /// <summary>Seconds of processor time that a visit costs Trading, with its share of whatever else Trading does meanwhile.</summary>
    private static async Task<double> CostOfVisit(Visits visits, Fleet fleet, CancellationToken ct)
    {
        const double perSecond = 300;
        using var process = Process.GetProcessById(fleet.Places[Scaled][0].ProcessId);
        visits.Begin(perSecond);
        await Task.Delay(WarmUp, ct);
        process.Refresh();
        var (servedBefore, usedBefore) = (visits.Served, process.TotalProcessorTime);
        await Task.Delay(WarmUp, ct);
        process.Refresh();
        var (served, used) = (visits.Served - servedBefore, process.TotalProcessorTime - usedBefore);
        await visits.End();
        return served > 0 ? used.TotalSeconds / served
            : throw new UnavailableException($"No visit was served. The first that failed was told: {visits.FirstFailure ?? "nothing; none was answered"}");
    }

    /// <summary>Visits a second that all processes serve together, once they have warmed up.</summary>
    private static async Task<double> RateOfAll(Visits visits, double enough, CancellationToken ct)
    {
        for (var began = Stopwatch.StartNew(); ;)
        {
            var rate = await visits.Rate(StaysServed, ct);
            if (rate >= enough || began.Elapsed > WarmsUpWithin)
            {
                return rate;
            }
        }
    }

    /// <summary>Waits until as many are served as come, and answers when that began to be so.</summary>
    private static async Task<TimeSpan> IsServed(Visits visits, double demanded, Stopwatch began, CancellationToken ct)
    {
        while (began.Elapsed < GivesUpAfter)
        {
            var at = began.Elapsed;
            if (await visits.Rate(LooksEvery, ct) >= Served * demanded)
            {
                return at;
            }
        }

        return GivesUpAfter;
    }
}
