using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Payments;

/// <summary>Deposits as they are stored.</summary>
internal static class Deposits
{
    public const string Columns = "id, reference, amount, payer, trade, state, fits, currency, at";

    public static Deposit Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetGuid(4), Words.Find<DepositState>(row.GetString(5))!.Value,
        Words.Find<Fits>(row.GetString(6))!.Value, row.GetString(7), row.GetFieldValue<DateTimeOffset>(8));

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
