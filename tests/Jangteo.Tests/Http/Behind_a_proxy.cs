using System.Globalization;
using System.Net;
using Jangteo.Http;
using Jangteo.Identity;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Http;

/// <summary>What is known of a client whose requests come through proxies, and from which pages commands are taken.</summary>
public sealed class Behind_a_proxy(TestPostgres postgres)
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    [Theory]
    [InlineData("localhost", "127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("localhost", "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("localhost", "::1", "2001:db8::9", "2001:db8::9")]
    [InlineData("localhost", "192.0.2.1", "203.0.113.9", "192.0.2.1")]
    [InlineData("", "127.0.0.1", "203.0.113.9", "127.0.0.1")]
    [InlineData("10.0.0.0/8", "10.9.8.7", "203.0.113.9, 10.1.1.1", "203.0.113.9")]
    [InlineData("10.0.0.0/8", "10.9.8.7", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.0/8", "10.9.8.7", "10.1.1.1, 203.0.113.9, 10.1.1.2", "203.0.113.9")]
    [InlineData("10.0.0.5", "10.0.0.6", "203.0.113.9", "10.0.0.6")]
    [InlineData("localhost", "127.0.0.1", "no address", "127.0.0.1")]
    public async Task The_client_is_the_nearest_address_that_is_no_trusted_proxy(
        string trusted, string from, string forwarded, string client)
    {
        var http = await Through(new Settings { TrustedProxies = trusted }, from, (For, forwarded));

        Assert.Equal(IPAddress.Parse(client), http.Connection.RemoteIpAddress);
    }

    [Theory]
    [InlineData("localhost", "", "https", "market.example")]
    [InlineData("", "", "http", "127.0.0.1:8080")]
    [InlineData("", "https://market.example", "https", "127.0.0.1:8080")]
    [InlineData("localhost", "http://market.example", "http", "market.example")]
    public async Task Tls_and_host_are_what_a_trusted_proxy_or_the_public_address_says(
        string trusted, string publicAddress, string scheme, string host)
    {
        var http = await Through(
            new Settings { TrustedProxies = trusted, PublicAddress = publicAddress }, "127.0.0.1", (For, "203.0.113.9"), (Proto, "https"),
            (Host, "market.example"));

        Assert.Equal((scheme, host), (http.Request.Scheme, http.Request.Host.Value));
    }

    [Theory]
    [InlineData("", "market.example", "https://market.example", true)]
    [InlineData("", "market.example", "http://market.example", true)]
    [InlineData("", "MARKET.example:443", "https://market.example", true)]
    [InlineData("", "market.example:8443", "https://market.example:8443", true)]
    [InlineData("", "market.example:8443", "https://market.example", false)]
    [InlineData("", "market.example", "https://market.example.evil.example", false)]
    [InlineData("", "market.example", "https://market.example@evil.example", false)]
    [InlineData("", "market.example", "https://evil.example/market.example", false)]
    [InlineData("", "[::1]:8080", "http://[::1]:8080", true)]
    [InlineData("", "market.example", "null", false)]
    [InlineData("", "market.example", "", false)]
    [InlineData("https://market.example", "127.0.0.1:8080", "https://market.example", true)]
    [InlineData("https://market.example/", "127.0.0.1:8080", "https://market.example", true)]
    [InlineData("https://market.example", "127.0.0.1:8080", "http://market.example", false)]
    [InlineData("https://market.example", "127.0.0.1:8080", "http://127.0.0.1:8080", false)]
    [InlineData("https://장터.example", "127.0.0.1:8080", "https://{장터}.example", true)]
    [InlineData("https://{장터}.example", "127.0.0.1:8080", "https://장터.example", true)]
    [InlineData("", "{장터}.example", "https://장터.example", true)]
    [InlineData("", "장터.example", "https://{장터}.example", true)]
    [InlineData("", "{장터}.example", "https://시장.example", false)]
    public void A_page_is_ours_when_it_has_our_origin(string publicAddress, string host, string origin, bool isOurs)
    {
        // In braces stands what DNS and browsers make of an internationalised name.
        static string InDns(string text) => text.Replace("{장터}", new IdnMapping().GetAscii("장터"), StringComparison.Ordinal);
        var http = new DefaultHttpContext { Request = { Scheme = "http", Host = new HostString(InDns(host)) } };
        var from = WebOrigin.TryParse(InDns(origin));

        Assert.Equal(isOurs, from is not null && from == new SiteOrigin(InDns(publicAddress)).Expected(http.Request, from));
    }

    [Theory]
    [InlineData("en", "http://evil.example", "The request came from http://evil.example, but the address of this site is http://market.localhost")]
    [InlineData("ko", "http://evil.example", "다른 사이트에서 보낸 요청이에요. 보낸 곳: http://evil.example, 이 사이트의 주소: http://market.localhost")]
    [InlineData("en", "null", "The request came from null, but the address of this site is http://market.localhost")]
    [InlineData("en", null, "The request has no Origin header, and the address of this site is http://market.localhost")]
    public async Task A_command_from_another_page_is_refused_with_the_address_it_should_come_from(
        string language, string? origin, string says)
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()], new Settings { Sandbox = true });
        var cookie = Sessions.Cookie + "=" + (string)(await bed.Post("/api/session", null, new { person = "minji" })).Body!["token"]!;
        (string, string)[] headers = [("Cookie", cookie), ("Host", "market.localhost"), ("Accept-Language", language), .. origin is null ? Array.Empty<(string, string)>() : [("Origin", origin)]];

        var refused = await bed.Send(HttpMethod.Patch, "/api/people/me", null, new { name = "Kim" }, [.. headers]);
        var taken = await bed.Send(
            HttpMethod.Patch, "/api/people/me", null, new { name = "Kim" }, ("Cookie", cookie), ("Host", "market.localhost"),
            ("Origin", "http://market.localhost"));
        var read = await bed.Get("/api/people/me", null, [.. headers]);

        Assert.Equal((403, "wrong-origin"), (refused.Status, refused.Problem));
        Assert.StartsWith(says, (string)refused.Body!["errors"]!["origin"]![0]!, StringComparison.Ordinal);
        Assert.Equal((200, 200), (taken.Status, read.Status));
    }

    [Theory]
    [InlineData("localhost", "", "https", true)]
    [InlineData("localhost", "", "http", false)]
    [InlineData("", "", "https", false)]
    [InlineData("", "https://market.example", "http", true)]
    public async Task A_cookie_is_for_tls_only_where_browsers_use_tls(string trusted, string publicAddress, string proto, bool isSecure)
    {
        await using var bed = await ModuleBed.Start(
            postgres, [new IdentityModule()], new Settings { Sandbox = true, TrustedProxies = trusted, PublicAddress = publicAddress });

        var signedIn = await bed.Post("/api/session", null, new { person = "minji" }, (For, "127.0.0.1"), (Proto, proto));

        Assert.Equal((200, isSecure), (signedIn.Status, signedIn.Headers["Set-Cookie"].Contains("secure", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("TrustedProxies", "proxy.example", "TrustedProxies is localhost, IP addresses and networks such as 10.0.0.0/8, with commas between, or empty for none, not \"proxy.example\"")]
    [InlineData("TrustedProxies", "10.0.0.1/8/2", "TrustedProxies is localhost, IP addresses and networks such as 10.0.0.0/8, with commas between, or empty for none, not \"10.0.0.1/8/2\"")]
    [InlineData("PublicAddress", "market.example", "PublicAddress is an address without a path, such as https://market.example, or empty, not \"market.example\"")]
    [InlineData("PublicAddress", "https://market.example/shop", "PublicAddress is an address without a path, such as https://market.example, or empty, not \"https://market.example/shop\"")]
    [InlineData("PublicAddress", "ftp://market.example", "PublicAddress is an address without a path, such as https://market.example, or empty, not \"ftp://market.example\"")]
    public void What_cannot_be_meant_is_refused_with_what_to_write(string name, string value, string says)
    {
        var refused = Assert.Throws<SettingsException>(
            () => SettingsReader.Read("jangteo.yaml", "", new System.Collections.Hashtable { [$"Jangteo__{name}"] = value }));

        Assert.Equal([$"environment Jangteo__{name}: {says}"], refused.Mistakes);
    }

    private static async Task<HttpContext> Through(Settings settings, string from, params (string Name, string Value)[] headers)
    {
        var app = new ApplicationBuilder(new ServiceCollection().AddLogging().BuildServiceProvider());
        Proxies.Use(app, settings, new SiteOrigin(settings.PublicAddress));
        app.Run(_ => Task.CompletedTask);
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(from) }, Request = { Scheme = "http", Host = new HostString("127.0.0.1:8080") } };
        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        await app.Build()(http);
        return http;
    }
}
