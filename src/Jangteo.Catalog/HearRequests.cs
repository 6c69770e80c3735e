using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>
/// Hears requests for stock, that an alarm which was asked for was sent, what becomes of pictures that were taken away, and who is
/// suspended.
/// </summary>
internal sealed class HearRequests([FromKeyedServices(Modules.Catalog)] Storage storage) : IHear
{
    private static readonly IReadOnlySet<Guid> NothingWaits = new HashSet<Guid>();

    // The inbox lets a message through once; and were one to come again, its key finds the answer that was given.
    public async Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        await AnswerRequests(work, [.. messages.Where(message => message.Type == TradingMessages.Requests)], ct);
        await NoteAlarms(work, [.. messages.Where(message => message.Type == NoticesMessages.Answered)], ct);
        foreach (var message in messages.Where(message => message.Type == TradingMessages.PicturesChecked))
        {
            Picture.Settle(work, message.Read<PicturesChecked>());
        }

        foreach (var message in messages.Where(message => message.Type == IdentityMessages.PersonSuspended))
        {
            NoteSuspension(work, message.Read<PersonSuspended>());
        }

        return NothingWaits;
    }

    /// <summary>A repeated message finds the row as it is to be and changes nothing.</summary>
    private static void NoteSuspension(Work work, PersonSuspended said) =>
        work.Write(
            said.IsSuspended
                ? "insert into suspended_people (person) values ($1) on conflict do nothing"
                : "delete from suspended_people where person = $1",
            said.Person);

    private async Task AnswerRequests(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        if (messages.Count == 0)
        {
            return;
        }

        var asked = messages.Select(message => (Message: message, Request: message.Read<Request>())).ToArray();
        var room = await Stockroom.Open(work, [.. asked.Select(one => one.Request)], ct);
        foreach (var (message, request) in asked)
        {
            work.Cause = Cause.Of(message);
            var answer = room.Decide(request, storage.Clock.Now);
            work.Send(CatalogMessages.Answered, request.Stream, answer.AnsweredTo(request.Stream), message.Context, receiver: request.Asker);
        }

        room.Store();
    }

    private async Task NoteAlarms(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        if (messages.Count == 0)
        {
            return;
        }

        var listings = (await work.Query(Listing.SelectForUpdate([.. messages.Select(message => message.Stream).Distinct()]), Listing.Read, ct)).ToDictionary(listing => listing.Id);
        foreach (var message in messages)
        {
            if (listings.TryGetValue(message.Stream, out var listing) && message.Read<Answered>().Event == Verb.SendAlarm.Yes)
            {
                work.Cause = Cause.Of(message);
                listing = listing with { Revision = listing.Revision + 1 };
                listings[listing.Id] = listing;
                listing.Update(work);
                listing.Tell(work, Verb.SendAlarm.Yes, storage.Clock.Now);
            }
        }
    }
}
