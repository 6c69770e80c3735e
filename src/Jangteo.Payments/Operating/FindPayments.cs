using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Operating;

/// <summary>
/// GET /api/operator/payments/find: payments by the reference of their transfer or by their amount, and transfers by what was written on
/// them, by the account that they came from, or by their amount. The newest of each.
/// </summary>
internal static class FindPayments
{
    private const int Most = 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/payments/find", Handle).WithName("findPayments").WithTags("operator")
            .WithSummary("Payments and transfers by reference, account or amount.");

    private static async Task<Ok<FoundPayments>> Handle(
        HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage, Settings settings, string? q, CancellationToken ct)
    {
        Caller.Operator(http);
        var word = Asked.Text(q, "q", TextRules.Account.Longest);
        var amount = word is null ? null : AmountIn(word, settings.Currency);
        var payments = new List<FoundPayment>();
        var transfers = new List<DepositView>();
        if (word is not null)
        {
            await storage.Read(
                ct,
                (new Sql(
                    """
                    select trade, kind, reference, amount, currency, standing from payments
                    where reference = $1 or amount = $2::bigint order by trade desc limit $3
                    """,
                    Reference.Read(word), amount, Most),
                reader => payments.Add(new FoundPayment(
                    reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3),
                    reader.GetString(4), reader.GetString(5)))),
                (new Sql(
                    $"""
                    select {Deposits.Columns} from deposits
                    where position(lower($1) in lower(reference || ' ' || payer)) > 0 or amount = $2::bigint order by position desc limit $3
                    """,
                    word, amount, Most),
                reader => transfers.Add(DepositView.Of(Deposits.Read(reader)))));
        }

        return TypedResults.Ok(new FoundPayments(payments, transfers, payments.Count == Most || transfers.Count == Most));
    }

    /// <summary>An amount as pages and people write it, such as ₩20,000, 20000원 or $12.50, in minor units; null when it is none.</summary>
    private static long? AmountIn(string word, string currency)
    {
        var number = string.Concat(word.Where(letter => char.IsAsciiDigit(letter) || letter == '.'));
        var isAmount = word.Where(letter => letter != '원').All(letter => char.IsAsciiDigit(letter) || !char.IsLetterOrDigit(letter));
        return isAmount && number.Length is > 0 and <= 15
            && decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? (long)(amount * (decimal)Math.Pow(10, Currencies.DigitsOf(currency)))
            : null;
    }
}

/// <param name="Partial">There may be more: the newest are given.</param>
internal sealed record FoundPayments(IReadOnlyList<FoundPayment> Payments, IReadOnlyList<DepositView> Transfers, bool Partial);

/// <param name="Reference">What the buyer writes on the transfer, where it is paid by one.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="Standing">nothing, expected, held or paid-out.</param>
internal sealed record FoundPayment(Guid Trade, string Kind, string? Reference, long Amount, string Currency, string Standing);
