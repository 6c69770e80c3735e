using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>
/// /api/operator/payments/deposits: what arrived and is not what a trade expects. An operator says which trade it is for, or sends it back: to where it came from,
/// or to the account that the buyer of its trade gave.
/// </summary>
internal sealed class SeeToDeposits
{
    private readonly Storage storage;
    private readonly RunErrands errands;
    private readonly OperatorCommand<MatchInput> match;
    private readonly OperatorCommand<SendBackInput> sendBack;

    public SeeToDeposits([FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] OperatorCommands commands, RunErrands errands)
    {
        (this.storage, this.errands) = (storage, errands);
        match = commands.Define<MatchInput>("match-transfer", PlanMatch);
        sendBack = commands.Define<SendBackInput>("send-transfer-back", PlanSendBack);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/operator/payments/deposits", (HttpContext http, string? state, [AsParameters] Paging part, CancellationToken ct) => List(http, state, part, ct))
            .WithName("readDeposits").WithTags("operator").WithSummary("Deposits; those that wait for an operator unless another state is asked for.");
        routes.MapPost("/api/operator/payments/deposits/{id:guid}/match", (Guid id, MatchDeposit body, HttpContext http, CancellationToken ct) =>
                match.Run(http, new MatchInput(id, body.Trade), body.Reason, ct))
            .WithName("matchDeposit").WithSummary("Says which trade a deposit is for.").WithTags("operator").Produces<DepositView>().Produces<ProposalStored>(202);
        routes.MapPost("/api/operator/payments/deposits/{id:guid}/send-back", (Guid id, SendDepositBack body, HttpContext http, CancellationToken ct) =>
                sendBack.Run(http, new SendBackInput(id, body.Account), body.Reason, ct))
            .WithName("sendDepositBack").WithSummary("Sends a deposit back.").WithTags("operator").Produces<DepositView>().Produces<ProposalStored>(202);
    }

    private async Task<Ok<Page<DepositView>>> List(HttpContext http, string? state, Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        var wanted = Words.Find<DepositState>(state ?? Words.Of(DepositState.Waiting)) ?? throw Asked.Bad("state", Wrong.NotOneOf(Enum.GetValues<DepositState>().Select(Words.Of)));
        var rows = await storage.Query(
            new Sql($"select {Deposits.Columns} from deposits where state = $1 and ($2::bigint is null or position < $2) order by position desc limit $3", Words.Of(wanted), part.After<long>(), part.Most + 1),
            Deposits.Read, ct);
        return TypedResults.Ok(part.Of(rows, DepositView.Of, deposit => deposit.Position));
    }

    private async Task<PlannedAct> PlanMatch(Work work, Caller caller, MatchInput input, CancellationToken ct)
    {
        var (booking, payment, deposit) = await Lock(work, caller, input.Id, input.Trade, ct);
        var decision = payment is null ? null : Decide.Match(payment, deposit);
        return Plan(work, booking, "match-transfer", deposit, decision, $"trade {input.Trade}");
    }

    private async Task<PlannedAct> PlanSendBack(Work work, Caller caller, SendBackInput input, CancellationToken ct)
    {
        var named = Asked.Text(input.Account, "account", TextRules.Account);
        var of = await work.Find(new Sql("select trade from deposits where id = $1", input.Id), reader => reader.IsDBNull(0) ? null : (Guid?)reader.GetGuid(0), ct);
        var (booking, payment, deposit) = await Lock(work, caller, input.Id, of, ct);
        var account = Accounts.Choose(named, deposit.From, payment?.RefundAccount);
        var decision = Decide.SendBack(payment, deposit, account);
        return Plan(work, booking, "send-transfer-back", deposit, decision, decision?.Errands[0].Account);
    }

    private async Task<(Booking Booking, Payment? Payment, Deposit Deposit)> Lock(Work work, Caller caller, Guid id, Guid? trade, CancellationToken ct)
    {
        var booking = await Booking.Open(work, trade is { } one ? [one] : [], storage.Clock.Now, ct);
        var deposit = await Deposits.Lock(work, id, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
        var payment = trade is { } known ? booking.Of(known) : null;
        Accounts.RefuseParty(payment, caller);
        return (booking, payment, deposit);
    }

    private PlannedAct Plan(Work work, Booking booking, string name, Deposit before, DepositDecision? decided, string? to)
    {
        var decision = decided ?? throw new RefusedException(new Refusal(Refusals.NotNow, Detail.TransferSettled));
        var act = new OperatorAct
        {
            Act = name,
            Subject = ActSubject.Of("transfer", before.Id),
            Context = decision.Payment?.Context ?? new MessageContext(),
            Amount = before.Rest,
            From = before.From,
            To = to,
            Before = StateOf(before),
            After = StateOf(decision.Deposit),
        };
        return PlannedAct.Of(act, () =>
        {
            booking.Take(decision, work.Cause);
            booking.Write();
            if (booking.HasErrands)
            {
                work.AfterCommit(errands.Bell.Ring);
            }

            return Answer.Ok(DepositView.Of(decision.Deposit));
        });
    }

    private static Dictionary<string, string?> StateOf(Deposit deposit) => new()
    {
        ["state"] = Words.Of(deposit.State),
        ["fits"] = Words.Of(deposit.Fits),
        ["trade"] = deposit.Trade?.ToString(),
        ["reference"] = deposit.Reference,
    };
}

internal sealed record MatchInput(Guid Id, Guid Trade);

internal sealed record SendBackInput(Guid Id, string? Account);

/// <param name="Amount">In minor units.</param>
/// <param name="From">The account it came from.</param>
/// <param name="State">waiting, matched, sending-back or sent-back.</param>
/// <param name="Fits">whole, short, over, unmatched, late or ambiguous.</param>
/// <param name="Counted">The part that pays for its trade.</param>
internal sealed record DepositView(Guid Id, string Reference, long Amount, long Counted, string Currency, string From, Guid? Trade, string State, string Fits, DateTimeOffset At)
{
    public static DepositView Of(Deposit deposit) => new(
        deposit.Id, deposit.Reference, deposit.Amount, deposit.Counted, deposit.Currency, deposit.From, deposit.Trade,
        Words.Of(deposit.State), Words.Of(deposit.Fits), deposit.At);
}

/// <param name="Trade">The trade that the deposit is for.</param>
/// <param name="Reason">Why; 1 to 1,000 characters.</param>
internal sealed record MatchDeposit(Guid Trade, string Reason);

/// <param name="Reason">Why; 1 to 1,000 characters.</param>
/// <param name="Account">Where to: the account it came from, or the one that the buyer of its trade gave. Null for the former, or for the latter where the bank did not say.</param>
internal sealed record SendDepositBack(string Reason, string? Account = null);
