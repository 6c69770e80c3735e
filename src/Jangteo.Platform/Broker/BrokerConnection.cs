using RabbitMQ.Client;

namespace Jangteo.Platform.Broker;

/// <summary>This process's one connection to the broker, made anew when it is gone. Whoever uses it opens a channel of his own and begins again when that closes.</summary>
public sealed class BrokerConnection(string address) : IAsyncDisposable
{
    private readonly SemaphoreSlim opening = new(1, 1);
    private readonly ConnectionFactory factory = new()
    {
        Uri = new Uri(address),
        // Who hears or sends knows best what to begin again with; the library would open channels that nobody reads any more.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        ContinuationTimeout = TimeSpan.FromSeconds(10),
        ClientProvidedName = $"jangteo {Environment.ProcessId}",
    };

    private IConnection? connection;

    public async Task<IConnection> Open(CancellationToken ct)
    {
        await opening.WaitAsync(ct);
        try
        {
            if (connection is not { IsOpen: true })
            {
                if (connection is not null)
                {
                    await connection.DisposeAsync();
                    connection = null;
                }

                connection = await factory.CreateConnectionAsync(ct);
            }

            return connection;
        }
        finally
        {
            opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        opening.Dispose();
    }
}
