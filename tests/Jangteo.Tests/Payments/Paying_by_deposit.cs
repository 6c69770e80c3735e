using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Payments;

public sealed class Paying_by_deposit(Till till, ITestOutputHelper output) : IClassFixture<Till>
{
    private static readonly int Histories = Environment.GetEnvironmentVariable("JANGTEO_LONG") == "1" ? 1_000 : 40;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly Guid trade = Ids.New();

    [Fact]
    [Requirement("MA-3")]
    public async Task A_deposit_with_the_reference_is_seen_confirmed_and_paid_out()
    {
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit));
        Assert.Equal(new Reply.No("deposit-missing", "deposit-missing"), await till.Questions.Ask(Asks.Of(trade, 3, Verb.ConfirmDeposit), ct));

        await till.PayIn((await till.Payment(trade))!.Reference!.ToLowerInvariant(), 3000);
        await Till.Until(async () => (await till.Payment(trade))!.Seen == 3000);

        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), await till.Questions.Ask(Asks.Of(trade, 5, Verb.ConfirmDeposit), ct));
        await till.Hear(Asks.Of(trade, 7, Verb.PayOut));
        await till.Until(trade, "paid-out");
        Assert.Equal(
            [
                "deposit-arrived buyer-outside -3000, bank-suspense 3000",
                "deposit-confirmed bank-suspense -3000, escrow 3000",
                "pay-out-asked escrow -3000, seller-payable 2910, platform-fee 90",
                "pay-out-sent seller-payable -2910, pay-out-in-transit 2910",
                "pay-out-done pay-out-in-transit -2910, seller-outside 2910",
            ],
            await till.Ledger(trade));
    }

    [Fact]
    [Requirement("MA-2")]
    public async Task Transfers_add_up_and_what_is_beyond_goes_back_to_the_account_it_came_from()
    {
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit));
        var reference = (await till.Payment(trade))!.Reference!;

        await till.PayIn($"first part, {reference.ToLowerInvariant()}", 1000);
        await till.PayIn($"김민지 {reference[..4]}-{reference[4..]}", 2001, from: "payer-2");
        await till.Until(trade, "transfer-returned");

        Assert.Equal(
            ["transfer-short 1000", "transfer-seen 3000", "transfer-over 1", "transfer-returned 1"],
            (await till.Answers(trade)).Skip(1).Select(answer => $"{answer.Event} {answer.Amount}"));
        Assert.Equal("payer-2 1", await till.Book.Find(new Sql("select account || ' ' || amount from transfers where key like (select id || '/%' from deposits where payer = 'payer-2')"), reader => reader.GetString(0), ct));
        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), await till.Questions.Ask(Asks.Of(trade, 5, Verb.ConfirmDeposit), ct));
        Assert.Equal(
            [
                "deposit-arrived buyer-outside -1000, bank-suspense 1000",
                "deposit-arrived buyer-outside -2001, bank-suspense 2000, bank-suspense 1",
                "refund-asked bank-suspense -1, refund-in-transit 1",
                "refund-done refund-in-transit -1, buyer-outside 1",
                "deposit-confirmed bank-suspense -3000, escrow 3000",
            ],
            await till.Ledger(trade));
        Assert.DoesNotContain((await till.Books()).Checks, check => check.Code.StartsWith("I2", StringComparison.Ordinal) && !check.Ok);
    }

    [Fact]
    [Requirement("I2")]
    [Requirement("MA-2")]
    public async Task In_random_histories_every_won_that_arrives_is_paid_out_kept_as_fee_or_sent_back()
    {
        var seed = Random.Shared.Next();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var histories = Enumerable.Range(0, Histories).Select(number => new TransferHistory(till, new Random(seed + number))).ToList();

        var some = new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = ct };
        await Parallel.ForEachAsync(histories, some, async (history, stop) => await history.Play(stop));

        foreach (var history in histories)
        {
            await Till.Until(history.IsAtRest);
            Assert.Null(await history.FindFault());
        }
    }

    [Fact]
    public async Task What_the_bank_will_not_take_back_wants_an_operator()
    {
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit));
        await till.PayIn((await till.Payment(trade))!.Reference!, 3001, from: "closed-2");

        await Till.Until(async () => (await till.Attention()).Any(key => key.EndsWith("/send-back", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_deposit_paid_in_twice_under_one_id_is_one_deposit()
    {
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit));
        var id = Ids.New();
        var reference = (await till.Payment(trade))!.Reference!;

        await till.PayIn(reference, 3000, id);
        await till.PayIn(reference, 3000, id);
        await Till.Until(async () => (await till.Payment(trade))!.Seen == 3000);

        Assert.Single(await till.Ledger(trade));
    }

    [Fact]
    public async Task A_seen_deposit_goes_back_with_the_refund()
    {
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit));
        await till.PayIn((await till.Payment(trade))!.Reference!, 3000);
        await Till.Until(async () => (await till.Payment(trade))!.Seen == 3000);

        await till.Hear(Asks.Of(trade, 4, Verb.Refund));
        await till.Until(trade, "refunded");

        Assert.Equal(new Answered(trade, 4, "refund", "refunded", null, 3000), (await till.Answers(trade))[^1]);
        Assert.Equal("refund-done refund-in-transit -3000, buyer-outside 3000", (await till.Ledger(trade))[^1]);
    }

    [Fact]
    public async Task A_refund_to_an_account_that_is_closed_stays_in_transit_and_wants_an_operator()
    {
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit) with { RefundAccount = "closed-1" });
        await till.PayIn((await till.Payment(trade))!.Reference!, 3000);
        await Till.Until(async () => (await till.Payment(trade))!.Seen == 3000);

        await till.Hear(Asks.Of(trade, 4, Verb.Refund));

        await Till.Until(async () => (await till.Attention()).Contains($"{trade}/4/refund"));
        Assert.Equal("refund-asked bank-suspense -3000, refund-in-transit 3000", (await till.Ledger(trade))[^1]);
    }
}
