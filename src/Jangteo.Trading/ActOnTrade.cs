using System.Diagnostics;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>POST /api/trades/{id}/{move}: a party moves a trade forward.</summary>
internal sealed class ActOnTrade(
    [FromKeyedServices(Modules.Trading)] Commands commands, Trades trades, Answering answering, TradeViews views, DecideTrade decide,
    BusinessClock clock, TimeProvider machine)
{
    /// <summary>How long a move waits for an answer that is on its way before the caller is asked to come again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/trades/{id:guid}/{move}", (Guid id, string move, MoveInputs body, HttpContext http, ActOnTrade use, CancellationToken ct) => use.Handle(id, move, body, http, ct))
            .WithName("actOnTrade").WithSummary("A party moves a trade forward.").WithTags("trades").Produces<TradeView>(200).Produces<TradeView>(202);

    private async Task<Answer> Handle(Guid id, string move, MoveInputs body, HttpContext http, CancellationToken ct)
    {
        using var span = Spans.Of(id, "act on a trade", correlation: Commands.CauseOf(http).Correlation);
        var began = machine.GetTimestamp();
        while (true)
        {
            try
            {
                return await Run(id, move, body, http, ct);
            }
            catch (AnswerOnItsWayException) when (machine.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), ct);
            }
            catch (AnswerOnItsWayException wait)
            {
                throw new RefusedException(wait.Refusal);
            }
        }
    }

    private Task<Answer> Run(Guid id, string move, MoveInputs body, HttpContext http, CancellationToken ct) =>
        commands.Run(http, body, async (work, caller, claim) =>
        {
            var locked = await trades.Lock(work, id, ct);
            var party = Trades.RequireParty(locked?.Trade, caller);
            RefuseStale(http, locked.Trade);
            var (card, reason) = ReadInputs(locked.Kind, locked.Trade, move, party, body);
            var language = Problems.Language(http);
            var act = new Act(
                Words.Of(party), caller.Id, clock.Now, machine.GetUtcNow(), work.Cause.Correlation, card, reason, claim, language);
            switch (Deciding.Command(locked.Kind, locked.Trade, locked.SoldOut, party, move, act))
            {
                case Decision.Happens happens:
                    Activity.Current?.SetTag("jangteo.kind", locked.Kind.Name).SetTag("jangteo.move", move);
                    if (party == Party.Operator
                        && await Record(work, caller, locked.Trade, happens.Trade, move, body.Reason, ct) is { } proposal)
                    {
                        var view = views.Of(locked.Trade, locked.Subject!, party, language);
                        return new Decided.Now(Answer.Accepted(view with { Proposal = proposal }));
                    }

                    trades.Store(work, locked.Kind, happens);
                    return answering.Of(happens, locked.Kind, locked.Subject!, party, language);
                case Decision.No no:
                    throw new RefusedException(no.Refusal, locked.Trade.Kind);
                case Decision.Waits { Refusal: var wait } when locked.Trade.Intention is null:
                    throw new AnswerOnItsWayException(wait);
                default:
                    throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)));
            }
        }, ct);

    /// <summary>
    /// What an operator decides about other people's money is recorded with the decision, and needs a reason. Answers the proposal where
    /// a second operator has to confirm it.
    /// </summary>
    private async Task<ProposalStored?> Record(
        Work work, Caller caller, Trade before, Trade after, string move, string? reason, CancellationToken ct)
    {
        var why = OperatorCommands.RequireReason(reason);
        var proposal = await decide.TryPropose(work, caller, before, after, move, why, ct);
        if (proposal is null)
        {
            DecideTrade.Record(work, caller, before, after, move, why);
        }

        return proposal;
    }

    private static void RefuseStale(HttpContext http, Trade trade)
    {
        if (!IfMatch.Holds(http.Request, trade.Revision))
        {
            throw new RefusedException(new Refusal(Refusals.Stale, Detail.AtRevision(trade.Revision)));
        }
    }

    private static (string? Card, string? Reason) ReadInputs(Kind kind, Trade trade, string move, Party party, MoveInputs body)
    {
        var reason = Asked.Text(body.Reason, "reason", TextRules.Reason);
        var row = kind.Leaving(trade.State).FirstOrDefault(row => row.Do == move && row.By == party);
        return (row is null ? null : Cards.Read(row.First.Contains(Verb.HoldPayment), body.Card), reason);
    }
}

/// <param name="Card">The provider's token for a card, where the move holds a payment.</param>
/// <param name="Reason">In the mover's own words; the other party reads it.</param>
public sealed record MoveInputs(string? Card = null, string? Reason = null);

/// <summary>A question must wait for the answer of an earlier request; the move is tried again in a moment.</summary>
internal sealed class AnswerOnItsWayException(Refusal refusal) : Exception
{
    public Refusal Refusal => refusal;
}
