using System.Text.Json.Nodes;
using Jangteo.SystemTests.Storm;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Split;

/// <summary>
/// <c>jangteo chaos</c>, short: people trade through the gateway while the processes behind it and their servers are killed, RabbitMQ is held down, and Views is. Order and counts are
/// judged here; how fast, by whoever runs it longer.
/// </summary>
[Collection(Storming.Tests)]
public sealed class ChaosTests(ChaosTests.Run run, ITestOutputHelper output) : IClassFixture<ChaosTests.Run>
{
    private const int MessagesWithoutBroker = 1_000;
    private const int TradesWithoutViews = 100;

    [Fact]
    [Requirement("CP-1")]
    [Requirement("CP-12")]
    public void Nothing_that_was_acknowledged_is_lost_or_done_twice_while_whatever_runs_is_killed()
    {
        var killed = Found("killed");

        Assert.True((int)killed["kills"]! >= 10);
        Assert.True((int)killed["returned"]! > 0);
        Assert.True((int)killed["late"]! == 0, run.Said);
        Assert.All(new[] { "rabbitmq", "postgresql", "haproxy" }, server => Assert.True((int?)killed["killed"]![server] > 0, server));
    }

    [Fact]
    [Requirement("CP-1")]
    [Requirement("CP-13")]
    public void Orders_are_accepted_while_the_broker_is_away_and_all_that_waited_comes_when_it_is_back()
    {
        var away = Found("broker-away");

        Assert.True((int)away["accepted"]! > 0);
        Assert.True((int)away["waiting"]! >= MessagesWithoutBroker);
    }

    [Fact]
    [Requirement("CP-2")]
    [Requirement("CP-13")]
    public void What_the_views_missed_they_hear_afterwards_and_are_as_a_second_process_makes_them()
    {
        var away = Found("views-away");

        Assert.True((int)away["begun"]! >= TradesWithoutViews);
        Assert.True((int)away["rows"]! > TradesWithoutViews);
        Assert.Equal(0, (int)away["differ"]!);
        Assert.Equal(1, (int)away["differAfterDamage"]!);
        Assert.Equal(0, (int)away["differAfterRebuild"]!);
    }

    private JsonNode Found(string name)
    {
        var found = run.Of(name);
        output.WriteLine(found.ToJsonString());
        Assert.True((int)found["acknowledged"]! > 0, run.Said);
        Assert.All(new[] { "lost", "twice", "booksWrong", "wrong" }, what => Assert.True((int)found[what]! == 0, $"{what}: {run.Said}"));
        Assert.True((int)found["books"]! > 0);
        return found;
    }

    /// <summary>
    /// Half a minute of killing is enough for every server to die. Everything comes to rest within a minute after the last thing that was
    /// done to it. How soon a process is ready again is measured by <c>jangteo chaos</c> on a machine of its own (5 s); here one is killed every
    /// two seconds beside other tests, and that each comes back at all is what counts.
    /// </summary>
    public sealed class Run() : BenchRun(
        TimeSpan.FromMinutes(10), "chaos", "--minutes", "0.5", "--clients", "16", "--broker-away", "15", "--messages",
        $"{MessagesWithoutBroker}", "--views-away", $"{TradesWithoutViews}", "--rest-within", "60", "--ready-within", "120");
}
