using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Payments;

/// <summary>The bank's statement is read on, whatever stands on it.</summary>
public sealed class Reading_the_statement(Till till, TestPostgres postgres) : IClassFixture<Till>
{
    private const string Unbooked = "/api/operator/payments/deposits/unbooked";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deposit_that_cannot_be_booked_stands_in_nobodys_way()
    {
        var trade = Ids.New();
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit));
        var reference = (await till.Payment(trade))!.Reference!;
        await till.StopLoops();
        await till.PayIn("before", 5);
        // The ledger has no journal of nothing.
        var nothing = Ids.New();
        await till.PayIn("nothing", 0, nothing);
        await till.PayIn(reference, 3000);

        await till.StartLoops();

        await Till.Until(async () => (await till.Payment(trade))!.Seen == 3000);
        Assert.Equal(["matched whole", "waiting unmatched"], (await till.Deposits()).Order(StringComparer.Ordinal));
        Assert.Contains($"{nothing}", Assert.Single(await till.Storage.Query(new Sql("select deposit from unbooked"), reader => reader.GetString(0), ct)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_sees_what_could_not_be_booked_and_tries_it_again_when_the_cause_is_mended()
    {
        await using var bed = await ModuleBed.Start(postgres, [new PaymentsModule()], new Settings());
        var storage = bed.StorageOf(Modules.Payments);
        var inTheWay = Ids.New();
        await Write("insert into deposits (id, position, reference, amount, payer, state, fits, currency, at) values ($1, 1, 'x', 1, 'x', 'matched', 'whole', 'KRW', now())", inTheWay);

        var first = (await bed.Post("/api/sandbox/deposits", "minji", new { reference = "first", amount = 3000 })).Id;
        var second = (await bed.Post("/api/sandbox/deposits", "minji", new { reference = "second", amount = 4000 })).Id;

        Assert.Equal([second], await Waiting());
        var aside = Assert.Single((await bed.Get(Unbooked, SandboxPeople.Operator)).Body!["items"]!.AsArray())!;
        Assert.Equal((first, "first", 3000), ((Guid)aside["id"]!, (string)aside["reference"]!, (long)aside["amount"]!));
        Assert.Contains("deposits_position_key", (string)aside["reason"]!, StringComparison.Ordinal);
        Assert.Equal("not-now", (await Retry()).Problem);
        Assert.Equal("not-found", (await bed.Get(Unbooked, "minji")).Problem);

        await Write("delete from deposits where id = $1", inTheWay);
        Assert.Equal(204, (await Retry()).Status);

        Assert.Equal([second, first], await Waiting());
        Assert.Empty((await bed.Get(Unbooked, SandboxPeople.Operator)).Body!["items"]!.AsArray());
        Assert.Equal("not-found", (await Retry()).Problem);
        var books = await bed.Get("/api/operator/payments/books", SandboxPeople.Operator);
        Assert.True((bool)books.Body!["ok"]!, books.ToString());

        Task<Heard> Retry() => bed.Post($"{Unbooked}/retry", SandboxPeople.Operator, new { position = 1, reason = "Try again." });

        async Task<IEnumerable<Guid>> Waiting() => (await bed.Get("/api/operator/payments/deposits", SandboxPeople.Operator)).Body!["items"]!.AsArray().Select(item => (Guid)item!["id"]!);

        Task Write(string text, params object?[] values) => storage.Do(Cause.New(), work =>
        {
            work.Write(text, values);
            return Task.CompletedTask;
        }, ct);
    }
}
