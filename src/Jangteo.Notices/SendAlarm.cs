using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>
/// The verb send-alarm: the seller is told, once per key, whether it is asked as a question before something counts or as a request after it.
/// A key that was voided is never told of afterwards.
/// </summary>
internal sealed class SendAlarm([FromKeyedServices(Modules.Notices)] Storage storage, Shelf shelf, Post post, BusinessClock clock) : IQuestions
{
    private const string Sent = "sent";
    private const string Voided = "voided";

    private static readonly Reply Yes = new Reply.Yes(Verb.SendAlarm.Yes);
    private static readonly Reply Never = new Reply.No(Verb.TimedOut, Refusals.TimedOut);

    public Task<Reply> Ask(Request question, CancellationToken ct) => storage.Do(Cause.New(), work => Do(work, question, Context(question), ct), ct);

    public Task<Reply> Void(Request question, CancellationToken ct) =>
        storage.Do(Cause.New(), async work => await Claim(work, question, Voided, ct) == Sent ? Yes : Never, ct);

    /// <summary>The request of a message, answered to who asked.</summary>
    public async Task Answer(Work work, Message message, CancellationToken ct)
    {
        var request = message.Read<Request>();
        if (request.Verb != Verb.SendAlarm.Name)
        {
            throw new InvalidOperationException($"Notices cannot {request.Verb}.");
        }

        var answer = await Do(work, request, message.Context, ct) is Reply.No no
            ? new Answered(request.Stream, request.Revision, request.Verb, no.Event, no.Code)
            : new Answered(request.Stream, request.Revision, request.Verb, Verb.SendAlarm.Yes);
        work.Send(NoticesMessages.Answered, request.Stream, answer, message.Context, receiver: request.Asker);
    }

    private async Task<Reply> Do(Work work, Request alarm, MessageContext context, CancellationToken ct)
    {
        var earlier = await Claim(work, alarm, Sent, ct);
        if (earlier is not null)
        {
            return earlier == Sent ? Yes : Never;
        }

        var notices = WhoIsTold.Of(shelf.Find(alarm.Kind), alarm, clock.Now).ToList();
        post.Write(work, notices);
        Post.Say(work, notices, context, clock.Now);
        return Yes;
    }

    /// <summary>Takes the key for an outcome; answers the earlier outcome when it was taken before. Of two at once the second waits for the first.</summary>
    private static async Task<string?> Claim(Work work, Request alarm, string outcome, CancellationToken ct)
    {
        var mine = false;
        await work.Read(
            ct,
            (new Sql("insert into alarms (stream, revision, verb, outcome) values ($1, $2, $3, $4) on conflict do nothing returning true", alarm.Stream, alarm.Revision, alarm.Verb, outcome), _ => mine = true));
        return mine ? null
            : await work.Find(
                new Sql("select outcome from alarms where stream = $1 and revision = $2 and verb = $3", alarm.Stream, alarm.Revision, alarm.Verb), reader => reader.GetString(0), ct);
    }

    private static MessageContext Context(Request alarm) =>
        new(alarm.Stream == alarm.Listing ? null : alarm.Stream, alarm.Kind, alarm.Buyer, alarm.Seller, alarm.Listing);
}
