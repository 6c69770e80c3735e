using System.Text.Json.Nodes;
using Jangteo.Platform.Machine;

namespace Jangteo.SystemTests.Split;

/// <summary>Every module in a process of its own, as <c>jangteo split</c> runs them.</summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitTests(SharedSplit split)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("trading-1")]
    [InlineData("haproxy")]
    [InlineData("postgresql")]
    [InlineData("rabbitmq")]
    public async Task Whatever_is_killed_is_started_again_and_a_trade_that_had_begun_ends_as_told(string name)
    {
        var program = split.Program;
        var shop = new Shop(program);
        var deal = await Begun(shop);
        var killed = ProcessOf(program, name);

        Posix.Signal(killed, Posix.Kill);

        await Shop.Eventually(() => Task.FromResult(ProcessOf(program, name)), now => now != 0 && now != killed, Patience);
        await AllAreReady(program);
        Assert.Equal(200, (await Insist(() => deal.SellerDoes("accept", key: "accept"))).Status);
        Assert.Equal(200, (await Insist(() => deal.BuyerDoes("finish", key: "finish"))).Status);
        await shop.At(deal, trade => (long?)trade["money"]?["paidOut"] > 0);
        await shop.BooksAreRight();
    }

    [Fact]
    public async Task When_it_is_killed_nothing_runs_on_and_the_next_start_finds_what_was_there()
    {
        var program = split.Program;
        var deal = await Begun(new Shop(program));
        var processes = program.Run!.Processes!.Select(process => process.Process).ToList();

        await program.Kill();

        await Shop.Eventually(() => Task.FromResult(processes.Count(Posix.IsAlive)), alive => alive == 0, Patience);
        await program.StartAgain();
        var buyer = await new Shop(program).Named(deal.Buyer.Name);
        Assert.Equal("requested", (await buyer.Get($"/api/trades/{deal.Id}")).State);
    }

    /// <summary>A trade that has begun, however often it had to be asked for.</summary>
    private static async Task<Deal> Begun(Shop shop, Visitor? seller = null, Visitor? buyer = null)
    {
        seller ??= await shop.Somebody("seller");
        buyer ??= await shop.Somebody("buyer");
        var (listing, asking) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var listed = await Insist(() => seller.Post("/api/listings", new JsonObject { ["kind"] = "second-hand", ["title"] = "A thing", ["description"] = "As good as new.", ["price"] = 10_000 }, listing));
        Assert.True(listed.Status == 201, listed.ToString());
        var thing = new Thing(listed.Id, "second-hand", 10_000, seller);
        var asked = await Insist(() => shop.Ask(buyer, thing, key: asking));
        Assert.True(asked.Status == 201, asked.ToString());
        return new Deal(asked.Id, thing, buyer);
    }

    /// <summary>As a client does whose request may come while something is away: again by the same key, until it is answered for good.</summary>
    private static Task<Said> Insist(Func<Task<Said>> send) => Shop.Eventually(send, said => said.Status is not (202 or 503) && said.Code != "in-progress", Patience);

    private static int ProcessOf(JangteoProgram program, string name) => program.Run!.Processes!.Single(process => process.Name == name).Process;

    private static Task AllAreReady(JangteoProgram program) =>
        Shop.Eventually(async () => program.Run!.Processes!.All(process => process.IsReady) && (await program.Anonymous.GetAsync("/health/ready")).IsSuccessStatusCode, isReady => isReady, Patience);
}
