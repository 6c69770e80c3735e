namespace Jangteo.Contracts;

/// <summary>What of the listings stands outside of the pages: where a link to one is shown, and in the list for search engines.</summary>
public interface ISharedListings
{
    /// <summary>A listing that everybody may see, also when it is sold; null when there is none, or it is withdrawn.</summary>
    Task<SharedListing?> Find(Guid id, CancellationToken ct);

    /// <summary>
    /// Whether a reader may see the listing: a withdrawn one only its owner, the people who traded it, and operators may.
    /// </summary>
    /// <param name="reader">Null for a reader who is not signed in.</param>
    Task<bool> IsSeenBy(Guid id, Guid? reader, bool isOperator, CancellationToken ct);

    /// <summary>The newest listings that are on offer.</summary>
    Task<IReadOnlyList<Guid>> Newest(int most, CancellationToken ct);

    /// <summary>What the start page lists at first, as everybody sees it.</summary>
    Task<StartList> StartPage(string language, CancellationToken ct);
}

/// <param name="Json">
/// JSON that may stand within HTML: the answer of <c>GET /api/listings</c> under <c>listings</c>, its <c>language</c>, and under
/// <c>since</c> the position in the live stream after which its changes come.
/// </param>
/// <param name="Cards">The same listings, as they are drawn.</param>
public sealed record StartList(string Json, IReadOnlyList<ListingCard> Cards);

/// <summary>A listing in a list, in the words of its reader.</summary>
/// <param name="Price">With its currency and what it is for: <c>₩3,000 an hour</c>.</param>
/// <param name="About">Its kind and its condition.</param>
/// <param name="Place">The name of its public place.</param>
/// <param name="Picture">The cover, which <c>/api/pictures/{id}</c> shows.</param>
public sealed record ListingCard(Guid Id, string Title, string Price, string About, string? Place, Guid? Picture);

/// <param name="Price">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Picture">The cover, which <c>/api/pictures/{id}</c> shows.</param>
public sealed record SharedListing(Guid Id, string Kind, string Title, string Description, long Price, string Currency, Guid? Picture);
