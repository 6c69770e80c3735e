using System.Text;
using Jangteo.Platform.Machine;
using Jangteo.SystemTests.Split;

namespace Jangteo.SystemTests.Telemetry;

/// <summary>The same where every module is a process of its own: what they tell apart belongs together.</summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitTelemetryTests
{
    private static readonly string[] InTrade = ["jangteo-trading", "jangteo-payments", "jangteo-catalog", "jangteo-notices", "jangteo-views"];

    [Fact]
    public async Task A_trade_is_one_trace_through_every_process_and_the_broker()
    {
        await using var collector = await Collector.Start();
        var (trade, secrets) = await Trade(collector);

        var trace = collector.Spans.Where(span => span.Trace == trade.ToString("N")).ToList();
        var ids = trace.Select(span => span.Id).ToHashSet();
        Assert.Empty(InTrade.Except(trace.Select(span => span.Process)));
        Assert.Empty(trace.Where(span => span.Parent.Length > 0 && !ids.Contains(span.Parent)).Select(span => $"{span.Process}: {span.Name}"));
        Assert.Contains(trace, span => span is { Process: "jangteo-payments", Name: "POST /internal/payments/ask" });
        Assert.Contains(trace, span => span is { Process: "jangteo-views", Name: "views hears trading.trade-moved.v1" });

        Assert.Contains(collector.Figures, figure => figure.Name == "jangteo.queue.lag" && figure.Tags["jangteo.sender"] == "trading" && figure.Tags["jangteo.receiver"] == "broker");
        Assert.Contains(collector.Figures, figure => figure.Name == "jangteo.queue.lag" && figure.Tags["jangteo.sender"] == "broker" && figure.Tags["jangteo.receiver"] == "views");
        Assert.Contains(collector.Figures, figure => figure.Name == "jangteo.breaker.state" && figure.Tags["jangteo.asker"] == "trading" && figure.Tags["jangteo.module"] == "payments");

        Assert.NotEmpty(secrets);
        var bytes = collector.Bytes.Select(body => Encoding.UTF8.GetString(body)).ToList();
        Assert.Empty(secrets.Where(secret => bytes.Any(body => body.Contains(secret))));
    }

    /// <summary>One trade from its start to its pay-out on a market of its own, which is over on return. Answers with it, and with what its processes trust each other by.</summary>
    private static async Task<(Guid Trade, IReadOnlyList<string> Secrets)> Trade(Collector collector)
    {
        await using var program = await SplitProgram.Start(("Telemetry:Endpoint", collector.Endpoint), ("Telemetry:Every", "500ms"), ("Questions:Timeout", "10s"), ("Trading:AnswerWithin", "20s"));
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        Assert.Equal(200, (await deal.SellerDoes("accept")).Status);
        Assert.Equal(200, (await deal.BuyerDoes("finish")).Status);
        await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! > 0);
        await shop.AtRest();
        return (deal.Id, await SecretsOf(program.Of("trading").Single()));
    }

    /// <summary>The service key, and the passwords in addresses, as a process was given them.</summary>
    private static async Task<IReadOnlyList<string>> SecretsOf(RunningProcess process)
    {
        var given = (await File.ReadAllTextAsync($"/proc/{process.Process}/environ")).Split('\0').Where(variable => variable.StartsWith("Jangteo__")).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return [given["Jangteo__ServiceKey"], new Uri(given["Jangteo__Broker"]).UserInfo];
    }
}
