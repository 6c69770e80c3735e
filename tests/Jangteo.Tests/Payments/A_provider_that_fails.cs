using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Payments;

/// <summary>A call that fails in any way has an unknown result: it is made again by the same key, and holds up nothing else.</summary>
public sealed class A_provider_that_fails(Till till) : IClassFixture<Till>
{
    /// <summary>One more than are called at once.</summary>
    private const int More = 25;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private static readonly Func<Exception>[] Failures =
    [
        () => new JsonException("The answer ends too early.\0"), () => new InvalidOperationException("No such element."),
        () => new FormatException("Not a number."), () => new ArgumentOutOfRangeException("amount"),
        () => new NotSupportedException("A currency."), () => new KeyNotFoundException("No receipt."),
    ];

    [Fact]
    public async Task Calls_that_fail_after_they_had_their_effect_are_made_again_and_have_it_once()
    {
        Guid[] trades = [.. Enumerable.Range(0, More).Select(_ => Ids.New())];
        foreach (var trade in trades)
        {
            await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        }

        var calls = 0;
        till.Lie = _ => throw Failures[Interlocked.Increment(ref calls) % Failures.Length]();
        await till.Hear([.. trades.Select(trade => Asks.Of(trade, 3, Verb.Refund))]);
        await Till.Until(async () => await Unknown() == More);

        till.Lie = null;

        foreach (var trade in trades)
        {
            await till.Until(trade, "refunded");
            Assert.Equal(3000, await Refunded(trade));
        }
    }

    [Fact]
    public async Task A_question_whose_charge_fails_is_unknown_and_can_be_asked_again()
    {
        var trade = Ids.New();
        till.Lie = _ => throw new JsonException("The answer ends too early.");

        Assert.IsType<Reply.Unknown>(await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct));

        till.Lie = null;
        await till.Questions.Agree(Asks.Of(trade, 2, Verb.HoldPayment), ct);
    }

    /// <summary>The errands of which an operator can read how the call failed.</summary>
    private Task<long> Unknown() => till.Storage.Find(
        new Sql("select count(*) from errands where problem ~ '^silent: [A-Za-z]+Exception: .'"), row => row.GetInt64(0), ct);

    private Task<long> Refunded(Guid trade) => till.Book.Find(
        new Sql("select sum(amount)::bigint from refunds where charge_key = $1", $"{trade}/2/hold-payment"), row => row.GetInt64(0), ct);
}
