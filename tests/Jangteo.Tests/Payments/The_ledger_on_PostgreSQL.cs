using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Tests.Payments;

/// <summary>What the database itself refuses, whatever the program asks of it.</summary>
[Requirement("I1")]
public sealed class The_ledger_on_PostgreSQL(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly Guid trade = Ids.New();

    [Fact]
    public async Task A_journal_that_does_not_balance_is_refused()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Write(("escrow:" + trade, 10), ("buyer-outside:x", -9)));

        Assert.Equal("journal_balances", refused.ConstraintName);
    }

    [Fact]
    public async Task A_line_of_nothing_is_refused()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Write(("escrow:" + trade, 10), ("buyer-outside:x", -10), ("platform-fee", 0)));

        Assert.Equal("journal_balances", refused.ConstraintName);
    }

    [Fact]
    public async Task A_journal_without_lines_is_refused()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Write());

        Assert.Equal("journal_balances", refused.ConstraintName);
    }

    [Fact]
    public async Task Escrow_is_never_negative()
    {
        await Write(("escrow:" + trade, 10), ("buyer-outside:x", -10));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Write(("escrow:" + trade, -11), ("buyer-outside:x", 11)));

        Assert.Equal("never_negative", refused.ConstraintName);
    }

    [Theory]
    [InlineData("escrow")]
    [InlineData("bank-suspense")]
    [InlineData("refund-in-transit")]
    [InlineData("pay-out-in-transit")]
    [InlineData("seller-payable")]
    public async Task No_guarded_account_begins_below_zero(string account)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Write(($"{account}:{trade}", -1), ("buyer-outside:x", 1)));

        Assert.Equal("never_negative", refused.ConstraintName);
    }

    [Fact]
    public async Task No_more_is_sent_to_a_seller_than_this_trade_owes_them()
    {
        var seller = Ids.New();
        await Write(("escrow:" + trade, 10), ("buyer-outside:x", -10));
        await Write(("escrow:" + trade, -10), ($"seller-payable:{seller}", 10));
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => Write(($"seller-payable:{seller}", -11), ("pay-out-in-transit:" + trade, 11)));

        Assert.Equal("never_negative", refused.ConstraintName);
        // What another trade owes the same seller is not this trade's to send.
        refused = await Assert.ThrowsAsync<PostgresException>(
            () => WriteOf(Ids.New(), ($"seller-payable:{seller}", -1), ("seller-outside:x", 1)));
        Assert.Equal("never_negative", refused.ConstraintName);
        await Write(($"seller-payable:{seller}", -10), ("pay-out-in-transit:" + trade, 10));
    }

    [Theory]
    [InlineData("update journals set event = 'other'")]
    [InlineData("update journals set amounts = '{1,-1}'")]
    [InlineData("delete from journals")]
    [InlineData("truncate journals")]
    [InlineData("update balances set amount = 0")]
    [InlineData("insert into balances values ('escrow:x', 5)")]
    [InlineData("alter table journals disable trigger all")]
    [InlineData("set session_replication_role = replica")]
    public async Task The_login_of_payments_can_change_nothing_that_is_written(string change)
    {
        await Write(("escrow:" + trade, 10), ("buyer-outside:x", -10));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => till.Storage.Query(new Sql(change), _ => 0, ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData("update payments.journals set event = 'other'")]
    [InlineData("delete from payments.journals")]
    [InlineData("truncate payments.journals")]
    public async Task Even_the_owner_of_the_database_cannot_change_the_ledger_by_mistake(string change)
    {
        await Write(("escrow:" + trade, 10), ("buyer-outside:x", -10));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => till.AsOwner(change));

        Assert.Equal(PostgresErrorCodes.IntegrityConstraintViolation, refused.SqlState);
    }

    [Fact]
    public async Task Payments_cannot_write_into_the_providers_book()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => till.Storage.Query(new Sql("select * from provider.charges"), _ => 0, ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private Task Write(params (string Account, long Amount)[] lines) => WriteOf(trade, lines);

    private Task WriteOf(Guid of, params (string Account, long Amount)[] lines) => till.Storage.Do(Cause.New(), work =>
    {
        work.Write(
            "insert into journals (id, trade, event, currency, at, accounts, amounts) values ($1, $2, 'card-hold', 'KRW', now(), $3, $4)",
            Ids.New(), of, lines.Select(line => line.Account).ToArray(), lines.Select(line => line.Amount).ToArray());
        return Task.CompletedTask;
    }, ct);
}

/// <summary>The books of payments, over everything that other tests of the same till have done.</summary>
public sealed class The_books_of_payments(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("I10")]
    public async Task Books_are_in_order_after_every_kind_of_end_and_say_so_when_they_are_not()
    {
        var trades = Enumerable.Range(0, 5).Select(_ => Ids.New()).ToArray();
        await Task.WhenAll(trades.Select(trade => till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct)));
        await till.Hear([.. trades.Take(2).Select(trade => Asks.Of(trade, 3, Verb.Refund)), .. trades.Skip(2).Take(2).Select(trade => Asks.Of(trade, 3, Verb.PayOut))]);
        var late = Ids.New();
        await till.Hear(Asks.Of(late, 1, Verb.ExpectDeposit), Asks.Of(late, 2, Verb.Refund));
        await till.PayIn((await till.Payment(late))!.Reference!, 3000);
        await till.PayIn("nobody", 700);

        await Till.Until(async () => (await till.Deposits()).Order().SequenceEqual(["sent-back late", "waiting unmatched"]));
        await Till.Until(async () => (await till.Books()).Ok);

        // Something happens at the provider that the ledger does not know.
        await till.Book.Query(new Sql("update charges set amount = amount + 1 where key = $1", $"{trades[4]}/2/hold-payment"), _ => 0, ct);
        var check = Assert.Single((await till.Books()).Checks, check => !check.Ok);
        Assert.StartsWith("I10", check.Name, StringComparison.Ordinal);
        Assert.Contains(trades[4].ToString(), check.Detail, StringComparison.Ordinal);
    }
}
