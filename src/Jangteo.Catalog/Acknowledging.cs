using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>
/// A change of a listing is acknowledged when trades start by it: Trading's copy is brought up to it first. While Trading cannot be
/// reached, and no trade starts either, the change is saved and the answer is 202: it counts as soon as Trading has heard of it.
/// </summary>
internal sealed class Acknowledging([FromKeyedServices(Modules.Catalog)] Storage storage, IEnumerable<IListingCopies> copies)
{
    /// <param name="answer">
    /// What the command that changed the listing came to. Under its Idempotency-Key it may come again, and is acknowledged again.
    /// </param>
    public async Task<Answer> Of(Guid listing, Answer answer, CancellationToken ct)
    {
        if (answer.Status != 200 || copies.FirstOrDefault() is not { } copy)
        {
            return answer;
        }

        // What was never registered can be neither found nor traded.
        var changed =
            await storage.Find(Listing.Select(listing), Listing.Read, ct) is { Status: Status.Registered or Status.Withdrawn } found
            ? found.ToChanged("confirmed", storage.Clock.Now)
            : null;
        return changed is null || await copy.Confirm(changed, ct) ? answer : answer with { Status = 202 };
    }
}
