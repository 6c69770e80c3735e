namespace Jangteo.Contracts;

/// <summary>What Trading says.</summary>
public static class TradingMessages
{
    public const string Moved = "trading.trade-moved.v1";
    public const string Noted = "trading.trade-noted.v1";
    public const string Requests = "trading.request.v1";
    public const string PicturesChecked = "trading.pictures-checked.v1";

    public static readonly MessageType[] All =
    [
        new(Moved, "trading", ["notices", "views"], typeof(TradeMoved)),
        new(Noted, "trading", ["views"], typeof(TradeNoted)),
        new(Requests, "trading", [], typeof(Request)),
        new(PicturesChecked, "trading", ["catalog"], typeof(PicturesChecked)),
    ];
}

/// <summary>
/// What becomes of pictures that their owner took away from a listing. From now on no trade begins with them; those that a trade began with
/// are part of what was agreed.
/// </summary>
/// <param name="Kept">Some trade shows them to its parties.</param>
/// <param name="Unused">No trade has them, and none ever will: the bytes can go.</param>
public sealed record PicturesChecked(Guid Listing, Guid[] Kept, Guid[] Unused);

/// <summary>A trade went from one state to the next. Says all that a listener needs to know of the trade, so that nobody has to ask back.</summary>
/// <param name="Actor">buyer, seller, operator, time, or the module whose answer was heard.</param>
/// <param name="Person">Who made the command, if anybody did.</param>
/// <param name="Heard">The answer or event that was heard, if one was.</param>
/// <param name="Says">What it decided or heard, in the words of the business.</param>
/// <param name="Awaits">The party whose move the new state waits for, or null when it happens by itself or is over.</param>
/// <param name="MayMove">Parties that may do something in the new state.</param>
/// <param name="Waited">Who was answered 202 to the command of this move, and is to be told of its end.</param>
public sealed record TradeMoved(
    Guid Trade, string Kind, int Version, int Revision, string Do, string From, string To, bool Final,
    string Actor, Guid? Person, string? Heard, string[] Says, string[] Asked, string[] Asks,
    PersonRef Buyer, PersonRef Seller, ListingRef Listing, int Quantity, int Periods, long Amount, long Fee, string Currency,
    string? Awaits, string[] MayMove, Due[] Next, Money Money, string Stock, string Delivery, string? Reason, DateTimeOffset At, Guid? Waited = null);

/// <summary>Something about a trade that is worth a line in its timeline and moved nothing: a question begun, a refusal, an answer that no row hears.</summary>
/// <param name="What">began, refused, not-begun, heard, or address-changed.</param>
/// <param name="Waited">Who was answered 202 to the command that was refused, and is to be told so. Then notices hears this too.</param>
/// <param name="Next">What time will do, where that has changed.</param>
/// <param name="Awaits">The party that the trade waits for, where that may have changed; null otherwise.</param>
/// <param name="Transfer">What both parties are to be told of a bank transfer. Then notices hears this too.</param>
public sealed record TradeNoted(
    Guid Trade, string Kind, int Version, int Revision, string State, string What, string? Do, string Actor, Guid? Person, string? Code, string? Heard, string[] Asked,
    Guid Buyer, Guid Seller, Guid Listing, Money Money, string Stock, string Delivery, DateTimeOffset At, Guid? Waited = null,
    Due[]? Next = null, TransferNews? Transfer = null, string? Awaits = null);

/// <summary>What happened to a bank transfer, with all that its notice says.</summary>
/// <param name="What">transfer-seen, transfer-short, transfer-over or transfer-returned.</param>
/// <param name="Amount">In minor units: what has arrived, what is still missing, what goes back, or what is back.</param>
/// <param name="Until">When time will next move the trade.</param>
public sealed record TransferNews(
    string What, long Amount, string Title, string Buyer, string Seller, string Currency, DateTimeOffset? Until);

public sealed record PersonRef(Guid Id, string Name);

/// <param name="Price">In minor units, as frozen when the trade began.</param>
public sealed record ListingRef(Guid Id, string Title, long Price);

/// <summary>A move that time will make, in business time.</summary>
public sealed record Due(string Do, DateTimeOffset At);

/// <summary>Where the money of a trade is as Trading has heard it, in minor units.</summary>
/// <param name="Expected">What a transfer is to pay, as long as it is not confirmed.</param>
/// <param name="Seen">As much of it as the bank has seen.</param>
/// <param name="Over">What the bank has seen besides: never due, or due no longer. It goes back.</param>
/// <param name="SentBack">As much of that as is back where it came from. What was due and was given back is refunded instead.</param>
public sealed record Money(
    long Held, long Expected, long Refunding, long Refunded, long PayingOut, long PaidOut, long Fee, long Seen, long Over, long SentBack)
{
    /// <summary>What is still to be transferred.</summary>
    public long Short => Expected - Seen;
}
