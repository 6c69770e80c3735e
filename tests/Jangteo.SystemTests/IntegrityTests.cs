using Jangteo.Tests;

namespace Jangteo.SystemTests;

/// <summary>What modules check of themselves while the market is in use.</summary>
public sealed class IntegrityTests(IntegrityTests.Market market) : IClassFixture<IntegrityTests.Market>
{
    private const string Trading = "/api/operator/trading/books";

    [Fact]
    [Requirement("I4")]
    public async Task While_people_trade_every_look_at_the_trades_finds_them_legal()
    {
        var shop = new Shop(market.Program);
        var sora = await shop.Operator;
        var trading = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var number = 0; number < 8; number++)
            {
                var deal = await shop.Begun(await shop.List("second-hand"));
                await deal.SellerDoes("accept");
                await deal.BuyerDoes("finish");
            }
        }));
        var wrong = new List<string>();

        for (var looks = 0; looks < 20 || !trading.IsCompleted; looks++)
        {
            var books = (await sora.Get(looks % 2 == 0 ? Trading : $"{Trading}?all=true")).Body!;
            wrong.AddRange(books["checks"]!.AsArray()
                .Where(check => ((string)check!["code"]!).StartsWith("I4", StringComparison.Ordinal) && !(bool)check["ok"]!)
                .Select(check => check!.ToJsonString()));
        }

        await trading;
        Assert.Empty(wrong);
    }

    [Fact]
    [Requirement("I4")]
    public async Task A_trade_whose_history_was_changed_is_found_by_a_look_at_everything_or_when_it_moves_on_and_is_right_again_when_it_was_put_right()
    {
        var shop = new Shop(market.Program);
        var sora = await shop.Operator;
        var (still, moved) = (await shop.Begun(await shop.List("second-hand")), await shop.Begun(await shop.List("second-hand")));
        await shop.AtRest();
        Assert.True(await IsRight(sora, Trading));

        await Change(still.Id, "gone");
        Assert.True(await IsRight(sora, Trading));
        Assert.False(await IsRight(sora, $"{Trading}?all=true"));
        await Change(still.Id, "requested");
        Assert.True(await IsRight(sora, Trading));

        await Change(moved.Id, "gone");
        Assert.Equal(200, (await moved.SellerDoes("accept")).Status);
        // By itself: the test reads the books only after the program has logged the finding.
        await Shop.Eventually(
            () => Task.FromResult(market.Program.Log),
            log => log.Contains($"Integrity of trading is broken: I4 trades change state only as their table allows: {moved.Id}", StringComparison.Ordinal),
            TimeSpan.FromMinutes(1));
        Assert.False(await IsRight(sora, Trading));
        await Change(moved.Id, "requested");
        Assert.True(await IsRight(sora, Trading));
    }

    private static async Task<bool> IsRight(Visitor sora, string path) => (bool)(await sora.Get(path)).Body!["checks"]!.AsArray().First()!["ok"]!;

    /// <summary>As a fault of the disk or a hand in the database would.</summary>
    private async Task Change(Guid trade, string state)
    {
        await using var database = await market.Program.Database();
        await using var command = database.CreateCommand("update trading.history set state = $2 where trade = $1 and what = 'moved' and move = 'request'");
        command.Parameters.Add(new() { Value = trade });
        command.Parameters.Add(new() { Value = state });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A program whose data is changed behind its back.</summary>
    public sealed class Market : IAsyncLifetime
    {
        internal JangteoProgram Program { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Program = await JangteoProgram.Start(("Limits:PerPersonPerSecond", "0"));

        public ValueTask DisposeAsync() => Program.DisposeAsync();
    }
}
