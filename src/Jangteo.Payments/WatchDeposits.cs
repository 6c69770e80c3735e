using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Payments;

/// <summary>Reads the bank's statement, and finds the trade that each deposit is for.</summary>
internal sealed class WatchDeposits([FromKeyedServices(Modules.Payments)] Storage storage, IBank bank, Settings settings, RunErrands errands, ILogger<WatchDeposits> log)
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private long position = -1;

    /// <param name="arrived">Rings when a bank in this process has seen money.</param>
    public Loop Loop(Bell arrived) => new("payments' bank statement", arrived, Turn, log);

    private async Task<TimeSpan> Turn(CancellationToken ct)
    {
        if (position < 0)
        {
            position = await storage.Find(new Sql("select position from statement"), reader => reader.GetInt64(0), ct);
        }

        var seen = await bank.DepositsSince(position, AtOnce, ct);
        if (seen.Count == 0)
        {
            return Poll;
        }

        position = await storage.Do(Cause.New(), work => Book(work, seen, ct), ct);
        return seen.Count == AtOnce ? TimeSpan.Zero : Poll;
    }

    private async Task<long> Book(Work work, IReadOnlyList<BankDeposit> seen, CancellationToken ct)
    {
        // Whoever holds this row reads the statement; what another process has read meanwhile is left out.
        var read = await work.Find(new Sql("select position from statement for update"), reader => reader.GetInt64(0), ct);
        var trades = (await work.Query(
                new Sql("select reference, trade from payments where reference = any($1)", (object)seen.Select(deposit => Reference.Read(deposit.Reference)).Distinct().ToArray()),
                reader => (Reference: reader.GetString(0), Trade: reader.GetGuid(1)), ct))
            .ToDictionary(row => row.Reference, row => row.Trade);
        var booking = await Booking.Open(work, [.. trades.Values], storage.Clock.Now, ct);
        foreach (var deposit in seen.Where(deposit => deposit.Position > read))
        {
            var payment = trades.TryGetValue(Reference.Read(deposit.Reference), out var trade) ? booking.Of(trade) : null;
            booking.Take(Decide.Seen(payment, deposit, settings.Currency, booking.Now), Cause.New());
        }

        booking.Write();
        var upTo = Math.Max(read, seen[^1].Position);
        work.Write("update statement set position = $1", upTo);
        if (booking.HasErrands)
        {
            work.AfterCommit(errands.Bell.Ring);
        }

        return upTo;
    }
}
