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

/// <summary>/api/operator/payments/deposits/unbooked: what the bank has seen and could not be booked, and why; an operator tries it again when the cause is mended.</summary>
internal sealed class SeeToUnbooked
{
    private const string Path = "/api/operator/payments/deposits/unbooked";

    private readonly Storage storage;
    private readonly WatchDeposits deposits;
    private readonly Settings settings;
    private readonly OperatorCommand<UnbookedAt> retry;

    public SeeToUnbooked(
        [FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] OperatorCommands commands, WatchDeposits deposits, Settings settings)
    {
        (this.storage, this.deposits, this.settings) = (storage, deposits, settings);
        retry = commands.Define<UnbookedAt>("book-transfer", PlanRetry);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext http, [AsParameters] Paging part, CancellationToken ct) => List(http, part, ct))
            .WithName("readUnbooked").WithSummary("Deposits that could not be booked, newest first.").WithTags("operator");
        routes.MapPost(Path + "/retry", (RetryUnbooked body, HttpContext http, CancellationToken ct) => retry.Run(http, new UnbookedAt(body.Position), body.Reason, ct))
            .WithName("retryUnbooked").WithSummary("Tries to book a deposit again.").WithTags("operator").Produces(204);
    }

    private async Task<Ok<Page<UnbookedView>>> List(HttpContext http, Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        var rows = await storage.Query(
            new Sql("select deposit, reason, at from unbooked where $1::bigint is null or position < $1 order by position desc limit $2", part.After<long>(), part.Most + 1),
            reader => (Deposit: Unbooked.Read(reader.GetString(0)), Reason: reader.GetString(1), At: reader.GetFieldValue<DateTimeOffset>(2)), ct);
        return TypedResults.Ok(part.Of(
            rows, row => new UnbookedView(row.Deposit.Position, row.Deposit.Id, row.Deposit.Reference, row.Deposit.Amount, settings.Currency, row.Deposit.From, row.Reason, row.At), row => row.Deposit.Position));
    }

    private async Task<PlannedAct> PlanRetry(Work work, Caller caller, UnbookedAt input, CancellationToken ct)
    {
        var kept = await work.Find(
                new Sql("select deposit, reason from unbooked where position = $1 for update", input.Position), reader => (Deposit: reader.GetString(0), Reason: reader.GetString(1)), ct)
            is { Deposit: not null } found ? found : throw new RefusedException(new Refusal(Refusals.NotFound));
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
}

internal sealed record UnbookedAt(long Position);

/// <param name="Position">Its place on the bank's statement.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="From">The account it came from.</param>
/// <param name="Reason">Why it could not be booked.</param>
internal sealed record UnbookedView(long Position, Guid Id, string? Reference, long Amount, string Currency, string? From, string Reason, DateTimeOffset At);

/// <param name="Reason">Why; 1 to 1,000 characters.</param>
internal sealed record RetryUnbooked(long Position, string Reason);
