using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Broker;
using RabbitMQ.Client;

namespace Jangteo.Split;

/// <summary>How many messages wait for each module.</summary>
internal sealed class QueueLengths(BrokerConnection connection) : IAsyncDisposable
{
    private IChannel? channel;

    /// <summary>Messages that are ready to be heard, by module; empty while the broker is away.</summary>
    public async Task<IReadOnlyDictionary<string, uint>> Ask(CancellationToken ct)
    {
        try
        {
            channel = channel is { IsOpen: true } ? channel : await (await connection.Open(ct)).CreateChannelAsync(cancellationToken: ct);
            var lengths = new Dictionary<string, uint>();
            foreach (var module in Modules.All.Where(module => MessageTypes.SendersHeardBy(module).Any()))
            {
                lengths[module] = 0;
                for (var partition = 0; partition < Queues.Partitions; partition++)
                {
                    lengths[module] += (await channel.QueueDeclarePassiveAsync(Queues.NameOf(module, partition), ct)).MessageCount;
                }
            }

            return lengths;
        }
        catch (Exception away) when (BrokerConnection.IsAway(away, ct))
        {
            return new Dictionary<string, uint>();
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
