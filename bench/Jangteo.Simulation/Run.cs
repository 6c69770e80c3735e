using System.Globalization;
using System.Text;
using Jangteo.Kinds;

namespace Jangteo.Simulation;

/// <summary>Worlds one after the other, each from a seed of its own, until enough trades have lived or one world has found something wrong.</summary>
internal sealed class Run(IReadOnlyList<Kind> kinds, Rules rules, ulong seed, int tradesOfAWorld = 40, Weather? weather = null)
{
    public int Trades { get; private set; }

    public int Worlds { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Of everything that happened in every world, in order.</summary>
    public ulong Hash { get; private set; }

    public Dictionary<(string Kind, string State), int> Endings { get; } = [];

    /// <summary>The first world in which something was wrong.</summary>
    public Verdict? Found { get; private set; }

    public void Next()
    {
        var verdict = new World(Dice.SeedOf(seed, Worlds), kinds, rules, tradesOfAWorld, weather: weather).Run();
        Worlds++;
        Trades += verdict.Trades;
        Steps += verdict.Steps;
        Hash = (Hash * 0x100000001B3) ^ verdict.Hash;
        foreach (var (ending, count) in verdict.Endings)
        {
            Endings[ending] = Endings.GetValueOrDefault(ending) + count;
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
        var world = new World(found.Seed, kinds, rules, tradesOfAWorld, keepsTrace: true, weather);
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
