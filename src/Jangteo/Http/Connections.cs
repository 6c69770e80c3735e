using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jangteo.Http;

/// <summary>
/// How many connections one address has open at a time. What is more is closed before anything of it is read, so that one client cannot take every connection
/// that the program can hold. Trusted proxies carry everyone's requests and are not counted.
/// </summary>
internal sealed class Connections(Settings settings)
{
    private readonly IReadOnlyList<System.Net.IPNetwork> proxies = TrustedNetworks.Parse(settings.TrustedProxies);
    private readonly Dictionary<UInt128, int> open = [];

    public void Limit(ListenOptions listen) => listen.Use(next => connection => Serve(connection, next));

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not System.Net.IPEndPoint from || IsExempt(connection, from.Address))
        {
            await next(connection);
            return;
        }

        var network = Asker.NetworkOf(from.Address);
        if (!TryOpen(network))
        {
            connection.Abort(new ConnectionAbortedException($"{from.Address} has {settings.Limits.ConnectionsPerAddress} connections already."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Close(network);
        }
    }

    /// <summary>The other processes of this installation, and proxies.</summary>
    private bool IsExempt(ConnectionContext connection, System.Net.IPAddress address) =>
        (settings.ServiceKey.Length > 0 && connection.LocalEndPoint is System.Net.IPEndPoint to && to.Port == settings.InternalPort)
        || proxies.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    private bool TryOpen(UInt128 network)
    {
        lock (open)
        {
            var count = open.GetValueOrDefault(network);
            if (count >= settings.Limits.ConnectionsPerAddress)
            {
                return false;
            }

            open[network] = count + 1;
            return true;
        }
    }

    private void Close(UInt128 network)
    {
        lock (open)
        {
            if (--open[network] == 0)
            {
                open.Remove(network);
            }
        }
    }
}
