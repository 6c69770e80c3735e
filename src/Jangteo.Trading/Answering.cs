using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Intending;

namespace Jangteo.Trading;

/// <summary>What callers are told of a decision.</summary>
internal sealed class Answering(TradeViews views, Problems problems, Settings settings, Endings endings, Func<Intentions> intentions)
{
    /// <summary>The answer to a command that was decided in its own transaction, or the wait for the intention it stored.</summary>
    /// <param name="pending">What is answered when the end takes longer than a caller should wait.</param>
    public Decided Of(Decision.Happens happens, Kind kind, Party reader, string language)
    {
        var trade = happens.Trade.Id;
        if (happens.Trade.Intention is null)
        {
            var view = views.Of(happens.Trade, reader, language);
            return new Decided.Now(happens.History[0].Revision == 1 ? Answer.Created($"/api/trades/{trade}", view) : Answer.Ok(view));
        }

        return new Decided.Later(async ct =>
        {
            var ending = endings.Of(trade);
            _ = intentions().Carry(trade, happens.Trade.Intention.Revision, TradeIntentions.Of(kind, happens.Trade));
            try
            {
                return await ending.WaitAsync(settings.Trading.AnswerWithin, ct);
            }
            catch (TimeoutException)
            {
                endings.Forget(trade);
                return Answer.Accepted(views.Of(happens.Trade, reader, language));
            }
        });
    }

    /// <summary>The answer to a command whose intention has been settled.</summary>
    public Answer Settled(Decision.Happens happens, TradeIntention intention)
    {
        var reader = intention.Person == happens.Trade.Buyer.Id ? Party.Buyer : intention.Person == happens.Trade.Seller.Id ? Party.Seller : Party.Operator;
        var view = views.Of(happens.Trade, reader, intention.Language);
        if (happens.Refusal is { } no)
        {
            var told = happens.Enters ? no with { Facts = new Dictionary<string, object?> { ["trade"] = view } } : no;
            return new Answer(told.Status, problems.Document(told, intention.Language, happens.Trade.Kind), RetryAfter: told.RetryAfter);
        }

        // The intention of a start is the first thing that is stored of a trade.
        return intention.Revision == 1 ? Answer.Created($"/api/trades/{happens.Trade.Id}", view) : Answer.Ok(view);
    }
}
