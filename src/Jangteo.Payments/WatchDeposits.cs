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
            // One of them is at fault. Each is booked alone, so that it does not hold up the others.
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
                    work.Changed([unread.Id]);
                }
            }, ct);
        }
    }

    private async Task Read(Work work, IReadOnlyList<BankDeposit> seen, CancellationToken ct) => await Book(work, await Unread(work, seen, ct), ct);

    /// <summary>
    /// The transfers that no other process has read meanwhile. The process that holds the row of the statement moves the position in the
    /// commit that books them.
    /// </summary>
    private static async Task<List<BankDeposit>> Unread(Work work, IReadOnlyList<BankDeposit> seen, CancellationToken ct)
    {
        var read = await work.Find(new Sql("select position from statement for update"), reader => reader.GetInt64(0), ct);
        work.Write("update statement set position = $1", Math.Max(read, seen[^1].Position));
        return [.. seen.Where(deposit => deposit.Position > read)];
    }

    /// <summary>
    /// Finds the trade that each transfer pays for and books what follows. One that has been booked is known by its id, and nothing follows
    /// from it again.
    /// </summary>
    /// <exception cref="UnfitTransferException">The bank says what cannot be; none of them is booked.</exception>
    public async Task Book(Work work, IReadOnlyList<BankDeposit> arrived, CancellationToken ct)
    {
        var seen = await New(work, arrived, ct);
        var named = (await work.Query(
                new Sql(
                    "select reference, trade from payments where reference = any($1)",
                    (object)seen.SelectMany(transfer => Reference.In(transfer.Reference)).Distinct().ToArray()),
                reader => (Reference: reader.GetString(0), Trade: reader.GetGuid(1)), ct))
            .ToDictionary(row => row.Reference, row => row.Trade);
        var found = seen.ConvertAll(
            transfer => Reference.Find(transfer.Reference, reference => named.TryGetValue(reference, out var trade) ? trade : null));
        var booking = await Booking.Open(work, [.. found.Select(one => one.Trade).OfType<Guid>().Distinct()], storage.Clock.Now, ct);
        foreach (var (transfer, (trade, isAmbiguous)) in seen.Zip(found))
        {
            var payment = trade is { } known ? booking.Of(known) : null;
            booking.Take(Decide.Seen(payment, transfer, settings.Currency, booking.Now, isAmbiguous), Cause.New());
        }

        booking.Write();
        if (booking.HasErrands)
        {
            work.AfterCommit(errands.Bell.Ring);
        }
    }

    /// <summary>Those that are not booked yet, each once however often the bank lists it.</summary>
    private async Task<List<BankDeposit>> New(Work work, IReadOnlyList<BankDeposit> arrived, CancellationToken ct)
    {
        var known = (await work.Query(
                new Sql(
                    "select id, amount, reference, currency from deposits where id = any($1)",
                    (object)arrived.Select(transfer => transfer.Id).ToArray()),
                reader => (Id: reader.GetGuid(0), Said: (Amount: reader.GetInt64(1), Reference: reader.GetString(2), Currency: reader.GetString(3))), ct))
            .ToDictionary(row => row.Id, row => row.Said);
        var fresh = new List<BankDeposit>();
        foreach (var transfer in arrived)
        {
            var said = (transfer.Amount, transfer.Reference, transfer.Currency);
            if (transfer.Amount <= 0 || transfer.Currency != settings.Currency)
            {
                throw new UnfitTransferException(
                    $"the bank says {transfer.Amount} {transfer.Currency}, and only amounts of {settings.Currency} above 0 can be booked");
            }

            if (known.TryAdd(transfer.Id, said))
            {
                fresh.Add(transfer);
            }
            else if (known[transfer.Id] is var before && before != said)
            {
                throw new UnfitTransferException(
                    $"the bank says {said.Amount} {said.Currency} with {said.Reference}, and said {before.Amount} {before.Currency} with {before.Reference} of the same transfer before");
            }
        }

        return fresh;
    }
}

/// <summary>The bank says something of a transfer that cannot be. An operator sees it, with what was said.</summary>
internal sealed class UnfitTransferException(string message) : Exception(message);
