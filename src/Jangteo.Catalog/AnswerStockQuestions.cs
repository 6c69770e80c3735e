using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>Stock as a question before a move: read and locked in one round trip, stored and committed in a second.</summary>
internal sealed class AnswerStockQuestions([FromKeyedServices(Modules.Catalog)] Storage storage) : IQuestions
{
    public Task<Reply> Ask(Request question, CancellationToken ct) => Answer(question, isVoid: false, ct);

    public Task<Reply> Void(Request question, CancellationToken ct) => Answer(question, isVoid: true, ct);

    private Task<Reply> Answer(Request question, bool isVoid, CancellationToken ct) =>
        storage.Do(Cause.Of(question), async work =>
        {
            var room = await Stockroom.Open(work, [question], ct);
            var answer = isVoid ? room.Void(question, storage.Clock.Now) : room.Decide(question, storage.Clock.Now);
            room.Store();
            return answer.Reply;
        }, ct);
}
