using System.Text;
using Jangteo.SystemTests.Split;

namespace Jangteo.SystemTests.Telemetry;

/// <summary>The same where every module is a process of its own: what they tell apart belongs together.</summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitTelemetryTests(SharedSplit split)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] InTrade = ["jangteo-trading", "jangteo-payments", "jangteo-catalog", "jangteo-notices", "jangteo-views"];

    [Fact]
    public async Task A_trade_is_one_trace_through_every_process_and_the_broker()
    {
        await using var collector = await Collector.Start(split.Collector);
        var trade = await Trade(new Shop(split.Program));
        await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => IsThere(figures, "jangteo.queue.lag", ("jangteo.sender", "trading"), ("jangteo.receiver", "broker")), Patience);
        await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => IsThere(figures, "jangteo.queue.lag", ("jangteo.sender", "broker"), ("jangteo.receiver", "views")), Patience);
        await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => IsThere(figures, "jangteo.breaker.state", ("jangteo.asker", "trading"), ("jangteo.module", "payments")), Patience);
        await Shop.Eventually(() => Task.FromResult(new Trace(collector, trade)), trace => trace.IsWhole, Patience);

        var secrets = await SecretsOf(split.Program.Of("trading").Single());
        Assert.NotEmpty(secrets);
        var bytes = collector.Bytes.Select(body => Encoding.UTF8.GetString(body)).ToList();
        Assert.Empty(secrets.Where(secret => bytes.Any(body => body.Contains(secret))));
    }

    private static bool IsThere(IEnumerable<Measured> figures, string name, params (string Name, string Value)[] tags) =>
        figures.Any(figure => figure.Name == name && tags.All(tag => figure.Tags[tag.Name] == tag.Value));

    /// <summary>One trade from its start to its pay-out, however often it has to be asked for on a machine that has much to do.</summary>
    private static async Task<Guid> Trade(Shop shop)
    {
        var (thing, buyer) = (await shop.List("second-hand"), await shop.Somebody("buyer"));
        var begun = await Shop.Eventually(() => shop.Ask(buyer, thing, key: "ask"), said => said.Status == 201, Patience);
        var deal = new Deal(begun.Id, thing, buyer);
        await Shop.Eventually(() => deal.SellerDoes("accept", key: "accept"), said => said.Status == 200, Patience);
        await Shop.Eventually(() => deal.BuyerDoes("finish", key: "finish"), said => said.Status == 200, Patience);
        await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! > 0);
        await shop.AtRest(Patience);
        return deal.Id;
    }

    /// <summary>The service key, and the passwords in addresses, as a process was given them.</summary>
    private static async Task<IReadOnlyList<string>> SecretsOf(RunningProcess process)
    {
        var given = (await File.ReadAllTextAsync($"/proc/{process.Process}/environ")).Split('\0').Where(variable => variable.StartsWith("Jangteo__")).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return [given["Jangteo__ServiceKey"], new Uri(given["Jangteo__Broker"]).UserInfo];
    }

    /// <summary>What has come of a trade.</summary>
    private sealed class Trace(Collector collector, Guid trade)
    {
        public IReadOnlyList<Traced> Spans { get; } = [.. collector.Spans.Where(span => span.Trace == trade.ToString("N"))];

        /// <summary>Every process has told its part, and nothing that was told misses its parent.</summary>
        public bool IsWhole => Missing.Count == 0 && !InTrade.Except(Spans.Select(span => span.Process)).Any()
            && Spans.Any(span => span is { Process: "jangteo-payments", Name: "POST /internal/payments/ask" }) && Spans.Any(span => span is { Process: "jangteo-views", Name: "views hears trading.trade-moved.v1" });

        private List<string> Missing => [.. Spans.Where(span => span.Parent.Length > 0 && Spans.All(one => one.Id != span.Parent)).Select(span => $"{span.Process}: {span.Name}")];

        public override string ToString() => $"told by {string.Join(", ", Spans.Select(span => span.Process).Distinct())}; without a parent: {string.Join(", ", Missing)}";
    }
}
