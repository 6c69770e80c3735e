using System.Globalization;
using System.Text.Json.Nodes;

namespace Jangteo.SystemTests.Storm;

/// <summary>
/// A buyer and a seller who trade at random, one trade after the other, and write down what they were told. When nobody answers they ask again, by the
/// same key, as soon as there is somebody.
/// </summary>
/// <param name="seed">Decides everything they do themselves; the rest is what the program answers.</param>
internal sealed class Pair(int seed, IReadOnlyList<string> kinds)
{
    private const int LongestTrade = 12;
    private static readonly string[] Cards = ["ok", "ok", "ok", "ok", "declined", "times-out-after-charging"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    private readonly Random random = new(seed);
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"pair{seed}x");
    private Command? unanswered;
    private Thing? thing;
    private Guid? trade;
    private string? reference;
    private DateTime sentAt;
    private int steps;
    private int keys;

    /// <summary>Every move that was answered with success: its trade, and the revision and state it had then.</summary>
    public List<(Guid Trade, int Revision, string State)> Told { get; } = [];

    /// <summary>Listings that were answered with success.</summary>
    public List<Guid> Listed { get; } = [];

    /// <summary>Refusals by code, and how often: to see what a storm was made of.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    /// <summary>True while something was sent and not answered for good.</summary>
    public bool Waits => unanswered is not null;

    /// <summary>Trades until it is enough, or the program dies.</summary>
    /// <param name="began">Whether to begin another thing; what was sent is asked after in either case.</param>
    public async Task Trade(Shop shop, Func<bool> goesOn)
    {
        try
        {
            var people = (Buyer: await shop.Named(name + "buyer"), Seller: await shop.Named(name + "seller"), Operator: await shop.Operator);
            while (goesOn() || Waits)
            {
                if (unanswered is null)
                {
                    unanswered = await Next(people.Buyer, people.Seller, people.Operator);
                    sentAt = DateTime.UtcNow;
                }

                if (unanswered is null)
                {
                    await Task.Delay(Breath, TestContext.Current.CancellationToken);
                    continue;
                }

                var visitor = unanswered.By switch { "buyer" => people.Buyer, "seller" => people.Seller, _ => people.Operator };
                await Hear(unanswered, await visitor.Post(unanswered.Path, unanswered.Body, unanswered.Key), people.Seller);
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // The program died; what was not answered is asked again after its next start.
        }
    }

    /// <summary>Everything that was answered with success is there.</summary>
    public async Task FindsWhatItWasTold(Shop shop)
    {
        var sora = await shop.Operator;
        foreach (var told in Told.GroupBy(told => told.Trade))
        {
            var found = await sora.Get($"/api/trades/{told.Key}");
            Assert.True(found.Status == 200, $"I5: trade {told.Key} was answered with success and is not there: {found}");
            Assert.True((int)found.Body!["revision"]! >= told.Max(one => one.Revision), $"I5: trade {told.Key} was answered with success at revision {told.Max(one => one.Revision)} and is at {found.Body["revision"]}.");
        }

        foreach (var listing in Listed)
            Assert.True((await sora.Get($"/api/listings/{listing}")).Status == 200, $"I5: listing {listing} was answered with success and is not there.");
    }

    /// <summary>Every state that was answered with success stands in the history of its trade.</summary>
    public async Task FindsEveryMove(Shop shop)
    {
        var sora = await shop.Operator;
        foreach (var told in Told.GroupBy(told => told.Trade))
        {
            var lines = (await sora.Get($"/api/trades/{told.Key}/timeline")).Body!["items"]!.AsArray();
            foreach (var one in told)
                Assert.True(lines.Any(line => (int?)line!["revision"] <= one.Revision && (string?)line["to"] == one.State), $"I5: trade {told.Key} was answered with {one.State} at revision {one.Revision}, and no such move is in its history.");
        }
    }

    private async Task<Command?> Next(Visitor buyer, Visitor seller, Visitor operators)
    {
        if (trade is null || steps++ > LongestTrade)
        {
            (trade, reference, steps) = (null, null, 0);
            return thing is { } listed ? await ToAsk(buyer, listed) : ToList();
        }

        var parties = new[] { ("buyer", buyer), ("seller", seller), ("operator", operators) };
        var (party, visitor) = parties[random.Next(20) switch { < 10 => 0, < 19 => 1, _ => 2 }];
        var read = await visitor.Get($"/api/trades/{trade}");
        if (read.Status == 503)
            return null;
        var now = read.Body!;
        if (now["delivery"] is { } delivery && (string?)delivery == "under-way" && random.Next(2) == 0)
            return new Command("seller", $"/api/deliveries/{trade}/arrived", [], NextKey());
        if ((long)now["money"]!["expected"]! > 0 && reference is null)
        {
            reference = (string?)(await buyer.Get($"/api/payments/{trade}")).Body?["reference"];
            if (reference is not null)
                return new Command("buyer", "/api/sandbox/deposits", new JsonObject { ["reference"] = reference, ["amount"] = (long)now["amount"]! }, NextKey());
        }

        var may = now["youMay"]!.AsArray();
        if (may.Count == 0)
            return null;
        var move = may[random.Next(may.Count)]!;
        var body = new JsonObject();
        if (move["needs"]!.AsArray().Any(need => (string?)need!["name"] == "card"))
            body["card"] = Cards[random.Next(Cards.Length)];
        if (move["needs"]!.AsArray().Any(need => (string?)need!["name"] == "reason"))
            body["reason"] = "Both sides were heard.";
        return new Command(party, $"/api/trades/{trade}/{(string)move["do"]!}", body, NextKey());
    }

    private Command ToList()
    {
        var kind = kinds[random.Next(kinds.Count)];
        var body = new JsonObject { ["kind"] = kind, ["title"] = "A thing of the storm", ["description"] = "As good as new.", ["price"] = 1_000L * (1 + random.Next(20)) };
        if (kind is "shopping-mall" or "water-purifier")
            body["quantity"] = 1 + random.Next(2);
        return new Command("seller", "/api/listings", body, NextKey());
    }

    private async Task<Command?> ToAsk(Visitor buyer, Thing of)
    {
        var read = await buyer.Get($"/api/kinds/{of.Kind}");
        if (read.Status == 503)
            return null;
        thing = null;
        var kind = read.Body!;
        var body = new JsonObject { ["listing"] = of.Id, ["price"] = of.Price };
        foreach (var need in kind["begin"]!["needs"]!.AsArray())
        {
            body[(string)need!["name"]!] = (string)need["name"]! switch { "card" => Cards[random.Next(Cards.Length)], "quantity" => 1, "periods" => 1 + random.Next(3), _ => "12 Hill Street" };
        }

        return new Command("buyer", "/api/trades", body, NextKey());
    }

    private async Task Hear(Command command, Said said, Visitor seller)
    {
        Assert.True(said.Status < 500 || said.Status == 503, $"{command.Path} with {command.Body.ToJsonString()} was answered {said}");
        if (said.Status == 503)
            Count(said);
        if (said.Status == 202 || said.Code == "in-progress" || (said.Status == 503 && random.Next(8) > 0))
        {
            Assert.True(DateTime.UtcNow - sentAt < Patience, $"I7: {command.Path} under {command.Key} did not come to its end within {Patience}: {said}");
            // It has been begun, or something else of the trade has, or somebody is out of reach: the same key hears the end.
            await Task.Delay(Breath, TestContext.Current.CancellationToken);
            return;
        }

        unanswered = null;
        if (said.Status >= 300)
        {
            Count(said);
        }
        else if (command.Path == "/api/listings")
        {
            thing = new Thing(said.Id, (string)command.Body["kind"]!, (long)command.Body["price"]!, seller);
            Listed.Add(said.Id);
        }
        else if (command.Path.StartsWith("/api/trades", StringComparison.Ordinal))
        {
            trade = said.Id;
            Told.Add((said.Id, (int)said.Body!["revision"]!, said.State!));
        }
    }

    private void Count(Said no) => Refused[no.Code ?? "?"] = Refused.GetValueOrDefault(no.Code ?? "?") + 1;

    private string NextKey() => string.Create(CultureInfo.InvariantCulture, $"{name}{keys++}");

    private sealed record Command(string By, string Path, JsonObject Body, string Key);
}
