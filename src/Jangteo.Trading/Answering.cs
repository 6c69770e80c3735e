using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>What callers are told of a decision.</summary>
internal sealed class Answering(
    [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades, TradeViews views, Problems problems, Settings settings,
    Endings endings, Func<Intentions> intentions, ListingCopies copies)
{
    /// <summary>How long the no to a start waits for what it had taken to be back.</summary>
    private static readonly TimeSpan PatienceForStock = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>The answer to a command that was decided in its own transaction, or the wait for the intention it stored.</summary>
    /// <param name="pending">What is answered when the end takes longer than a caller should wait.</param>
    public Decided Of(Decision.Happens happens, Kind kind, Subject subject, Party reader, string language)
    {
        var trade = happens.Trade.Id;
        if (happens.Trade.Intention is null)
        {
            var view = views.Of(happens.Trade, subject, reader, language);
            return new Decided.Now(happens.History[0].Revision == 1 ? Answer.Created($"/api/trades/{trade}", view) : Answer.Ok(view));
        }

        return new Decided.Later(async ct =>
        {
            var ending = endings.Of(trade);
            _ = intentions().Carry(trade, happens.Trade.Intention.Revision, TradeIntentions.Of(kind, happens.Trade));
            try
            {
                var ended = await ending.WaitAsync(settings.Trading.AnswerWithin, ct);
                if (ended.GivesStockBack && happens.Trade.State == Kind.Start)
                {
                    await StockIsBack(happens.Trade, ct);
                }

                return ended.Answer;
            }
            catch (TimeoutException)
            {
                endings.Forget(trade);
                return Answer.Accepted(views.Of(happens.Trade, subject, reader, language));
            }
        });
    }

    /// <summary>
    /// Waits until a refused start has given back the stock it took, and the copy of the listing shows it. The buyer may try again at once, with another
    /// card, and must not hear that nothing is left. The copy is asked for: across processes the listing's event may come after the answer. Where
    /// Catalog is slower than a person should wait, the refusal is answered all the same.
    /// </summary>
    private async Task StockIsBack(Trade begun, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(PatienceForStock);
        try
        {
            while (await trades.Find(storage, begun.Id, patience.Token) is not { } trade
                || trade.Unanswered.Any(request => request.Verb == Verb.GiveBackStock.Name))
            {
                await Task.Delay(LookEvery, patience.Token);
            }

            await copies.Refresh(begun.Listing.Id, patience.Token);
        }
        catch (Exception late) when ((late is RefusedException || PassingFault.Is(late)) && !ct.IsCancellationRequested)
        {
            // The refusal is stored and is answered; the event of the listing brings the copy up to date.
        }
    }

    /// <summary>The answer to a command whose intention has been settled.</summary>
    public Answer Settled(Decision.Happens happens, Subject subject, TradeIntention intention)
    {
        var reader = intention.Person == happens.Trade.Buyer.Id ? Party.Buyer : intention.Person == happens.Trade.Seller.Id ? Party.Seller : Party.Operator;
        var view = views.Of(happens.Trade, subject, reader, intention.Language);
        if (happens.Refusal is { } no)
        {
            var told = happens.Enters ? no with { Facts = new Dictionary<string, object?> { ["trade"] = view } } : no;
            return new Answer(told.Status, problems.Document(told, intention.Language, happens.Trade.Kind), RetryAfter: told.RetryAfter);
        }

        // The intention of a start is the first thing that is stored of a trade.
        return intention.Revision == 1 ? Answer.Created($"/api/trades/{happens.Trade.Id}", view) : Answer.Ok(view);
    }
}
