using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Payments.Operating;

/// <summary>
/// /api/operator/payments/attention: what could not be done at the provider or the bank. An operator tries it again at once, if need be to
/// another account that its owner gave. What the provider or the bank reports otherwise for good is settled by hand: the operator puts it
/// right with them and says that it is done.
/// </summary>
internal sealed class SeeToErrands
{
    private readonly Storage storage;
    private readonly RunErrands errands;
    private readonly Settings settings;
    private readonly OperatorCommand<RetryInput> retry;
    private readonly OperatorCommand<SettleInput> settle;

    public SeeToErrands(
        [FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] OperatorCommands commands, RunErrands errands, Settings settings)
    {
        (this.storage, this.errands, this.settings) = (storage, errands, settings);
        retry = commands.Define<RetryInput>("retry-payment", PlanRetry);
        settle = commands.Define<SettleInput>("settle-payment", PlanSettle);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/operator/payments/attention", (HttpContext http, [AsParameters] Paging part, CancellationToken ct) => List(http, part, ct))
            .WithName("readPaymentsAttention").WithSummary("Errands that need an operator.").WithTags("operator");
        routes.MapPost("/api/operator/payments/attention/retry", (RetryErrand body, HttpContext http, CancellationToken ct) =>
                retry.Run(http, new RetryInput(body.Key, body.Account), body.Reason, ct))
            .WithName("retryErrand").WithSummary("Tries an errand again, to another account if one is given.").WithTags("operator").Produces(204).Produces<ProposalStored>(202);
        routes.MapPost("/api/operator/payments/attention/settle", (SettleErrand body, HttpContext http, CancellationToken ct) =>
                settle.Run(http, new SettleInput(body.Key), body.Reason, ct))
            .WithName("settleErrand").WithTags("operator")
            .WithSummary("Books an errand as done that was put right by hand at the provider or bank.")
            .Produces(204).Produces<ProposalStored>(202);
    }

    private async Task<Ok<Page<ErrandView>>> List(HttpContext http, Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        // Keys begin with the id of their trade or deposit, so the newest come first.
        var rows = await storage.Query(
            new Sql(
                """
                select e.key, e.subject, e.verb, e.what, e.amount, e.account, e.since, e.tries, e.problem, e.next_at is null,
                    array(
                        select p.refund_account from payments p where p.trade = coalesce(d.trade, e.subject)
                        union select x.payer from deposits x where x.id = e.subject or x.trade = coalesce(d.trade, e.subject))
                from errands e left join deposits d on d.id = e.subject
                where e.attention and ($1::text is null or e.key < $1)
                order by e.key desc
                limit $2
                """,
                part.AfterText(), part.Most + 1),
            reader => new ErrandView(
                reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4), settings.Currency, reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.GetInt32(7), reader.IsDBNull(8) ? null : reader.GetString(8), reader.GetBoolean(9),
                OtherAccounts(reader), IsSettleable(reader.GetBoolean(9), reader.IsDBNull(8) ? null : reader.GetString(8))), ct);
        return TypedResults.Ok(part.Of(rows, errand => errand, errand => errand.Key));
    }

    /// <summary>Where an operator may send money instead: only what the bank refused, and only where it came from or to what the buyer gave.</summary>
    private static List<string> OtherAccounts(NpgsqlDataReader reader) =>
        reader.GetString(3) == Words.Of(What.SendBack) && !reader.IsDBNull(8) && IsRefused(reader.GetString(8))
            ? [.. reader.GetFieldValue<string?[]>(10).OfType<string>()
                .Where(account => reader.IsDBNull(5) || !Accounts.IsSame(account, reader.GetString(5))).Order(StringComparer.Ordinal)]
            : [];

    private static bool IsRefused(string? problem) => problem is "refused" or "voided";

    /// <summary>No call is under way or will be made by itself, and the same key would get the same answer for ever.</summary>
    private static bool IsSettleable(bool waits, string? problem) => waits && CallResult.IsMismatch(problem);

    private async Task<PlannedAct> PlanRetry(Work work, Caller caller, RetryInput input, CancellationToken ct)
    {
        var named = Asked.Text(input.Account, "account", TextRules.Account);
        var (errand, problem, tries, waits, trade, booking) = await Lock(work, caller, input.Key, ct);
        var payment = booking.Of(trade);
        var account = Accounts.Choose(named, await Allowed(work, errand, trade, payment, ct));
        var to = account ?? errand.Account;
        if (to != errand.Account && !IsRefused(problem))
        {
            throw new RefusedException(new Refusal(Refusals.NotNow, Detail.TransferUnknown));
        }

        var act = new OperatorAct
        {
            Act = to == errand.Account ? "retry-payment" : "redirect-payment",
            Subject = new ActSubject("payment-task", input.Key),
            Context = payment?.Context ?? new MessageContext(),
            Amount = errand.Amount,
            From = errand.Account,
            To = to,
            Before = Facts(errand, problem, tries),
            After = new Dictionary<string, string?> { ["task"] = Words.Of(errand.What), ["account"] = to, ["tries"] = "0" },
        };
        return PlannedAct.Of(act, () =>
        {
            if (waits && IsRefused(problem) && payment is not null && errand.What == What.PayOut)
            {
                booking.Post(payment, null, payment.Currency, [Decide.PayOutSent(payment, errand.Amount)]);
                booking.Write();
            }

            work.Write(
                """
                update errands
                set next_at = now(), tries = 0, attention = false, account = coalesce($2, account),
                    next_account = case when $2::text is null then next_account end
                where key = $1
                """,
                input.Key, account);
            work.AfterCommit(errands.Bell.Ring);
            return Answer.NoContent;
        });
    }

    private async Task<PlannedAct> PlanSettle(Work work, Caller caller, SettleInput input, CancellationToken ct)
    {
        var (errand, problem, tries, waits, trade, booking) = await Lock(work, caller, input.Key, ct);
        if (!IsSettleable(waits, problem))
        {
            throw new RefusedException(new Refusal(Refusals.NotNow, Detail.NotMismatched));
        }

        var act = new OperatorAct
        {
            Act = "settle-payment",
            Subject = new ActSubject("payment-task", input.Key),
            Context = booking.Of(trade)?.Context ?? new MessageContext(),
            Amount = errand.Amount,
            // The provider reports a charge that is not ours: how much it took is for both operators to look up.
            IsOfUnknownAmount = errand.What == What.VoidCharge,
            To = errand.Account,
            Before = Facts(errand, problem, tries),
            After = new Dictionary<string, string?> { ["task"] = Words.Of(errand.What), ["state"] = "settled by hand" },
        };
        return new PlannedAct(act, () => Settle(work, booking, errand, ct));
    }

    /// <summary>The errand of a key, locked with the payment of its trade. Payments are locked before their errands, here as everywhere.</summary>
    /// <exception cref="RefusedException">There is none, or the operator is a party of the trade.</exception>
    private async Task<Waiting> Lock(Work work, Caller caller, string key, CancellationToken ct)
    {
        var trade = await work.Find(
                new Sql("select coalesce(d.trade, e.subject) from errands e left join deposits d on d.id = e.subject where e.key = $1", key),
                reader => (Guid?)reader.GetGuid(0), ct)
            ?? throw new RefusedException(new Refusal(Refusals.NotFound));
        var booking = await Booking.Open(work, [trade], storage.Clock.Now, ct);
        Accounts.RefuseParty(booking.Of(trade), caller);
        return await work.Find(
                new Sql($"select {RunErrands.Row.Columns}, problem, next_at is null from errands where key = $1 for update", key),
                reader =>
                {
                    var row = RunErrands.Row.Read(reader);
                    return new Waiting(row.Errand, reader.IsDBNull(13) ? null : reader.GetString(13), row.Tries, reader.GetBoolean(14), trade, booking);
                }, ct)
            ?? throw new RefusedException(new Refusal(Refusals.NotFound));
    }

    /// <summary>The errand before an act, as the act records it.</summary>
    private static Dictionary<string, string?> Facts(Errand errand, string? problem, int tries) => new()
    {
        ["task"] = Words.Of(errand.What),
        ["account"] = errand.Account,
        ["problem"] = problem,
        ["tries"] = tries.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>
    /// Books what the errand was to do, with the same journals and answers as when the provider or the bank reports it. If their books do
    /// not have it so, the comparison with them (I10) finds the difference from now on.
    /// </summary>
    private static async Task<Answer> Settle(Work work, Booking booking, Errand errand, CancellationToken ct)
    {
        if (booking.Of(errand.Subject) is { } payment)
        {
            booking.Take(Decide.Done(payment, errand, Says.Done, booking.Now), work.Cause);
        }
        else
        {
            await Deposits.SentBack(booking, work, errand, work.Cause, ct);
        }

        booking.Write();
        work.Write("delete from errands where key = $1", errand.Key);
        work.Changed([errand.Subject]);
        return Answer.NoContent;
    }

    /// <summary>The account that the money is meant for, and for money that goes back also where it came from and what the buyer gave.</summary>
    private static async Task<List<string?>> Allowed(Work work, Errand errand, Guid trade, Payment? payment, CancellationToken ct)
    {
        var allowed = new List<string?> { errand.Account };
        if (errand.What == What.SendBack)
        {
            allowed.Add(payment?.RefundAccount);
            allowed.AddRange(await work.Query(new Sql("select payer from deposits where id = $1 or trade = $2", errand.Subject, trade), reader => reader.GetString(0), ct));
        }

        return allowed;
    }

    /// <summary>An errand as it waits, with what was locked before it.</summary>
    /// <param name="Waits">It is not tried again by itself.</param>
    private sealed record Waiting(Errand Errand, string? Problem, int Tries, bool Waits, Guid Trade, Booking Booking);
}

internal sealed record RetryInput(string Key, string? Account);

internal sealed record SettleInput(string Key);

/// <param name="Subject">The trade, or the deposit.</param>
/// <param name="What">charge, void-charge, refund-charge, send-back or pay-out.</param>
/// <param name="Problem">
/// The last result: refused, voided, out-of-reach; silent while it is unknown, with <c>: ...</c> where the call failed; or
/// <c>mismatched: ...</c>, what the provider or bank reports instead.
/// </param>
/// <param name="Waits">It is not tried again by itself.</param>
/// <param name="OtherAccounts">Where the money may be sent instead: where it came from, and what the buyer gave.</param>
/// <param name="Settleable">An operator can settle it by hand: the provider or bank reports something else, for good.</param>
internal sealed record ErrandView(string Key, Guid Subject, string Verb, string What, long Amount, string Currency, string? Account, DateTimeOffset Since, int Tries, string? Problem, bool Waits,
    IReadOnlyList<string> OtherAccounts, bool Settleable);

/// <param name="Reason">Why; 1 to 1,000 characters.</param>
/// <param name="Account">Where to send the money instead: where it came from, or the account that the buyer gave. Null for where it was meant to go.</param>
internal sealed record RetryErrand(string Key, string Reason, string? Account = null);

/// <param name="Reason">What was done at the provider or the bank; 1 to 1,000 characters.</param>
internal sealed record SettleErrand(string Key, string Reason);
