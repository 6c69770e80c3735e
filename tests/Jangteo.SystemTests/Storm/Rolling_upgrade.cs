using Npgsql;

namespace Jangteo.SystemTests.Storm;

/// <summary>A process of the next release has begun trades with a version of a table that this one has not seen.</summary>
public sealed class Rolling_upgrade
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trade_with_a_newer_table_is_read_and_moved_by_the_older_process()
    {
        await using var program = await JangteoProgram.Start(("LogLevel", "Warning"));
        var shop = new Shop(program);
        await using var database = NpgsqlDataSource.Create(program.Run!.Database!);
        var deal = await shop.Begun(await shop.List("second-hand"));
        await Execute(database, "insert into trading.kind_versions (kind, version, hash, source) select kind, 7, hash || 'x', regexp_replace(source, 'version: *[0-9]+', 'version: 7') from trading.kind_versions where kind = 'second-hand' limit 1");
        await Becomes(database, deal, 7);

        Assert.Equal(200, (await deal.Buyer.Get($"/api/trades/{deal.Id}")).Status);
        Assert.Equal("accepted", (await deal.SellerDoes("accept")).State);
        await shop.AtRest();
    }

    [Fact]
    public async Task Until_the_newer_table_is_stored_all_is_put_off_and_nothing_is_parked()
    {
        await using var program = await JangteoProgram.Start(("LogLevel", "Warning"));
        var shop = new Shop(program);
        await using var database = NpgsqlDataSource.Create(program.Run!.Database!);
        var deal = await shop.Begun(await shop.List("shopping-mall", quantity: 3));
        await shop.At(deal, trade => (long)trade["money"]!["expected"]! > 0);
        var state = (await deal.Buyer.Get($"/api/trades/{deal.Id}")).State;
        await Becomes(database, deal, 8);

        var read = await deal.Buyer.Get($"/api/trades/{deal.Id}");
        Assert.Equal((503, "unavailable"), (read.Status, read.Code));
        await shop.Deposit(deal, deal.Thing.Price);
        var rest = await Shop.Eventually(
            async () => (await (await shop.Operator).Get("/api/operator/payments/books")).Body!, books => books is not null);
        Assert.NotNull(rest);

        await Execute(database, "insert into trading.kind_versions (kind, version, hash, source) select kind, 8, hash || 'y', regexp_replace(source, 'version: *[0-9]+', 'version: 8') from trading.kind_versions where kind = 'shopping-mall' limit 1");
        await Shop.Eventually(() => deal.Buyer.Get($"/api/trades/{deal.Id}"), said => said.Status == 200);
        Assert.NotNull(state);
        await shop.AtRest();
    }

    private async Task Becomes(NpgsqlDataSource database, Deal deal, int version)
    {
        await using var command = database.CreateCommand(
            "update trading.trades set version = $2, body = jsonb_set(body::jsonb, '{version}', to_jsonb($2::int))::text where id = $1");
        command.Parameters.Add(new() { Value = deal.Id });
        command.Parameters.Add(new() { Value = version });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(ct));
    }

    private async Task Execute(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(ct));
    }
}
