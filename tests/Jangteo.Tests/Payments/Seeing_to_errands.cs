using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;

namespace Jangteo.Tests.Payments;

/// <summary>What is left to do outside gets done, whatever stands beside it.</summary>
public sealed class Seeing_to_errands(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly Guid trade = Ids.New();

    [Fact]
    public async Task An_errand_that_cannot_be_booked_stands_in_nobodys_way()
    {
        var wrong = Ids.New();
        await till.Storage.Do(Cause.New(), work =>
        {
            // It sends back a deposit that nobody knows.
            work.Write(
                "insert into errands (key, subject, revision, verb, what, amount, account, correlation, causation) values ($1, $2, 0, 'send-back', 'send-back', 5, 'x', $2, $2)",
                $"{wrong}/0/send-back", wrong);
            return Task.CompletedTask;
        }, ct);
        await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.Hear(Asks.Of(trade, 3, Verb.Refund));

        await till.Until(trade, "refunded");

        await Till.Until(async () => (await till.Attention()).Contains($"{wrong}/0/send-back"));
    }

    [Fact]
    [Requirement("CM-8", "retried until done")]
    public async Task An_errand_left_by_a_process_that_died_is_done_by_the_next()
    {
        await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.StopLoops();
        await till.Hear(Asks.Of(trade, 3, Verb.Refund));
        Assert.Empty(await till.Answers(trade));

        await till.StartLoops();

        await till.Until(trade, "refunded");
    }

    [Fact]
    [Requirement("I10")]
    public async Task A_refund_that_was_done_and_not_written_down_is_not_done_twice()
    {
        await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.StopLoops();
        await till.Hear(Asks.Of(trade, 3, Verb.Refund));
        // The one before had just called the provider when it died.
        await till.Book.Query(new Sql("insert into refunds (key, charge_key, amount) values ($1, $2, 3000)", $"{trade}/3/refund", $"{trade}/2/hold-payment"), _ => 0, ct);

        await till.StartLoops();

        await till.Until(trade, "refunded");
        Assert.Equal(3000, await till.Book.Find(new Sql("select sum(amount)::bigint from refunds where charge_key = $1", $"{trade}/2/hold-payment"), reader => reader.GetInt64(0), ct));
    }
}
