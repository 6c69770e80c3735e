using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;

namespace Jangteo.Payments.Operating;

/// <summary>What needs an operator in Payments: parked messages, proposals, payment tasks that fail, transfers of which it is not known what they pay, and those not booked.</summary>
internal static class NeedOperators
{
    public static async Task<IReadOnlyList<NeedsAttention>> List(Storage storage, CancellationToken ct) =>
    [
        .. await AttentionLists.Parked(storage, ct),
        .. await AttentionLists.Proposals(storage, ct),
        .. await storage.Query(
            new Sql("select key, what, amount, problem, since, case when revision > 0 then subject end from errands where attention order by key desc limit $1", AttentionLists.Most),
            row => new NeedsAttention(
                Modules.Payments, "payment-task", row.GetString(0), row.IsDBNull(5) ? null : row.GetGuid(5), $"{row.GetString(1)} {Amount(row.GetInt64(2))}: {(row.IsDBNull(3) ? "" : row.GetString(3))}",
                row.GetFieldValue<DateTimeOffset>(4)), ct),
        .. await storage.Query(
            new Sql($"select {Deposits.Columns} from deposits where state = $1 order by position desc limit $2", Words.Of(DepositState.Waiting), AttentionLists.Most),
            row => Of(Deposits.Read(row)), ct),
        .. await storage.Query(
            new Sql("select position, reason, at from unbooked order by position desc limit $1", AttentionLists.Most),
            row => new NeedsAttention(
                Modules.Payments, "unbooked", row.GetInt64(0).ToString(CultureInfo.InvariantCulture), null, row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)), ct),
    ];

    private static NeedsAttention Of(Deposit transfer) => new(
        Modules.Payments, "transfer", transfer.Id.ToString(), transfer.Trade, $"{Amount(transfer.Rest)} {transfer.Currency}, {transfer.Reference}: {Words.Of(transfer.Fits)}", transfer.At);

    private static string Amount(long minor) => minor.ToString(CultureInfo.InvariantCulture);
}
