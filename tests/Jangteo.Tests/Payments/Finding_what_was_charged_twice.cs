using Jangteo.Bench.Chaos;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Payments;

/// <summary>What chaos looks for when everything is at rest: it must find a second charge, also one that was given back.</summary>
public sealed class Finding_what_was_charged_twice(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly Guid trade = Ids.New();

    [Fact]
    public async Task A_hold_that_was_refunded_and_another_are_two_holds_and_no_fault()
    {
        await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.Hear(Asks.Of(trade, 3, Verb.Refund));
        await till.Until(trade, "refunded");
        await till.Questions.Ask(Asks.Of(trade, 5, Verb.HoldPayment), ct);

        Assert.DoesNotContain(await Found(), fault => fault.Contains(trade.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_charge_is_found_although_it_was_given_back()
    {
        await till.Questions.Agree(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.Book.Query(
            new Sql(
                "insert into charges (key, card, amount, state) values ($1, 'ok', 3000, 'charged') returning true",
                $"{trade}/4/hold-payment"),
            _ => 0, ct);
        await till.Book.Query(
            new Sql(
                "insert into refunds (key, charge_key, amount) values ($1, $2, 3000) returning true", $"{trade}/5/refund",
                $"{trade}/4/hold-payment"),
            _ => 0, ct);

        var found = await Found();

        Assert.Contains($"{trade}/4/hold-payment was charged 3000, and no such hold is booked", found);
        Assert.Contains($"{trade}/5/refund gave back 3000, and no such refund is booked", found);
    }

    [Fact]
    public async Task A_second_charge_of_one_key_is_found()
    {
        await till.Questions.Agree(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.Book.Query(
            new Sql("update charges set amount = amount * 2 where key = $1 returning true", $"{trade}/2/hold-payment"), _ => 0, ct);

        Assert.Contains($"{trade} costs 3000, and the provider has 6000", await Found());
    }

    private Task<IReadOnlyList<string>> Found() => ChargedTwice.Find(till.AdminConnectionString, ct);
}
