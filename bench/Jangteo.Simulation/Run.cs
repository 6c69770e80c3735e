using System.Globalization;
using System.Text;
using Jangteo.Kinds;

namespace Jangteo.Simulation;

/// <summary>Worlds one after the other, each from a seed of its own, until enough trades have lived or one world has found something wrong.</summary>
/// <param name="ofTransfers">
/// Only kinds that are paid by bank transfer, and people who mostly do that: each trade is a history of transfers.
/// </param>
internal sealed class Run(
    IReadOnlyList<Kind> kinds, Rules rules, ulong seed, int tradesOfAWorld = 40, Weather? weather = null, bool ofTransfers = false)
{
    private readonly IReadOnlyList<Kind> kinds =
        ofTransfers ? [.. kinds.Where(kind => kind.Moves.Any(row => row.First.Concat(row.Ask).Contains(Verb.ExpectDeposit)))] : kinds;

    public int Trades { get; private set; }

    public int Worlds { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Of everything that happened in every world, in order.</summary>
    public ulong Hash { get; private set; }

    public Dictionary<(string Kind, string State), int> Endings { get; } = [];

    /// <summary>How often transfers fitted in each way, and time confirmed one.</summary>
    public Dictionary<string, int> Transfers { get; } = [];

    /// <summary>The first world in which something was wrong.</summary>
    public Verdict? Found { get; private set; }

    public void Next()
    {
        var verdict = new World(Dice.SeedOf(seed, Worlds), kinds, rules, tradesOfAWorld, weather: weather, ofTransfers: ofTransfers).Run();
        Worlds++;
        Trades += verdict.Trades;
        Steps += verdict.Steps;
        Hash = (Hash * 0x100000001B3) ^ verdict.Hash;
        foreach (var (ending, count) in verdict.Endings)
        {
            Endings[ending] = Endings.GetValueOrDefault(ending) + count;
        }

        foreach (var (what, count) in verdict.Transfers)
        {
            Transfers[what] = Transfers.GetValueOrDefault(what) + count;
        }

        if (verdict.Violations.Count > 0)
        {
            Found = verdict;
        }
    }

    /// <summary>Until so many trades have lived or something is found.</summary>
    public Run Until(int trades)
    {
        while (Trades < trades && Found is null)
        {
            Next();
        }

        return this;
    }

    /// <summary>What was found, with all that happened to the trade: the world is run again from its seed with its trace kept.</summary>
    public string Explain(Verdict found)
    {
        var world = new World(found.Seed, kinds, rules, tradesOfAWorld, keepsTrace: true, weather, ofTransfers);
        var again = world.Run();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"world {found.Seed}{(again.Hash == found.Hash ? "" : ", which is not the same when it is run again")}");
        foreach (var violation in again.Violations)
        {
            text.AppendLine(violation.ToString());
        }

        var about = again.Violations[0].About;
        var listing = world.Trading.Find(about)?.Trade.Listing.Id ?? about;
        foreach (var line in about == default ? world.Trace.Last(60) : world.Trace.About(about, listing))
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}
