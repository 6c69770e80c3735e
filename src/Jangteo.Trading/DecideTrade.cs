using System.Globalization;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// The record of an operator's decision about a trade. Where more money is held than one operator may decide about alone, the decision is
/// proposed, and made when a second operator confirms it. Until then the trade goes on by its table. A trade that has moved since is
/// another case: the confirmation is refused then.
/// </summary>
internal sealed class DecideTrade
{
    private const string ActName = "decide-trade";

    private readonly OperatorCommands commands;
    private readonly Trades trades;
    private readonly Func<Intentions> intentions;
    private readonly BusinessClock clock;
    private readonly TimeProvider machine;

    public DecideTrade(
        [FromKeyedServices(Modules.Trading)] OperatorCommands commands, Trades trades, Func<Intentions> intentions, BusinessClock clock,
        TimeProvider machine)
    {
        (this.commands, this.trades, this.intentions, this.clock, this.machine) = (commands, trades, intentions, clock, machine);
        commands.Define<ProposedDecision>(ActName, Plan);
    }

    /// <summary>The move that a proposal is about, for people.</summary>
    public static string Describe(Shelf shelf, string input, string language) =>
        JsonSerializer.Deserialize<ProposedDecision>(input, Wire.Json) is { } decision
            ? shelf.Texts.Move(decision.Kind, decision.Move, language)
            : "";

    /// <summary>Records a decision that one operator makes.</summary>
    public static void Record(Work work, Caller caller, Trade before, Trade after, string move, string reason) =>
        ActOf(before, after, move).Write(work, ActingOperator.Of(caller), reason);

    /// <summary>Proposes a decision that one operator may not make alone; null where one may.</summary>
    public Task<ProposalStored?> TryPropose(
        Work work, Caller caller, Trade before, Trade after, string move, string reason, CancellationToken ct)
    {
        var decision = new ProposedDecision(before.Id, before.Kind, move, reason, before.Revision);
        return commands.TryPropose(work, caller, ActName, decision, ActOf(before, after, move), reason, ct);
    }

    private async Task<PlannedAct> Plan(Work work, Caller caller, ProposedDecision decision, CancellationToken ct)
    {
        var locked = await trades.LockForOperator(work, decision.Trade, caller, ct);
        if (locked.Trade.Revision != decision.Revision)
        {
            throw new RefusedException(new Refusal(Refusals.NotNow, Detail.ProposalOutdated));
        }

        var actor = Words.Of(Party.Operator);
        var act = new Act(actor, caller.Id, clock.Now, machine.GetUtcNow(), work.Cause.Correlation, Reason: decision.Reason);
        return Deciding.Command(locked.Kind, locked.Trade, locked.SoldOut, Party.Operator, decision.Move, act) switch
        {
            Decision.Happens happens =>
                PlannedAct.Of(ActOf(locked.Trade, happens.Trade, decision.Move), () => Make(work, locked.Kind, happens)),
            Decision.No no => throw new RefusedException(no.Refusal),
            _ => throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1))),
        };
    }

    private Answer Make(Work work, Kind kind, Decision.Happens happens)
    {
        trades.Store(work, kind, happens);
        if (happens.Trade.Intention is { } open)
        {
            work.AfterCommit(() => _ = intentions().Carry(happens.Trade.Id, open.Revision, TradeIntentions.Of(kind, happens.Trade)));
        }

        return Answer.NoContent;
    }

    private static OperatorAct ActOf(Trade before, Trade after, string move) => new()
    {
        Act = ActName,
        Subject = ActSubject.Of("trade", before.Id),
        Context = before.Context,
        Amount = before.Money.Held,
        Before = StateOf(before),
        After = StateOf(after),
        To = move,
        // The move itself stands in the timeline, with its reason.
        IsShownToParties = false,
    };

    private static Dictionary<string, string?> StateOf(Trade trade) => new()
    {
        ["state"] = trade.State,
        ["revision"] = trade.Revision.ToString(CultureInfo.InvariantCulture),
        ["pending"] = trade.Intention?.Do,
    };
}

/// <summary>What is kept of a decision that waits for a second operator.</summary>
/// <param name="Kind">Of the trade, for the name of the move.</param>
/// <param name="Reason">The proposer's, which both parties read when it is made.</param>
/// <param name="Revision">Of the trade that the proposer decided about.</param>
internal sealed record ProposedDecision(Guid Trade, string Kind, string Move, string Reason, int Revision);
