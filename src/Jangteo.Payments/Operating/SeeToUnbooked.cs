using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>
/// /api/operator/payments/deposits/unbooked: transfers that could not be booked, and why. An operator tries one again when the cause is
/// mended. One that can never be booked, because its amount or currency cannot be, is settled by hand: the operator deals with it at the
/// bank.
/// </summary>
internal sealed class SeeToUnbooked
{
    private const string Path = "/api/operator/payments/deposits/unbooked";

    private readonly Storage storage;
    private readonly WatchDeposits deposits;
    private readonly Settings settings;
    private readonly OperatorCommand<UnbookedAt> retry;
    private readonly OperatorCommand<UnbookedAt> settle;

    public SeeToUnbooked(
        [FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] OperatorCommands commands, WatchDeposits deposits, Settings settings)
    {
        (this.storage, this.deposits, this.settings) = (storage, deposits, settings);
        retry = commands.Define<UnbookedAt>("book-transfer", PlanRetry);
        settle = commands.Define<UnbookedAt>("settle-transfer", PlanSettle);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext http, [AsParameters] Paging part, CancellationToken ct) => List(http, part, ct))
            .WithName("readUnbooked").WithSummary("Deposits that could not be booked, newest first.").WithTags("operator");
        routes.MapPost(Path + "/retry", (RetryUnbooked body, HttpContext http, CancellationToken ct) => retry.Run(http, new UnbookedAt(body.Position), body.Reason, ct))
            .WithName("retryUnbooked").WithSummary("Tries to book a deposit again.").WithTags("operator").Produces(204);
        routes.MapPost(Path + "/settle", (SettleUnbooked body, HttpContext http, CancellationToken ct) =>
                settle.Run(http, new UnbookedAt(body.Position), body.Reason, ct))
            .WithName("settleUnbooked").WithSummary("Closes a deposit that can never be booked and was settled by hand at the bank.")
            .WithTags("operator").Produces(204).Produces<ProposalStored>(202);
    }

    private async Task<Ok<Page<UnbookedView>>> List(HttpContext http, Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        var rows = await storage.Query(
            new Sql(
                "select deposit, reason, at, unfit from unbooked where $1::bigint is null or position < $1 order by position desc limit $2",
                part.After<long>(), part.Most + 1),
            reader => (
                Deposit: Unbooked.Read(reader.GetString(0)), Reason: reader.GetString(1), At: reader.GetFieldValue<DateTimeOffset>(2),
                IsUnfit: reader.GetBoolean(3)), ct);
        return TypedResults.Ok(part.Of(
            rows,
            row => new UnbookedView(
                row.Deposit.Position, row.Deposit.Id, row.Deposit.Reference, row.Deposit.Amount, row.Deposit.Currency ?? settings.Currency,
                row.Deposit.From, row.Reason, row.At, row.IsUnfit),
            row => row.Deposit.Position));
    }

    private async Task<PlannedAct> PlanRetry(Work work, Caller caller, UnbookedAt input, CancellationToken ct)
    {
        var kept = await Lock(work, input, ct);
        var deposit = Unbooked.Read(kept.Deposit);
        var act = new OperatorAct
        {
            Act = "book-transfer",
            Subject = ActSubject.Of("transfer", deposit.Id),
            From = deposit.From,
            // Not the act's amount: the bank has moved this money, and the operator chooses nothing about it.
            Before = new Dictionary<string, string?> { ["state"] = "not booked", ["amount"] = deposit.Amount.ToString(CultureInfo.InvariantCulture), ["failure"] = kept.Reason },
            After = new Dictionary<string, string?> { ["state"] = "booked" },
        };
        return new PlannedAct(act, async () =>
        {
            work.Write("delete from unbooked where position = $1", input.Position);
            try
            {
                await deposits.Book(work, [deposit], ct);
                await work.Flush(ct);
            }
            catch (Exception fault) when (!Storage.IsPassing(fault))
            {
                // It stays as it was, for nothing of this is committed.
                throw new RefusedException(new Refusal(Refusals.NotNow, Detail.StillNotBooked(Unbooked.ReasonOf(fault))));
            }

            return Answer.NoContent;
        });
    }

    private async Task<PlannedAct> PlanSettle(Work work, Caller caller, UnbookedAt input, CancellationToken ct)
    {
        var kept = await Lock(work, input, ct);
        if (!kept.IsUnfit)
        {
            throw new RefusedException(new Refusal(Refusals.NotNow, Detail.TransferCanBeBooked));
        }

        var deposit = Unbooked.Read(kept.Deposit);
        var act = new OperatorAct
        {
            Act = "settle-transfer",
            Subject = ActSubject.Of("transfer", deposit.Id),
            // What the bank says, in minor units of its currency: above the limit it needs two operators.
            Amount = Math.Abs(Math.Max(deposit.Amount, -long.MaxValue)),
            From = deposit.From,
            Before = new Dictionary<string, string?>
            {
                ["state"] = "not booked",
                ["amount"] = $"{deposit.Amount.ToString(CultureInfo.InvariantCulture)} {deposit.Currency}",
                ["failure"] = kept.Reason,
            },
            After = new Dictionary<string, string?> { ["state"] = "settled by hand" },
        };
        return PlannedAct.Of(act, () =>
        {
            // No journal: the ledger has nothing of it. The comparison with the bank's book (I10) reads this row.
            work.Write(
                "insert into settled_transfers (position, id, amount, deposit, at) values ($1, $2, $3, $4, $5)",
                deposit.Position, deposit.Id, deposit.Amount, kept.Deposit, storage.Clock.Now);
            work.Write("delete from unbooked where position = $1", input.Position);
            work.Changed([deposit.Id]);
            return Answer.NoContent;
        });
    }

    private static async Task<(string Deposit, string Reason, bool IsUnfit)> Lock(Work work, UnbookedAt input, CancellationToken ct) =>
        await work.Find(
            new Sql("select deposit, reason, unfit from unbooked where position = $1 for update", input.Position),
            reader => (Deposit: reader.GetString(0), Reason: reader.GetString(1), IsUnfit: reader.GetBoolean(2)), ct)
            is { Deposit: not null } found ? found : throw new RefusedException(new Refusal(Refusals.NotFound));
}

internal sealed record UnbookedAt(long Position);

/// <param name="Position">Its place on the bank's statement.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="From">The account it came from.</param>
/// <param name="Currency">As the bank says it.</param>
/// <param name="Reason">Why it could not be booked.</param>
/// <param name="Settleable">It can never be booked, so an operator settles it by hand.</param>
internal sealed record UnbookedView(
    long Position, Guid Id, string? Reference, long Amount, string Currency, string? From, string Reason, DateTimeOffset At,
    bool Settleable);

/// <param name="Reason">Why; 1 to 1,000 characters.</param>
internal sealed record RetryUnbooked(long Position, string Reason);

/// <param name="Reason">What was done at the bank; 1 to 1,000 characters.</param>
internal sealed record SettleUnbooked(long Position, string Reason);
