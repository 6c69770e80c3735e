namespace Jangteo.Contracts;

/// <summary>What Catalog says.</summary>
public static class CatalogMessages
{
    public const string ListingChanged = "catalog.listing-changed.v1";
    public const string Answered = "catalog.answered.v1";
    public const string Requests = "catalog.request.v1";

    public static readonly MessageType[] All =
    [
        new(ListingChanged, "catalog", ["trading", "views"], typeof(ListingChanged)),
        new(Answered, "catalog", ["views"], typeof(Answered)),
        new(Requests, "catalog", [], typeof(Request)),
    ];
}

/// <summary>A listing as it now is. Sent when it is registered, changed, withdrawn, or its stock moves.</summary>
/// <param name="Revision">Rises by one with every change; an older one than already known changes nothing.</param>
/// <param name="What">draft, registered, edited, corrected, withdrawn, stock-taken, stock-given-back, stock-sold, stock-written-off, pictured, alarm-sent.</param>
/// <param name="Trade">The trade that moved the stock, if one did.</param>
/// <param name="Status">draft, registering, registered or withdrawn.</param>
/// <param name="Quantity">Units there ever were: the first count plus corrections.</param>
public sealed record ListingChanged(
    Guid Listing, int Revision, string What, Guid? Trade, string Kind, PersonRef Owner, string Title, string Description, long Price, string Currency,
    string Status, int Quantity, int Available, int Out, int Sold, int WrittenOff, Place? Place, Guid[] Pictures, DateTimeOffset Since,
    DateTimeOffset At)
{
    /// <summary>
    /// The place as everyone may see it: blurred by Catalog. <see cref="Place"/> is exact, for the owner and for the other party of an open
    /// trade.
    /// </summary>
    public Place? PublicPlace { get; init; }

    /// <summary>new, like-new, good or fair; null where the seller states none.</summary>
    public string? Condition { get; init; }

    /// <summary>
    /// Pictures that this change took away. Trading answers with <see cref="PicturesChecked"/> whether a trade keeps them.
    /// </summary>
    public Guid[]? RemovedPictures { get; init; }
}

/// <param name="Lat">Degrees north.</param>
/// <param name="Lng">Degrees east.</param>
public sealed record Place(string Name, double Lat, double Lng);
