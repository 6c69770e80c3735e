using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;

namespace Jangteo.Catalog;

/// <summary>A listing as its owner is answered. Everybody else reads it from the views.</summary>
/// <param name="Status">draft, registering, registered or withdrawn.</param>
/// <param name="Revision">For If-Match, and for asking the views for this state or a later one.</param>
/// <param name="Price">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Quantity">Units there ever were.</param>
/// <param name="Token">For <c>?after=</c> of the views, which then know this state or a later one.</param>
/// <param name="Condition">new, like-new, good or fair; null where none is stated.</param>
/// <param name="Pending">What is under way and not settled yet, or null.</param>
internal sealed record ListingAnswer(
    Guid Id, string Kind, string Status, int Revision, PersonRef Owner, string Title, string Description, long Price, string Currency,
    int Quantity, int Available, int Out, int Sold, int WrittenOff, Place? Place, Guid[] Pictures, DateTimeOffset Since,
    string? Condition, PendingRegistration? Pending, string Token) : IViewed
{
    public static ListingAnswer Of(Listing listing) => new(
        listing.Id, listing.Kind, listing.Status, listing.Revision, listing.Owner, listing.Title, listing.Description, listing.Price, listing.Currency,
        listing.Units.Quantity, listing.Units.Available, listing.Units.Out, listing.Units.Sold, listing.Units.WrittenOff, listing.Place, [.. listing.Pictures], listing.Since,
        listing.ConditionWord,
        listing.Status == Catalog.Status.Registering ? new PendingRegistration("register", listing.Since) : null, $"{Modules.Catalog}:{listing.Id}:{listing.Revision}");
}

internal sealed record PendingRegistration(string Do, DateTimeOffset Since);
