using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Messaging;

/// <summary>The transport within a process: a module reads a sender's log where it stands, and keeps its place in it in the transaction of the effect.</summary>
public sealed class LogReader(Receiver receiver, ILog log, Storage storage, Faults faults, Alarms alarms, ILogger<LogReader> logger)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(100);

    private readonly Bell bell = new();
    private readonly LogContinuity continuity = new(receiver.Module, log, storage, alarms);
    private Guid mark;
    private long position = -1;
    private long keptPosition = -1;

    public Loop Loop
    {
        get
        {
            log.Listen(bell);
            return new Loop($"{receiver.Module} hearing {log.Module}", bell, Turn, logger);
        }
    }

    /// <summary>Hears what there is and comes back: for a copy that is made while nobody waits for it.</summary>
    /// <param name="heard">Told the place in the sender's log after each batch.</param>
    public async Task HearToTheEnd(Action<long> heard, CancellationToken ct)
    {
        while (await Turn(ct) == TimeSpan.Zero || await receiver.HearAside(ct))
        {
            heard(position);
        }
    }

    private async Task<TimeSpan> Turn(CancellationToken ct)
    {
        if (receiver.IsDeaf)
        {
            return AskSoon;
        }

        await continuity.VerifyNowAndThen(ct);
        if (position < 0)
        {
            position = await storage.Find(new Sql("select position from reading where sender = $1", log.Module), reader => reader.GetInt64(0), ct);
            keptPosition = position;
        }

        var rows = await log.Read(position, Receiver.Batch, ct);
        if (rows.Count > 0)
        {
            var (arrived, kept) = faults.Deliver(rows);
            var upTo = rows[kept - 1].Position;
            mark = rows[kept - 1].Mark;
            var mine = arrived.Where(row => row.SeqFor(receiver.Module) is not null)
                .Select(row => new Arriving(log.Module, row.Stream, row.SeqFor(receiver.Module)!.Value, row.Type, row.Text)).ToList();
            if (mine.Count > 0)
            {
                if (faults.IsOn(Faults.ReadBeforeDone))
                {
                    await KeepPosition(upTo, ct);
                }

                await receiver.Hear(mine, work => continuity.WritePosition(work, upTo, mark), ct);
                if (rows.Count < Receiver.Batch && receiver.Gathers > TimeSpan.Zero)
                {
                    await Task.Delay(receiver.Gathers, ct);
                }
            }

            position = upTo;
            keptPosition = mine.Count > 0 ? upTo : keptPosition;
            return TimeSpan.Zero;
        }

        if (keptPosition != position)
        {
            // Rows for others need no commit each; the place is kept when there is nothing else to do.
            await KeepPosition(position, ct);
            keptPosition = position;
        }

        return Poll;
    }

    private Task KeepPosition(long upTo, CancellationToken ct) =>
        storage.Do(Cause.New(), work =>
        {
            continuity.WritePosition(work, upTo, mark);
            return Task.CompletedTask;
        }, ct);
}
