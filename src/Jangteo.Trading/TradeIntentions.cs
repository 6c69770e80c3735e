using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>How the moves that ask first are carried to their end: the trade keeps the intention, and one commit settles it.</summary>
internal sealed class TradeIntentions(
    [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades, KindVersions kinds, Answering answering, BusinessClock clock, TimeProvider machine, Settings settings, Endings endings,
    IServiceProvider services) : IIntend
{
    public async Task<OpenIntention?> Load(Guid stream, CancellationToken ct)
    {
        var trade = await trades.Find(storage, stream, ct);
        return trade?.Intention is null ? null : Of(kinds.Of(trade), trade);
    }

    /// <summary>The open intention of a trade that has one.</summary>
    public static OpenIntention Of(Kind kind, Trade trade)
    {
        var open = trade.Intention!;
        return new OpenIntention(open.Revision, open.Since, Deciding.Questions(kind, trade), new Cause(open.Correlation, open.Correlation));
    }

    public async Task Settle(Guid stream, OpenIntention intention, Outcome outcome, CancellationToken ct)
    {
        var ending = await storage.Do(intention.Cause, async work =>
        {
            // Somebody else may have carried it to its end in the meantime; then the revision of what is open differs.
            if (await trades.Lock(work, stream, ct) is not { Trade.Intention: { } open } locked || open.Revision != intention.Revision || !await Intentions.MaySettle(work, stream, outcome, ct))
            {
                return null;
            }

            var happens = Deciding.Settle(locked.Kind, locked.Trade, locked.SoldOut, outcome, clock.Now);

            // Whoever was answered 202 has gone, and is told of the end by a notice.
            var isLate = machine.GetUtcNow() - open.Since >= settings.Trading.AnswerWithin;
            trades.Store(work, locked.Kind, happens, waited: isLate ? open.Person : null);
            Intentions.WriteEnd(work, stream);
            var answer = answering.Settled(happens, locked.Subject!, open);
            open.Claim?.Write(work, answer);
            return new Ending(answer, happens.Requests.Any(request => request.Verb == Verb.GiveBackStock.Name));
        }, ct);
        if (ending is not null)
        {
            endings.Tell(stream, ending);
        }
    }

    public Guid? TradeOf(Guid stream) => stream;

    public IQuestions Questions(string module) => services.GetRequiredKeyedService<IQuestions>(module);
}
