using System.Globalization;
using Npgsql;

namespace Jangteo.SystemTests;

/// <summary>
/// A program whose table of a kind has changed while trades are open: each keeps the table it began with (DESIGN §3, rule 9).
/// </summary>
public sealed class KindVersionTests
{
    private const string Kind = "neighborhood-rental";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_open_trade_keeps_its_table_and_the_log_warns_of_what_that_table_allows()
    {
        await using var program = await JangteoProgram.Start();
        var older = await Lent(program);
        await BeganWithVersion1(program, older.Id);
        await program.Kill();
        await program.StartAgain();
        var shop = new Shop(program);
        var newer = await Lent(program);

        var returned = await (await shop.Named(older.Seller.Name)).Post($"/api/trades/{older.Id}/return");

        Assert.Equal("returned", returned.State);
        Assert.Equal("brought-back", (await newer.SellerDoes("return")).State);
        await shop.BooksAreRight();
        Assert.Contains($"Open trades keep a table that would be refused today. {Kind} version 1:23: K11: row return asks pay-out at the seller's word alone", program.Log, StringComparison.Ordinal);
    }

    private static async Task<Deal> Lent(JangteoProgram program)
    {
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List(Kind));
        await shop.At(deal, "reserved");
        Assert.Equal("paid", (await deal.BuyerDoes("pay", Deal.Card())).State);
        Assert.Equal("lent", (await deal.SellerDoes("lend")).State);
        await shop.AtRest();
        return deal;
    }

    /// <summary>As an installation has it that was started with version 1 of the table, which a start would refuse now.</summary>
    private async Task BeganWithVersion1(JangteoProgram program, Guid trade)
    {
        var table = await File.ReadAllTextAsync(
            Path.Combine(JangteoProgram.Root, "tests", "Jangteo.Tests", "Kinds", "PaidAtTheSellersWord", $"{Kind}.yaml"), ct);
        await using var source = NpgsqlDataSource.Create(program.Run!.Database!);
        await using var stored = source.CreateCommand(
            "insert into trading.kind_versions (kind, version, hash, source) values ($1, 1, 'as it was', $2)");
        stored.Parameters.Add(new() { Value = Kind });
        stored.Parameters.Add(new() { Value = table });
        await stored.ExecuteNonQueryAsync(ct);
        await using var changed = source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture, $"update trading.trades set version = 1, body = jsonb_set(body::jsonb, '{{version}}', '1')::text where id = '{trade}' and version = 2"));
        Assert.Equal(1, await changed.ExecuteNonQueryAsync(ct));
    }
}
