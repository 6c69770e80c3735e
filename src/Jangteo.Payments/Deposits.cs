using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Payments;

/// <summary>Deposits as they are stored.</summary>
internal static class Deposits
{
    public const string Columns = "id, position, reference, amount, payer, trade, state, fits, currency, at, counted";

    public static Deposit Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4),
        row.IsDBNull(5) ? null : row.GetGuid(5), Words.Find<DepositState>(row.GetString(6))!.Value,
        Words.Find<Fits>(row.GetString(7))!.Value, row.GetString(8), row.GetFieldValue<DateTimeOffset>(9), row.GetInt64(10));

    /// <summary>The transfers that name a trade, in the order of their arrival.</summary>
    public static Task<List<Deposit>> OfTrade(Storage storage, Guid trade, CancellationToken ct) =>
        storage.Query(new Sql($"select {Columns} from deposits where trade = $1 order by position", trade), Read, ct);

    /// <summary>Those of a trade that wait because no account to send them back to was known.</summary>
    public static Task<List<Deposit>> LockWaiting(Work work, Guid trade, CancellationToken ct) =>
        work.Query(
            new Sql(
                $"select {Columns} from deposits where trade = $1 and state = $2 order by id for update", trade,
                Words.Of(DepositState.Waiting)),
            Read, ct);

    public static Task<Deposit?> Lock(Work work, Guid id, CancellationToken ct) =>
        work.Find(new Sql($"select {Columns} from deposits where id = $1 for update", id), Read, ct);

    /// <summary>The bank has sent a deposit back.</summary>
    public static async Task SentBack(Booking booking, Work work, Errand errand, Cause cause, CancellationToken ct)
    {
        var deposit = await Lock(work, errand.Subject, ct) ?? throw new InvalidOperationException($"{errand.Key} sends back a deposit that nobody knows.");
        var payment = deposit.Trade is { } trade ? await booking.Join(trade, ct) : null;
        booking.Take(Decide.SentBack(payment, deposit, errand.Amount), cause);
    }
}
