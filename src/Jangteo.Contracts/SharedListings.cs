namespace Jangteo.Contracts;

/// <summary>What of the listings stands outside of the pages: where a link to one is shown, and in the list for search engines.</summary>
public interface ISharedListings
{
    /// <summary>A listing that everybody may see, also when it is sold; null when there is none, or it is withdrawn.</summary>
    Task<SharedListing?> Find(Guid id, CancellationToken ct);

    /// <summary>Whether there is such a listing, or was one: its owner and the people who traded it may still see it.</summary>
    Task<bool> Exists(Guid id, CancellationToken ct);

    /// <summary>The newest listings that are on offer.</summary>
    Task<IReadOnlyList<Guid>> Newest(int most, CancellationToken ct);
}

/// <param name="Price">In minor units of <paramref name="Currency"/>.</param>
/// <param name="Picture">The cover, which <c>/api/pictures/{id}</c> shows.</param>
public sealed record SharedListing(Guid Id, string Kind, string Title, string Description, long Price, string Currency, Guid? Picture);
