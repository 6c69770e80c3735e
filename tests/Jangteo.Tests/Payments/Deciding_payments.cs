using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;

namespace Jangteo.Tests.Payments;

public sealed class Deciding_payments
{
    private readonly Guid trade = Guid.CreateVersion7();
    private readonly Ledgered payment;

    public Deciding_payments() => payment = new Ledgered(trade);

    [Fact]
    [Requirement("GD-6", "double click is one payment")]
    public void The_same_hold_twice_is_one_hold_and_one_answer()
    {
        var first = payment.Hold(2);
        var second = payment.Hold(2);

        Assert.Equal(new Reply.Yes("payment-held", 3000), first);
        Assert.Equal(first, second);
        Assert.Equal(["card-hold"], payment.Events);
    }

    [Fact]
    [Requirement("GD-N2.2", "a declined card, then a good one")]
    public void A_declined_card_does_not_stand_in_the_way_of_a_good_one()
    {
        Assert.Equal(new Reply.No("payment-declined", "payment-declined"), payment.Hold(2, Says.Refused));
        Assert.Equal(new Reply.Yes("payment-held", 3000), payment.Hold(4));
        Assert.Equal(new Reply.No("payment-declined", "payment-declined"), payment.Hold(2, Says.Refused));
        Assert.Equal(3000, payment[Account.Escrow]);
    }

    [Fact]
    public void A_hold_that_was_voided_before_it_came_is_refused_and_its_charge_goes_back()
    {
        Assert.Equal(new Reply.No("timed-out", "timed-out"), payment.Void(Asks.Of(trade, 2, Verb.HoldPayment)));
        payment.Errands.Clear();

        Assert.Equal(new Reply.No("timed-out", "timed-out"), payment.Hold(2));

        Assert.Equal(What.VoidCharge, Assert.Single(payment.Errands).What);
        Assert.Empty(payment.Events);
    }

    [Fact]
    [Requirement("CM-2", "payment times out after charging: one charge, known end")]
    public void A_hold_that_is_voided_after_it_was_done_was_done()
    {
        payment.Hold(2);

        Assert.Equal(new Reply.Yes("payment-held", 3000), payment.Void(Asks.Of(trade, 2, Verb.HoldPayment)));
        Assert.Empty(payment.Errands);
        Assert.Equal(3000, payment[Account.Escrow]);
    }

    [Fact]
    public void Voiding_one_hold_does_not_refuse_a_later_one()
    {
        payment.Void(Asks.Of(trade, 2, Verb.HoldPayment));

        Assert.Equal(new Reply.Yes("payment-held", 3000), payment.Hold(4));
    }

    [Fact]
    public void Voiding_at_the_provider_is_asked_for_by_the_key_of_the_charge()
    {
        payment.Void(Asks.Of(trade, 2, Verb.HoldPayment));

        var errand = Assert.Single(payment.Errands);
        Assert.Equal((What.VoidCharge, $"{trade}/2/hold-payment"), (errand.What, errand.ChargeKey));
    }

    [Fact]
    public void A_charge_while_something_is_held_is_refused_and_goes_back()
    {
        payment.Hold(2);

        Assert.Equal(new Reply.No("payment-declined", "not-now"), payment.Hold(4));
        Assert.Equal($"{trade}/4/hold-payment", Assert.Single(payment.Errands).ChargeKey);
        Assert.Equal(3000, payment[Account.Escrow]);
    }

    [Fact]
    public void A_late_original_is_refused_after_a_refund_that_undoes_it()
    {
        Assert.Equal(new Answered(trade, 3, "refund", "refunded"), payment.Hear(3, Verb.Refund));

        Assert.Equal(new Reply.No("payment-declined", "timed-out"), payment.Hold(2));
        Assert.Equal(What.VoidCharge, Assert.Single(payment.Errands).What);
        Assert.Equal(new Answered(trade, 1, "expect-deposit", "timed-out", "timed-out"), payment.Hear(1, Verb.ExpectDeposit));
        Assert.Equal(Standing.Nothing, payment.Payment!.Standing);
    }

    [Fact]
    [Requirement("CM-8", "exactly once")]
    public void A_refund_is_booked_once_and_answered_when_it_is_done()
    {
        payment.Hold(2);

        Assert.Null(payment.Hear(3, Verb.Refund));
        Assert.Null(payment.Hear(3, Verb.Refund));
        Assert.Equal((0, 3000), (payment[Account.Escrow], payment[Account.RefundInTransit]));
        var errand = Assert.Single(payment.Errands);
        Assert.Equal((What.RefundCharge, 3000, $"{trade}/2/hold-payment"), (errand.What, errand.Amount, errand.ChargeKey));

        payment.Do(errand);
        payment.Do(errand);

        Assert.Equal(new Answered(trade, 3, "refund", "refunded", null, 3000), Assert.Single(payment.Answers, answer => answer.Verb == "refund"));
        Assert.Equal(["card-hold", "refund-asked", "refund-done"], payment.Events);
        Assert.Equal(0, payment[Account.BuyerOutside]);
        Assert.Equal(new Answered(trade, 3, "refund", "refunded", null, 3000), payment.Hear(3, Verb.Refund));
    }

    [Fact]
    [Requirement("CM-8", "retried until done")]
    public void A_refund_that_the_provider_does_not_do_stays_in_transit_and_unanswered()
    {
        payment.Hold(2);
        payment.Hear(3, Verb.Refund);

        foreach (var says in (Says[])[Says.Silent, Says.OutOfReach, Says.Refused])
        {
            payment.Do(payment.Errands[0], says);
        }

        Assert.Equal(3000, payment[Account.RefundInTransit]);
        Assert.DoesNotContain(payment.Answers, answer => answer.Verb == "refund");
        payment.Do(payment.Errands[0]);
        Assert.Equal(0, payment[Account.RefundInTransit]);
    }

    [Fact]
    [Requirement("GD-7", "unpaid")]
    public void A_refund_of_nothing_is_answered_with_nothing()
    {
        Assert.Equal(new Answered(trade, 3, "refund", "refunded"), payment.Hear(3, Verb.Refund));
        Assert.Empty(payment.Errands);
        Assert.Empty(payment.Events);
    }

    [Fact]
    [Requirement("GD-7", "twice")]
    public void A_second_refund_gives_nothing_back()
    {
        payment.Hold(2);
        payment.Hear(3, Verb.Refund);

        Assert.Equal(new Answered(trade, 4, "refund", "refunded"), payment.Hear(4, Verb.Refund));
        Assert.Single(payment.Errands);
    }

    [Fact]
    public void A_refund_asked_as_a_question_is_promised_at_once_and_a_new_hold_may_follow_before_it_is_done()
    {
        payment.Hold(2);

        Assert.Equal(new Reply.Yes("refunded", 3000), payment.Ask(4, Verb.Refund));
        Assert.Equal(new Reply.Yes("payment-held", 3000), payment.Hold(6));
        payment.Do(payment.Errands[0]);

        Assert.Equal((3000, 0), (payment[Account.Escrow], payment[Account.RefundInTransit]));
        Assert.Contains(new Answered(trade, 4, "refund", "refunded", null, 3000), payment.Answers);
    }

    [Fact]
    public void An_older_refund_never_touches_a_later_hold()
    {
        payment.Hold(6);

        Assert.Equal(new Answered(trade, 4, "refund", "refunded"), payment.Hear(4, Verb.Refund));
        Assert.Equal(3000, payment[Account.Escrow]);
    }

    [Theory]
    [InlineData(3000, 90, 2910)]
    [InlineData(3000, 0, 3000)]
    [InlineData(1, 0, 1)]
    [InlineData(999, 29, 970)]
    [Requirement("CM-7")]
    public void A_pay_out_is_what_was_held_less_the_fee_that_was_frozen(long amount, long fee, long toSeller)
    {
        payment.Hold(2, amount: amount, fee: fee);
        payment.Hear(5, Verb.PayOut, amount, fee);
        payment.Do(Assert.Single(payment.Errands));

        Assert.Equal(new Answered(trade, 5, "pay-out", "paid-out", null, toSeller), payment.Answers[^1]);
        Assert.Equal((0, 0, 0, fee, toSeller), (payment[Account.Escrow], payment[Account.SellerPayable], payment[Account.PayOutInTransit], payment[Account.PlatformFee], payment[Account.SellerOutside]));
    }

    [Fact]
    public void A_fee_of_everything_sends_the_seller_nothing()
    {
        payment.Hold(2, amount: 10, fee: 10);

        Assert.Equal(new Answered(trade, 5, "pay-out", "paid-out"), payment.Hear(5, Verb.PayOut, 10, 10));
        Assert.Empty(payment.Errands);
        Assert.Equal(10, payment[Account.PlatformFee]);
    }

    [Fact]
    [Requirement("CM-7", "exactly once")]
    public void A_pay_out_is_sent_once_and_answered_once()
    {
        payment.Hold(2);
        payment.Hear(5, Verb.PayOut);
        payment.Hear(5, Verb.PayOut);
        var errand = Assert.Single(payment.Errands);
        payment.Do(errand);
        payment.Do(errand);

        Assert.Single(payment.Answers, answer => answer.Verb == "pay-out");
        Assert.Equal(["card-hold", "pay-out-asked", "pay-out-sent", "pay-out-done"], payment.Events);
        Assert.Throws<NeedUnmetException>(() => payment.Hear(6, Verb.PayOut));
    }

    [Fact]
    [Requirement("CM-7", "never after a refund")]
    public void A_pay_out_after_a_refund_is_refused_loudly()
    {
        payment.Hold(2);
        payment.Hear(3, Verb.Refund);

        Assert.Throws<NeedUnmetException>(() => payment.Hear(5, Verb.PayOut));
        Assert.Equal(new Reply.No("timed-out", "not-now"), payment.Ask(5, Verb.PayOut));
        Assert.DoesNotContain("pay-out-asked", payment.Events);
    }

    [Fact]
    [Requirement("CM-8", "never after a pay-out")]
    public void A_refund_after_a_pay_out_is_refused_loudly()
    {
        payment.Hold(2);
        payment.Hear(5, Verb.PayOut);

        Assert.Throws<NeedUnmetException>(() => payment.Hear(6, Verb.Refund));
        Assert.DoesNotContain("refund-asked", payment.Events);
    }

    [Fact]
    public void A_pay_out_that_the_bank_refuses_is_owed_to_the_seller_again()
    {
        payment.Hold(2);
        payment.Hear(5, Verb.PayOut);
        payment.Do(payment.Errands[0], Says.Refused);

        Assert.Equal((2910, 0), (payment[Account.SellerPayable], payment[Account.PayOutInTransit]));
        Assert.DoesNotContain(payment.Answers, answer => answer.Verb == "pay-out");
    }

    [Fact]
    [Requirement("MA-3", "after a cancel")]
    public void A_deposit_is_confirmed_only_when_the_bank_has_seen_it_and_it_is_still_wanted()
    {
        payment.Hear(1, Verb.ExpectDeposit);

        Assert.Equal(new Reply.No("deposit-missing", "deposit-missing"), payment.Ask(3, Verb.ConfirmDeposit));
        payment.Deposit(3000);
        Assert.Equal(new Reply.No("deposit-missing", "deposit-missing"), payment.Ask(3, Verb.ConfirmDeposit));
        payment.Hear(5, Verb.Refund);

        Assert.Equal(new Reply.No("deposit-missing", "not-now"), payment.Ask(6, Verb.ConfirmDeposit));
        Assert.Equal((0, 0, 3000), (payment[Account.Escrow], payment[Account.BankSuspense], payment[Account.RefundInTransit]));
    }

    [Fact]
    [Requirement("MA-3", "confirmed twice")]
    public void A_deposit_is_confirmed_once()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Deposit(3000);

        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), payment.Ask(3, Verb.ConfirmDeposit));
        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), payment.Ask(3, Verb.ConfirmDeposit));
        Assert.Equal(new Reply.No("deposit-missing", "not-now"), payment.Ask(4, Verb.ConfirmDeposit));
        Assert.Equal((3000, 0), (payment[Account.Escrow], payment[Account.BankSuspense]));
    }

    [Fact]
    public void A_released_deposit_is_expected_and_seen_again_and_can_be_confirmed_later()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Deposit(3000);
        payment.Ask(3, Verb.ConfirmDeposit);

        Assert.Equal(new Answered(trade, 4, "release-deposit", "deposit-released", null, 3000), payment.Hear(4, Verb.ReleaseDeposit));
        Assert.Equal((0, 3000), (payment[Account.Escrow], payment[Account.BankSuspense]));
        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), payment.Ask(6, Verb.ConfirmDeposit));
    }

    [Fact]
    public void A_confirmation_that_comes_after_its_release_is_refused()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Deposit(3000);
        payment.Hear(4, Verb.ReleaseDeposit);

        Assert.Equal(new Reply.No("deposit-missing", "timed-out"), payment.Ask(3, Verb.ConfirmDeposit));
        Assert.Equal(3000, payment[Account.BankSuspense]);
    }

    [Fact]
    public void A_release_does_not_touch_a_later_confirmation()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Deposit(3000);
        payment.Ask(6, Verb.ConfirmDeposit);

        Assert.Equal(new Answered(trade, 4, "release-deposit", "deposit-released"), payment.Hear(4, Verb.ReleaseDeposit));
        Assert.Equal(3000, payment[Account.Escrow]);
    }

    [Fact]
    public void An_expectation_that_was_never_paid_is_given_up_with_nothing_to_give_back()
    {
        payment.Hear(1, Verb.ExpectDeposit);

        Assert.Equal(new Answered(trade, 3, "refund", "refunded"), payment.Hear(3, Verb.Refund));
        Assert.Equal(Standing.Nothing, payment.Payment!.Standing);
    }

    [Fact]
    public void A_deposit_that_comes_after_its_expectation_was_given_up_goes_back_by_itself()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Hear(3, Verb.Refund);

        var deposit = payment.Deposit(3000);

        Assert.Equal((DepositState.SendingBack, Fits.Late), (deposit.State, deposit.Fits));
        var errand = Assert.Single(payment.Errands);
        Assert.Equal((What.SendBack, 3000, "payer"), (errand.What, errand.Amount, errand.Account));
        payment.Take(Decide.SentBack(payment.Payment, deposit, errand.Amount));
        Assert.Equal((0, 0, 0), (payment[Account.BankSuspense], payment[Account.RefundInTransit], payment[Account.BuyerOutside]));
    }

    [Fact]
    public void A_deposit_that_nobody_asked_for_waits_for_an_operator()
    {
        var deposit = payment.Deposit(700);

        Assert.Equal((DepositState.Waiting, Fits.Unmatched), (deposit.State, deposit.Fits));
        Assert.Equal((700, -700), (payment[Account.BankSuspense], payment[Account.PayerOutside]));
    }

    [Theory]
    [InlineData(1000, 2000)]
    [InlineData(2999, 1)]
    [InlineData(1000, 1000, 1000)]
    [Requirement("MA-2")]
    public void Transfers_that_name_the_trade_add_up(params int[] parts)
    {
        payment.Hear(1, Verb.ExpectDeposit);

        foreach (var part in parts.SkipLast(1))
        {
            Assert.Equal(
                (DepositState.Matched, Fits.Short), (payment.Deposit(part) is var deposit ? deposit.State : default, deposit.Fits));
            Assert.Equal(new Answered(trade, 1, "expect-deposit", "transfer-short", null, payment.Payment!.Seen), payment.Answers[^1]);
        }

        Assert.Equal(new Reply.No("deposit-missing", "deposit-missing"), payment.Ask(3, Verb.ConfirmDeposit));
        Assert.Equal(Fits.Whole, payment.Deposit(parts[^1]).Fits);
        Assert.Equal(new Answered(trade, 1, "expect-deposit", "transfer-seen", null, 3000), payment.Answers[^1]);
        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), payment.Ask(4, Verb.ConfirmDeposit));
        Assert.Empty(payment.Errands);
    }

    [Fact]
    public void Of_a_transfer_that_is_too_much_what_is_due_counts_and_the_rest_goes_back_to_where_it_came_from()
    {
        payment.Hear(1, Verb.ExpectDeposit);

        var deposit = payment.Deposit(3001);

        Assert.Equal((DepositState.SendingBack, Fits.Over, 3000), (deposit.State, deposit.Fits, deposit.Counted));
        Assert.Equal((3000, 1), (payment[Account.BankSuspense], payment[Account.RefundInTransit]));
        var errand = Assert.Single(payment.Errands);
        Assert.Equal((What.SendBack, 1, "payer"), (errand.What, errand.Amount, errand.Account));
        Assert.Equal(
            ["transfer-seen 3000", "transfer-over 1"], payment.Answers.TakeLast(2).Select(answer => $"{answer.Event} {answer.Amount}"));

        payment.Take(Decide.SentBack(payment.Payment, deposit, errand.Amount));

        Assert.Equal(("transfer-returned", 1), (payment.Answers[^1].Event, payment.Answers[^1].Amount));
        Assert.Equal((3000, 0, -3000), (payment[Account.BankSuspense], payment[Account.RefundInTransit], payment[Account.BuyerOutside]));
        Assert.Equal(new Reply.Yes("deposit-confirmed", 3000), payment.Ask(3, Verb.ConfirmDeposit));
    }

    [Theory]
    [InlineData("seen")]
    [InlineData("confirmed")]
    [InlineData("paid out")]
    [InlineData("given up")]
    public void A_transfer_that_comes_when_nothing_is_due_any_more_goes_back(string when)
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Deposit(3000);
        if (when is "confirmed" or "paid out")
        {
            payment.Ask(3, Verb.ConfirmDeposit);
        }

        if (when is "paid out")
        {
            payment.Hear(5, Verb.PayOut);
        }
        else if (when is "given up")
        {
            payment.Hear(5, Verb.Refund);
        }

        payment.Errands.Clear();

        var deposit = payment.Deposit(700);

        Assert.Equal((DepositState.SendingBack, 0), (deposit.State, deposit.Counted));
        Assert.Equal(700, Assert.Single(payment.Errands).Amount);
        Assert.Equal(("transfer-over", 700), (payment.Answers[^1].Event, payment.Answers[^1].Amount));
    }

    [Theory]
    [InlineData("", "110-222-333")]
    [InlineData("  ", "110-222-333")]
    [InlineData("333-1", "333-1")]
    public void Where_the_bank_does_not_say_who_paid_the_rest_goes_to_the_account_that_the_buyer_gave(string from, string to)
    {
        payment.Hear(1, Verb.ExpectDeposit);
        payment.Deposit(3001, from);

        Assert.Equal(to, Assert.Single(payment.Errands).Account);
    }

    [Fact]
    public void What_is_too_much_and_has_no_account_to_go_to_waits_for_an_operator()
    {
        payment.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit) with { RefundAccount = null });

        var deposit = payment.Deposit(3001, "");

        Assert.Equal((DepositState.Waiting, 1), (deposit.State, deposit.Rest));
        Assert.Empty(payment.Errands);
        Assert.Equal(3001, payment[Account.BankSuspense]);
        Assert.Null(Decide.SendBack(payment.Payment, deposit, null));

        payment.Take(Decide.SendBack(payment.Payment, deposit, "222-9")!.Value);

        Assert.Equal((1, "222-9"), (Assert.Single(payment.Errands).Amount, payment.Errands[0].Account));
    }

    [Fact]
    public void Transfers_that_name_no_trade_pay_for_it_when_an_operator_says_so_and_came_from_its_buyer()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        var lost = new Deposit(
            Guid.CreateVersion7(), 1, "?", 5000, "payer", null, DepositState.Waiting, Fits.Unmatched, "KRW", DateTimeOffset.UnixEpoch);
        payment.Take(Decide.Seen(null, new BankDeposit(1, lost.Id, "?", 5000, "payer", "KRW"), "KRW", DateTimeOffset.UnixEpoch));

        payment.Take(Decide.Match(payment.Payment!, lost)!.Value);

        Assert.Equal((3000, 2000), (payment[Account.BankSuspense], payment[Account.RefundInTransit]));
        Assert.Equal((-5000, 0), (payment[Account.BuyerOutside], payment[Account.PayerOutside]));
        Assert.Equal(2000, Assert.Single(payment.Errands).Amount);
        Assert.Null(Decide.Match(payment.Payment!, lost));
    }

    [Fact]
    public void A_transfer_that_came_too_late_for_its_trade_does_not_pay_for_another()
    {
        payment.Hear(1, Verb.ExpectDeposit);
        var late = new Deposit(
            Guid.CreateVersion7(), 1, "?", 3000, "", Guid.CreateVersion7(), DepositState.Waiting, Fits.Late, "KRW", DateTimeOffset.UnixEpoch);

        Assert.Null(Decide.Match(payment.Payment!, late));
        Assert.NotNull(Decide.Match(payment.Payment!, late with { Trade = payment.Payment!.Trade }));
    }

    [Fact]
    public void A_transfer_that_was_sent_back_is_booked_once_however_often_the_bank_says_so()
    {
        payment.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit) with { RefundAccount = "222-9" });
        var over = payment.Deposit(3001);
        var sentBack = Decide.SentBack(payment.Payment, over, 1);
        payment.Take(sentBack);

        var again = Decide.SentBack(payment.Payment, sentBack.Deposit, 1);

        Assert.Empty(again.Postings);
        Assert.Empty(again.Tells);
        Assert.Equal(0, payment[Account.RefundInTransit]);
    }

    [Fact]
    public void A_hold_by_request_is_an_errand_and_answered_when_the_card_is_charged()
    {
        Assert.Null(payment.Hear(2, Verb.HoldPayment));
        payment.Do(Assert.Single(payment.Errands));

        Assert.Equal(new Answered(trade, 2, "hold-payment", "payment-held", null, 3000), Assert.Single(payment.Answers));
        Assert.Equal(3000, payment[Account.Escrow]);
    }

    [Fact]
    public void A_hold_by_request_that_is_refunded_before_the_card_is_charged_is_refused_and_voided()
    {
        payment.Hear(2, Verb.HoldPayment);
        payment.Hear(3, Verb.Refund);

        Assert.Equal([new Answered(trade, 2, "hold-payment", "payment-declined", "timed-out"), new Answered(trade, 3, "refund", "refunded")], payment.Answers);
        Assert.Equal([What.Charge, What.VoidCharge], payment.Errands.Select(errand => errand.What));
        // The charge was under way and succeeds all the same: it goes back.
        payment.Do(payment.Errands[0]);
        Assert.Equal(0, payment[Account.Escrow]);
        Assert.Equal(What.VoidCharge, payment.Errands[^1].What);
    }

    [Fact]
    public void References_are_short_differ_by_trade_and_are_read_as_people_write_them()
    {
        var references = Enumerable.Range(0, 10_000).Select(_ => Reference.Of(Guid.CreateVersion7())).ToHashSet();

        Assert.Equal(10_000, references.Count);
        Assert.All(references, reference => Assert.Equal(12, reference.Length));
        Assert.Equal("01AB12345678", Reference.Read("oi-ab 1234 5678"));
    }

    [Theory]
    [InlineData("01AB12345678")]
    [InlineData("  01ab-1234-5678  ")]
    [InlineData("OIAB 1234 5678")]
    [InlineData("lamp for Minji, 01ab12345678, thank you")]
    [InlineData("홍길동01AB12345678")]
    [InlineData("홍길동 01AB 1234 5678 입금")]
    [InlineData("JANGTEO01AB12345678KRW3000")]
    [InlineData("０１ＡＢ－１２３４－５６７８")]
    [InlineData("０１ａｂ１２３４５６７８")]
    [InlineData("010-1234-5678 01AB12345678")]
    [InlineData("01AB12345678 01AB12345678")]
    [InlineData("01AB\u200b1234\u00ad5678")]
    [InlineData("\u1112\u1169\u11bc01AB12345678")]
    [InlineData("01AB\ud80012345678")]
    [InlineData("٠١AB١٢٣٤٥٦٧٨")]
    public void A_reference_is_found_as_people_and_banks_write_it(string written) =>
        Assert.Equal((trade, false), Reference.Find(written, reference => reference == "01AB12345678" ? trade : null));

    [Theory]
    [InlineData("")]
    [InlineData("\0\ud800")]
    [InlineData("01AB1234567")]
    [InlineData("01AB12345679")]
    [InlineData("01AB12345U78")]
    [InlineData("thank you for everything you did in 2026, see you again")]
    public void Nothing_else_is_taken_for_a_reference(string written) =>
        Assert.Equal((null, false), Reference.Find(written, reference => reference == "01AB12345678" ? trade : null));

    [Fact]
    public void A_text_that_names_two_trades_names_neither_and_a_person_decides()
    {
        var other = Guid.CreateVersion7();

        var found = Reference.Find(
            "01AB12345678 and 87654321BA10", reference => reference switch { "01AB12345678" => trade, "87654321BA10" => other, _ => null });

        Assert.Equal((null, true), found);
        Assert.Equal(
            Fits.Ambiguous,
            Decide.Seen(null, new BankDeposit(1, other, "both", 5, "payer", "KRW"), "KRW", DateTimeOffset.UnixEpoch, isAmbiguous: true)
                .Deposit.Fits);
    }

    [Fact]
    public void Every_reference_is_found_in_the_middle_of_random_words()
    {
        const string Noise = "abcXYZ019 -/.,홍길동ＡＢ９";
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            var id = Guid.CreateVersion7();
            var reference = Reference.Of(id);
            var noise = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Noise[random.Next(Noise.Length)])]);

            Assert.Equal((id, false), Reference.Find($"{noise}{reference}{noise}", written => written == reference ? id : null));
        }
    }

    [Fact]
    [Requirement("I1")]
    [Requirement("I2")]
    public void Whatever_is_asked_in_whatever_order_no_guarded_account_goes_below_zero_and_escrow_is_what_stands()
    {
        for (var seed = 1; seed <= 3000; seed++)
        {
            new RandomTrade(seed).Play();
        }
    }
}
