using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments;

/// <summary>What is asked by request: booked and answered in one commit for the whole batch. What has to be done outside is recorded as an errand.</summary>
internal sealed class HearRequests([FromKeyedServices(Modules.Payments)] Storage storage, RunErrands errands) : IHear
{
    private static readonly HashSet<Guid> None = [];

    public async Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var asked = messages.Where(message => message.Type == TradingMessages.Requests).Select(message => (Cause: Cause.Of(message), Request: message.Read<Request>())).ToList();
        if (asked.Count == 0)
        {
            return None;
        }

        var booking = await Booking.Open(work, [.. asked.Select(one => one.Request.Stream).Distinct()], storage.Clock.Now, ct);
        foreach (var (cause, request) in asked)
        {
            booking.Take(Decide.Hear(booking.Of(request.Stream), request, booking.Now), cause);
        }

        booking.Write();
        if (booking.HasErrands)
        {
            work.AfterCommit(errands.Bell.Ring);
        }

        return None;
    }
}
