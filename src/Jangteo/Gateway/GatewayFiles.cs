using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Http;
using Jangteo.Kinds;
using Jangteo.Platform.Http;

namespace Jangteo.Gateway;

/// <summary>
/// The configuration of an HAProxy that is the one door of all modules, made from their own routes. Files that stand in one folder and name each other
/// without it, so that the folder can be anywhere.
/// </summary>
/// <param name="Configuration">What HAProxy is started with.</param>
/// <param name="Routes">A line for each method and path: a pattern, and the module that answers.</param>
/// <param name="Texts">The sentences of the refusals that the gateway says itself, by code and language.</param>
/// <param name="Waits">Whether requests wait for a process that is started again.</param>
internal sealed record GatewayFiles(string Configuration, string Routes, string Texts, bool Waits)
{
    public const string ConfigurationName = "haproxy.cfg";

    /// <summary>Answered by the gateway and by no process behind it.</summary>
    public const string Health = "/health/gateway";

    private const string RoutesName = "routes.map";
    private const string TextsName = "texts.map";
    private const string TooLargeName = "too-large.lua";
    private const string WaitName = "wait-for-process.lua";

    /// <summary>How many processes of a module there is room for behind one name.</summary>
    private const int MostBehindOneName = 16;

    /// <summary>Seconds. By then another process has taken over, or this one has started again, if it is a matter of seconds.</summary>
    private const int UnavailableFor = 5;

    /// <summary>Over this many seconds the requests of an address are averaged, as those of a person are in the program.</summary>
    private const int Burst = 10;

    public IReadOnlyList<(string Name, string Text)> All => [(ConfigurationName, Configuration), (RoutesName, Routes), (TextsName, Texts), (TooLargeName, Script(TooLargeName)), .. Waits ? [(WaitName, Script(WaitName))] : Array.Empty<(string, string)>()];

    public static async Task<GatewayFiles> Make(GatewayPlan plan)
    {
        var routes = await RouteList.Read(plan.Sandbox);
        return new GatewayFiles(Configure(plan, routes), ListOf(routes), Sentences(), IsWaiting(plan));
    }

    /// <summary>Writes them into a folder, which is made when missing. Answers the path of the configuration.</summary>
    public string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in All)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }

        return Path.Combine(folder, ConfigurationName);
    }

    // A key ends at the first blank, so method and path stand without one between them.
    private static string ListOf(IReadOnlyList<Route> routes) => string.Concat(routes.Select(route => $"^{route.Method}{route.Pattern}$ {route.Module}\n"));

    /// <summary>As they stand inside of a JSON text, because that is where they are put.</summary>
    private static string Sentences()
    {
        var texts = new Texts();
        return string.Concat(
            from code in new[] { Refusals.NotFound, Refusals.TooLarge, Refusals.TooManyRequests, Refusals.Busy, Refusals.PaymentsUnavailable, Refusals.CatalogUnavailable, Refusals.DeliveryUnavailable }
            from language in Kinds.Texts.Languages
            select $"{code}.{language} {JsonSerializer.Serialize(texts.Refusal(code, language), HttpJson.Options)[1..^1]}\n");
    }

    private static string Configure(GatewayPlan plan, IReadOnlyList<Route> routes)
    {
        var made = new StringBuilder(Global(plan));
        made.Append(Defaults(plan));
        made.Append(Public(plan, routes));
        made.Append(Inner(plan));
        foreach (var (module, replicas) in plan.Modules)
        {
            AppendBackends(made, module, replicas, plan.WaitsForProcess);
        }

        return made.ToString();
    }

    private static string Global(GatewayPlan plan) =>
        $"""
        # The gateway of Jangteo. Made from the routes of the modules by `jangteo gateway`: what is changed here by hand is lost.

        global
            # What it reads stands beside this file.
            default-path config
            lua-load {TooLargeName}{(IsWaiting(plan) ? $"\n    lua-load {WaitName}" : "")}
            # A port that is taken is taken, also by another of these.
            noreuseport
            log stdout format raw local0
            stats socket ipv4@127.0.0.1:{plan.AdminPort} level admin


        """
        + (plan.Modules.Values.Any(replicas => replicas.Any(IsName))
            ? """
              # Processes come and go behind a name. Health checks decide which of them get requests, and not the name: one that is leaving goes
              # from the name at once, and has to finish what it was sent.
              resolvers names
                  parse-resolv-conf
                  accepted_payload_size 8192
                  timeout resolve 1s
                  timeout retry 1s
                  hold valid 1s
                  hold obsolete 60s


              """
            : "");

    private static string Defaults(GatewayPlan plan) =>
        $$"""
        defaults
            mode http
            log global
            option httplog
            option dontlog-normal
            option dontlognull
            timeout http-request 10s
            timeout http-keep-alive 60s
            timeout client 60s
            timeout connect 1s
            timeout queue 1s
            # Longer than any answer takes: the upload of a picture may wait 20 s for its turn.
            timeout server 30s
            timeout check 1200ms
            balance leastconn
            option httpchk GET /health/ready
            # A process that answers "not ready" gets no new requests and finishes those it has. A process that does not answer is marked down
            # within 4.3 s, and the requests that wait for it are answered 503.
            http-check expect status 200 error-status L7OKC
            default-server check inter 500ms fastinter 100ms fall 3 rise 1 on-marked-down shutdown-sessions
            # A request is not sent again to the process that failed it while there is another one.
            retries 3
            option redispatch 1
            retry-on conn-failure empty-response 503
            {{Early(plan, 400, Refusals.Malformed)}}
            {{Early(plan, 408, Refusals.Malformed)}}
            {{Early(plan, 500, Refusals.Internal)}}


        """;

    private static string Public(GatewayPlan plan, IReadOnlyList<Route> routes) =>
        $$"""
        frontend public
            bind {{Places(plan)}}{{(plan.Certificate is { } certificate ? $" ssl crt {certificate} alpn h2,http/1.1" : "")}}

            # Says whether the gateway itself answers, for its supervisor. The processes behind it have health checks of their own.
            monitor-uri {{Health}}

        {{(HasProxy(plan) ? $"    acl from_proxy src {string.Join(' ', plan.TrustedProxies)}\n" : "")}}{{Connections(plan)}}    # A body that drips in is waited for here, up to what fits a buffer, and within timeout http-request: no process is asked before.
            option http-buffer-request

            # What follows from a request carries its correlation id, and every answer says it: made here unless there is exactly one, and it is a UUID.
            acl has_one_correlation req.fhdr_cnt(X-Correlation-Id) eq 1
            acl has_good_correlation req.fhdr(X-Correlation-Id) -i -m reg ^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$
            http-request set-header X-Correlation-Id %[uuid()] unless has_one_correlation has_good_correlation
            http-request set-var(txn.correlation) req.fhdr(X-Correlation-Id)
            http-after-response set-header X-Correlation-Id %[var(txn.correlation)] if { var(txn.correlation) -m found }

        {{Forwarded(plan)}}

            http-request set-var(txn.language) str({{plan.Language}})
            http-request set-var(txn.language) req.fhdr(Accept-Language),lower,language({{string.Join(';', Kinds.Texts.Languages)}},{{plan.Language}}) if { req.fhdr(Accept-Language) -m found }

            http-after-response set-header X-Content-Type-Options nosniff
            http-after-response set-header X-Frame-Options DENY
            http-after-response set-header Referrer-Policy same-origin
            # Whatever is a page and says nothing else may do what the pages may.
            http-after-response set-header Content-Security-Policy "{{Pages.Policy}}" unless { res.fhdr_cnt(Content-Security-Policy) gt 0 }
            # Also where the program does not trust this gateway (TrustedProxies) and so does not know that it was asked over TLS.
            http-after-response set-header Strict-Transport-Security max-age=31536000 if { ssl_fc }
            http-after-response replace-header Set-Cookie '^((?:(?!; *secure).)*)$' '\1; secure' if { ssl_fc }

            # To read again does no harm. A command that was sent may have been done, so only who sent it can send it again, by its Idempotency-Key.
            http-request disable-l7-retry unless { method GET HEAD }
            # Nobody answered, or not in time: busy, which is a 503. The list of refusals is closed, and has no 502 and no 504.
            {{Failing(502, Refusals.Busy, 1)}}
            {{Failing(504, Refusals.Busy, 1)}}
            http-after-response set-status 503 if { status 502 504 }


        """
        + (plan.PerAddressPerSecond == 0 ? "" :
            $$"""
                # So many requests of one address. One that was refused does not count, so that a client that slows down is answered again.
            {{CountedByClient(plan)}}    {{Return(Refusals.TooManyRequests, 1)}} if { sc_gpc0_rate({{Counter(plan)}}) ge {{plan.PerAddressPerSecond * Burst}} }
                http-request sc-inc-gpc0({{Counter(plan)}})


            """)
        + $$"""
            # Only what a module has a route for goes further, and no path that hides another. So nobody gets to /internal{{(plan.Sandbox ? "" : " or to the sandbox")}}.
            {{Return(Refusals.NotFound)}} if { path -i -m sub %2e %2f %5c /. }
            http-request set-var-fmt(txn.route) %[method]%[path,lower]
            http-request set-var(txn.module) var(txn.route),map_reg({{RoutesName}})
        {{NoSuchPage(plan)}}
            {{Return(Refusals.NotFound)}} unless { var(txn.module) -m found }

            # A body that does not say its length is measured by the program.
            http-request set-var(txn.most) int({{Edge.LargestBody}})

        """
        + string.Concat(routes.Where(route => route.LargestBody != Edge.LargestBody).Select(route =>
            $$"""
                http-request set-var(txn.most) int({{route.LargestBody}}) if { var(txn.route) -m reg ^{{route.Method}}{{route.Pattern}}$ }

            """))
        + $$"""
            http-request set-var-fmt(txn.too_large) {{Document(Refusals.TooLarge)}}
            http-request use-service lua.too-large if { req.body_size,sub(txn.most) gt 0 }

            use_backend %[var(txn.module)]


        """;

    /// <summary>
    /// What the processes behind are told of the client. A client's own word for it never gets through; that of a trusted proxy in front
    /// does.
    /// </summary>
    private static string Forwarded(GatewayPlan plan)
    {
        var isTrusted = HasProxy(plan);
        var unlessTrusted = isTrusted ? " unless from_proxy" : "";
        return string.Concat(
            "    # Who asks, and whether over TLS. A client cannot say so itself. The processes believe it if this gateway is among their TrustedProxies.\n",
            "    http-request set-var(txn.client) src\n",
            (isTrusted ? "    http-request set-var(txn.client) req.hdr_ip(X-Forwarded-For,-1) if from_proxy { req.hdr_ip(X-Forwarded-For,-1) -m found }\n" : ""),
            "    http-request del-header Forwarded\n",
            "    http-request del-header X-Real-IP\n",
            string.Concat(
                new[] { "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host" }.Select(
                    header => $"    http-request del-header {header}{unlessTrusted}\n")),
            string.Concat(
                new[] { "X-Original-For", "X-Original-Proto", "X-Original-Host" }.Select(
                    header => $"    http-request del-header {header}\n")),
            "    http-request add-header X-Forwarded-For %[src]\n",
            "    http-request set-header X-Forwarded-Proto http unless { req.hdr(X-Forwarded-Proto) -m found }\n",
            "    http-request set-header X-Forwarded-Proto https if { ssl_fc }");
    }

    private static bool HasProxy(GatewayPlan plan) => plan.TrustedProxies.Count > 0;

    /// <summary>
    /// Behind another proxy all connections have its address, so that requests are counted by the one that it says they come from.
    /// </summary>
    private static string CountedByClient(GatewayPlan plan) =>
        HasProxy(plan) ? "    http-request track-sc1 var(txn.client),ipmask(32,64)\n" : "";

    private static int Counter(GatewayPlan plan) => HasProxy(plan) ? 1 : 0;

    private static string NoSuchPage(GatewayPlan plan)
    {
        var forPrograms = string.Join('|', Pages.NotPages.Select(prefix => prefix.TrimStart('/')));
        return plan.Modules.ContainsKey(RouteList.AnswersForAll)
            ? $$"""
                    # In a browser an address that is none is a page, which leads on.
                    http-request set-var(txn.module) str({{RouteList.AnswersForAll}}) if !{ var(txn.module) -m found } { method GET } { req.hdr(Accept) -i -m sub text/html } !{ path -i -m reg ^/({{forPrograms}})(/|$) }
                """
            : "";
    }

    /// <summary>
    /// What is behind the last colon is the port, so an IPv6 address needs no brackets. <c>::</c> is every address of both versions, as in
    /// the program.
    /// </summary>
    private static string Places(GatewayPlan plan) =>
        plan.Hosts.Count == 0 ? $":{plan.Port}"
        : string.Join(',', plan.Hosts.Select(host => $"{host}:{plan.Port}")) + (plan.Hosts.Contains(IPAddress.IPv6Any) ? " v4v6" : "");

    /// <summary>One address has so many connections. It is known of each before anything is read from it.</summary>
    private static string Connections(GatewayPlan plan) => plan is { PerAddressPerSecond: 0, ConnectionsPerAddress: 0 } ? "" :
        $$"""
            # One address, or one network of IPv6, which is what one customer of a provider has.
            stick-table type ipv6 size 100k expire {{2 * Burst}}s store conn_cur,gpc0_rate({{Burst}}s)
            tcp-request connection track-sc0 src,ipmask(32,64)

        """
        + (plan.ConnectionsPerAddress == 0 ? "" :
            $$"""
                # What is beyond so many connections is closed: no request has been read that could be answered.
                tcp-request connection reject if { sc_conn_cur(0) gt {{plan.ConnectionsPerAddress}} }{{(HasProxy(plan) ? " !from_proxy" : "")}}

            """)
        + "\n";

    private static string Inner(GatewayPlan plan) =>
        $$"""
        frontend internal
            bind 127.0.0.1:{{plan.InternalPort}}
            http-request disable-l7-retry
            http-request set-var(txn.language) str({{plan.Language}})
            http-request set-var(txn.module) path,field(3,/) if { path_beg /internal/ }
            {{Return(Refusals.NotFound)}} unless { var(txn.module) -m str {{string.Join(' ', plan.Modules.Keys)}} }
            use_backend %[var(txn.module)]-internal

        frontend metrics
            bind 127.0.0.1:{{plan.MetricsPort}}
            http-request use-service prometheus-exporter if { path /metrics }
            http-request return status 404

        """;

    private static bool IsWaiting(GatewayPlan plan) => plan.WaitsForProcess > TimeSpan.Zero;

    private static void AppendBackends(StringBuilder made, string module, IReadOnlyList<Replica> replicas, TimeSpan waits)
    {
        made.Append(CultureInfo.InvariantCulture, $$"""

            backend {{module}}
                {{Failing(503, Unavailable(module), UnavailableFor)}}

            """);
        if (waits > TimeSpan.Zero)
        {
            made.Append(CultureInfo.InvariantCulture, $"    http-request lua.wait-for-process {module} {waits.TotalMilliseconds}\n");
        }

        if (module == Modules.Views)
        {
            made.Append("""
                    # It says something every 15 seconds; what it says is sent on at once.
                    http-request set-timeout server 60s if { path -i /api/live }
                    option http-no-delay

                """);
        }

        AppendServers(made, module, replicas, replica => $"{replica.Port}");
        made.Append(CultureInfo.InvariantCulture, $$"""

            backend {{module}}-internal
                {{Failing(503, Unavailable(module), UnavailableFor)}}

            """);
        AppendServers(made, module, replicas, replica => $"{replica.InternalPort} port {replica.Port}");
    }

    private static void AppendServers(StringBuilder made, string module, IReadOnlyList<Replica> replicas, Func<Replica, string> ports)
    {
        foreach (var (index, replica) in replicas.Index())
        {
            made.Append(IsName(replica)
                ? $"    server-template {module}-{(replicas.Count > 1 ? $"{index + 1}-" : "")} {MostBehindOneName} \"{replica.Host}${{JANGTEO_DOMAIN}}\":{ports(replica)} resolvers names init-addr none\n"
                : $"    server {module}-{index + 1} {replica.Host}:{ports(replica)}\n");
        }
    }

    /// <summary>What the program itself says when a module cannot be reached. Notices are only read from outside, and need nobody's draft to be kept.</summary>
    private static string Unavailable(string module) => module switch
    {
        Modules.Payments => Refusals.PaymentsUnavailable,
        Modules.Catalog => Refusals.CatalogUnavailable,
        Modules.Delivery => Refusals.DeliveryUnavailable,
        _ => Refusals.Busy,
    };

    private static bool IsName(Replica replica) => replica.Host != "localhost" && !IPAddress.TryParse(replica.Host, out _);

    /// <summary>A refusal that is said instead of asking anybody.</summary>
    private static string Return(string code, int? retryAfter = null) =>
        $"http-request return status {Refusals.Status[code]} content-type {Problems.ContentType} lf-string {Document(code)} hdr Cache-Control no-store{(retryAfter is null ? "" : $" hdr Retry-After {retryAfter}")}";

    /// <summary>A refusal in place of what HAProxy would say itself.</summary>
    private static string Failing(int status, string code, int retryAfter) =>
        $"http-error status {status} content-type {Problems.ContentType} lf-string {Document(code)} hdr Cache-Control no-store hdr Retry-After {retryAfter}";

    /// <summary>The same for a request that could not be read, so that the language of its sender is not known either.</summary>
    private static string Early(GatewayPlan plan, int status, string code)
    {
        var title = JsonSerializer.Serialize(new Texts().Refusal(code, plan.Language), HttpJson.Options);
        return $$"""http-error status {{status}} content-type {{Problems.ContentType}} string '{"type":"about:blank","title":{{title}},"status":{{status}},"code":"{{code}}"}'""";
    }

    private static string Document(string code) =>
        $$"""'{"type":"about:blank","title":"%[str({{code}}.),concat(,txn.language),map_str({{TextsName}})]","status":{{Refusals.Status[code]}},"code":"{{code}}"}'""";

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(GatewayFiles).Assembly.GetManifestResourceStream($"Jangteo.Gateway.{name}")!);
        return reader.ReadToEnd();
    }
}
