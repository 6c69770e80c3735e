using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Operating;

namespace Jangteo.Trading;

/// <summary>A trade as one person reads it: who may do what, whom it waits for, and where the money is.</summary>
/// <param name="Number">By which people speak of it; see <see cref="OrderNumber"/>.</param>
/// <param name="Label">The state, in the reader's language.</param>
/// <param name="Waits">What the state waits for, as a sentence to the reader.</param>
/// <param name="YouMay">What the reader may do now; empty while something is pending.</param>
/// <param name="Awaits">Whom the state waits for; null when it happens by itself or is over.</param>
/// <param name="Next">What time will do, soonest first (business time).</param>
/// <param name="Stock">none, taken, sold or written-off.</param>
/// <param name="Delivery">none, under-way, arrived or cancelled.</param>
/// <param name="Listing">The listing as it was when the trade began, whatever has become of it since.</param>
/// <param name="Address">Where it is delivered to, of a kind that needs an address.</param>
/// <param name="MayChangeAddress">Whether the reader may put another address now.</param>
/// <param name="Proposal">Only in the answer to an operator's decision that waits for a second operator.</param>
public sealed record TradeView(
    Guid Id, string Number, string Kind, int Version, string State, string Label, string Waits, int Revision, DateTimeOffset Since,
    TradedListing Listing, PersonRef Buyer, PersonRef Seller, int Quantity, int Periods, long Amount, string Currency,
    IReadOnlyList<MayDo> YouMay, Awaits? Awaits, IReadOnlyList<Due> Next, PendingMove? Pending, Money Money, string Stock, string Delivery,
    string? Address, bool MayChangeAddress, ProposalStored? Proposal = null) : IViewed
{
    string IViewed.Token => $"{Modules.Trading}:{Id}:{Revision}";
}

/// <param name="Price">In minor units.</param>
/// <param name="Pictures">Each is shown by <c>GET /api/trades/{id}/pictures/{picture}</c>, also when the listing has it no longer.</param>
/// <param name="Place">
/// Where it is now: the exact point for the owner, and for the buyer as long as the trade is open; for others the blurred one.
/// </param>
/// <param name="Condition">new, like-new, good or fair; null where the seller stated none.</param>
/// <param name="ConditionLabel">The condition in the reader's language.</param>
public sealed record TradedListing(
    Guid Id, string Title, long Price, string Description, IReadOnlyList<Guid> Pictures, Place? Place, string? Condition,
    string? ConditionLabel);

/// <param name="Do">The last part of its route.</param>
public sealed record MayDo(string Do, string Label, IReadOnlyList<Needed> Needs);

/// <param name="Type">card, text or number.</param>
public sealed record Needed(string Name, string Type, string Label);

/// <param name="Label">What is waited for, as a sentence.</param>
public sealed record Awaits(string Party, string Label);

/// <param name="Since">Machine time at which it began.</param>
public sealed record PendingMove(string Do, string Label, DateTimeOffset Since);

/// <summary>Makes views of trades, in the reader's language.</summary>
internal sealed class TradeViews(KindVersions kinds, Shelf shelf, Settings settings)
{
    public TradeView Of(Trade trade, Subject subject, Party reader, string language)
    {
        var kind = kinds.Of(trade);
        var texts = shelf.Texts;
        Due[] next = [.. Deed.Next(kind, trade)];
        var waits = Waits(trade, next, reader, language);
        return new TradeView(
            trade.Id, OrderNumber.Of(trade.Id, settings.Zone), trade.Kind, trade.Version, trade.State, texts.State(trade.Kind, trade.State, language),
            waits, trade.Revision,
            trade.Since,
            new TradedListing(
                trade.Listing.Id, trade.Listing.Title, trade.Listing.Price, subject.Agreed.Description, subject.Agreed.Pictures,
                subject.PlaceFor(reader, trade.IsOpen(kind)), subject.Agreed.Condition,
                subject.Agreed.Condition is { } condition ? texts.Condition(condition, language) : null),
            trade.Buyer, trade.Seller, trade.Quantity, trade.Periods, trade.Amount, trade.Currency,
            trade.Intention is null && !trade.NotBegun ? [.. Offered(kind, trade, reader).Select(row => MayDo(kind, row, language))] : [],
            Deed.Awaited(kind, trade) is { } party ? new Awaits(party, waits) : null,
            next,
            trade.Intention is { } open ? new PendingMove(open.Do, texts.Move(trade.Kind, open.Do, language), open.Since) : null,
            trade.Money, trade.Stock, trade.Delivery,
            trade.Address, reader == Party.Buyer && Deciding.WhyNotReaddress(kind, trade) is null);
    }

    /// <summary>A row of the table as it is offered, with what it needs.</summary>
    public MayDo MayDo(Kind kind, Move row, string language) =>
        new(row.Do, shelf.Texts.Move(kind.Name, row.Do, language), [.. Needs(kind, row, language)]);

    /// <summary>The rows a party may take now. A transfer is confirmed when the bank has seen all of it.</summary>
    private static IEnumerable<Move> Offered(Kind kind, Trade trade, Party party) =>
        kind.Leaving(trade.State).Where(row => row.By == party && !Deciding.LacksTransfer(trade, row));

    private string Waits(Trade trade, Due[] next, Party reader, string language) => Texts.Say(
        shelf.Texts.Waits(trade.Kind, trade.State, reader, language),
        Texts.Values(
            trade.Listing.Title, trade.Buyer.Name, trade.Seller.Name, trade.Amount, trade.Currency, next is [var due, ..] ? due.At : null,
            settings.Zone, language));

    private IEnumerable<Needed> Needs(Kind kind, Move row, string language)
    {
        if (row.From.Contains(Kind.Start))
        {
            foreach (var need in kind.Needs)
            {
                yield return new Needed(need == Need.RefundAccount ? "refundAccount" : Words.Of(need), need is Need.Quantity or Need.Periods ? "number" : "text", shelf.Texts.Need(Words.Of(need), language));
            }
        }

        if (row.First.Contains(Verb.HoldPayment))
        {
            yield return new Needed("card", "card", shelf.Texts.Need("card", language));
        }

        if (row.By == Party.Operator)
        {
            yield return new Needed("reason", "text", shelf.Texts.Need("reason", language));
        }
    }
}
