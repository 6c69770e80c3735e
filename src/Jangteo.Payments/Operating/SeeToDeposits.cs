using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>/api/operator/payments/deposits: what arrived and is not what a trade expects: an operator says which trade it is for, or sends it back.</summary>
internal sealed class SeeToDeposits([FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] Commands commands, RunErrands errands)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/operator/payments/deposits", (HttpContext http, string? state, [AsParameters] Paging part, SeeToDeposits use, CancellationToken ct) => use.List(http, state, part, ct))
            .WithName("readDeposits").WithTags("operator").WithSummary("Deposits; those that wait for an operator unless another state is asked for.");
        routes.MapPost("/api/operator/payments/deposits/{id:guid}/match", (Guid id, MatchDeposit body, HttpContext http, SeeToDeposits use, CancellationToken ct) => use.Match(id, body, http, ct))
            .WithName("matchDeposit").WithSummary("Says which trade a deposit is for.").WithTags("operator").Produces<DepositView>();
        routes.MapPost("/api/operator/payments/deposits/{id:guid}/send-back", (Guid id, SendDepositBack body, HttpContext http, SeeToDeposits use, CancellationToken ct) => use.SendBack(id, body, http, ct))
            .WithName("sendDepositBack").WithSummary("Sends a deposit back.").WithTags("operator").Produces<DepositView>();
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

    private Task<Answer> Match(Guid id, MatchDeposit body, HttpContext http, CancellationToken ct) =>
        Decided(id, body, http, body.Trade, (payment, deposit) => payment is null ? null : Decide.Match(payment, deposit), ct);

    private Task<Answer> SendBack(Guid id, SendDepositBack body, HttpContext http, CancellationToken ct) =>
        Decided(id, body, http, null, (payment, deposit) =>
        {
            var account = Asked.Text(body.Account, "account", 100);
            return Decide.SendBack(payment, deposit, account);
        }, ct);

    private Task<Answer> Decided(Guid id, object body, HttpContext http, Guid? trade, Func<Payment?, Deposit, DepositDecision?> decide, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, body, async (work, caller, _) =>
        {
            var named = trade ?? await work.Find(new Sql("select trade from deposits where id = $1", id), reader => reader.IsDBNull(0) ? null : (Guid?)reader.GetGuid(0), ct);
            var booking = await Booking.Open(work, named is { } one ? [one] : [], storage.Clock.Now, ct);
            var deposit = await Deposits.Lock(work, id, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
            var payment = named is { } known ? booking.Of(known) : null;
            if (payment?.Buyer == caller.Id || payment?.Seller == caller.Id)
            {
                throw new RefusedException(new Refusal(Refusals.NotYours, "An operator does not decide a trade in which he is a party."));
            }

            var decision = decide(payment, deposit) ?? throw new RefusedException(new Refusal(Refusals.NotNow, "The deposit is settled already, or the trade expects none."));
            booking.Take(decision, work.Cause);
            booking.Write();
            if (booking.HasErrands)
            {
                work.AfterCommit(errands.Bell.Ring);
            }

            return new Decided.Now(Answer.Ok(DepositView.Of(decision.Deposit)));
        }, ct);
    }
}

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
internal sealed record MatchDeposit(Guid Trade);

/// <param name="Account">Where to; null for the buyer's refund account, or where it came from.</param>
internal sealed record SendDepositBack(string? Account = null);
