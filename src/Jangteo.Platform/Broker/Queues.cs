using System.Buffers.Binary;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Jangteo.Platform.Broker;

/// <summary>
/// The queues of a module in the broker: durable, replicated, in partitions by stream, each heard by one process at a time. Whoever sends declares them,
/// so that a message finds its queue also before its receiver has ever run.
/// </summary>
public static class Queues
{
    public const int Partitions = 8;

    /// <summary>
    /// Where everything said is published once more, by type, for listeners of other makers: who binds a queue of his own hears from then on. The
    /// number <c>position</c> in the headers is gapless per sender and tells repetitions.
    /// </summary>
    public const string Events = "jangteo.events";

    public static string NameOf(string module, int partition) => $"jangteo.{module}.{partition}";

    public static int PartitionOf(Guid stream)
    {
        Span<byte> bytes = stackalloc byte[16];
        stream.TryWriteBytes(bytes);
        return (int)((BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])) * 0x9E3779B97F4A7C15 >> 61);
    }

    /// <summary>Declares the queue of a module. One of the same name that could lose messages is refused by the broker.</summary>
    public static async Task Declare(IChannel channel, IConnection connection, string module, CancellationToken ct)
    {
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-single-active-consumer"] = true };
        if (connection.ServerProperties is { } server && server.TryGetValue("version", out var told) && told is byte[] version && version is [>= (byte)'4', (byte)'.', ..])
        {
            // From version 4 on a message that was handed out twenty times would be dropped: a process that dies often must not lose it.
            arguments["x-delivery-limit"] = -1;
        }

        for (var partition = 0; partition < Partitions; partition++)
        {
            await channel.QueueDeclareAsync(NameOf(module, partition), durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: ct);
        }
    }

    /// <summary>Deletes the queues of modules with all that is in them.</summary>
    public static async Task Forget(IConnection connection, IEnumerable<string> modules, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        foreach (var queue in NamesOf(modules))
        {
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: ct);
        }
    }

    /// <summary>How many messages wait in each queue of modules, and how many processes hear it; a queue that is not there is left out.</summary>
    public static async Task<IReadOnlyList<(string Queue, long Waiting, long Heard)>> Look(
        IConnection connection, IEnumerable<string> modules, CancellationToken ct)
    {
        var found = new List<(string, long, long)>();
        foreach (var queue in NamesOf(modules))
        {
            // What is asked of a queue that is missing closes the channel.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            try
            {
                var there = await channel.QueueDeclarePassiveAsync(queue, ct);
                found.Add((queue, there.MessageCount, there.ConsumerCount));
            }
            catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                // It is made when somebody hears or sends.
            }
        }

        return found;
    }

    private static IEnumerable<string> NamesOf(IEnumerable<string> modules) =>
        modules.SelectMany(module => Enumerable.Range(0, Partitions).Select(partition => NameOf(module, partition)));
}
