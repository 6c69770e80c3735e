using System.Net;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jangteo.Http;

/// <summary>
/// How many connections one address has open at a time. What is more is closed before anything of it is read, so that one client cannot take
/// every connection that the program can hold. Trusted proxies carry everyone's requests and are not counted.
/// </summary>
internal sealed class Connections(Settings settings)
{
    private readonly IReadOnlyList<System.Net.IPNetwork> proxies = TrustedNetworks.Parse(settings.TrustedProxies);

    // The server itself bounds how many there are in all.
    private readonly Shares open = new(new ShareLimits
    {
        AtOnce = int.MaxValue,
        Anonymous = int.MaxValue,
        PerPerson = int.MaxValue,
        PerAddress = settings.Limits.ConnectionsPerAddress,
    });

    public void Limit(ListenOptions listen) => listen.Use(next => connection => Serve(connection, next));

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint from || IsExempt(connection, from.Address))
        {
            await next(connection);
            return;
        }

        using var share = open.TryTake(new Asker(Guid.Empty, Asker.NetworkOf(from.Address)));
        if (share is null)
        {
            connection.Abort(new ConnectionAbortedException(
                $"{from.Address} has {settings.Limits.ConnectionsPerAddress} connections already."));
            return;
        }

        await next(connection);
    }

    /// <summary>The other processes of this installation, and proxies.</summary>
    private bool IsExempt(ConnectionContext connection, IPAddress address) =>
        (settings.ServiceKey.Length > 0 && connection.LocalEndPoint is IPEndPoint to && to.Port == settings.InternalPort)
        || proxies.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}
