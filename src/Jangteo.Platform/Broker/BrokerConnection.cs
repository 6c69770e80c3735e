using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Jangteo.Platform.Broker;

/// <summary>
/// This process's one connection to the broker, opened again after it was lost. Each user of it opens a channel of its own, and a new one
/// when that closes.
/// </summary>
public sealed class BrokerConnection(IConnectionFactory factory) : IAsyncDisposable
{
    private readonly SemaphoreSlim opening = new(1, 1);
    private IConnection? connection;

    /// <param name="address"><c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c> for TLS.</param>
    /// <param name="tls">Used where the address is encrypted.</param>
    /// <exception cref="SettingsException">A file that <paramref name="tls"/> names cannot be used.</exception>
    public BrokerConnection(string address, BrokerTlsSettings tls)
        : this(WithTls(new Uri(address), tls, new()
        {
            // The readers and publishers begin again themselves; the library would open channels that nothing reads any more.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            ContinuationTimeout = TimeSpan.FromSeconds(10),
            ClientProvidedName = $"jangteo {Environment.ProcessId}",
        }))
    {
    }

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

    /// <summary>
    /// Whether an exception means that the broker cannot be reached or does not answer. On a time-out the library cancels its own task, so an
    /// OperationCanceledException counts unless the caller has cancelled.
    /// </summary>
    public static bool IsAway(Exception fault, CancellationToken ct) =>
        fault is BrokerUnreachableException or OperationInterruptedException or IOException or TimeoutException
        || (fault is OperationCanceledException && !ct.IsCancellationRequested);

    private static ConnectionFactory WithTls(Uri address, BrokerTlsSettings tls, ConnectionFactory factory)
    {
        factory.Uri = address;
        // Setting the address of amqps:// makes the library accept a certificate of any host name, so this comes after it.
        if (BrokerTls.For(address, tls) is { } encrypted)
        {
            factory.Ssl = encrypted;
        }

        return factory;
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
