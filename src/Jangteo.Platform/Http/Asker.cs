using System.Buffers.Binary;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>Whom a request counts for: the person who is signed in, or else the network address that it comes from.</summary>
/// <param name="Person">Empty for a request without a session.</param>
/// <param name="Network">
/// An IPv4 address, or the first 64 bits of an IPv6 address: one customer of a provider has all addresses of such a network.
/// </param>
public readonly record struct Asker(Guid Person, UInt128 Network)
{
    public bool IsSignedIn => Person != Guid.Empty;

    public static Asker Of(HttpContext http) =>
        Guid.TryParse(http.User.FindFirstValue(ClaimTypes.NameIdentifier), out var person) ? new Asker(person, 0) : AddressOf(http);

    /// <summary>The address alone, also of a person who is signed in.</summary>
    public static Asker AddressOf(HttpContext http) => new(Guid.Empty, NetworkOf(http.Connection.RemoteIpAddress ?? IPAddress.None));

    /// <summary>What an address counts as: see <see cref="Network"/>.</summary>
    public static UInt128 NetworkOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isVersion4 = address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (!isVersion4)
        {
            bytes[8..].Clear();
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
