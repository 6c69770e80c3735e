using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Platform;

namespace Jangteo.Tests.Payments;

public sealed class Paying_by_card(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly Guid trade = Ids.New();

    [Fact]
    public async Task What_is_held_is_paid_out_less_the_fee()
    {
        var held = await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);
        await till.Hear(Asks.Of(trade, 5, Verb.PayOut));
        await till.Until(trade, "paid-out");

        Assert.Equal(new Reply.Yes("payment-held", 3000), held);
        Assert.Equal(new Answered(trade, 5, "pay-out", "paid-out", null, 2910), Assert.Single(await till.Answers(trade)));
        Assert.Equal(
            [
                "card-hold buyer-outside -3000, escrow 3000",
                "pay-out-asked escrow -3000, seller-payable 2910, platform-fee 90",
                "pay-out-sent seller-payable -2910, pay-out-in-transit 2910",
                "pay-out-done pay-out-in-transit -2910, seller-outside 2910",
            ],
            await till.Ledger(trade));
    }

    [Fact]
    public async Task A_refund_by_question_is_promised_at_once_and_told_when_the_provider_has_done_it()
    {
        await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct);

        var promised = await till.Questions.Ask(Asks.Of(trade, 4, Verb.Refund), ct);
        await till.Until(trade, "refunded");

        Assert.Equal(new Reply.Yes("refunded", 3000), promised);
        Assert.Equal(Standing.Nothing, (await till.Payment(trade))!.Standing);
        Assert.Equal(new Answered(trade, 4, "refund", "refunded", null, 3000), Assert.Single(await till.Answers(trade)));
    }

    [Fact]
    public async Task The_same_question_asked_ten_times_at_once_charges_once()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment), ct)));

        Assert.All(replies, reply => Assert.Equal(new Reply.Yes("payment-held", 3000), reply));
        Assert.Equal("card-hold buyer-outside -3000, escrow 3000", Assert.Single(await till.Ledger(trade)));
    }

    [Fact]
    public async Task A_charge_that_was_not_answered_is_found_by_asking_again()
    {
        var question = Asks.Of(trade, 2, Verb.HoldPayment, card: "times-out-after-charging");

        Assert.IsType<Reply.Unknown>(await till.Questions.Ask(question, ct));
        Assert.Equal(new Reply.Yes("payment-held", 3000), await till.Questions.Ask(question, ct));
    }

    [Fact]
    public async Task A_charge_that_was_not_answered_and_is_voided_goes_back_and_never_comes()
    {
        var question = Asks.Of(trade, 2, Verb.HoldPayment, card: "times-out-after-charging");

        Assert.IsType<Reply.Unknown>(await till.Questions.Ask(question, ct));
        Assert.Equal(new Reply.No("timed-out", "timed-out"), await till.Questions.Void(question, ct));
        Assert.Equal(new Reply.No("timed-out", "timed-out"), await till.Questions.Ask(question, ct));
        await Till.Until(async () => await till.Charge(question.Key) == "voided");
        Assert.Empty(await till.Ledger(trade));
    }

    [Fact]
    public async Task A_card_whose_bank_is_down_is_out_of_reach_and_another_one_works()
    {
        Assert.IsType<Reply.Unreachable>(await till.Questions.Ask(Asks.Of(trade, 2, Verb.HoldPayment, card: "down"), ct));
        Assert.Equal(new Reply.No("payment-declined", "payment-declined"), await till.Questions.Ask(Asks.Of(trade, 4, Verb.HoldPayment, card: "declined"), ct));
        Assert.Equal(new Reply.Yes("payment-held", 3000), await till.Questions.Ask(Asks.Of(trade, 6, Verb.HoldPayment), ct));
    }
}
