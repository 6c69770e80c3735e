using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>/api/operator/payments/attention: what could not be done at the provider or the bank; an operator tries it again at once, to another account if need be.</summary>
internal sealed class SeeToErrands([FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] Commands commands, RunErrands errands, Settings settings)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/operator/payments/attention", (HttpContext http, [AsParameters] Paging part, SeeToErrands use, CancellationToken ct) => use.List(http, part, ct))
            .WithName("readPaymentsAttention").WithSummary("Errands that need an operator.").WithTags("operator");
        routes.MapPost("/api/operator/payments/attention/retry", (RetryErrand body, HttpContext http, SeeToErrands use, CancellationToken ct) => use.Retry(body, http, ct))
            .WithName("retryErrand").WithSummary("Tries an errand again, to another account if one is given.").WithTags("operator").Produces(204);
    }

    private async Task<Ok<Page<ErrandView>>> List(HttpContext http, Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        // Keys begin with the id of their trade or deposit, so the newest come first.
        var rows = await storage.Query(
            new Sql(
                """
                select key, subject, verb, what, amount, account, since, tries, problem, next_at is null from errands
                where attention and ($1::text is null or key < $1) order by key desc limit $2
                """,
                part.AfterText(), part.Most + 1),
            reader => new ErrandView(
                reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4), settings.Currency, reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.GetInt32(7), reader.IsDBNull(8) ? null : reader.GetString(8), reader.GetBoolean(9)), ct);
        return TypedResults.Ok(part.Of(rows, errand => errand, errand => errand.Key));
    }

    private Task<Answer> Retry(RetryErrand body, HttpContext http, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, body, async (work, caller, _) =>
        {
            var account = Asked.Text(body.Account, "account", 100);
            // Payments are locked before their errands, here as everywhere.
            var subject = await work.Find(
                    new Sql("select coalesce(d.trade, e.subject) from errands e left join deposits d on d.id = e.subject where e.key = $1", body.Key), reader => (Guid?)reader.GetGuid(0), ct)
                ?? throw new RefusedException(new Refusal(Refusals.NotFound));
            var booking = await Booking.Open(work, [subject], storage.Clock.Now, ct);
            var payment = booking.Of(subject);
            if (payment?.Buyer == caller.Id || payment?.Seller == caller.Id)
            {
                throw new RefusedException(new Refusal(Refusals.NotYours, "An operator does not decide a trade in which he is a party."));
            }

            var (found, what, amount, waits) = await work.Find(
                new Sql("select what, amount, next_at is null from errands where key = $1 for update", body.Key), reader => (true, reader.GetString(0), reader.GetInt64(1), reader.GetBoolean(2)), ct);
            if (!found)
            {
                throw new RefusedException(new Refusal(Refusals.NotFound));
            }

            if (waits && payment is not null && what == Words.Of(What.PayOut))
            {
                booking.Post(payment, null, payment.Currency, [Decide.PayOutSent(payment, amount)]);
                booking.Write();
            }

            work.Write("update errands set next_at = now(), tries = 0, attention = false, account = coalesce($2, account) where key = $1", body.Key, account);
            work.AfterCommit(errands.Bell.Ring);
            return new Decided.Now(Answer.NoContent);
        }, ct);
    }
}

/// <param name="Subject">The trade, or the deposit.</param>
/// <param name="What">charge, void-charge, refund-charge, send-back or pay-out.</param>
/// <param name="Problem">What was last said: refused, voided, silent or out-of-reach.</param>
/// <param name="Waits">It is not tried again by itself.</param>
internal sealed record ErrandView(string Key, Guid Subject, string Verb, string What, long Amount, string Currency, string? Account, DateTimeOffset Since, int Tries, string? Problem, bool Waits);

/// <param name="Account">Where to send the money instead; null for where it was meant to go.</param>
internal sealed record RetryErrand(string Key, string? Account = null);
