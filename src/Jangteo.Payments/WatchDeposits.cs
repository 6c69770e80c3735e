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

        try
        {
            await storage.Do(Cause.New(), work => Read(work, seen, ct), ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault) && !ct.IsCancellationRequested)
        {
            // One of them is at fault. Each alone, so that it stands in nobody's way.
            foreach (var deposit in seen)
            {
                await ReadAlone(deposit, ct);
            }
        }

        position = seen[^1].Position;
        return seen.Count == AtOnce ? TimeSpan.Zero : Poll;
    }

    private async Task ReadAlone(BankDeposit deposit, CancellationToken ct)
    {
        try
        {
            await storage.Do(Cause.New(), work => Read(work, [deposit], ct), ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault) && !ct.IsCancellationRequested)
        {
            log.LogError(fault, "The deposit {Deposit} at {Position} of the bank's statement cannot be booked. It is set aside for an operator.", deposit.Id, deposit.Position);
            await storage.Do(Cause.New(), async work =>
            {
                if (await Unread(work, [deposit], ct) is [var unread])
                {
                    Unbooked.Write(work, unread, fault, storage.Clock.Now);
                }
            }, ct);
        }
    }

    private async Task Read(Work work, IReadOnlyList<BankDeposit> seen, CancellationToken ct) => await Book(work, await Unread(work, seen, ct), ct);

    /// <summary>What no other process has read meanwhile. Whoever holds the row of the statement reads on, and with his commit these are read.</summary>
    private static async Task<List<BankDeposit>> Unread(Work work, IReadOnlyList<BankDeposit> seen, CancellationToken ct)
    {
        var read = await work.Find(new Sql("select position from statement for update"), reader => reader.GetInt64(0), ct);
        work.Write("update statement set position = $1", Math.Max(read, seen[^1].Position));
        return [.. seen.Where(deposit => deposit.Position > read)];
    }

    /// <summary>Finds the trade of each deposit and books what follows. One that has been booked is known by its id, and nothing follows from it again.</summary>
    public async Task Book(Work work, IReadOnlyList<BankDeposit> arrived, CancellationToken ct)
    {
        var booked = (await work.Query(new Sql("select id from deposits where id = any($1)", (object)arrived.Select(deposit => deposit.Id).ToArray()), reader => reader.GetGuid(0), ct)).ToHashSet();
        var seen = arrived.Where(deposit => !booked.Contains(deposit.Id)).ToList();
        var trades = (await work.Query(
                new Sql("select reference, trade from payments where reference = any($1)", (object)seen.Select(deposit => Reference.Read(deposit.Reference)).Distinct().ToArray()),
                reader => (Reference: reader.GetString(0), Trade: reader.GetGuid(1)), ct))
            .ToDictionary(row => row.Reference, row => row.Trade);
        var booking = await Booking.Open(work, [.. trades.Values], storage.Clock.Now, ct);
        foreach (var deposit in seen)
        {
            var payment = trades.TryGetValue(Reference.Read(deposit.Reference), out var trade) ? booking.Of(trade) : null;
            booking.Take(Decide.Seen(payment, deposit, settings.Currency, booking.Now), Cause.New());
        }

        booking.Write();
        if (booking.HasErrands)
        {
            work.AfterCommit(errands.Bell.Ring);
        }
    }
}
