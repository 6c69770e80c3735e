using System.Text.Json.Nodes;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.SystemTests.Storm;

/// <summary>One program for all deaths: each leaves its data to the next start.</summary>
public sealed class DyingProgram : IAsyncDisposable
{
    // What the dead held is taken over as soon as the next start is ready.
    private readonly Lazy<Task<JangteoProgram>> running = new(() => JangteoProgram.Start(("Trading:Lease", "300ms"), ("Limits:PerPersonPerSecond", "0")));

    public Task<JangteoProgram> Running => running.Value;

    public async ValueTask DisposeAsync()
    {
        if (running.IsValueCreated)
            await (await running.Value).DisposeAsync();
    }
}

/// <summary>The process is killed at each named place between two steps of a move, and started again: whoever asks again by his key hears the one end of it.</summary>
[Collection(Storming.Tests)]
public sealed class Deaths(DyingProgram dying) : IClassFixture<DyingProgram>
{
    /// <summary>Every place at which a process can be made to die, each in a move that comes by it.</summary>
    public static TheoryData<string, string> Places()
    {
        var places = new TheoryData<string, string>();
        foreach (var place in Faults.Deaths)
        {
            foreach (var move in MovesBy(place))
                places.Add(place, move);
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_a_dead_process_had_begun_ends_once_and_is_answered_under_its_key(string place, string move)
    {
        var program = await dying.Running;
        var shop = new Shop(program);
        var (send, state, held) = await Prepared(shop, move);
        await shop.AtRest();
        Assert.Equal(204, (await (await shop.Operator).Post("/api/sandbox/death", new JsonObject { ["at"] = place })).Status);

        var first = await Storming.IfAnswered(send);
        await program.Died();
        await program.StartAgain();

        var end = await Shop.Eventually(send, said => said.Status is not (202 or 409));
        Assert.True(end.Status is 200 or 201, end.ToString());
        Assert.Equal(end.ToString(), (await send()).ToString());
        if (first is { Status: 200 or 201 })
            Assert.Equal(first.ToString(), end.ToString());
        await shop.BooksAreRight();
        var sora = await shop.Operator;
        if (move == "list")
        {
            var seller = await shop.Named(state);
            Assert.Single((await seller.Get("/api/my/listings")).Body!["items"]!.AsArray());
            Assert.Single((await seller.Get("/api/notices")).Body!["items"]!.AsArray(), notice => (Guid)notice!["listing"]! == end.Id);
            return;
        }

        var trade = (await sora.Get($"/api/trades/{end.Id}")).Body!;
        Assert.Equal(state, (string?)trade["state"]);
        Assert.Equal(held, (long)trade["money"]!["held"]!);
        Assert.Equal(move == "cancel-payment" || move == "cancel-request" ? 10_000 : 0, (long)trade["money"]!["refunded"]!);
        var buyer = await shop.Named((string)trade["buyer"]!["name"]!);
        Assert.Single((await buyer.Get("/api/my/trades?as=buyer")).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_card_that_was_charged_by_a_dead_process_is_given_back_when_the_time_for_asking_is_over()
    {
        var askAgainFor = TimeSpan.FromSeconds(1);
        await using var program = await JangteoProgram.Start(("Trading:Lease", "300ms"), ("Trading:AskAgainFor", "1s"));
        var shop = new Shop(program);
        var (send, _, _) = await Prepared(shop, "request");
        await shop.AtRest();
        Assert.Equal(204, (await (await shop.Operator).Post("/api/sandbox/death", new JsonObject { ["at"] = Faults.AfterCharge })).Status);

        await Storming.IfAnswered(send);
        await program.Died();
        await Task.Delay(askAgainFor, TestContext.Current.CancellationToken);
        await program.StartAgain();

        var end = await Shop.Eventually(send, said => said.Code != "in-progress");
        Assert.Equal("timed-out", end.Code);
        Assert.Equal(end.ToString(), (await send()).ToString());
        await shop.BooksAreRight();
    }

    private static string[] MovesBy(string place) =>
        place == Faults.AfterErrands ? ["cancel-payment"]
        : place == Faults.BeforeHeard(Modules.Payments) || place == Faults.BeforeHeard(Modules.Catalog) ? ["cancel-request"]
        : place.StartsWith(Modules.Catalog + ".", StringComparison.Ordinal) ? ["list"]
        : place.EndsWith("-question-1", StringComparison.Ordinal) || place.EndsWith(".before-commit-of-heard", StringComparison.Ordinal) ? ["rent"]
        : place.EndsWith("-question-0", StringComparison.Ordinal) || place == Faults.AfterCharge ? ["request", "rent"]
        : ["rent"];

    /// <summary>All that comes before a move; how it is sent, always under one key; where it leads (for a listing: whose it is), and what is held then.</summary>
    private static async Task<(Func<Task<Said>> Send, string State, long Held)> Prepared(Shop shop, string move)
    {
        const long Price = 10_000;
        if (move is "request" or "rent")
        {
            var thing = await shop.List(move == "rent" ? "car-share" : "second-hand", Price);
            var buyer = await shop.Somebody("mortal");
            return (async () => await shop.Ask(await shop.Named(buyer.Name), thing, key: move), move == "rent" ? "on-its-way" : "requested", Price);
        }

        if (move == "list")
        {
            var seller = await shop.Somebody("mortal");
            var body = new JsonObject { ["kind"] = "neighborhood-rental", ["title"] = "A thing", ["description"] = "As good as new.", ["price"] = Price };
            return (async () => await (await shop.Named(seller.Name)).Post("/api/listings", body, move), seller.Name, 0);
        }

        var deal = await shop.Begun(await shop.List("neighborhood-rental", Price));
        await shop.At(deal, "reserved");
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card())).State);
        return (async () => await (deal with { Buyer = await shop.Named(deal.Buyer.Name) }).BuyerDoes(move, key: move), move == "cancel-payment" ? "reserved" : "cancelled", 0);
    }
}
