using System.Text;
using Jangteo.Contracts;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Jangteo.Platform.Broker;

/// <summary>
/// Brings a module's log to the broker, in order: a row counts as sent when the broker has confirmed that every receiver's queue has it. What was
/// published and not noted as sent, because a process died in between, is published again.
/// </summary>
public sealed class Publisher(ILog log, Storage storage, BrokerConnection broker, ILogger<Publisher> logger)
{
    /// <summary>So many rows at most wait for their confirms together.</summary>
    private const int Batch = 1000;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>A broker that has not confirmed by then is asked again on a new channel.</summary>
    private static readonly TimeSpan ConfirmsWithin = TimeSpan.FromSeconds(15);

    /// <summary>RabbitMQ has the name of a new queue on its disk half a second late: killed before that, it forgets the queue with all that it has confirmed.</summary>
    private static readonly TimeSpan Declared = TimeSpan.FromSeconds(1);

    private readonly Bell bell = new();
    private IChannel? channel;

    public Loop Loop
    {
        get
        {
            log.Listen(bell);
            return new Loop($"{log.Module} to the broker", bell, Publish, logger);
        }
    }

    private async Task<TimeSpan> Publish(CancellationToken ct)
    {
        var open = await Open(ct);
        // One process at a time. No transaction is open while the broker is waited for, however long it takes.
        await using var turn = await storage.TryLock("publish", ct);
        if (turn is null)
        {
            return Poll;
        }

        var (sent, epoch) = await storage.Find(
            new Sql("select sent, epoch from relay"), reader => (reader.GetInt64(0), reader.GetGuid(1)), ct);
        var rows = await log.Read(sent, Batch, ct);
        if (rows.Count == 0)
        {
            return Poll;
        }

        var confirms = new List<Task>();
        foreach (var row in rows)
        {
            var body = Encoding.UTF8.GetBytes(row.Text);
            for (var index = 0; index < row.Receivers.Length; index++)
            {
                confirms.Add(Send(open, row, epoch, "", Queues.NameOf(row.Receivers[index], Queues.PartitionOf(row.Stream)), row.Seqs[index], body, ct));
            }

            if (MessageTypes.Of(row.Type).Receivers.Length > 0)
            {
                confirms.Add(Send(open, row, epoch, Queues.Events, row.Type, seq: null, body, ct));
            }
        }

        try
        {
            await Task.WhenAll(confirms).WaitAsync(ConfirmsWithin, ct);
        }
        catch (TimeoutException)
        {
            // Not disposed here: to close a channel is a question to the same broker. The lost connection takes it along.
            channel = null;
            throw;
        }

        // In the session of the lock: after a restart or restore of the database the lock is gone, and what was sent is not noted but
        // published again.
        await turn.Execute(new Sql("update relay set sent = $1", rows[^1].Position), ct);
        return TimeSpan.Zero;
    }

    private Task Send(IChannel open, LogRow row, Guid epoch, string exchange, string key, int? seq, byte[] body, CancellationToken ct)
    {
        var headers = new Dictionary<string, object?> { ["position"] = row.Position, ["epoch"] = epoch.ToString(), ["stream"] = row.Stream.ToString() };
        if (seq is { } place)
        {
            headers["seq"] = place;
        }

        var properties = new BasicProperties { Persistent = true, Type = row.Type, AppId = log.Module, ContentType = "application/json", Headers = headers };

        // A message to a queue that is missing fails; an event without a listener does not.
        return open.BasicPublishAsync(exchange, key, mandatory: exchange.Length == 0, properties, body, ct).AsTask();
    }

    /// <summary>A channel on which the queue of every receiver has been declared.</summary>
    private async Task<IChannel> Open(CancellationToken ct)
    {
        if (channel is { IsOpen: true })
        {
            return channel;
        }

        if (channel is not null)
        {
            await channel.DisposeAsync();
            channel = null;
        }

        var connection = await broker.Open(ct);
        var opened = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), ct);
        await opened.ExchangeDeclareAsync(Queues.Events, ExchangeType.Topic, durable: true, cancellationToken: ct);
        foreach (var receiver in MessageTypes.ReceiversOf(log.Module))
        {
            await Queues.Declare(opened, connection, receiver, ct);
        }

        await Task.Delay(Declared, ct);
        return channel = opened;
    }
}
