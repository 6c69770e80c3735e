using System.Collections;
using System.Net;
using Jangteo.Commands;
using Jangteo.Gateway;
using Jangteo.Platform;

namespace Jangteo.Tests;

public sealed class Listening
{
    [Theory]
    [InlineData("localhost", "http://localhost:80", "http://localhost:80")]
    [InlineData("127.0.0.1", "http://127.0.0.1:80", "http://127.0.0.1:80")]
    [InlineData("::1", "http://[::1]:80", "http://[::1]:80")]
    [InlineData("0.0.0.0", "http://0.0.0.0:80", "http://localhost:80")]
    [InlineData("::", "http://[::]:80", "http://localhost:80")]
    [InlineData("10.0.0.7", "http://10.0.0.7:80", "http://10.0.0.7:80")]
    [InlineData("10.0.0.7, 127.0.0.1", "http://10.0.0.7:80 http://127.0.0.1:80", "http://127.0.0.1:80")]
    [InlineData("localhost,10.0.0.7", "http://127.0.0.1:80 http://[::1]:80 http://10.0.0.7:80", "http://127.0.0.1:80")]
    public void Addresses_are_bound_as_written_and_one_of_them_is_reached_from_this_machine(string written, string bound, string here)
    {
        var addresses = ListenAddresses.Parse(written);

        Assert.Equal((bound, here), (string.Join(' ', addresses.Urls(80)), addresses.UrlHere(80)));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1, ::1", true)]
    [InlineData("127.0.0.9", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("localhost, 192.168.0.4", false)]
    public void Only_loopback_addresses_are_closed_to_other_machines(string written, bool isLoopback)
    {
        Assert.Equal(isLoopback, ListenAddresses.Parse(written).IsLoopback);
    }

    /// <summary>A server takes a name that it does not know for every address, and <c>1</c> for 0.0.0.1.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("market.example")]
    [InlineData("*")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]:80")]
    [InlineData("10.0.0.7,")]
    [InlineData("10.0.0.7, 10.0.0.7")]
    [InlineData("0.0.0.0, 10.0.0.7")]
    public void Anything_else_is_refused_with_what_to_write(string written)
    {
        var refused = Assert.Throws<SettingsException>(
            () => SettingsReader.Read("jangteo.yaml", "", new Hashtable { ["Jangteo__Listen"] = written }));

        Assert.Equal([$"environment Jangteo__Listen: Listen is localhost, IP addresses with commas between, or 0.0.0.0 or :: alone for every address, not \"{written}\""], refused.Mistakes);
    }

    [Fact]
    public void The_internal_port_has_the_addresses_of_the_public_one_unless_it_has_its_own()
    {
        var settings = new Settings { Listen = "10.0.0.7" };

        Assert.Equal(["10.0.0.7"], settings.InternalAddresses.Hosts);
        Assert.Equal(["192.168.0.4"], (settings with { InternalListen = "192.168.0.4" }).InternalAddresses.Hosts);
    }

    [Theory]
    [InlineData("", "bind :8080")]
    [InlineData("127.0.0.1", "bind 127.0.0.1:8080")]
    [InlineData("127.0.0.1, ::1", "bind 127.0.0.1:8080,::1:8080")]
    [InlineData("::", "bind :::8080 v4v6")]
    public async Task The_gateway_binds_the_addresses_of_its_plan(string written, string bound)
    {
        IReadOnlyList<IPAddress> hosts = written.Length == 0 ? [] : ListenAddresses.Parse(written).ToBind();

        var files = await GatewayFiles.Make(ConfigureGateway.Deployed with { Hosts = hosts });

        Assert.Contains($"frontend public\n    {bound}\n", files.Configuration, StringComparison.Ordinal);
    }
}
