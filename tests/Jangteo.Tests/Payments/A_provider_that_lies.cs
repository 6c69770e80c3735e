using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangteo.Tests.Payments;

/// <summary>
/// What a provider or the bank says that it has done is compared with what was asked for. Anything else is never booked as success, and an
/// operator sees what was said.
/// </summary>
public sealed class A_provider_that_lies(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly Guid trade = Ids.New();

    public static TheoryData<string> Lies => ["amount", "currency", "reference"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_charge_of_something_else_holds_nothing_and_is_taken_back(string lie)
    {
        till.Lie = receipt => Lie(lie, receipt);

        var reply = await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);

        till.Lie = null;

        Assert.Equal(new Reply.No("payment-declined", "payment-declined"), reply);
        Assert.Empty(await till.Ledger(trade));
        Assert.Equal(reply, await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct));
        // The charge is voided at once, and stays on the list until an operator has seen it.
        await Till.Until(
            async () => await till.Charge($"{trade}/2/hold-payment") == "voided" && await Waits($"{trade}/2/hold-payment/void"));
        Assert.StartsWith(
            $"mismatched: 3000 KRW under {trade}/2/hold-payment was asked for, and ", await Problem($"{trade}/2/hold-payment/void"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_a_receipt_is_no_success()
    {
        var wanted = new Receipt("key", 3000, "KRW");

        var result = await Outside.Call(_ => Task.FromResult(new ProviderAnswer(Says.Done)), wanted, NullLogger.Instance, ct);

        Assert.Equal(
            new CallResult(Says.Mismatched, "mismatched: 3000 KRW under key was asked for, and nothing is said to be done"), result);
        Assert.Equal(
            new CallResult(Says.Done),
            await Outside.Call(_ => Task.FromResult(new ProviderAnswer(Says.Done, wanted with { })), wanted, NullLogger.Instance, ct));
        Assert.Equal(
            new CallResult(Says.Refused),
            await Outside.Call(_ => Task.FromResult(new ProviderAnswer(Says.Refused)), wanted, NullLogger.Instance, ct));
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_refund_a_pay_out_and_a_transfer_back_of_something_else_are_not_booked_and_wait_for_an_operator(string lie)
    {
        var (refunded, paidOut, transferred) = (Ids.New(), Ids.New(), Ids.New());
        await till.Questions.Ask(Asks.Of(refunded, 2, Verb.HoldPayment), ct);
        await till.Questions.Ask(Asks.Of(paidOut, 2, Verb.HoldPayment), ct);
        await till.Hear(Asks.Of(transferred, 1, Verb.ExpectDeposit));
        await till.PayIn((await till.Payment(transferred))!.Reference!, 3000);
        await Till.Until(async () => (await till.Payment(transferred))!.Seen == 3000);
        till.Lie = receipt => Lie(lie, receipt);
        await till.Hear(Asks.Of(refunded, 3, Verb.Refund), Asks.Of(paidOut, 3, Verb.PayOut), Asks.Of(transferred, 3, Verb.Refund));
        string[] errands = [$"{refunded}/3/refund", $"{paidOut}/3/pay-out", $"{transferred}/3/refund"];
        foreach (var errand in errands)
        {
            await Till.Until(() => Waits(errand));
        }

        foreach (var (key, subject) in errands.Zip((Guid[])[refunded, paidOut, transferred]))
        {
            Assert.StartsWith("mismatched: ", await Problem(key), StringComparison.Ordinal);
            Assert.DoesNotContain(await till.Ledger(subject), line => line.StartsWith("refund-done", StringComparison.Ordinal) || line.StartsWith("pay-out-done", StringComparison.Ordinal));
        }

        till.Lie = null;
        // The operator has cleared it up with them, and has it asked for again: now they say the same as we do.
        await till.Storage.Do(Cause.New(), work =>
        {
            work.Write("update errands set next_at = now(), tries = 0, attention = false where key = any($1)", (object)errands);
            return Task.CompletedTask;
        }, ct);
        till.Services.GetRequiredService<RunErrands>().Bell.Ring();
        await till.Until(refunded, "refunded");
        await till.Until(paidOut, "paid-out");
        await till.Until(transferred, "refunded");
    }

    private Task<bool> Waits(string key) =>
        till.Storage.Find(
            new Sql("select attention and next_at is null from errands where key = $1", key), reader => reader.GetBoolean(0), ct);

    private Task<string?> Problem(string key) =>
        till.Storage.Find(new Sql("select problem from errands where key = $1", key), reader => reader.GetString(0), ct);

    private static Receipt Lie(string lie, Receipt truth) => lie switch
    {
        "amount" => truth with { Amount = truth.Amount * 2 },
        "currency" => truth with { Currency = "USD" },
        _ => truth with { Reference = truth.Reference + "x" },
    };
}
