using Jangteo.Between;
using Jangteo.Platform;
using Jangteo.Platform.Broker;

namespace Jangteo.Tests;

/// <summary>Some modules alone in a process: what they need to reach the others is refused when it is missing or could lose messages.</summary>
public sealed class ShapeOfProcessesTests
{
    [Fact]
    [Requirement("CP-4")]
    public void A_process_with_some_modules_says_all_that_it_lacks_at_once()
    {
        var refused = Assert.Throws<SettingsException>(() => Shape.Refuse(new Settings { Target = "trading" }, Target.Of("trading")));

        Assert.Contains(refused.Mistakes, mistake => mistake.StartsWith("Broker: without RabbitMQ"));
        Assert.Contains(refused.Mistakes, mistake => mistake.StartsWith("ServiceKey: "));
        Assert.Contains("Payments:Address: payments is not in this process; write where it answers, such as http://payments:8081", refused.Mistakes);
        Assert.Contains("Trading:Database: a private PostgreSQL belongs to one process; write a connection string", refused.Mistakes);
        Assert.DoesNotContain(refused.Mistakes, mistake => mistake.StartsWith("Trading:Address"));
    }

    [Fact]
    public void A_process_with_every_module_needs_nothing()
    {
        Shape.Refuse(new Settings(), Target.Of("all"));
    }

    [Fact]
    public void Streams_spread_over_all_partitions_and_each_keeps_its_own()
    {
        var streams = Enumerable.Range(0, 8_000).Select(_ => Ids.New()).ToList();

        var partitions = streams.GroupBy(Queues.PartitionOf).ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal(Enumerable.Range(0, Queues.Partitions), partitions.Keys.Order());
        Assert.All(partitions.Values, count => Assert.InRange(count, 700, 1_300));
        Assert.Equal(streams.Select(Queues.PartitionOf), streams.Select(Queues.PartitionOf));
    }
}
