using Jangteo.Contracts;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;

namespace Jangteo.Trading;

/// <summary>
/// What other modules say: answers to a trade's requests, listings and the names of people as they now are, and who is suspended.
/// </summary>
internal sealed class HearAnswers(Trades trades, BusinessClock clock) : IHear
{
    public async Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var listings = messages.Where(message => message.Type == CatalogMessages.ListingChanged).ToList();
        if (listings.Count > 0)
        {
            await HearListings(work, listings, ct);
        }

        // The last of several that a batch has of one person; in the order of their ids, as every batch locks them.
        var people = messages.Where(message => message.Type == IdentityMessages.PersonChanged)
            .Select(message => message.Read<PersonChanged>())
            .GroupBy(person => person.Person).Select(changes => changes.Last()).OrderBy(person => person.Person).ToList();
        if (people.Count > 0)
        {
            Trades.WriteNames(work, people);
        }

        foreach (var suspended in messages.Where(message => message.Type == IdentityMessages.PersonSuspended).Select(message => message.Read<PersonSuspended>()))
        {
            // A repeated message finds the row as it is to be and changes nothing.
            work.Write(
                suspended.IsSuspended
                    ? "insert into suspended_people (person) values ($1) on conflict do nothing"
                    : "delete from suspended_people where person = $1",
                suspended.Person);
        }

        var answers = messages
            .Where(message => message.Type is not (CatalogMessages.ListingChanged or IdentityMessages.PersonChanged or IdentityMessages.PersonSuspended)).ToList();
        return answers.Count > 0 ? await HearAnswered(work, answers, ct) : new HashSet<Guid>();
    }

    private async Task<IReadOnlySet<Guid>> HearAnswered(Work work, List<Message> messages, CancellationToken ct)
    {
        var locked = await trades.LockAll(
            work, [.. messages.Select(message => message.Stream).Distinct().Order()], [.. messages.Select(message => message.Context.Listing).OfType<Guid>().Distinct().Order()], ct);
        // While an intention is open, what others say waits in order and is heard afterwards.
        var blocked = locked.Values.Where(found => found.Trade.Intention is not null).Select(found => found.Trade.Id).ToHashSet();
        foreach (var message in messages.Where(message => !blocked.Contains(message.Stream)))
        {
            var found = locked[message.Stream];
            work.Cause = Cause.Of(message);
            var happens = Deciding.Hear(found.Kind, found.Trade, found.SoldOut, message.Sender, message.Read<Answered>(), clock.Now);
            trades.Store(work, found.Kind, happens);
            locked[message.Stream] = found with { Trade = happens.Trade };
        }

        return blocked;
    }

    private async Task HearListings(Work work, List<Message> messages, CancellationToken ct)
    {
        var kept = messages.Select(message => (Message: message, Heard: message.Read<ListingChanged>())).Where(heard => Listing.IsKept(heard.Heard)).Select(heard => (heard.Message, Listing: Listing.Of(heard.Heard)));
        var last = kept.GroupBy(heard => heard.Listing.Id).Select(group => group.MaxBy(heard => heard.Listing.Revision)).OrderBy(heard => heard.Listing.Id).ToList();
        foreach (var (_, listing) in last)
        {
            listing.Write(work);
        }

        await CheckPictures(work, messages, ct);
        var soldOut = last.Where(heard => heard.Listing.IsSoldOut).ToDictionary(heard => heard.Listing.Id);
        if (soldOut.Count == 0)
        {
            return;
        }

        // The copies are locked by the writing before the trades are looked for, as they are where a trade enters a state that hears it.
        await work.Flush(ct);
        foreach (var found in await trades.LockHearingSoldOut(work, [.. soldOut.Keys], ct))
        {
            if (Deciding.HearSoldOut(found.Kind, found.Trade, clock.Now) is { } happens)
            {
                work.Cause = Cause.Of(soldOut[found.Trade.Listing.Id].Message);
                trades.Store(work, found.Kind, happens);
            }
        }
    }

    /// <summary>
    /// Tells Catalog of pictures that were taken away whether a trade keeps them. The copies are written, and so locked, before the trades
    /// are looked for: no trade that began with the older copy is missed, and none begins with it any more.
    /// </summary>
    private static async Task CheckPictures(Work work, List<Message> messages, CancellationToken ct)
    {
        foreach (var message in messages)
        {
            var heard = message.Read<ListingChanged>();
            if (!Listing.IsKept(heard) || heard.RemovedPictures is not { Length: > 0 } removed)
            {
                continue;
            }

            await work.Flush(ct);
            var kept = await work.Query(AgreedListing.SelectKept(heard.Listing, removed), row => row.GetGuid(0), ct);
            work.Cause = Cause.Of(message);
            work.Send(
                TradingMessages.PicturesChecked, heard.Listing, new PicturesChecked(heard.Listing, [.. kept], [.. removed.Except(kept)]),
                message.Context);
        }
    }
}
