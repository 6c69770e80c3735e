using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>Deliveries as questions before a move.</summary>
internal sealed class AnswerDeliveryQuestions([FromKeyedServices(Modules.Delivery)] Storage storage) : IQuestions
{
    public Task<Reply> Ask(Request question, CancellationToken ct) => Answer(question, isVoid: false, ct);

    public Task<Reply> Void(Request question, CancellationToken ct) => Answer(question, isVoid: true, ct);

    private Task<Reply> Answer(Request question, bool isVoid, CancellationToken ct) =>
        storage.Do(Cause.Of(question), async work =>
        {
            var shipments = await Shipments.Lock(work, [question.Stream], ct);
            var answer = isVoid ? shipments.Void(question, work.Cause, storage.Clock.Now) : shipments.Decide(question, work.Cause, storage.Clock.Now);
            shipments.Store(work);
            return answer.Reply;
        }, ct);
}
