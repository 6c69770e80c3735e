using Jangteo.Catalog;
using Jangteo.Kinds;

namespace Jangteo.Tests.Catalog;

/// <summary>The rules of stock, by themselves.</summary>
public sealed class Deciding_about_stock
{
    private static readonly Units Five = new(Offered: true, Available: 5);
    private static readonly Units One = new(Offered: true, Available: 1);

    [Fact]
    [Requirement("WP-4")]
    public void What_is_taken_is_out_and_no_longer_available()
    {
        var taken = StockRules.Decide(Five, Allocation.New, "take-stock", 2, 3);

        Assert.Equal(("stock-taken", null), (taken.Answer.Event, taken.Answer.Code));
        Assert.Equal(Five with { Available = 2, Out = 3 }, taken.Units);
        Assert.Equal((Has.Taken, 3), (taken.Allocation.Has, taken.Allocation.Quantity));
    }

    [Fact]
    public void More_than_there_is_is_refused_and_nothing_moves()
    {
        var refused = StockRules.Decide(Five, Allocation.New, "take-stock", 2, 6);

        Assert.Equal(("stock-refused", "stock-refused"), (refused.Answer.Event, refused.Answer.Code));
        Assert.Equal(Five, refused.Units);
        Assert.Equal(Has.Nothing, refused.Allocation.Has);
    }

    [Fact]
    public void Of_what_is_not_offered_nothing_is_taken()
    {
        Assert.Equal("stock-refused", StockRules.Decide(Five with { Offered = false }, Allocation.New, "take-stock", 2, 1).Answer.Event);
        Assert.Equal("stock-refused", StockRules.Decide(Units.None, Allocation.New, "take-stock", 2, 1).Answer.Event);
    }

    [Theory]
    [InlineData("take-stock")]
    [InlineData("give-back-stock")]
    [InlineData("sell-stock")]
    [InlineData("write-off-stock")]
    [Requirement("GD-5", "doubled")]
    public void The_same_twice_has_one_effect_and_the_same_answer(string verb)
    {
        var (units, trade) = verb == "take-stock" ? (Five, Allocation.New) : Taken(Five, at: 2, quantity: 2);

        var first = StockRules.Decide(units, trade, verb, 7, 2);
        var second = StockRules.Decide(first.Units, first.Allocation, verb, 7, 2);

        Assert.True(first.IsNew && first.HasMoved);
        Assert.False(second.IsNew || second.HasMoved);
        Assert.Equal(first.Answer, second.Answer);
        Assert.Equal((first.Units, first.Allocation), (second.Units, second.Allocation));
    }

    [Fact]
    public void A_refused_taking_stays_refused_when_units_have_come_back()
    {
        var refused = StockRules.Decide(One with { Available = 0, Out = 1 }, Allocation.New, "take-stock", 2, 1);

        var again = StockRules.Decide(One, refused.Allocation, "take-stock", 2, 1);
        var anew = StockRules.Decide(One, refused.Allocation, "take-stock", 4, 1);

        Assert.Equal(("stock-refused", "stock-taken"), (again.Answer.Event, anew.Answer.Event));
    }

    [Fact]
    [Requirement("GD-10", "returned twice")]
    public void What_is_given_back_twice_comes_back_once()
    {
        var (units, trade) = Taken(Five, at: 2, quantity: 2);

        var once = StockRules.Decide(units, trade, "give-back-stock", 5, 2);
        var twice = StockRules.Decide(once.Units, once.Allocation, "give-back-stock", 6, 2);

        Assert.Equal(Five, once.Units);
        Assert.Equal(Five, twice.Units);
        Assert.Equal("stock-given-back", twice.Answer.Event);
    }

    [Fact]
    [Requirement("GD-5", "after the cancellation")]
    public void A_taking_that_arrives_after_it_was_given_back_takes_nothing()
    {
        var marked = StockRules.Decide(One, Allocation.New, "give-back-stock", 5, 1);

        var late = StockRules.Decide(marked.Units, marked.Allocation, "take-stock", 4, 1);

        Assert.Equal("timed-out", late.Answer.Code);
        Assert.Equal(One, late.Units);
    }

    [Fact]
    public void Giving_back_never_touches_a_later_attempt()
    {
        var (units, trade) = Taken(Five, at: 6, quantity: 2);

        var late = StockRules.Decide(units, trade, "give-back-stock", 5, 2);

        Assert.Equal("stock-given-back", late.Answer.Event);
        Assert.Equal(units, late.Units);
        Assert.Equal(Has.Taken, late.Allocation.Has);
    }

    [Fact]
    [Requirement("GD-4", "the loser of a race must not free the winner's item")]
    public void A_trade_gives_back_only_what_it_has_itself()
    {
        var (units, _) = Taken(One, at: 2, quantity: 1);
        var loser = StockRules.Decide(units, Allocation.New, "take-stock", 2, 1);

        var back = StockRules.Decide(loser.Units, loser.Allocation, "give-back-stock", 4, 1);

        Assert.Equal(units, back.Units);
        Assert.False(back.HasMoved);
    }

    [Fact]
    public void Of_two_that_want_the_last_one_has_it()
    {
        var winner = StockRules.Decide(One, Allocation.New, "take-stock", 2, 1);
        var loser = StockRules.Decide(winner.Units, Allocation.New, "take-stock", 2, 1);

        Assert.Equal(("stock-taken", "stock-refused"), (winner.Answer.Event, loser.Answer.Event));
        Assert.Equal((0, 1), (loser.Units.Available, loser.Units.Out));
    }

    [Theory]
    [InlineData("sell-stock", 0, 3)]
    [InlineData("write-off-stock", 3, 0)]
    public void What_is_sold_or_lost_never_comes_back(string verb, int writtenOff, int sold)
    {
        var (units, trade) = Taken(Five, at: 2, quantity: 3);

        var gone = StockRules.Decide(units, trade, verb, 5, 3);
        var back = StockRules.Decide(gone.Units, gone.Allocation, "give-back-stock", 6, 3);

        Assert.Equal(new Units(true, 2, 0, sold, writtenOff), gone.Units);
        Assert.Equal(gone.Units, back.Units);
    }

    [Theory]
    [InlineData("sell-stock")]
    [InlineData("write-off-stock")]
    [InlineData("polish-stock")]
    public void What_no_sound_table_asks_for_is_no_answer_but_a_fault(string verb) =>
        Assert.Throws<InvalidOperationException>(() => StockRules.Decide(Five, Allocation.New, verb, 5, 1));

    [Fact]
    public void A_voided_question_was_not_done_and_never_will_be()
    {
        var voided = StockRules.Void(Five, Allocation.New, "take-stock", 3);
        var late = StockRules.Decide(voided.Units, voided.Allocation, "take-stock", 3, 1);

        Assert.Equal(("timed-out", "timed-out"), (voided.Answer.Event, voided.Answer.Code));
        Assert.Equal(voided.Answer, late.Answer);
        Assert.Equal(Five, late.Units);
    }

    [Fact]
    public void Voiding_what_was_done_says_so_and_undoes_nothing()
    {
        var (units, trade) = Taken(Five, at: 3, quantity: 2);

        var voided = StockRules.Void(units, trade, "take-stock", 3);

        Assert.Equal("stock-taken", voided.Answer.Event);
        Assert.Equal((units, trade), (voided.Units, voided.Allocation));
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_units_are_neither_made_nor_lost()
    {
        string[] verbs = ["take-stock", "give-back-stock", "sell-stock", "write-off-stock"];
        var random = new Random(20260301);
        for (var round = 0; round < 2_000; round++)
        {
            var units = Five;
            var trades = new[] { Allocation.New, Allocation.New, Allocation.New };
            for (var step = 0; step < 20; step++)
            {
                var (who, verb, revision, quantity) = (random.Next(3), verbs[random.Next(4)], random.Next(1, 9), random.Next(1, 4));
                var isPossible = verb is "take-stock" or "give-back-stock" || trades[who].Has == Has.Taken || trades[who].Answers.Find(revision, verb) is not null;
                if (!isPossible)
                {
                    continue;
                }

                var decision = random.Next(10) == 0 ? StockRules.Void(units, trades[who], verb, revision) : StockRules.Decide(units, trades[who], verb, revision, quantity);
                (units, trades[who]) = (decision.Units, decision.Allocation);

                Assert.Equal(5, units.Quantity);
                Assert.True(units.Available >= 0 && units.Out >= 0);
                Assert.Equal(units.Out, trades.Where(trade => trade.Has == Has.Taken).Sum(trade => trade.Quantity));
                Assert.Equal(units.Sold, trades.Where(trade => trade.Has == Has.Sold).Sum(trade => trade.Quantity));
            }
        }
    }

    [Fact]
    public void Corrections_never_go_below_what_is_out_sold_or_gone()
    {
        var units = new Units(true, Available: 2, Out: 1, Sold: 1, WrittenOff: 1);

        Assert.Equal(units with { Available = 0 }, units.Corrected(3));
        Assert.Equal(units with { Available = 7 }, units.Corrected(10));
        Assert.Null(units.Corrected(2));
    }

    [Fact]
    public void Verbs_of_stock_are_those_of_the_table() =>
        Assert.All(Verb.All.Where(verb => verb.Module == Modules.Catalog), verb =>
            Assert.Equal(verb.Yes, StockRules.Decide(Taken(Five, 2, 1).Units, verb == Verb.TakeStock ? Allocation.New : Taken(Five, 2, 1).Trade, verb.Name, 3, 1).Answer.Event));

    private static (Units Units, Allocation Trade) Taken(Units units, int at, int quantity)
    {
        var taken = StockRules.Decide(units, Allocation.New, "take-stock", at, quantity);
        return (taken.Units, taken.Allocation);
    }
}
