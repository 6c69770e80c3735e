using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>Hears requests to deliver, to cancel and to finish, and answers who asked.</summary>
internal sealed class HearRequests([FromKeyedServices(Modules.Delivery)] Storage storage) : IHear
{
    private static readonly IReadOnlySet<Guid> NothingWaits = new HashSet<Guid>();

    // The inbox lets a message through once; and were one to come again, its key finds the answer that was given.
    public async Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var asked = messages.Where(message => message.Type == TradingMessages.Requests).Select(message => (Message: message, Request: message.Read<Request>())).ToArray();
        if (asked.Length == 0)
        {
            return NothingWaits;
        }

        var shipments = await Shipments.Lock(work, asked.Select(one => one.Request.Stream), ct);
        foreach (var (message, request) in asked)
        {
            work.Cause = Cause.Of(message);
            var answer = shipments.Decide(request, work.Cause, storage.Clock.Now);
            work.Send(DeliveryMessages.Answered, request.Stream, answer.AnsweredTo(request.Stream), message.Context, receiver: request.Asker);
        }

        shipments.Store(work);
        return NothingWaits;
    }
}
