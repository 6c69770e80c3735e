using Jangteo.Contracts;

namespace Jangteo.Views;

/// <summary>A listing as people find it.</summary>
/// <param name="Lent">Units that somebody has now.</param>
/// <param name="Lat">Of the blurred point, which everyone may know and which is searched.</param>
/// <param name="ExactLat">For the owner alone.</param>
/// <param name="Condition">new, like-new, good or fair; null where the seller states none.</param>
internal sealed record ListingRow(
    Guid Id, int Revision, string Kind, Guid Owner, string OwnerName, string Title, string Description, long Price, string Currency, string Status,
    int Quantity, int Available, int Lent, int Sold, int WrittenOff, string? Place, double? Lat, double? Lng, string Pictures,
    DateTimeOffset Since, DateTimeOffset At,
    double? ExactLat, double? ExactLng, string? Condition)
{
    /// <summary>Nobody will ever have it from here any more: every unit is sold or lost.</summary>
    public bool IsGone => Available + Lent <= 0;
}

/// <summary>A trade as its parties see it in their lists.</summary>
/// <param name="State">The state; <c>start</c> for one that has not begun, which is listed to nobody.</param>
/// <param name="PendingSince">Since when a move has been asking its questions, or null.</param>
/// <param name="Due">When time will next move it, or null.</param>
internal sealed record TradeRow(
    Guid Id, int Revision, string Kind, string State, bool Final, Guid Buyer, Guid Seller, Guid Listing, string? Awaits,
    DateTimeOffset? PendingSince, DateTimeOffset? Due, DateTimeOffset At, TradeFacts Facts);

/// <summary>What is shown of a trade and never searched by.</summary>
/// <param name="Since">When it entered its state.</param>
/// <param name="Pending">The move that has begun to ask its questions.</param>
internal sealed record TradeFacts(
    int Version, string BuyerName, string SellerName, string Title, long Price, int Quantity, int Periods, long Amount, long Fee, string Currency,
    string[] MayMove, Due[] Next, Money Money, string Stock, string Delivery, string? Reason, DateTimeOffset Since, string? Pending);

/// <summary>One thing that happened about a trade.</summary>
internal sealed record LineRow(Guid Trade, DateTimeOffset At, Guid Id, Guid Correlation, LineFacts Line);

/// <param name="What">command, event, question, refusal, answer, notice, money or operator.</param>
/// <param name="Module">Who said it.</param>
/// <param name="Act">What an operator did.</param>
internal sealed record LineFacts(
    string What, string Module, string? Do = null, string? From = null, string? To = null, int? Revision = null, string? Actor = null, Guid? Person = null, string? Heard = null, string? Code = null,
    string? Verb = null, long? Amount = null, string? Reason = null, string[]? Says = null, string[]? Asked = null, Telling[]? Tellings = null, Journal[]? Journals = null,
    string? Act = null);

/// <summary>One telling that matters beyond its trade's timeline: an alarm about a listing, or one that could not be delivered.</summary>
internal sealed record AlarmRow(Guid Notice, Guid? Listing, Guid? Trade, Guid Person, string What, string Channel, string Status, DateTimeOffset At);

internal sealed record PersonRow(Guid Id, string Name, string Email, string? Phone, string Language, bool IsOperator);

/// <summary>A person who is suspended.</summary>
internal sealed record SuspendedRow(Guid Person);
