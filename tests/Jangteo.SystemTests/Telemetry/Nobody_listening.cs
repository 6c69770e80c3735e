using System.Net;
using System.Net.Sockets;

namespace Jangteo.SystemTests.Telemetry;

/// <summary>Telemetry is for those who run the program, and whoever trades never waits for it.</summary>
public sealed class Nobody_listening(SharedProgram shared)
{
    [Fact]
    public async Task Without_an_endpoint_nothing_of_it_is_loaded()
    {
        var program = await shared.Running;
        await program.As("minji");

        var loaded = await File.ReadAllTextAsync($"/proc/{program.ProcessId}/maps", TestContext.Current.CancellationToken);

        Assert.Contains("Npgsql.dll", loaded);
        Assert.DoesNotContain("OpenTelemetry", loaded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collector_that_is_away_or_never_answers_holds_nobody_up(bool takesCalls)
    {
        using var away = new TcpListener(IPAddress.Loopback, 0);
        away.Start();
        var endpoint = $"http://{away.LocalEndpoint}";
        if (!takesCalls)
            away.Stop();
        await using var program = await JangteoProgram.Start(("Telemetry:Endpoint", endpoint), ("Telemetry:Every", "100ms"), ("Trading:AnswerWithin", "20s"), ("Questions:Timeout", "10s"));
        var shop = new Shop(program);

        await shop.Begun(await shop.List("second-hand"));
        await shop.AtRest();

        Assert.Equal(0, await program.Stop());
    }
}
