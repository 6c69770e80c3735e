using Jangteo.Delivery;
using Jangteo.Http;
using Jangteo.Identity;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Sandbox;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Tests.Http;

/// <summary>Requests that are not taken: for a host that is none of ours, or for a sandbox from another machine.</summary>
public sealed class Admitting_requests(TestPostgres postgres)
{
    private static readonly Settings Closed = new() { Sandbox = true };
    private static readonly Settings Open = new() { Sandbox = true, SandboxOpen = true };
    private static readonly Settings Real = new() { Sandbox = false };

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("X-Forwarded-For", "127.0.0.1, 203.0.113.9")]
    [InlineData("X-Forwarded-For", "203.0.113.9, 127.0.0.1")]
    [InlineData("X-Real-IP", "203.0.113.9")]
    [InlineData("Forwarded", "for=203.0.113.9;proto=https")]
    [InlineData("Forwarded", "for=\"_hidden\"")]
    public async Task Callers_from_another_machine_through_a_gateway_on_this_one_do_not_control_the_sandbox(string header, string address)
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule(), new DeliveryModule()], Closed);

        Assert.Equal("sandbox-is-local", (await bed.Post("/api/session", null, new { person = "sora" }, (header, address))).Problem);
        Assert.Equal("sandbox-is-local", (await bed.Post("/api/session", null, new { person = "minji" }, (header, address))).Problem);
        Assert.Equal("sandbox-is-local", (await bed.Get("/api/sandbox/people", "minji", (header, address))).Problem);
        Assert.Equal("sandbox-is-local", (await bed.Post("/API/Sandbox/faults", "sora", new { }, (header, address))).Problem);
        Assert.Equal(200, (await bed.Get("/api/deliveries", "minji", (header, address))).Status);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-For", "::1, 127.0.0.1")]
    [InlineData("X-Forwarded-For", "[::1]:4711")]
    [InlineData("Forwarded", "for=\"[::1]:4711\";proto=http")]
    [InlineData("X-Unknown", "203.0.113.9")]
    public async Task Callers_on_this_machine_sign_in_by_name_also_through_a_gateway(string header, string address)
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()], Closed);

        Assert.Equal(200, (await bed.Post("/api/session", null, new { person = "sora" }, (header, address))).Status);
        Assert.Equal(200, (await bed.Get("/api/sandbox/people", null, (header, address))).Status);
    }

    [Fact]
    public async Task A_sandbox_that_is_open_lets_everybody_sign_in_by_name()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()], Open);

        Assert.Equal(200, (await bed.Post("/api/session", null, new { person = "sora" }, ("X-Forwarded-For", "203.0.113.9"))).Status);
        Assert.Equal(200, (await bed.Get("/api/sandbox/people", null, ("X-Forwarded-For", "203.0.113.9"))).Status);
    }

    [Theory]
    [InlineData("0.0.0.0", "", true, false)]
    [InlineData("localhost,192.168.0.7", "", true, false)]
    [InlineData("localhost", "10.0.0.7", true, false)]
    [InlineData("localhost", "", true, true)]
    [InlineData("127.0.0.1", "::1", true, true)]
    [InlineData("0.0.0.0", "", false, true)]
    public void A_sandbox_listens_at_loopback_only_unless_it_is_said_to_be_open(string listen, string inside, bool isSandbox, bool starts)
    {
        var settings = new Settings { Sandbox = isSandbox, Listen = listen, InternalListen = inside };

        var refused = Record.Exception(() => SandboxNotice.RefuseOpenByMistake(settings)) as SettingsException;

        Assert.Equal(starts ? null : true, refused?.Message.Contains("SandboxOpen: true", StringComparison.Ordinal));
        SandboxNotice.RefuseOpenByMistake(settings with { SandboxOpen = true });
    }

    [Fact]
    public void A_sandbox_says_in_one_line_what_it_is_and_who_controls_it()
    {
        Assert.StartsWith("This is a sandbox:", SandboxNotice.Of(Closed));
        Assert.DoesNotContain('\n', SandboxNotice.Of(Closed));
        Assert.Contains("Only callers on this machine", SandboxNotice.Of(Closed));
        Assert.Contains("SandboxOpen lets everybody", SandboxNotice.Of(Open));
    }

    [Theory]
    [InlineData("localhost:8080", true)]
    [InlineData("shop.localhost", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("rebound.example", false)]
    [InlineData("192.168.0.7", false)]
    [InlineData("localhost.example", false)]
    [InlineData("notlocalhost", false)]
    public void A_sandbox_answers_loopback_names_and_no_name_that_another_site_can_point_at_this_machine(string host, bool isOurs)
    {
        Assert.Equal(isOurs, IsTaken(Closed, host));
        Assert.True(IsTaken(Open, host));
        Assert.True(IsTaken(Real, host));
    }

    [Theory]
    [InlineData("market.example.com", true)]
    [InlineData("MARKET.example.com:443", true)]
    [InlineData("seoul.market.example.net", true)]
    [InlineData("market.example.net", false)]
    [InlineData("evilmarket.example.net", false)]
    [InlineData("localhost", true)]
    [InlineData("other.example.com", false)]
    public void A_market_with_named_hosts_answers_them_and_loopback(string host, bool isOurs)
    {
        var named = Real with { AllowedHosts = "market.example.com, *.market.example.net" };

        Assert.Equal(isOurs, IsTaken(named, host));
        Assert.True(IsTaken(named, host, "/health/ready"));
        Assert.True(IsTaken(named, host, "/api/carrier/reports"));
        Assert.True(IsTaken(named with { AllowedHosts = "*" }, host));
    }

    [Theory]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Forwarded-Host", "localhost, localhost")]
    [InlineData("X-Original-Host", "localhost")]
    public async Task A_page_that_writes_headers_does_not_make_its_own_host_one_of_ours(string header, string value)
    {
        await using var sandbox = await ModuleBed.Start(postgres, [new IdentityModule()], Closed);
        await using var named = await ModuleBed.Start(postgres, [new IdentityModule()], Real with { AllowedHosts = "market.example" });
        (string, string)[] headers = [("Host", "evil.example:8080"), (header, value)];

        Assert.Equal("unknown-host", (await sandbox.Post("/api/session", null, new { person = "sora" }, headers)).Problem);
        Assert.Equal("unknown-host", (await sandbox.Get("/api/sandbox/people", null, headers)).Problem);
        Assert.Equal("unknown-host", (await named.Get("/api/people/me", null, headers)).Problem);
    }

    [Theory]
    [InlineData("market.example", null, true)]
    [InlineData("market.example:443", "market.example", true)]
    [InlineData("127.0.0.1:8080", "market.example", true)]
    [InlineData("localhost:8080", "market.example", true)]
    [InlineData("market.example", "evil.example", false)]
    [InlineData("evil.example", "market.example", false)]
    [InlineData("jangteo:8080", "market.example", false)]
    [InlineData("upstream:8080", "market.example", true)]
    public async Task A_proxy_passes_the_host_on_or_has_a_name_for_the_program_that_is_allowed(string host, string? forwarded, bool isTaken)
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()], Real with { AllowedHosts = "market.example, upstream" });
        (string, string)[] headers = [("Host", host), ("X-Forwarded-For", "203.0.113.9"), .. forwarded is null ? Array.Empty<(string, string)>() : [("X-Forwarded-Host", forwarded)]];

        Assert.Equal(isTaken ? "unauthenticated" : "unknown-host", (await bed.Get("/api/people/me", null, headers)).Problem);
    }

    private static bool IsTaken(Settings settings, string host, string path = "/api/kinds")
    {
        var http = new DefaultHttpContext();
        http.Request.Path = path;
        http.Request.Host = HostString.FromUriComponent(host);
        return Record.Exception(() => new Admission(settings).Check(http)) switch
        {
            null => true,
            RefusedException { Refusal.Code: "unknown-host" } => false,
            var other => throw other,
        };
    }
}
