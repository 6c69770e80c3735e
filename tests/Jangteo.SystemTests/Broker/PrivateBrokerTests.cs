using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Machine;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Postgres;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Jangteo.SystemTests.Broker;

/// <summary>The program's own RabbitMQ, with the real one. It takes some seconds of processor time to start, so that a test tells more than one fact of a start.</summary>
public sealed class PrivateBrokerTests : IDisposable
{
    private const string Queue = "kept";
    private const int Kill = 9;

    private static readonly CreateChannelOptions Confirming = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly string folder = TestFolder.New();
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private string Own => Path.Combine(folder, "rabbitmq");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_it_has_confirmed_survives_a_kill_and_a_stop_and_nothing_runs_afterwards()
    {
        await using var broker = await PrivateBroker.Start(folder, null, ct);
        await Send(broker.Address, "before the kill");
        await QueueIsOnDisk();

        var killed = broker.ProcessId;
        Posix.Signal(killed, Kill);
        while (broker.ProcessId == killed)
            await Task.Delay(10, ct);
        await Send(broker.Address, "after the kill");
        await broker.DisposeAsync();

        await NothingIsLeftRunning();
        // The number of a dead broker may by now belong to something else.
        await File.WriteAllTextAsync(Path.Combine(Own, "process"), $"{Environment.ProcessId}\n", ct);
        await using var again = await PrivateBroker.Start(folder, null, ct);
        Assert.False(again.Adopted);
        Assert.Equal(broker.Address, again.Address);
        Assert.Equal(["before the kill", "after the kill"], await Hear(again.Address));
    }

    [Fact]
    public async Task A_broker_whose_program_was_killed_is_adopted_as_it_runs_and_stopped_like_ones_own()
    {
        using (var owner = await OwnerProcess.Of(folder, "broker"))
            await owner.Kill();

        await using (var broker = await PrivateBroker.Start(folder, null, ct))
        {
            Assert.True(broker.Adopted);
            await OnlyListensOnLoopbackAndToItsOwnUser(broker);
        }

        await NothingIsLeftRunning();
    }

    private async Task OnlyListensOnLoopbackAndToItsOwnUser(PrivateBroker broker)
    {
        var ports = (await File.ReadAllTextAsync(Path.Combine(Own, "ports"), ct)).Split(' ').Select(int.Parse).ToList();
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(at => ports.Contains(at.Port)).ToList();
        Assert.Equal(ports.Order(), listening.Select(at => at.Port).Order());
        Assert.All(listening, at => Assert.Equal(IPAddress.Loopback, at.Address));

        var guest = new ConnectionFactory { Uri = new UriBuilder(broker.Address) { UserName = "guest", Password = "guest" }.Uri };
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => guest.CreateConnectionAsync(ct));
        await Send(broker.Address, "heard");
        Assert.Equal(["heard"], await Hear(broker.Address));
    }

    /// <summary>RabbitMQ writes the name of a new queue half a second late, and a kill before that loses the queue with all it holds.</summary>
    private async Task QueueIsOnDisk()
    {
        while (!Directory.GetFiles(Path.Combine(Own, "mnesia"), "names.dets", SearchOption.AllDirectories).Any(names => File.ReadAllText(names, Encoding.Latin1).Contains($"_{Queue}")))
            await Task.Delay(10, ct);
    }

    /// <summary>What has been told to end may need a moment for it.</summary>
    private async Task NothingIsLeftRunning()
    {
        for (var attempt = 0; attempt < 500 && LeftRunning().Count > 0; attempt++)
            await Task.Delay(20, ct);

        Assert.Empty(LeftRunning());
    }

    /// <summary>Processes that have this test's folder in their command line or environment.</summary>
    private List<string> LeftRunning() =>
    [
        .. Directory.GetDirectories("/proc").Select(entry => int.TryParse(Path.GetFileName(entry), out var number) ? number : 0)
            .Where(number => number > 0 && Posix.IsAlive(number) && Posix.Environment(number).Concat(Posix.CommandLine(number)).Any(word => word.Contains(folder)))
            .Select(number => string.Join(' ', Posix.CommandLine(number))),
    ];

    private async Task Send(string address, string word)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(Confirming, ct);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: ct);
        await channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(word), ct);
    }

    private async Task<List<string>> Hear(string address)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var heard = new List<string>();
        while (await channel.BasicGetAsync(Queue, autoAck: false, ct) is { } message)
        {
            heard.Add(Encoding.UTF8.GetString(message.Body.Span));
        }

        return heard;
    }
}
