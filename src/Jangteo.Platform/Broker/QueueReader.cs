using System.Text;
using System.Threading.Channels;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Jangteo.Platform.Broker;

/// <summary>
/// The transport between processes: a module hears from its queue in the broker, and acknowledges a message after the commit of its effect.
/// Processes that hear for the same module share its partitions.
/// </summary>
/// <param name="logs">The logs of the senders: each is compared with what was heard of it before messages of a new epoch are heard.</param>
public sealed class QueueReader(
    Receiver receiver, Storage storage, BrokerConnection broker, IReadOnlyList<ILog> logs, Faults faults, Alarms alarms, ILogger<QueueReader> logger)
{
    /// <summary>
    /// So many messages of a partition at most are handed out before the first is acknowledged. It also bounds what is held back of a
    /// sender whose log could not be compared: a partition that has handed out only such messages waits for that sender.
    /// </summary>
    private const ushort Prefetch = 100;

    private static readonly TimeSpan ShareEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(100);

    private readonly Partitions share = new(storage);
    private Loop? listening;
    private readonly Dictionary<string, TrustedLog> senders =
        logs.ToDictionary(log => log.Module, log => new TrustedLog(receiver.Module, log, storage, alarms, logger));

    /// <summary>Hearing, and one comparison for each sender: none of them waits for another.</summary>
    public IReadOnlyList<Loop> Loops =>
        [listening ??= new($"{receiver.Module} hearing from the broker", new Bell(), Listen, logger), .. senders.Values.Select(sender => sender.Loop)];

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
        var session = new Session(channel, arriving.Reader, new Consumer(channel, arriving.Writer));
        try
        {
            while (true)
            {
                listening?.MakeProgress();
                await TakeShare(session, ct);
                var batch = await Next(session, ct);
                if (receiver.IsDeaf)
                {
                    // Asked after the batch has come: a receiver that was made deaf while it waited must not hear what came since.
                    session.Hold(batch);
                    await Task.Delay(AskSoon, ct);
                }
                else if (batch.Count > 0)
                {
                    await Hear(session, batch, ct);
                }
            }
        }
        finally
        {
            await share.Leave();
        }
    }

    /// <summary>Begins to hear the partitions that are now this process's, and leaves those that are no longer.</summary>
    private async Task TakeShare(Session session, CancellationToken ct)
    {
        if (DateTime.UtcNow < session.ShareAt)
        {
            return;
        }

        var (channel, heard) = (session.Channel, session.Heard);
        var mine = await share.Mine(ct);
        foreach (var (partition, tag) in heard.Where(pair => !mine.Contains(pair.Key)).ToArray())
        {
            heard.Remove(partition);
            await channel.BasicCancelAsync(tag, cancellationToken: ct);
        }

        foreach (var partition in mine.Where(partition => !heard.ContainsKey(partition)))
        {
            heard[partition] = await channel.BasicConsumeAsync(
                Queues.NameOf(receiver.Module, partition), autoAck: false, session.Consumer, ct);
        }

        session.ShareAt = DateTime.UtcNow + ShareEvery;
    }

    /// <summary>
    /// What may be heard now, in the order in which it was handed out: what was held back before, or else what has arrived since. A sender
    /// whose log has not been compared keeps no other sender waiting; the order of a stream is the receiver's to keep.
    /// </summary>
    private async Task<List<Delivery>> Next(Session session, CancellationToken ct)
    {
        var released = session.Held.Where(MayHear).Take(Receiver.Batch).ToList();
        if (released.Count > 0)
        {
            session.Held.RemoveAll(released.Contains);
            return released;
        }

        var arrived = await Gather(session, ct);
        var batch = arrived.Where(MayHear).ToList();
        session.Hold(arrived.Except(batch));
        return batch;
    }

    private bool MayHear(Delivery delivery) =>
        !senders.TryGetValue(delivery.Message.Sender, out var sender) || sender.MayHear(delivery.Epoch);

    /// <summary>What has arrived by now; waits a little when that is nothing, and less while something is held back.</summary>
    private static async Task<List<Delivery>> Gather(Session session, CancellationToken ct)
    {
        var arriving = session.Arriving;
        var batch = new List<Delivery>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(session.Held.Count > 0 ? AskSoon : ShareEvery);
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

    private async Task Hear(Session session, List<Delivery> batch, CancellationToken ct)
    {
        var channel = session.Channel;
        var (arrived, kept) = faults.Deliver(batch);
        if (faults.IsOn(Faults.ReadBeforeDone))
        {
            await Acknowledge(session, batch, kept, ct);
        }

        while (true)
        {
            try
            {
                await receiver.Hear([.. arrived.Select(delivery => delivery.Message)], work => WritePositions(work, arrived), ct);
                break;
            }
            catch (Exception passing) when (Storage.IsPassing(passing) && !ct.IsCancellationRequested && channel.IsOpen)
            {
                logger.LogWarning(passing, "{Receiver} could not hear {Count} messages and tries again.", receiver.Module, batch.Count);
                await Task.Delay(AskSoon, ct);
                listening?.MakeProgress();
                await KeepShare(session, ct);
            }
        }

        if (!faults.IsOn(Faults.ReadBeforeDone))
        {
            await Acknowledge(session, batch, kept, ct);
        }

        foreach (var lost in batch.Skip(kept))
        {
            await channel.BasicNackAsync(lost.Tag, multiple: false, requeue: true, ct);
        }

        // The broker hands out no more than the prefetch of each partition: after a full batch the next is already there.
        if (batch.Count < Math.Min(Receiver.Batch, Prefetch * session.Heard.Count) && receiver.Gathers > TimeSpan.Zero)
        {
            await Task.Delay(receiver.Gathers, ct);
        }
    }

    /// <summary>Takes the share while a batch is tried again: a process that does not say that it lives loses its partitions.</summary>
    private async Task KeepShare(Session session, CancellationToken ct)
    {
        try
        {
            await TakeShare(session, ct);
        }
        catch (Exception passing) when (Storage.IsPassing(passing) && !ct.IsCancellationRequested && session.Channel.IsOpen)
        {
            logger.LogDebug(passing, "{Receiver} could not take its share.", receiver.Module);
        }
    }

    /// <summary>Acknowledges the first of a batch, together where nothing older is held back.</summary>
    private static async Task Acknowledge(Session session, List<Delivery> batch, int count, CancellationToken ct)
    {
        if (session.Held.Count == 0)
        {
            await session.Channel.BasicAckAsync(batch[count - 1].Tag, multiple: true, ct);
            return;
        }

        foreach (var delivery in batch.Take(count))
        {
            await session.Channel.BasicAckAsync(delivery.Tag, multiple: false, ct);
        }
    }

    private void WritePositions(Work work, IReadOnlyList<Delivery> arrived)
    {
        var lastOfSenders = arrived.Where(delivery => delivery.Epoch is not null)
            .GroupBy(delivery => delivery.Message.Sender)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.MaxBy(delivery => delivery.Position)!);
        foreach (var last in lastOfSenders)
        {
            if (senders.TryGetValue(last.Message.Sender, out var sender))
            {
                sender.WritePosition(work, last.Position, LogRow.MarkOf(last.Message.Text), last.Epoch);
            }
        }
    }

    /// <summary>What goes on on one channel.</summary>
    private sealed record Session(IChannel Channel, ChannelReader<Delivery> Arriving, Consumer Consumer)
    {
        /// <summary>The tag of the consumer of each partition that is heard.</summary>
        public Dictionary<int, string> Heard { get; } = [];

        /// <summary>Handed out and not acknowledged, because they may not be heard yet; in the order of tags.</summary>
        public List<Delivery> Held { get; } = [];

        public void Hold(IEnumerable<Delivery> deliveries)
        {
            Held.AddRange(deliveries);
            Held.Sort((one, other) => one.Tag.CompareTo(other.Tag));
        }

        public DateTime ShareAt { get; set; }
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
