using System.Net;
using Jangteo.Platform;

namespace Jangteo.Gateway;

/// <summary>What a gateway stands in front of, and where it listens. All of it is known before it starts; what it finds out itself is who is well.</summary>
internal sealed record GatewayPlan
{
    /// <summary>The processes that run each module, by the module's name. A process with several modules stands under each of them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Replica>> Modules { get; init; }

    /// <summary>Where people and programs come in.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The addresses of the machine that have this port; none is every address.</summary>
    public IReadOnlyList<IPAddress> Hosts { get; init; } = [];

    /// <summary>Where modules reach each other, under <c>/internal/&lt;module&gt;/</c>. On loopback only.</summary>
    public int InternalPort { get; init; } = 8081;

    /// <summary><c>GET /metrics</c>, as Prometheus reads it. On loopback only.</summary>
    public int MetricsPort { get; init; } = 8082;

    /// <summary>HAProxy's own commands, such as <c>set server trading/trading-1 state drain</c>. On loopback only.</summary>
    public int AdminPort { get; init; } = 8083;

    /// <summary>
    /// Of the gateway's own refusals, for a client that sends no Accept-Language: the setting <c>Language</c> of the market.
    /// </summary>
    public string Language { get; init; } = new Settings().Language;

    /// <summary>Whether the doors of the sandbox can be reached; else there are none, whatever the processes behind it think.</summary>
    public bool Sandbox { get; init; }

    /// <summary>Requests of one address a second, on the average of ten seconds; 0 is without limit, for measuring. Many people can share an address.</summary>
    public int PerAddressPerSecond { get; init; } = 1000;

    /// <summary>
    /// Connections of one address at the same time; 0 is without limit. A browser has six, or one over TLS, and many people can share an
    /// address.
    /// </summary>
    public int ConnectionsPerAddress { get; init; } = 500;

    /// <summary>
    /// Proxies in front of it, whose word for the client's address and for TLS counts. Of everybody else these headers are removed.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// How long a request waits while none of the processes it is for is ready, as while the only one is started again; zero is not at all.
    /// </summary>
    public TimeSpan WaitsForProcess { get; init; }

    /// <summary>A file with a certificate and its key, relative to the configuration; null is without TLS.</summary>
    public string? Certificate { get; init; }
}

/// <summary>One process that runs a module.</summary>
/// <param name="Host">An address, or a name, behind which there may be any number of processes, coming and going.</param>
/// <param name="Port">Where it is asked by people, and whether it is ready.</param>
/// <param name="InternalPort">Where it is asked by other modules.</param>
internal sealed record Replica(string Host, int Port, int InternalPort);
