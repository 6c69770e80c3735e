using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Trading;

/// <summary>Makes the moves that time makes: each in a transaction of its own, so that one that cannot be made keeps no other waiting.</summary>
internal sealed class Deadlines(
    [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades, BusinessClock clock, TimeProvider machine, Func<Intentions> intentions, ILogger<Deadlines> log)
{
    private const int Batch = 100;
    private const int AtOnce = 4;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgainSoon = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TryAgainLater = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private readonly Bell bell = new();

    public Loop Loop
    {
        get
        {
            clock.Moved += bell.Ring;
            return new Loop("deadlines", bell, FireDue, log);
        }
    }

    private async Task<TimeSpan> FireDue(CancellationToken ct)
    {
        var due = await storage.Query(
            new Sql("select trade, move from deadlines where due_at <= $1 and retry_at <= $2 order by due_at limit $3", clock.Now, machine.GetUtcNow(), Batch),
            reader => (Trade: reader.GetGuid(0), Move: reader.GetString(1)), ct);
        Exception? trouble = null;
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (deadline, token) =>
        {
            try
            {
                await Fire(deadline.Trade, deadline.Move, token);
            }
            catch (Exception passing) when (Storage.IsPassing(passing) && !token.IsCancellationRequested)
            {
                // It stays due. The others are tried too, because one of them may be locked by itself.
                trouble = passing;
            }
            catch (Npgsql.PostgresException fault)
            {
                log.LogError(fault, "The deadline {Move} of trade {Trade} failed and is tried again in {Rest}.", deadline.Move, deadline.Trade, TryAgainLater);
                await Postpone(deadline.Trade, deadline.Move, TryAgainLater, token);
            }
        });
        return trouble is null ? due.Count == Batch ? TimeSpan.Zero : Poll : throw new TimeoutException(
            "Deadlines wait for the database.", trouble);
    }

    private async Task Fire(Guid id, string move, CancellationToken ct)
    {
        var cause = Cause.New();
        using var span = Spans.Of(id, $"time makes {move}", correlation: cause.Correlation);
        var intention = await storage.Do<int?>(cause, async work =>
        {
            var locked = await trades.Lock(work, id, ct) ?? throw new InvalidOperationException($"A deadline of no trade: {id}");
            var act = new Act(Act.Time, null, clock.Now, machine.GetUtcNow(), work.Cause.Correlation);
            switch (Deciding.Fire(locked.Kind, locked.Trade, locked.SoldOut, move, act))
            {
                case Decision.Happens happens:
                    trades.Store(work, locked.Kind, happens);
                    if (happens.Trade.Intention is not null)
                    {
                        // It stays until the state is left; while its questions are refused or out of reach it is tried again.
                        WriteAttempt(work, id, move);
                        return happens.Trade.Intention.Revision;
                    }

                    return null;
                case Decision.Waits:
                    WriteRetry(work, id, move, TryAgainSoon);
                    return null;
                case Decision.No when Deed.Deadlines(locked.Kind, locked.Trade).Any(due => due.Do == move):
                    // Since the row was read the trade has entered another state with a deadline of the same name, which is not due yet.
                    return null;
                default:
                    work.Write("delete from deadlines where trade = $1 and move = $2", id, move);
                    return null;
            }
        }, ct);
        if (intention is { } revision)
        {
            _ = intentions().Carry(id, revision);
        }
    }

    private Task Postpone(Guid id, string move, TimeSpan rest, CancellationToken ct) =>
        storage.Do(Cause.New(), work =>
        {
            WriteRetry(work, id, move, rest);
            return Task.CompletedTask;
        }, ct);

    /// <summary>
    /// The deadline begins once more if its questions are not answered yes. Each beginning and its end are lines of the trade's history and
    /// messages, so the pause doubles from 30 s to 5 min: after an outage of any length the move is made within 5 min.
    /// </summary>
    private void WriteAttempt(Work work, Guid id, string move) =>
        work.Write(
            """
            update deadlines
            set attempts = attempts + 1, retry_at = $3::timestamptz + least($4::interval * power(2, least(attempts, 16)), $5::interval)
            where trade = $1 and move = $2
            """,
            id, move, machine.GetUtcNow(), TryAgainLater, LongestRest);

    private void WriteRetry(Work work, Guid id, string move, TimeSpan rest) =>
        work.Write("update deadlines set retry_at = $3 where trade = $1 and move = $2", id, move, machine.GetUtcNow() + rest);
}
