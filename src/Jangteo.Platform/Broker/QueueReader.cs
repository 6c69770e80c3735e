using System.Text;
using System.Threading.Channels;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Jangteo.Platform.Broker;

/// <summary>
/// The transport between processes: a module hears from its queue in the broker, and says that it has heard after the commit of the effect. Processes
/// that hear for the same module share its partitions.
/// </summary>
/// <param name="logs">The logs of the senders, with which what comes by the broker is compared when it comes under a new epoch.</param>
public sealed class QueueReader(
    Receiver receiver, Storage storage, BrokerConnection broker, IReadOnlyList<ILog> logs, Faults faults, Alarms alarms, ILogger<QueueReader> logger)
{
    /// <summary>So many messages of a partition at most are handed out before the first is acknowledged.</summary>
    private const ushort Prefetch = 100;

    private static readonly TimeSpan ShareEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(100);

    private readonly Partitions share = new(storage);
    private readonly Dictionary<string, LogContinuity> senders = logs.ToDictionary(log => log.Module, log => new LogContinuity(receiver.Module, log, storage, alarms));
    private readonly Dictionary<string, Guid> epochs = [];

    public Loop Loop => new($"{receiver.Module} hearing from the broker", new Bell(), Listen, logger);

    /// <summary>Hears for as long as the channel is open.</summary>
    private async Task<TimeSpan> Listen(CancellationToken ct)
    {
        var connection = await broker.Open(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await Queues.Declare(channel, connection, receiver.Module, ct);
        await channel.BasicQosAsync(0, Prefetch, global: false, ct);
        var arriving = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
        channel.ChannelShutdownAsync += (_, why) =>
        {
            arriving.Writer.TryComplete(new IOException($"The channel to the broker was closed: {why.ReplyText}"));
            return Task.CompletedTask;
        };
        var consumer = new Consumer(channel, arriving.Writer);
        var heard = new Dictionary<int, string>();
        var shareAt = DateTime.MinValue;
        List<Delivery> batch = [];
        try
        {
            while (true)
            {
                if (DateTime.UtcNow >= shareAt)
                {
                    await TakeShare(channel, consumer, heard, ct);
                    await VerifyNowAndThen(ct);
                    shareAt = DateTime.UtcNow + ShareEvery;
                }

                if (batch.Count == 0)
                {
                    batch = await Gather(arriving.Reader, ct);
                }

                if (receiver.IsDeaf)
                {
                    await Task.Delay(AskSoon, ct);
                }
                else if (batch.Count > 0)
                {
                    await Hear(channel, batch, ct);
                    batch = [];
                }
            }
        }
        finally
        {
            await share.Leave();
        }
    }

    /// <summary>Begins to hear the partitions that are now this process's, and leaves those that are no longer.</summary>
    private async Task TakeShare(IChannel channel, Consumer consumer, Dictionary<int, string> heard, CancellationToken ct)
    {
        var mine = await share.Mine(ct);
        foreach (var (partition, tag) in heard.Where(pair => !mine.Contains(pair.Key)).ToArray())
        {
            heard.Remove(partition);
            await channel.BasicCancelAsync(tag, cancellationToken: ct);
        }

        foreach (var partition in mine.Where(partition => !heard.ContainsKey(partition)))
        {
            heard[partition] = await channel.BasicConsumeAsync(Queues.NameOf(receiver.Module, partition), autoAck: false, consumer, ct);
        }
    }

    /// <summary>What has arrived by now; waits a little when that is nothing.</summary>
    private static async Task<List<Delivery>> Gather(ChannelReader<Delivery> arriving, CancellationToken ct)
    {
        var batch = new List<Delivery>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(ShareEvery);
        try
        {
            // Throws what closed the channel.
            if (!arriving.TryPeek(out _) && !await arriving.WaitToReadAsync(patience.Token))
            {
                await arriving.Completion;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return batch;
        }

        while (batch.Count < Receiver.Batch && arriving.TryRead(out var delivery))
        {
            batch.Add(delivery);
        }

        return batch;
    }

    private async Task Hear(IChannel channel, List<Delivery> batch, CancellationToken ct)
    {
        var (arrived, kept) = faults.Deliver(batch);
        if (faults.IsOn(Faults.ReadBeforeDone))
        {
            await channel.BasicAckAsync(batch[kept - 1].Tag, multiple: true, ct);
        }

        while (true)
        {
            try
            {
                await VerifyNewEpochs(arrived, ct);
                await receiver.Hear([.. arrived.Select(delivery => delivery.Message)], work => WritePositions(work, arrived), ct);
                break;
            }
            catch (Exception passing) when (Storage.IsPassing(passing) && !ct.IsCancellationRequested && channel.IsOpen)
            {
                logger.LogWarning(passing, "{Receiver} could not hear {Count} messages and tries again.", receiver.Module, batch.Count);
                await Task.Delay(AskSoon, ct);
            }
        }

        if (!faults.IsOn(Faults.ReadBeforeDone))
        {
            await channel.BasicAckAsync(batch[kept - 1].Tag, multiple: true, ct);
        }

        foreach (var lost in batch.Skip(kept))
        {
            await channel.BasicNackAsync(lost.Tag, multiple: false, requeue: true, ct);
        }

        if (batch.Count < Receiver.Batch && receiver.Gathers > TimeSpan.Zero)
        {
            await Task.Delay(receiver.Gathers, ct);
        }
    }

    /// <summary>A sender that cannot be asked now is asked later; what it sends under a new epoch waits until then.</summary>
    private async Task VerifyNowAndThen(CancellationToken ct)
    {
        foreach (var sender in senders.Values)
        {
            try
            {
                await sender.VerifyNowAndThen(ct);
            }
            catch (Exception away) when (PassingFault.Is(away) && !ct.IsCancellationRequested)
            {
                logger.LogDebug(away, "{Receiver} could not compare the log of {Sender}.", receiver.Module, sender.Sender);
            }
        }
    }

    /// <summary>A sender's epoch changes with each start of it: it may come back from a restore.</summary>
    private async Task VerifyNewEpochs(IReadOnlyList<Delivery> arrived, CancellationToken ct)
    {
        foreach (var (sender, epoch) in arrived.Where(delivery => delivery.Epoch is not null).Select(delivery => (delivery.Message.Sender, delivery.Epoch!.Value)).Distinct())
        {
            if (!senders.TryGetValue(sender, out var continuity))
            {
                continue;
            }

            if (!epochs.TryGetValue(sender, out var known))
            {
                epochs[sender] = known = await storage.Find(new Sql("select epoch from reading where sender = $1", sender), reader => reader.IsDBNull(0) ? Guid.Empty : reader.GetGuid(0), ct);
            }

            if (known != epoch)
            {
                await continuity.Verify(ct);
                epochs[sender] = epoch;
            }
        }
    }

    private void WritePositions(Work work, IReadOnlyList<Delivery> arrived)
    {
        foreach (var last in arrived.Where(delivery => delivery.Epoch is not null).GroupBy(delivery => delivery.Message.Sender).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.MaxBy(delivery => delivery.Position)!))
        {
            if (senders.TryGetValue(last.Message.Sender, out var continuity))
            {
                continuity.WritePosition(work, last.Position, LogRow.MarkOf(last.Message.Text), last.Epoch);
            }
        }
    }

    /// <summary>A message as the broker handed it out.</summary>
    /// <param name="Tag">Rises within the channel.</param>
    /// <param name="Position">In its sender's log.</param>
    /// <param name="Epoch">Of its sender's log; null where it does not say.</param>
    private sealed record Delivery(ulong Tag, Arriving Message, long Position, Guid? Epoch)
    {
        /// <summary>What another program put into the queue may lack everything: it is then parked as a stream of its own.</summary>
        public static Delivery Of(ulong tag, IReadOnlyBasicProperties properties, string text)
        {
            var headers = properties.Headers ?? new Dictionary<string, object?>();
            var stream = Text(headers, "stream") is { } named && Guid.TryParse(named, out var id) ? id : LogRow.MarkOf("stream of " + text);
            return new Delivery(
                tag, new Arriving(properties.AppId ?? "", stream, headers.TryGetValue("seq", out var seq) && seq is int place ? place : 0, properties.Type ?? "", text),
                headers.TryGetValue("position", out var position) && position is long at ? at : 0, Guid.TryParse(Text(headers, "epoch"), out var epoch) ? epoch : null);
        }

        private static string? Text(IDictionary<string, object?> headers, string name) => headers.TryGetValue(name, out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;
    }

    private sealed class Consumer(IChannel channel, ChannelWriter<Delivery> arriving) : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            arriving.TryWrite(Delivery.Of(deliveryTag, properties, Encoding.UTF8.GetString(body.Span)));
            return Task.CompletedTask;
        }

        /// <summary>The broker took a queue away, such as in a failover: everything begins again.</summary>
        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            arriving.TryComplete(new IOException($"The broker ended {consumerTag}."));
            return Task.CompletedTask;
        }
    }
}
