using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Jangteo.Between;

/// <summary>Refuses, before the first request, a database or a broker that could forget what it has confirmed.</summary>
internal static class Durability
{
    /// <exception cref="SettingsException">A server's setting loses commits; the message says which and what to set.</exception>
    public static async Task RefuseForgetfulDatabase(string connection, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand("select name from pg_settings where name in ('fsync', 'full_page_writes') and setting = 'off' order by name");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var mistakes = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            mistakes.Add($"PostgreSQL at {new NpgsqlConnectionStringBuilder(connection).Host} has {reader.GetString(0)} = off: after a crash it would have forgotten money that it had confirmed; set {reader.GetString(0)} = on in postgresql.conf");
        }

        if (mistakes.Count > 0)
        {
            throw new SettingsException(mistakes);
        }
    }

    /// <summary>A queue that is there already and could lose messages. A broker that is away is no reason: what is said waits for it.</summary>
    /// <exception cref="SettingsException">A queue of ours was declared otherwise by somebody.</exception>
    public static async Task RefuseForgetfulBroker(BrokerConnection broker, CancellationToken ct)
    {
        try
        {
            var connection = await broker.Open(ct);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            foreach (var module in Modules.All)
            {
                await Queues.Declare(channel, connection, module, ct);
            }
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new SettingsException([$"Broker: a queue is there that is not as ours are, durable and replicated, and could lose messages: {refused.ShutdownReason.ReplyText}; delete it, or use another virtual host"]);
        }
        catch (BrokerUnreachableException refused) when (refused.GetBaseException() is System.Security.Authentication.AuthenticationException untrusted)
        {
            throw new SettingsException([$"Broker: the TLS handshake with RabbitMQ failed: {untrusted.Message}"]);
        }
        catch (Exception away) when (BrokerConnection.IsAway(away, ct))
        {
            // It comes back by itself, and so do we.
        }
    }
}
