using System.Diagnostics;
using Jangteo.Kinds;
using Jangteo.Simulation;
using Jangteo.Tests.Kinds;

namespace Jangteo.Tests.Simulation;

/// <summary>Random trades of every kind through the deciding functions of all modules, with every fault there is; I1 to I10 are counted after each world.</summary>
public sealed class Random_trades(ITestOutputHelper output)
{
    private const int Trades = 20_000;

    /// <summary>A bug is looked for in so many trades, all from one seed, so that the figures stay what they are until somebody changes something.</summary>
    private const int TradesForABug = 20_000;
    private const ulong SeedForBugs = 1;

    private static readonly IReadOnlyList<Kind> Five = [.. KindReader.Read(Tables.Folder).Value!.All];
    private static readonly IReadOnlyList<Kind> Awkward = [Layaway.Kind, Tables.Read(The_engine_does_what_was_explored.Twisted), Tables.Read(Tables.Sound)];
    private static readonly IReadOnlyList<Kind> All = [.. Five, .. Awkward];

    public static TheoryData<string> Mistakes => [.. Bugs.All.Keys];

    [Fact]
    public void Of_twenty_thousand_trades_of_the_five_kinds_none_breaks_an_invariant() => Assert.Null(Simulate(Five, (ulong)Random.Shared.NextInt64()).Found);

    [Fact]
    public void Kinds_made_to_be_awkward_break_none_either() => Assert.Null(Simulate(Awkward, (ulong)Random.Shared.NextInt64(), Trades / 4).Found);

    [Fact]
    public void Every_state_of_every_kind_is_the_end_of_some_trade_or_led_on()
    {
        var run = Simulate(Five, 1, Trades / 4);

        var endings = Five.SelectMany(kind => kind.States.Where(kind.IsFinal).Select(state => (kind.Name, state)));
        Assert.Empty(endings.Where(ending => run.Endings.GetValueOrDefault(ending) == 0));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_to_the_byte()
    {
        var first = new Run(All, Rules.Real, 42).Until(400);
        var second = new Run(All, Rules.Real, 42).Until(400);
        var another = new Run(All, Rules.Real, 43).Until(400);

        Assert.Equal((first.Hash, first.Steps), (second.Hash, second.Steps));
        Assert.NotEqual(first.Hash, another.Hash);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_a_rule_is_found(string mistake)
    {
        var began = Stopwatch.GetTimestamp();

        var run = new Run(All, Bugs.All[mistake], SeedForBugs, weather: Bugs.OfStorms.Contains(mistake) ? Weather.StormOfQuestions : null).Until(TradesForABug);

        Assert.True(run.Found is not null, $"{TradesForABug} trades have not shown that {mistake}");
        output.WriteLine($"found after {run.Trades} trades and {Stopwatch.GetElapsedTime(began).TotalMilliseconds:N0} ms: {run.Found.Violations[0]}");
    }

    private Run Simulate(IReadOnlyList<Kind> kinds, ulong seed, int trades = Trades)
    {
        output.WriteLine($"seed {seed}");
        var began = Stopwatch.GetTimestamp();
        var run = new Run(kinds, Rules.Real, seed).Until(trades);
        output.WriteLine($"{run.Trades} trades, {run.Trades / Stopwatch.GetElapsedTime(began).TotalSeconds:N0}/s, trace {run.Hash:x16}");
        if (run.Found is { } found)
        {
            output.WriteLine(run.Explain(found));
        }

        return run;
    }
}
