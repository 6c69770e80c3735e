using System.Text;
using System.Threading.Channels;
using Jangteo.Contracts;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Jangteo.Platform.Broker;

/// <summary>
/// The transport between processes: a module hears from its queue in the broker, and says that it has heard after the commit of the effect. Processes
/// that hear for the same module share its partitions.
/// </summary>
public sealed class QueueReader(Receiver receiver, Storage storage, BrokerConnection broker, Faults faults, ILogger<QueueReader> logger)
{
    /// <summary>So many messages of a partition at most are handed out before the first is acknowledged.</summary>
    private const ushort Prefetch = 100;

    private static readonly TimeSpan ShareEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(100);

    private readonly Partitions share = new(storage);

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
                await receiver.Hear([.. arrived.Select(delivery => Receiver.Open(delivery.Text, delivery.Seq))], also: null, ct);
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

    /// <summary>A message as the broker handed it out.</summary>
    /// <param name="Tag">Rises within the channel.</param>
    private sealed record Delivery(ulong Tag, string Text, int Seq);

    private sealed class Consumer(IChannel channel, ChannelWriter<Delivery> arriving) : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            arriving.TryWrite(new Delivery(deliveryTag, Encoding.UTF8.GetString(body.Span), (int)properties.Headers!["seq"]!));
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
