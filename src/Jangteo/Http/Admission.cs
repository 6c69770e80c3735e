using System.Net;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Jangteo.Http;

/// <summary>
/// Which requests are taken at all: those for a host name of this market, and those for the controls of a sandbox only from this machine. A
/// page of another site that has its own name resolve to this machine (DNS rebinding) sends that name as the host, and is refused by it.
/// </summary>
internal sealed class Admission
{
    private const string Sandbox = "/api/sandbox";
    private const string Wildcard = "*.";

    private readonly bool areControlsLocal;
    private readonly string[]? hosts;

    public Admission(Settings settings)
    {
        areControlsLocal = settings is { Sandbox: true, SandboxOpen: false };
        var named = settings.AllowedHosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        hosts = named.Contains("*") || (named.Length == 0 && !areControlsLocal) ? null : named;
    }

    /// <exception cref="RefusedException"><c>unknown-host</c> or <c>sandbox-is-local</c>.</exception>
    public void Check(HttpContext http)
    {
        var path = http.Request.Path;
        if (areControlsLocal && path.StartsWithSegments(Sandbox) && !LocalCallers.IsLocal(http))
        {
            throw new RefusedException(new Refusal(Refusals.SandboxIsLocal));
        }

        // Orchestrators ask a process how it is by whatever address it has, and the processes of one installation and its carrier
        // identify themselves by a key, which no browser has.
        if (hosts is not null && !path.StartsWithSegments("/health") && !path.StartsWithSegments("/internal")
            && !path.StartsWithSegments("/api/carrier")
            && NamedHosts(http.Request).FirstOrDefault(host => !IsOurs(host)) is { } other)
        {
            throw new RefusedException(new Refusal(Refusals.UnknownHost, Detail.NotAllowedHost(other)));
        }
    }

    /// <summary>
    /// The host that a proxy forwards, and the one that the request itself was sent to, which is left in a header where a proxy forwards
    /// another. Every browser on this machine has the address of a trusted proxy, and its pages can write any header but Host. A proxy sends
    /// either the host that it was asked for or its own name for this program, which is a loopback name or one that the operator allows.
    /// </summary>
    private static IEnumerable<string> NamedHosts(HttpRequest request) =>
        request.Headers[ForwardedHeadersDefaults.XOriginalHostHeaderName]
            .Select(host => HostString.FromUriComponent(host ?? "").Host).Prepend(request.Host.Host);

    /// <summary>
    /// No name server can make another site's page send a loopback name, so these are always ours. A request without a host is no
    /// browser's.
    /// </summary>
    private bool IsOurs(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || hosts!.Any(ours => ours.StartsWith(Wildcard, StringComparison.Ordinal)
            ? host.EndsWith(ours[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(ours, StringComparison.OrdinalIgnoreCase));
}
