using System.Text.Json.Nodes;
using Jangteo.Kinds;
using Jangteo.Platform.Machine;
using Jangteo.Tests;
using Npgsql;

namespace Jangteo.SystemTests.Split;

/// <summary>Every module in a process of its own, as <c>jangteo split</c> runs them.</summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitTests(SharedSplit split)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly byte[] Picture = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNIyPjxHwAFrALA3nhCawAAAABJRU5ErkJggg==");

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
    [Requirement("CP-12", "hung")]
    public async Task A_process_that_hangs_is_ended_and_another_follows()
    {
        var program = split.Program;
        var hung = ProcessOf(program, "delivery-1");

        Posix.Signal(hung, Posix.Stop);

        await Shop.Eventually(() => Task.FromResult(ProcessOf(program, "delivery-1")), now => now != 0 && now != hung, Patience);
        await AllAreReady(program);
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

    [Fact]
    public async Task Whoever_signs_out_everywhere_is_refused_by_every_module_within_a_second()
    {
        var shop = new Shop(split.Program);
        var name = $"leaver{Guid.NewGuid():N}";
        var (here, elsewhere) = (await shop.Named(name), await shop.Named(name));
        Func<Task<Said>>[] asking =
        [
            () => elsewhere.Post("/api/trades", new JsonObject { ["listing"] = Guid.NewGuid().ToString(), ["price"] = 1 }),
            () => elsewhere.Post("/api/listings", new JsonObject { ["kind"] = "second-hand", ["title"] = "A thing", ["description"] = "", ["price"] = 1 }),
            () => elsewhere.Post("/api/notices/read"),
            () => elsewhere.Get("/api/my/statement"),
            () => elsewhere.Get("/api/deliveries"),
            () => elsewhere.Get("/api/my/trades"),
            () => elsewhere.Get("/api/people/me"),
        ];
        Assert.DoesNotContain(401, await Task.WhenAll(asking.Select(async ask => (await ask()).Status)));

        Assert.Equal(204, (await here.Delete("/api/session?everywhere=true")).Status);

        // A notification takes milliseconds, but the machine that runs the tests may be busy.
        await Shop.Eventually(
            async () => await Task.WhenAll(asking.Select(async ask => (await ask()).Status)),
            statuses => statuses.All(status => status == 401));
        Assert.Equal(200, (await (await shop.Named(name)).Get("/api/my/trades")).Status);
    }

    [Fact]
    public async Task What_a_suspended_person_offers_is_off_the_market_in_every_process_until_the_suspension_ends()
    {
        var shop = new Shop(split.Program);
        var (seller, buyer) = (await shop.Somebody("suspended"), await shop.Somebody("buyer"));
        var title = $"Thing of {seller.Name}";
        var thing = await shop.List("second-hand", seller: seller, title: title);
        var picture = (await seller.PostPicture($"/api/listings/{thing.Id}/pictures", Picture)).Id;
        await IsOnOffer(true);

        await shop.Suspend(seller);
        await IsOnOffer(false);
        await Shop.Eventually(() => shop.Ask(buyer, thing), said => said.Code == "seller-suspended");

        await shop.Restore(seller);
        await IsOnOffer(true);
        await shop.BeginsAtLast(buyer, thing);

        // Views and Catalog hear of it by RabbitMQ, each at its own time.
        Task IsOnOffer(bool isOnOffer) => Shop.Eventually(
            async () => (
                (await buyer.Get($"/api/listings?q={Uri.EscapeDataString(title)}")).Body!["items"]!.AsArray().Count,
                (await buyer.Get($"/api/listings/{thing.Id}")).Status,
                (int)(await buyer.Http.GetAsync($"/api/pictures/{picture}", TestContext.Current.CancellationToken)).StatusCode),
            seen => seen == (isOnOffer ? (1, 200, 200) : (0, 404, 404)));
    }

    [Fact]
    [Requirement("I4")]
    public async Task An_alarm_of_a_module_in_another_process_is_listed_under_attention_until_its_cause_is_put_right()
    {
        var shop = new Shop(split.Program);
        var sora = await shop.Operator;
        var deal = await Begun(shop);
        await shop.AtRest();

        await ChangeHistory(deal.Id, "gone");
        Assert.False((bool)(await sora.Get("/api/operator/trading/books?all=true")).Body!["ok"]!);
        Assert.Equal(["trading integrity"], await AlarmsListed(sora));

        await ChangeHistory(deal.Id, "requested");
        Assert.Equal(200, (await sora.Get("/api/operator/trading/books")).Status);
        Assert.Empty(await AlarmsListed(sora));
    }

    private static async Task<List<string>> AlarmsListed(Visitor operating) =>
    [
        .. (await operating.Get("/api/operator/views/attention")).Body!["items"]!.AsArray()
            .Where(item => (string)item!["what"]! == "alarm").Select(item => $"{item!["module"]} {item["subject"]}"),
    ];

    /// <summary>As a hand in the database would.</summary>
    private async Task ChangeHistory(Guid trade, string state)
    {
        await using var database = NpgsqlDataSource.Create(split.Program.Run!.Databases![Modules.Trading]);
        await using var command = database.CreateCommand("update trading.history set state = $2 where trade = $1 and what = 'moved'");
        command.Parameters.Add(new() { Value = trade });
        command.Parameters.Add(new() { Value = state });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
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
