using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>/api/operator/payments/deposits/unbooked: what the bank has seen and could not be booked, and why; an operator tries it again when the cause is mended.</summary>
internal sealed class SeeToUnbooked([FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] Commands commands, WatchDeposits deposits, Settings settings)
{
    private const string Path = "/api/operator/payments/deposits/unbooked";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext http, [AsParameters] Paging part, SeeToUnbooked use, CancellationToken ct) => use.List(http, part, ct))
            .WithName("readUnbooked").WithSummary("Deposits that could not be booked, newest first.").WithTags("operator");
        routes.MapPost(Path + "/retry", (RetryUnbooked body, HttpContext http, SeeToUnbooked use, CancellationToken ct) => use.Retry(body, http, ct))
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

    private Task<Answer> Retry(RetryUnbooked body, HttpContext http, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, body, async (work, _, _) =>
        {
            var kept = await work.Find(new Sql("delete from unbooked where position = $1 returning deposit", body.Position), reader => reader.GetString(0), ct)
                ?? throw new RefusedException(new Refusal(Refusals.NotFound));
            try
            {
                await deposits.Book(work, [Unbooked.Read(kept)], ct);
                await work.Flush(ct);
            }
            catch (Exception fault) when (!Storage.IsPassing(fault))
            {
                // It stays as it was, for nothing of this is committed.
                throw new RefusedException(new Refusal(Refusals.NotNow, Unbooked.ReasonOf(fault)));
            }

            return new Decided.Now(Answer.NoContent);
        }, ct);
    }
}

/// <param name="Position">Its place on the bank's statement.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="From">The account it came from.</param>
/// <param name="Reason">Why it could not be booked.</param>
internal sealed record UnbookedView(long Position, Guid Id, string? Reference, long Amount, string Currency, string? From, string Reason, DateTimeOffset At);

internal sealed record RetryUnbooked(long Position);
