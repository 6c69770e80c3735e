using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Jangteo.SystemTests.Storm;

/// <summary>A program that nothing is done to but sending commands again.</summary>
public sealed class RepeatedProgram : IAsyncDisposable
{
    private readonly Lazy<Task<JangteoProgram>> running = new(() => JangteoProgram.Start(("Trading:Lease", "300ms"), ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning")));

    public Task<JangteoProgram> Running => running.Value;

    public async ValueTask DisposeAsync()
    {
        if (running.IsValueCreated)
            await (await running.Value).DisposeAsync();
    }
}

/// <summary>One key, one effect, one answer: however often a command is sent, at once or after the next start.</summary>
[Collection(Storming.Tests)]
public sealed class Sent_again(RepeatedProgram repeated, ITestOutputHelper output) : IClassFixture<RepeatedProgram>
{
    private const int AtOnce = 6;
    private static readonly int Keys = Storming.IsLong ? 1_000 : 200;

    [Fact]
    public async Task Every_kind_of_command_sent_again_has_one_effect_and_the_same_answer_also_after_a_restart()
    {
        var program = await repeated.Running;
        var shop = new Shop(program);
        var sent = new ConcurrentBag<Sent>();
        var deals = new ConcurrentBag<Deal>();
        var number = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (sent.Count < Keys)
            {
                var pair = new Repeating(shop, Interlocked.Increment(ref number), sent);
                deals.Add(await pair.OrdersAndReceives());
                deals.Add(await pair.BuysAThing());
                deals.Add(await pair.BorrowsAThing());
                await pair.PaysForNothing();
            }
        }));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent.Count} keys of {number} pairs, {sent.Sum(one => one.Times)} requests"));
        await shop.BooksAreRight();
        // One in which something was done twice would be some revisions further than the others of its kind.
        var ends = await Ends(shop, deals);
        Assert.All(ends.GroupBy(end => end.Kind), same => Assert.Single(same.Select(end => (end.Revision, end.State)).Distinct()));

        await program.Kill();
        await program.StartAgain();

        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (one, _) =>
            Assert.Equal(one.Answer, await one.Again(await shop.Named(one.By))));
        await shop.BooksAreRight();
        Assert.Equal(ends, await Ends(shop, deals));
        for (var pair = 1; pair <= number; pair++)
        {
            Assert.Equal(3, (await (await shop.Named(Repeating.Name("seller", pair))).Get("/api/my/listings")).Body!["items"]!.AsArray().Count);
            Assert.Equal(3, (await (await shop.Named(Repeating.Name("buyer", pair))).Get("/api/my/trades?as=buyer")).Body!["items"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused_and_changes_nothing()
    {
        var shop = new Shop(await repeated.Running);
        var thing = await shop.List("second-hand");
        var buyer = await shop.Somebody("buyer");
        var body = new JsonObject { ["listing"] = thing.Id, ["price"] = thing.Price, ["card"] = "ok" };
        var asked = await buyer.Post("/api/trades", body, "one");
        body["note"] = "Something else.";

        Assert.Equal((422, "key-reused"), Named(await buyer.Post("/api/trades", body, "one")));
        Assert.Equal("accepted", (await thing.Seller.Post($"/api/trades/{asked.Id}/accept", key: "one")).State);
        Assert.Equal((422, "key-reused"), Named(await thing.Seller.Post($"/api/trades/{asked.Id}/accept", new JsonObject { ["reason"] = "Something else." }, "one")));
        var listing = new JsonObject { ["kind"] = "second-hand", ["title"] = "A thing", ["description"] = "Good.", ["price"] = 1 };
        Assert.Equal(201, (await thing.Seller.Post("/api/listings", listing, "one")).Status);
        listing["price"] = 2;
        Assert.Equal((422, "key-reused"), Named(await thing.Seller.Post("/api/listings", listing, "one")));

        static (int, string?) Named(Said said) => (said.Status, said.Code);
    }

    [Fact]
    public async Task Who_was_told_to_come_again_is_not_told_so_for_ever()
    {
        var shop = new Shop(await repeated.Running);
        var deal = await shop.Begun(await shop.List("neighborhood-rental"));
        await shop.At(deal, "reserved");
        await shop.Switch("payments-time-out-after", true);
        var pay = deal.BuyerDoes("pay", Deal.Card(), "pay");
        await shop.At(deal, trade => trade["pending"] is not null);

        var held = await deal.BuyerDoes("cancel-reservation", key: "cancel");
        await shop.Switch("payments-time-out-after", false);
        await pay;
        await shop.At(deal, "paid");

        Assert.Equal("in-progress", held.Code);
        Assert.Equal("not-now", (await deal.BuyerDoes("cancel-reservation", key: "cancel")).Code);
        await shop.BooksAreRight();
    }

    private static async Task<List<(string Kind, Guid Trade, int Revision, string State)>> Ends(Shop shop, IEnumerable<Deal> deals)
    {
        var sora = await shop.Operator;
        var ends = new List<(string, Guid, int, string)>();
        foreach (var deal in deals)
        {
            var trade = (await sora.Get($"/api/trades/{deal.Id}")).Body!;
            ends.Add((deal.Thing.Kind, deal.Id, (int)trade["revision"]!, (string)trade["state"]!));
        }

        return ends;
    }

    /// <summary>A command, and what was answered to it.</summary>
    private sealed record Sent(string By, string Path, JsonObject Body, string Key, int Times, string Answer)
    {
        public async Task<string> Again(Visitor visitor) => (await visitor.Post(Path, Body, Key)).ToString();
    }

    /// <summary>A buyer and a seller, and an operator, who send every command several times at once. All pairs use the same keys: they are other people's.</summary>
    private sealed class Repeating(Shop shop, int number, ConcurrentBag<Sent> sent)
    {
        private readonly Random random = new(number);

        public static string Name(string role, int number) => string.Create(CultureInfo.InvariantCulture, $"again{role}{number}x");

        public async Task<Deal> OrdersAndReceives()
        {
            var deal = await Begins("shopping-mall");
            await shop.At(deal, "awaiting-deposit");
            var reference = (string)(await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!["reference"]!;
            await Send(deal.Buyer, "/api/sandbox/deposits", new JsonObject { ["reference"] = reference, ["amount"] = deal.Thing.Price }, "deposit");
            // Until the bank's statement has been read the answer is no, and it is the answer of that key.
            await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == deal.Thing.Price);
            await Send(deal.Seller, $"/api/trades/{deal.Id}/confirm-deposit", [], "move");
            await shop.At(deal, "shipping");
            await Send(deal.Seller, $"/api/deliveries/{deal.Id}/arrived", [], "arrived");
            await shop.At(deal, "arrived");
            await Send(deal.Buyer, $"/api/trades/{deal.Id}/confirm-receipt", [], "move");
            await Send(deal.Buyer, "/api/notices/read", [], "read");
            return deal;
        }

        public async Task<Deal> BuysAThing()
        {
            var deal = await Begins("second-hand");
            await Send(deal.Seller, $"/api/trades/{deal.Id}/accept", [], "move");
            await Send(deal.Buyer, $"/api/trades/{deal.Id}/finish", [], "move");
            return deal;
        }

        public async Task<Deal> BorrowsAThing()
        {
            var deal = await Begins("neighborhood-rental");
            await shop.At(deal, "reserved");
            await Send(deal.Buyer, $"/api/trades/{deal.Id}/pay", Deal.Card("declined"), "declined");
            await Send(deal.Buyer, $"/api/trades/{deal.Id}/pay", Deal.Card(), "move");
            await Send(deal.Buyer, $"/api/trades/{deal.Id}/cancel-payment", [], "move");
            await Send(deal.Buyer, $"/api/trades/{deal.Id}/pay", Deal.Card(), "again");
            await Send(deal.Seller, $"/api/trades/{deal.Id}/lend", [], "move");
            await Send(deal.Seller, $"/api/trades/{deal.Id}/return", [], "move");
            return deal;
        }

        /// <summary>Money that nobody expects comes once, and goes back once.</summary>
        public async Task PaysForNothing()
        {
            var sora = await shop.Operator;
            var deposit = await Send(await shop.Named(Name("buyer", number)), "/api/sandbox/deposits", new JsonObject { ["reference"] = "nothing", ["amount"] = 700 }, "nothing");
            await Shop.Eventually(async () => (await sora.Get("/api/operator/payments/deposits?limit=100")).Body!["items"]!.AsArray(), waiting => waiting.Any(one => (Guid)one!["id"]! == deposit.Id));
            await Send(sora, $"/api/operator/payments/deposits/{deposit.Id}/send-back", new JsonObject { ["account"] = "where it came from" }, "back");
        }

        private async Task<Deal> Begins(string kind)
        {
            var (buyer, seller) = (await shop.Named(Name("buyer", number)), await shop.Named(Name("seller", number)));
            var listing = new JsonObject { ["kind"] = kind, ["title"] = "A thing", ["description"] = "As good as new.", ["price"] = 10_000 };
            if (kind == "shopping-mall")
                listing["quantity"] = 1;
            var thing = new Thing((await Send(seller, "/api/listings", listing, $"list {kind}")).Id, kind, 10_000, seller);
            var trade = new JsonObject { ["listing"] = thing.Id, ["price"] = thing.Price };
            foreach (var need in (await buyer.Get($"/api/kinds/{kind}")).Body!["begin"]!["needs"]!.AsArray())
            {
                trade[(string)need!["name"]!] = (string)need["name"]! switch { "card" => "ok", "quantity" or "periods" => 1, _ => "12 Hill Street" };
            }

            return new Deal((await Send(buyer, "/api/trades", trade, $"ask {kind}")).Id, thing, buyer);
        }

        private async Task<Said> Send(Visitor visitor, string path, JsonObject body, string key)
        {
            var times = random.Next(2, 6);
            var answers = await Task.WhenAll(Enumerable.Range(0, times).Select(_ => Shop.Eventually(() => visitor.Post(path, body, key), said => said.Status != 202 && said.Code != "in-progress")));
            Assert.Single(answers.Select(answer => answer.ToString()).Distinct());
            Assert.True(answers[0].Status < 300 || key == "declined", $"{path}: {answers[0]}");
            sent.Add(new Sent(visitor.Name, path, body, key, times, answers[0].ToString()));
            return answers[0];
        }
    }
}
