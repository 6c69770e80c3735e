using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Kinds;
using Jangteo.Platform;

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
        var deals = new ConcurrentBag<(string Story, int ByHand, Deal Deal)>();
        var (number, parking) = (0, new Parking(program));
        await parking.Prepare();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (sent.Count < Keys)
            {
                var pair = new Repeating(shop, parking, Interlocked.Increment(ref number), sent);
                foreach (var deal in new[] { await pair.OrdersAndReceives(), await pair.BuysAThing(), await pair.BorrowsAThing() })
                    deals.Add((pair.Story(deal), pair.AnswersByHand(deal), deal));
                await pair.PaysForNothing();
            }
        }));
        var alone = new Repeating(shop, parking, 0, sent);
        await alone.RegistersADraft();
        await alone.IsSuspendedAndRestored();
        await alone.IsDecidedByTwoOperators();
        await alone.IsSettledByHand(deals.First().Deal.Id);
        await shop.BooksAreRight();
        // One in which something was done twice would be some revisions further than the others of its kind.
        var ends = await Ends(shop, deals);
        Assert.All(ends.GroupBy(end => end.Story), same => Assert.Single(same.Select(end => (end.Revision, end.State)).Distinct()));

        await alone.Dies(Faults.AfterIntention(Modules.Catalog));
        await program.Died();
        await program.StartAgain();

        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (one, _) =>
            Assert.Equal(one.Answer, await one.Again(await shop.Named(one.By))));
        var document = await program.ApiDocument();
        var commands = document.Routes.Where(route => route.Method == "POST" && route.TakesKey).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent.Count} keys of {number} pairs over {commands.Count} routes, {sent.Sum(one => one.Times)} requests, and each again after the restart"));
        Assert.Empty(commands.Select(route => route.Path).Except(sent.Select(one => document.Find("POST", one.Path)!.Path)));
        await shop.BooksAreRight();
        Assert.Equal(ends, await Ends(shop, deals));
        var sora = await shop.Operator;
        Assert.Equal(number, (long)(await sora.Get("/api/sandbox/clock")).Body!["aheadSeconds"]!);
        Assert.DoesNotContain((await sora.Get("/api/sandbox/faults")).Body!["items"]!.AsArray(), fault => (bool)fault!["on"]!);
        // Who would die again would do it here.
        await shop.List("neighborhood-rental");
        for (var pair = 1; pair <= number; pair++)
        {
            var listings = (await (await shop.Named(Repeating.Name("seller", pair))).Get("/api/my/listings")).Body!["items"]!.AsArray();
            Assert.Equal(3, listings.Count);
            Assert.Equal(1, listings.Sum(mine => mine!["listing"]!["pictures"]!.AsArray().Count));
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
        Assert.Equal(200, (await buyer.Post("/api/sandbox/faults", new JsonObject { ["sms-down"] = false }, "one")).Status);
        Assert.Equal((422, "key-reused"), Named(await buyer.Post("/api/sandbox/faults", new JsonObject { ["sms-down"] = true }, "one")));
        Assert.DoesNotContain((await buyer.Get("/api/sandbox/faults")).Body!["items"]!.AsArray(), fault => (bool)fault!["on"]!);

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

    private static async Task<List<(string Story, Guid Trade, int Revision, string State)>> Ends(Shop shop, IEnumerable<(string Story, int ByHand, Deal Deal)> deals)
    {
        var sora = await shop.Operator;
        var ends = new List<(string, Guid, int, string)>();
        foreach (var (story, byHand, deal) in deals)
        {
            var lines = (await sora.Get($"/api/trades/{deal.Id}/timeline")).Body!["items"]!.AsArray();
            Assert.Equal(byHand, lines.Count(line => (string)line!["what"]! == "answer" && ((string?)line["code"])?.StartsWith("by hand", StringComparison.Ordinal) == true));
            var trade = (await sora.Get($"/api/trades/{deal.Id}")).Body!;
            ends.Add((story, deal.Id, (int)trade["revision"]!, (string)trade["state"]!));
        }

        return ends;
    }
}
