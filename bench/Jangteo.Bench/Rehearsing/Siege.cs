using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Platform.Machine;

namespace Jangteo.Bench.Rehearsing;

/// <summary>What came of reading a market with siege.</summary>
/// <param name="Requests">Those that were answered.</param>
/// <param name="Failed">Those that were refused, cut off or not answered.</param>
/// <param name="Longest">The longest that an answer took.</param>
internal sealed record Besieged(long Requests, long Failed, TimeSpan Longest)
{
    public static Besieged None { get; } = new(0, 0, TimeSpan.Zero);

    /// <summary>Of 100.</summary>
    public double Availability => Requests + Failed == 0 ? 0 : 100.0 * Requests / (Requests + Failed);

    public Besieged With(Besieged more) =>
        new(Requests + more.Requests, Failed + more.Failed, more.Longest > Longest ? more.Longest : Longest);
}

/// <summary>Clients of the load generator siege that read a market, one run after the other, until they are told to end.</summary>
internal sealed class Siege(string folder, int clients, TimeSpan run, TimeSpan longestPause, string token, IReadOnlyList<Uri> addresses, Action<string> say)
{
    /// <summary>Longer than it waits for an answer.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(45);

    private volatile bool ends;
    private Task<Besieged> runs = Task.FromResult(Besieged.None);

    /// <summary>Reads for one run first that does not count: a market that has just started is slow, and that is not what is rehearsed.</summary>
    /// <exception cref="UnavailableException">siege is not installed.</exception>
    public async Task Begin()
    {
        File.WriteAllLines(Path.Combine(folder, "addresses.txt"), addresses.Select(address => address.ToString()));
        File.WriteAllText(Path.Combine(folder, "siegerc"), string.Create(CultureInfo.InvariantCulture, $"""
            verbose = false
            quiet = true
            color = off
            json_output = true
            protocol = HTTP/1.1
            connection = close
            parser = false
            logging = false
            cache = false
            limit = 255
            failures = 1000000
            timeout = 30
            delay = {longestPause.TotalSeconds:0.###}

            """));
        await RunOnce();
        runs = Task.Run(Run);
    }

    /// <summary>Waits for the end of the run under way; answers what came of all.</summary>
    public Task<Besieged> End()
    {
        ends = true;
        return runs;
    }

    private async Task<Besieged> Run()
    {
        var all = Besieged.None;
        while (!ends)
        {
            all = all.With(await RunOnce());
        }

        return all;
    }

    private async Task<Besieged> RunOnce()
    {
        var start = new ProcessStartInfo("siege",
        [
            $"--rc={Path.Combine(folder, "siegerc")}", $"--file={Path.Combine(folder, "addresses.txt")}",
            $"--concurrent={clients}", $"--time={run.TotalSeconds:0}S", $"--header=Authorization: Bearer {token}", "--internet",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = folder;
        try
        {
            using var siege = Process.Start(start)!;
            var complaint = siege.StandardError.ReadToEndAsync();
            var saying = siege.StandardOutput.ReadToEndAsync();
            if (await Task.WhenAny(saying, Task.Delay(run + EndsWithin)) != saying)
            {
                // It sometimes hangs after its time is over, with every request answered or given up long ago.
                siege.Kill();
                say("siege has hung at its end; what it counted in this run is lost.");
                return Besieged.None;
            }

            var said = await saying;
            await siege.WaitForExitAsync();
            return Read(said) ?? throw new InvalidOperationException($"siege ended with {siege.ExitCode} and said: {said}{await complaint}");
        }
        catch (Win32Exception missing)
        {
            throw new UnavailableException("siege is not installed (on Debian and Ubuntu: apt-get install siege).", missing);
        }
    }

    private static Besieged? Read(string said)
    {
        var (from, to) = (said.IndexOf('{', StringComparison.Ordinal), said.LastIndexOf('}'));
        if (from < 0 || to < from || JsonNode.Parse(said[from..(to + 1)]) is not { } told)
        {
            return null;
        }

        // What siege calls a transaction is one that was not failed; a refusal of 400 and more counts among both.
        var (answered, well, failed) = ((long)told["transactions"]!, (long)told["successful_transactions"]!, (long)told["failed_transactions"]!);
        return new Besieged(well, failed + Math.Max(0, answered - well), TimeSpan.FromSeconds((double)told["longest_transaction"]!));
    }
}
