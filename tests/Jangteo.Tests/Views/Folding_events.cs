using Jangteo.Contracts;
using Jangteo.Views;

namespace Jangteo.Tests.Views;

/// <summary>What an event makes of a row.</summary>
[Collection(nameof(InTown))]
public sealed class Folding_events(Town town)
{
    [Fact]
    [Requirement("GD-5", "event late")]
    [Requirement("GD-5", "doubled")]
    public void A_listing_that_is_older_than_the_one_known_or_the_same_changes_nothing()
    {
        var tale = Tale.Of(town);
        var (older, newer) = (tale.Changed(), tale.Changed(available: 0, lent: 1));
        var row = Folds.Listing(null, newer);

        Assert.Same(row, Folds.Listing(row, older));
        Assert.Same(row, Folds.Listing(row, newer));
    }

    [Fact]
    public void A_note_says_where_money_stock_and_delivery_are_and_moves_nothing()
    {
        var tale = Tale.Of(town);
        var row = Folds.Trade(tale.Moved("request"));

        var noted = Folds.Trade(row, Note(tale, 2));

        Assert.Equal((row.State, row.Facts.Since, 2), (noted.State, noted.Facts.Since, noted.Revision));
        Assert.Equal((7000, "taken", "under-way"), (noted.Facts.Money.Held, noted.Facts.Stock, noted.Facts.Delivery));
    }

    [Fact]
    public void A_note_of_before_the_move_that_is_known_changes_nothing()
    {
        var tale = Tale.Of(town);
        tale.Moved("request");
        var row = Folds.Trade(tale.Moved("accept"));

        Assert.Same(row, Folds.Trade(row, Note(tale, 1)));
    }

    [Fact]
    public void A_move_that_has_begun_to_ask_is_pending_until_it_moves_or_is_refused()
    {
        var tale = Tale.Of(town);
        var row = Folds.Trade(Folds.Trade(tale.Moved("request")), Note(tale, 2) with { What = "began", Do = "accept" });
        Assert.Equal(("accept", true), (row.Facts.Pending, row.PendingSince is not null));

        Assert.Null(Folds.Trade(row, Note(tale, 3) with { What = "refused" }).PendingSince);
        Assert.Null(Folds.Trade(tale.Moved("accept")).PendingSince);
    }

    [Fact]
    public void A_start_that_was_refused_is_over_and_in_no_state()
    {
        var row = Folds.Trade(null, Note(Tale.Of(town), 2) with { What = "not-begun", State = "start" });

        Assert.Equal(("start", true), (row.State, row.Final));
    }

    private static TradeNoted Note(Tale tale, int revision) => new(
        tale.Trade, "second-hand", 1, revision, "requested", "heard", null, "payments", null, null, "paid-out", [], tale.Buyer.Id, tale.Seller.Id, tale.Listing,
        new Money(7000, 0, 0, 0, 0, 0, 90, 0, 0, 0), "taken", "under-way", DateTimeOffset.UtcNow);
}
