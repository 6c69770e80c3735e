using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Jangteo.Gateway;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.SystemTests.OpenApi;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Gateway;

/// <summary>One door for all services: a real HAProxy with a program behind it.</summary>
public sealed class GatewayTests(SharedProgram shared)
{
    private const string Correlation = "X-Correlation-Id";
    private const string Nothing = "0190d0a0-0000-7000-8000-000000000000";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CP-5")]
    public async Task What_is_asked_at_the_gateway_is_answered_as_by_the_program_itself_on_every_route()
    {
        var program = await shared.Running;
        await using var gate = await Gate.Start(Gate.Of(program));
        var token = (await program.As("sora")).DefaultRequestHeaders.Authorization;
        using var through = program.NewClient(gate.Address);
        using var direct = program.NewClient();
        (through.DefaultRequestHeaders.Authorization, direct.DefaultRequestHeaders.Authorization) = (token, token);
        var routes = (await program.ApiDocument()).Routes;
        Assert.True(routes.Count > 60, $"There are only {routes.Count} routes.");

        foreach (var route in routes)
        {
            var expected = await Ask(direct, route);
            var answered = await Ask(through, route);

            Assert.True(expected == answered, $"{route}: the program answers {expected}, through the gateway it is {answered}");
        }
    }

    [Fact]
    [Requirement("CP-5")]
    public async Task Who_signs_in_at_the_gateway_is_signed_in_behind_it()
    {
        var program = await shared.Running;
        await using var gate = await Gate.Start(Gate.Of(program));
        using var answer = await gate.Http.PostAsJsonAsync("/api/session", new { person = "minji" }, ct);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie")).Split(';')[0];

        using var me = new HttpRequestMessage(HttpMethod.Get, "/api/people/me");
        me.Headers.Add("Cookie", cookie);
        var byCookie = await Heard(gate.Http, me);
        using var change = new HttpRequestMessage(HttpMethod.Patch, "/api/people/me") { Content = JsonContent.Create(new { name = "minji" }) };
        change.Headers.Add("Cookie", cookie);
        change.Headers.Add("Origin", gate.Address.ToString().TrimEnd('/'));
        var changed = await Heard(gate.Http, change);
        var stranger = await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/people/me"));

        Assert.Equal("minji", (string?)byCookie.Body!["name"]);
        Assert.Equal(200, changed.Status);
        Assert.Equal("unauthenticated", stranger.Code);
    }

    [Fact]
    public async Task The_live_stream_says_hello_at_once()
    {
        await using var gate = await Gate.Start(Gate.Of(await shared.Running));

        using var answer = await gate.Http.GetAsync("/api/live", HttpCompletionOption.ResponseHeadersRead, ct);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));

        Assert.Equal("event: hello", await lines.ReadLineAsync(ct));
    }

    [Theory]
    [InlineData("/internal/payments/questions")]
    [InlineData("/INTERNAL/payments/questions")]
    [InlineData("/%69nternal/payments/questions")]
    [InlineData("//internal/payments/questions")]
    [InlineData("/api/kinds/../../internal/payments/questions")]
    [InlineData("/api/kinds/%2e%2e")]
    [InlineData("/api/kinds/..%2F..%2Finternal")]
    [InlineData("/api/kinds/..")]
    [InlineData("/metrics")]
    [InlineData("/api/sandbox/clock")]
    [InlineData("/api/nothing")]
    [Requirement("CP-5")]
    public async Task What_is_not_for_everybody_is_not_found_and_nobody_behind_the_gateway_hears_of_it(string path)
    {
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(new GatewayPlan { Modules = Gate.Everywhere(behind.Replica), Sandbox = false });

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var request = new HttpRequestMessage(method, new Uri(gate.Address + path.TrimStart('/'), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            var said = await Heard(gate.Http, request);

            Assert.Equal((404, "not-found"), (said.Status, said.Code));
        }

        Assert.Empty(behind.Heard);
    }

    [Fact]
    public async Task None_of_the_sandboxs_doors_is_reached_when_it_is_switched_off_whatever_the_program_thinks()
    {
        var program = await shared.Running;
        await using var gate = await Gate.Start(new GatewayPlan { Modules = Gate.Everywhere(Gate.Of(program)), Sandbox = false });
        using var sora = program.NewClient(gate.Address);
        sora.DefaultRequestHeaders.Authorization = (await program.As("sora")).DefaultRequestHeaders.Authorization;
        var doors = (await program.ApiDocument()).Routes.Where(route => route.Path.StartsWith("/api/sandbox", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(doors);

        foreach (var door in doors)
        {
            Assert.Equal((404, "not-found"), await Ask(sora, door));
        }
    }

    [Fact]
    [Requirement("CP-5")]
    public async Task Who_asks_too_often_is_told_to_wait_and_then_heard_again()
    {
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(new GatewayPlan { Modules = Gate.Everywhere(behind.Replica), PerAddressPerSecond = 2 });

        var heard = new List<Reply>();
        for (var request = 0; request < 30; request++)
            heard.Add(await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/kinds")));

        Assert.All(heard.Take(20), reply => Assert.Equal(200, reply.Status));
        Assert.All(heard.Skip(25), reply => Assert.Equal((429, "too-many-requests", "1"), (reply.Status, reply.Code, reply.Header("Retry-After"))));
        await Shop.Eventually(() => Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/kinds")), reply => reply.Status == 200);
    }

    [Fact]
    public async Task Bodies_that_are_half_sent_reach_no_process()
    {
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(behind.Replica);
        var half = new List<TcpClient>();
        for (var client = 0; client < 20; client++)
            half.Add(
                await Sends(
                    gate, "POST /api/session HTTP/1.1\r\nHost: market\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"));

        for (var request = 0; request < 10; request++)
            Assert.Equal(200, (await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/kinds"))).Status);

        Assert.All(behind.Heard, request => Assert.StartsWith("GET /api/kinds ", request, StringComparison.Ordinal));
        half.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task One_address_has_so_many_connections_and_other_addresses_have_theirs()
    {
        const string question = "GET /api/kinds HTTP/1.1\r\nHost: market\r\n\r\n";
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(new GatewayPlan { Modules = Gate.Everywhere(behind.Replica), ConnectionsPerAddress = 3 });
        var open = new List<TcpClient>();
        for (var client = 0; client < 3; client++)
            open.Add(await Sends(gate, question, "127.0.0.2"));
        foreach (var client in open)
            Assert.Equal("HTTP/1.1 200 OK", await FirstLine(client));

        using var other = await Sends(gate, question, "127.0.0.3");

        Assert.Null(await Asks());
        Assert.Equal("HTTP/1.1 200 OK", await FirstLine(other));
        open.ForEach(client => client.Dispose());
        await Shop.Eventually(Asks, line => line == "HTTP/1.1 200 OK");

        async Task<string?> Asks()
        {
            try
            {
                using var client = await Sends(gate, question, "127.0.0.2");
                return await FirstLine(client);
            }
            catch (Exception closed) when (closed is SocketException or IOException)
            {
                // Closed as soon as it was accepted, which the client may see already while it connects or writes.
                return null;
            }
        }
    }

    [Theory]
    [InlineData("/api/trades", 64 * 1024)]
    [InlineData($"/api/listings/{Nothing}/pictures", 2 * 1024 * 1024)]
    [InlineData($"/api/trades/{Nothing}/dispute/pictures", 2 * 1024 * 1024)]
    [Requirement("CP-5")]
    public async Task What_is_too_large_is_said_to_be_and_what_is_not_goes_through(string path, int most)
    {
        var program = await shared.Running;
        await using var gate = await Gate.Start(Gate.Of(program));
        gate.Http.DefaultRequestHeaders.Authorization = (await program.As("minji")).DefaultRequestHeaders.Authorization;

        foreach (var tooMuch in new[] { most + 1, 3 * most })
        {
            var tooLarge = await Send(tooMuch);
            Assert.Equal((413, "too-large"), (tooLarge.Status, tooLarge.Code));
        }

        var justNot = await Send(most);
        Assert.Equal((400, "malformed"), (justNot.Status, justNot.Code));

        Task<Reply> Send(int bytes)
        {
            var body = new byte[bytes];
            Array.Fill(body, (byte)' ');
            return Heard(gate.Http, new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } });
        }
    }

    [Fact]
    public async Task A_correlation_id_is_kept_when_it_is_one_and_made_when_not()
    {
        const string mine = "0190d0a0-0000-7000-8000-00000000BEEF";
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(behind.Replica);

        var kept = await Ask(mine);
        var made = await Ask();
        var madeAnew = await Ask("../../etc/passwd");
        var ofTwo = await Ask(mine, Nothing);
        var ofRefusal = await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/internal"));

        Assert.Equal(mine, kept.Header(Correlation));
        Assert.All(new[] { made, madeAnew, ofTwo, ofRefusal }, reply => Assert.True(Guid.TryParseExact(reply.Header(Correlation), "D", out _) && reply.Header(Correlation) != mine, reply.Header(Correlation)));
        Assert.Equal(
            new[] { kept, made, madeAnew, ofTwo }.Select(reply => reply.Header(Correlation)),
            behind.Heard.Select(request => Assert.Single(request.Split("\r\n"), line => line.StartsWith(Correlation, StringComparison.OrdinalIgnoreCase)).Split(": ")[1]));

        Task<Reply> Ask(params string[] ids)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/kinds");
            foreach (var id in ids)
                request.Headers.Add(Correlation, id);
            return Heard(gate.Http, request);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/kinds")]
    [InlineData("/api/people/me")]
    [InlineData("/internal")]
    public async Task Every_answer_tells_browsers_to_be_careful(string path)
    {
        await using var gate = await Gate.Start(Gate.Of(await shared.Running));

        var reply = await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, path));

        Assert.Equal(("nosniff", "DENY", "same-origin"), (reply.Header("X-Content-Type-Options"), reply.Header("X-Frame-Options"), reply.Header("Referrer-Policy")));
        Assert.StartsWith("default-src 'none'", reply.Header("Content-Security-Policy"), StringComparison.Ordinal);
        // Said without TLS, browsers would not believe it, and one that did could not come back.
        Assert.Equal("", reply.Header("Strict-Transport-Security"));
        Assert.Equal("", reply.Header("Server"));
    }

    [Fact]
    public async Task What_a_client_says_of_its_own_address_does_not_get_through()
    {
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(behind.Replica);

        await Heard(gate.Http, Forwarded());

        var heard = Assert.Single(behind.Heard);
        Assert.DoesNotContain("203.0.113.9", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", heard, StringComparison.Ordinal);
        Assert.Equal(["x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http"], ForwardedLines(heard));
    }

    [Fact]
    public async Task What_a_trusted_proxy_in_front_says_of_the_client_is_passed_on()
    {
        await using var behind = StandIn.Start();
        await using var gate = await Gate.Start(
            new GatewayPlan { Modules = Gate.Everywhere(behind.Replica), TrustedProxies = TrustedNetworks.Parse("localhost") });

        await Heard(gate.Http, Forwarded());

        Assert.Equal(
            ["x-forwarded-for: 127.0.0.1", "x-forwarded-for: 203.0.113.9", "x-forwarded-host: evil.example", "x-forwarded-proto: https"],
            ForwardedLines(Assert.Single(behind.Heard)));
    }

    private static HttpRequestMessage Forwarded() => new(HttpMethod.Get, "/api/kinds")
    {
        Headers =
        {
            { "X-Forwarded-For", "203.0.113.9" }, { "X-Forwarded-Proto", "https" }, { "X-Forwarded-Host", "evil.example" },
            { "X-Real-IP", "203.0.113.9" }, { "X-Original-For", "203.0.113.9" }, { "Forwarded", "for=203.0.113.9;host=evil.example" },
        },
    };

    private static IEnumerable<string> ForwardedLines(string request) =>
        request.Split("\r\n").Where(line => line.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("x-correlation", StringComparison.OrdinalIgnoreCase))
            .Select(line => line.ToLowerInvariant()).Order(StringComparer.Ordinal);

    [Fact]
    public async Task An_address_that_is_none_is_a_page_in_a_browser_also_through_the_gateway()
    {
        await using var gate = await Gate.Start(Gate.Of(await shared.Running));

        foreach (var (path, accept, type) in new[]
        {
            ("/nowhere", "text/html,*/*;q=0.8", "text/html"), ("/nowhere", "*/*", "application/problem+json"),
            ("/api/nowhere", "text/html", "application/problem+json"), ("/internal/nowhere", "text/html", "application/problem+json"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Accept", accept);
            using var answer = await gate.Http.SendAsync(request, ct);

            Assert.Equal((404, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        }
    }

    [Fact]
    public async Task Over_tls_browsers_are_told_to_come_back_so_and_to_keep_the_cookie_for_it()
    {
        var folder = Gate.NewFolder();
        var certificate = Path.Combine(folder, "localhost.pem");
        using var key = ECDsa.Create();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(certificate, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n", ct);
        await using var gate = await Gate.Start(new GatewayPlan { Modules = Gate.Everywhere(Gate.Of(await shared.Running)), Sandbox = true, Certificate = certificate });
        using var handler = new SocketsHttpHandler { UseCookies = false, SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == made.Thumbprint } };
        using var http = new HttpClient(handler) { BaseAddress = new UriBuilder(gate.Address) { Scheme = "https" }.Uri };

        var signedIn = await Heard(http, new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = JsonContent.Create(new { person = "minji" }) });

        Assert.Equal((200, "max-age=31536000"), (signedIn.Status, signedIn.Header("Strict-Transport-Security")));
        Assert.Contains("; secure", signedIn.Header("Set-Cookie"), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Whether_the_gateway_itself_answers_depends_on_nothing_behind_it()
    {
        var port = Ports.Free();
        await using var gate = await Gate.Start(new Replica("127.0.0.1", port, port));

        using var answer = await gate.Http.GetAsync(GatewayFiles.Health, ct);

        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    [Requirement("CP-5")]
    public async Task When_nobody_is_there_to_answer_it_is_said_in_words_and_asked_again_later_it_is_answered()
    {
        var port = Ports.Free();
        await using var gate = await Gate.Start(new Replica("127.0.0.1", port, port));

        foreach (var (path, code) in new[] { ("/api/my/statement", "payments-unavailable"), ($"/api/pictures/{Nothing}", "catalog-unavailable"), ("/api/deliveries", "delivery-unavailable"), ("/api/kinds", "busy"), ("/api/notices", "busy") })
        {
            var said = await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, path));
            Assert.Equal((503, code, "5", "application/problem+json"), (said.Status, said.Code, said.Header("Retry-After"), said.Header("Content-Type")));
        }

        await using var back = StandIn.Start(port: port);
        await Shop.Eventually(() => Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/kinds")), reply => reply.Status == 200);
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task A_refusal_is_in_the_language_of_the_reader_and_else_in_that_of_the_market(string language)
    {
        await using var gate = await Gate.Start(
            new GatewayPlan { Modules = Gate.Everywhere(new Replica("127.0.0.1", 1, 1)), Language = language });

        // 404 by the gateway's own rule, and 503 because there is no process behind it.
        foreach (var (path, code) in new[] { ("/nothing", "not-found"), ("/api/kinds", "busy") })
        {
            Assert.Equal(Said(code, "ko"), await Title(path, "ko-KR,ko;q=0.9,en;q=0.8"));
            Assert.Equal(Said(code, "en"), await Title(path, "en-GB,ko;q=0.5"));
            Assert.Equal(Said(code, language), await Title(path, "fr"));
            Assert.Equal(Said(code, language), await Title(path, null));
        }

        async Task<string?> Title(string path, string? accepted)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (accepted is not null)
                request.Headers.Add("Accept-Language", accepted);
            return (string?)(await Heard(gate.Http, request)).Body!["title"];
        }

        static string Said(string code, string language) => new Texts().Refusal(code, language);
    }

    [Fact]
    [Requirement("CP-5")]
    public async Task A_process_that_is_not_ready_is_asked_nothing()
    {
        await using var well = StandIn.Start();
        var port = Ports.Free();
        await using var gate = await Gate.Start(well.Replica, new Replica("127.0.0.1", port, port));

        for (var request = 0; request < 10; request++)
            Assert.Equal(200, (await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Post, "/api/trades"))).Status);

        Assert.Equal(10, well.Heard.Count);
    }

    [Fact]
    [Requirement("CP-5")]
    public async Task A_command_that_was_sent_is_never_sent_again_by_the_gateway_and_a_question_is()
    {
        await using var dying = StandIn.Start(answer: null);
        await using var gate = await Gate.Start(dying.Replica);

        var command = await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Post, "/api/trades") { Content = JsonContent.Create(new { }) });
        var heard = dying.Heard.Count;
        var question = await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/kinds"));

        Assert.Equal((503, "busy", "1"), (command.Status, command.Code, command.Header("Retry-After")));
        Assert.Equal(503, (int?)command.Body!["status"]);
        Assert.Equal(1, heard);
        Assert.Equal(503, question.Status);
        Assert.True(dying.Heard.Count > 2, $"{dying.Heard.Count}");
    }

    [Fact]
    public async Task A_refusal_for_being_busy_is_taken_to_another_process_when_it_was_a_question()
    {
        await using var busy = StandIn.Start("503 Service Unavailable");
        await using var idle = StandIn.Start();
        await using var gate = await Gate.Start(busy.Replica, idle.Replica);

        for (var request = 0; request < 10; request++)
            Assert.Equal(200, (await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Get, "/api/kinds"))).Status);
        for (var request = 0; request < 10; request++)
            await Heard(gate.Http, new HttpRequestMessage(HttpMethod.Post, "/api/trades"));

        Assert.Equal(10, busy.Heard.Concat(idle.Heard).Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Modules_reach_each_other_on_loopback_at_the_internal_port_of_whom_they_ask()
    {
        await using var outside = StandIn.Start();
        await using var inside = StandIn.Start();
        await using var gate = await Gate.Start(new GatewayPlan { Modules = new Dictionary<string, IReadOnlyList<Replica>> { [Modules.Payments] = [new("127.0.0.1", outside.Port, inside.Port)] } });
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{gate.Plan.InternalPort}") };

        var asked = await Heard(http, new HttpRequestMessage(HttpMethod.Post, "/internal/payments/questions/hold-payment"));
        var unknown = await Heard(http, new HttpRequestMessage(HttpMethod.Post, "/internal/nobody/questions"));
        var notInternal = await Heard(http, new HttpRequestMessage(HttpMethod.Get, "/api/my/statement"));

        Assert.Equal(200, asked.Status);
        Assert.StartsWith("POST /internal/payments/questions/hold-payment ", Assert.Single(inside.Heard), StringComparison.Ordinal);
        Assert.Equal((404, 404), (unknown.Status, notInternal.Status));
        Assert.Empty(outside.Heard);
    }

    [Fact]
    public async Task What_it_counts_can_be_read_on_the_same_machine()
    {
        await using var gate = await Gate.Start(new Replica("127.0.0.1", 1, 1));
        using var http = new HttpClient();

        var counted = await http.GetStringAsync(new Uri($"http://127.0.0.1:{gate.Plan.MetricsPort}/metrics"), ct);

        Assert.Contains("haproxy_server_status{proxy=\"trading\",server=\"trading-1\"", counted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_committed_configuration_is_one_that_haproxy_takes()
    {
        using var haproxy = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", "PATH=$PATH:/usr/sbin; haproxy -c -f deploy/gateway/haproxy.cfg 2>&1"])
        {
            WorkingDirectory = JangteoProgram.Root,
            RedirectStandardOutput = true,
        })!;
        var said = await haproxy.StandardOutput.ReadToEndAsync(ct);
        await haproxy.WaitForExitAsync(ct);

        Assert.Equal("Configuration file is valid", said.Trim());
    }

    [Fact]
    public async Task It_ends_when_it_is_told_to_and_says_when_it_has_ended()
    {
        await using var gate = await Gate.Start(new Replica("127.0.0.1", 1, 1));
        Assert.True(gate.IsRunning);

        await gate.Stop();

        Assert.False(gate.IsRunning);
        Assert.False(await Listens(gate.Plan.Port));
    }

    [Fact]
    public async Task It_ends_with_the_program_that_started_it_also_when_that_is_killed()
    {
        var (port, folder) = (Ports.Free(), Gate.NewFolder());
        using var keeper = await GateKeeper.Start(port, folder);
        Assert.True(await Listens(port));

        await keeper.Kill();

        await Shop.Eventually(() => Listens(port), listens => !listens);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Where_its_port_is_taken_it_says_so()
    {
        await using var taken = StandIn.Start();
        var folder = Gate.NewFolder();
        var plan = Gate.AtFreePorts(new GatewayPlan { Modules = Gate.Everywhere(taken.Replica) }) with { InternalPort = taken.Port };

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => PrivateGateway.Start(plan, folder, ct));

        Assert.Contains($"127.0.0.1:{taken.Port}", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A request that is understood and changes nothing: of what is not there, or with nothing in it.</summary>
    private async Task<(int Status, string? Code)> Ask(HttpClient http, ApiRoute route)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(route.Path, @"\{[^}]+\}", match => route.Path.Contains("/parked/", StringComparison.Ordinal) ? "17" : match.Value is "{move}" or "{kind}" ? "nothing" : Nothing);
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), path);
        if (route.Request is not null)
            request.Content = new StringContent("[]", Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        var code = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["code"] : null;
        return ((int)answer.StatusCode, code);
    }

    private async Task<Reply> Heard(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await http.SendAsync(request, ct);
            var text = await answer.Content.ReadAsStringAsync(ct);
            var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
            return new Reply((int)answer.StatusCode, isJson ? JsonNode.Parse(text) : null, answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
        }
    }

    /// <summary>Connects from an address of this machine, and sends a text.</summary>
    private async Task<TcpClient> Sends(Gate gate, string text, string from = "127.0.0.1")
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(IPAddress.Loopback, gate.Plan.Port, ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), ct);
        return client;
    }

    /// <summary>The first line of an answer; null when there is none.</summary>
    private async Task<string?> FirstLine(TcpClient client)
    {
        try
        {
            return await new StreamReader(client.GetStream()).ReadLineAsync(ct);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<bool> Listens(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed record Reply(int Status, JsonNode? Body, IReadOnlyDictionary<string, string> Headers)
    {
        public string? Code => (string?)Body?["code"];

        public string Header(string name) => Headers.GetValueOrDefault(name, "");
    }
}
