using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Broker;

/// <summary>Between processes a message waits in two places: in its sender's log until the broker has it, and in its receiver's queue until it is handed out.</summary>
/// <param name="storages">Of the modules of this process.</param>
public sealed class LagOfBroker(BrokerConnection broker, IReadOnlyList<Storage> storages) : ILag
{
    private const string Broker = "broker";

    public async Task<IReadOnlyList<Lag>> Look(CancellationToken ct)
    {
        var lags = new List<Lag>();
        var connection = await broker.Open(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        foreach (var storage in storages)
        {
            lags.Add(new Lag(storage.Module, Broker, await storage.Find(new Sql("select position - sent from relay"), row => row.GetInt64(0), ct)));
            if (!Contracts.MessageTypes.SendersHeardBy(storage.Module).Any())
            {
                continue;
            }

            var waiting = 0L;
            for (var partition = 0; partition < Queues.Partitions; partition++)
            {
                waiting += await channel.MessageCountAsync(Queues.NameOf(storage.Module, partition), ct);
            }

            lags.Add(new Lag(Broker, storage.Module, waiting));
        }

        return lags;
    }
}
