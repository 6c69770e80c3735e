using System.Diagnostics;
using System.Globalization;
using Jangteo.Bench.Chaos;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Split;
using Jangteo.Stories;

namespace Jangteo.Bench.Rehearsing;

/// <summary>Where a rehearsal takes place: a data folder of its own, and what is said meanwhile.</summary>
internal sealed class RehearsalGround : IDisposable
{
    private const int LinesShown = 20;
    private const int LinesOfEachProcess = 6;

    private static readonly TimeSpan RestsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SiegeRun = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Stopwatch watch = Stopwatch.StartNew();

    public RehearsalGround()
    {
        Folder = DataFolder.New("rehearsal");
        // The processes read these from the environment. Clients that measure send more requests than people do.
        Environment.SetEnvironmentVariable("Jangteo__Limits__PerPersonPerSecond", "0");
        Environment.SetEnvironmentVariable("Jangteo__LogLevel", "Warning");
        // A process lives for some minutes here: a profile of it would cost more than it gains.
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
        // Under load it pays to compile again what is called often, which tests switch off.
        Environment.SetEnvironmentVariable("DOTNET_TC_CallCounting", null);
        Settings = SettingsReader.Read() with { Port = Ports.Free(), DataFolder = Path.Combine(Folder, "data") };
    }

    public string Folder { get; }

    public Settings Settings { get; }

    public void Say(string line)
    {
        lock (gate)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,6:0.0} s  {line}"));
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Does something to a market while siege reads it and people trade, and counts what failed.</summary>
    /// <returns>Whether it held, and the figure.</returns>
    public async Task<(bool Holds, string Figure)> UnderLoad(
        LoadPlan load, Fleet fleet, int seed, Func<Task> act, CancellationToken ct)
    {
        var address = new Uri(fleet.Address);
        using var crowd = await Gather(load.Traders, load.Pace, seed, fleet, ct);
        var token = await crowd.Market.Token("junho", ct);
        var siege = new Siege(Folder, load.Clients, SiegeRun, load.Pause, token, await Addresses(crowd.Market, address, ct), Say);
        crowd.Begin(ct);
        await siege.Begin();
        Say($"{load.Clients} clients of siege read, and {load.Traders} pairs trade, at {address}.");
        await act();
        var besieged = await siege.End();
        var found = await crowd.End(ct);
        Say(found);
        var holds = besieged.Failed == 0 && besieged.Requests >= load.Least && besieged.Longest <= load.Longest
            && found.IsWell && crowd.Unanswered == 0;
        if (crowd.FirstUnanswered is { } told)
        {
            Say($"The first command that was not answered at once: {told}");
        }

        if (besieged.Failed > 0 || crowd.Unanswered > 0)
        {
            var log = await File.ReadAllLinesAsync(Path.Combine(fleet.Folder, "gateway", "haproxy.log"), ct);
            foreach (var line in log.Where(line => !line.Contains("Server ", StringComparison.Ordinal)).TakeLast(LinesShown))
            {
                Say($"The gateway: {line}");
            }
        }

        if (!found.IsWell)
        {
            await SayWhatProcessesLogged(fleet.Folder, ct);
        }

        return (holds, string.Create(
            CultureInfo.InvariantCulture,
            $"availability {besieged.Availability:0.00} %, {besieged.Failed} failed of {besieged.Requests + besieged.Failed} requests, "
                + $"longest answer {besieged.Longest.TotalSeconds:0.00} s; {found.Acknowledged} moves acknowledged, "
                + $"{found.Lost.Count} lost, {crowd.Unanswered} not answered at once; "
                + $"{found.Books.Count(check => check.Ok)} of {found.Books.Count} checks hold"));
    }

    /// <summary>Pairs of people who will trade on a market.</summary>
    /// <param name="pace">How long they wait before each step.</param>
    public Task<Crowd> Gather(int pairs, TimeSpan pace, int seed, Fleet fleet, CancellationToken ct) => Crowd.Gather(
        new Uri(fleet.Address), new Plan(pairs, seed, TimeSpan.Zero, TimeSpan.Zero, 0, 0, RestsWithin, TimeSpan.Zero) { Pace = pace },
        RunFile.OfRunning(Settings.DataFolder)!.Databases!, ct);

    /// <summary>Says what is wrong with what was found.</summary>
    public void Say(Found found)
    {
        foreach (var fault in found.Faults)
        {
            Say(fault);
        }
    }

    /// <summary>The last lines that each process logged; only warnings and errors are.</summary>
    private async Task SayWhatProcessesLogged(string folder, CancellationToken ct)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.log").Order(StringComparer.Ordinal))
        {
            foreach (var line in (await File.ReadAllLinesAsync(file, ct)).TakeLast(LinesOfEachProcess))
            {
                Say($"{Path.GetFileNameWithoutExtension(file)}: {line.Trim()}");
            }
        }
    }

    /// <summary>A route of each module that anybody who is signed in can read.</summary>
    private static async Task<IReadOnlyList<Uri>> Addresses(Market market, Uri address, CancellationToken ct)
    {
        // The views hear of the sample listings a moment later.
        string? listing = null;
        await Waiting.Until(
            async () => (listing = (string?)(await market.Get("junho", "/api/listings", ct)).Body?["items"]?.AsArray().FirstOrDefault()?["id"]) is not null,
            RestsWithin, ct);
        string[] paths =
        [
            "/", "/api/listings", $"/api/listings/{listing}", "/api/kinds", "/api/people/me", "/api/notices", "/api/my/trades",
            "/api/my/statement", "/api/deliveries",
        ];
        return [.. paths.Select(path => new Uri(address, path))];
    }
}
