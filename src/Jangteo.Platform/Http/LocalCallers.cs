using System.Net;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>Tells callers on this machine from all others.</summary>
public static class LocalCallers
{
    /// <summary>
    /// What proxies write for the address they were called from. A forwarded-headers middleware leaves the X-Original ones.
    /// </summary>
    private static readonly string[] Forwarding = ["X-Forwarded-For", "X-Original-For", "X-Real-IP", "Forwarded"];

    /// <summary>
    /// Whether a request comes from this machine. A gateway on this machine always connects from loopback, so every address that
    /// a header forwards
    /// must be loopback too, trusted or not: a header can only make a caller less local than they are.
    /// </summary>
    public static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && Forwarding.All(name => http.Request.Headers[name].All(value => Addresses(value).All(IsLoopback)));

    private static string[] Addresses(string? header) =>
        (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A Forwarded header, such as for="[::1]:4711";proto=http, is read no further than this: what is not plainly a loopback address is not
    // one.
    private static bool IsLoopback(string text)
    {
        var address = text.StartsWith("for=", StringComparison.OrdinalIgnoreCase) ? text[4..].Split(';')[0].Trim('"') : text;
        return IPEndPoint.TryParse(address, out var found) && IPAddress.IsLoopback(found.Address);
    }
}
