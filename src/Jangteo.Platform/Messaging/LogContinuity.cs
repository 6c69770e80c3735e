using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Messaging;

/// <summary>
/// Whether a sender's log is still the one that a receiver has heard. A database that was restored to an earlier point gives out positions
/// once more, to other messages: a receiver would take them for those it knows and drop them. So it keeps, with its position, which message
/// stands there, and compares.
/// </summary>
public sealed class LogContinuity(string receiver, ILog log, Storage storage, Alarms alarms)
{
    /// <summary>How often it is compared without any reason to.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private long comparedAt = long.MinValue;

    private string About => $"log of {log.Module}";

    /// <summary>Compares now and then.</summary>
    /// <inheritdoc cref="Verify" path="/exception"/>
    public Task VerifyNowAndThen(CancellationToken ct) =>
        comparedAt != long.MinValue && Environment.TickCount64 - comparedAt < Every.TotalMilliseconds ? Task.CompletedTask : Verify(ct);

    /// <summary>Compares the log with what has been heard of it.</summary>
    /// <exception cref="LogWentBackException">It is another: nothing of it may be heard.</exception>
    public async Task Verify(CancellationToken ct)
    {
        var (position, mark) = await storage.Find(
            new Sql("select position, mark from reading where sender = $1", log.Module),
            reader => (reader.GetInt64(0), reader.IsDBNull(1) ? (Guid?)null : reader.GetGuid(1)), ct);
        if (position > 0)
        {
            var there = await log.MarkAt(position, ct);
            if (there is null || (mark is not null && there != mark))
            {
                var back = new LogWentBackException(log.Module, receiver, position, there is null ? await log.End(ct) : null);
                alarms.Raise(receiver, About, back.Sort, isReady: false, back.Facts);
                throw back;
            }
        }

        comparedAt = Environment.TickCount64;
        alarms.Clear(receiver, About);
    }

    /// <summary>Writes how far the log has been heard, with the transaction of the effect.</summary>
    /// <param name="epoch">Under which it came, where it came by the broker.</param>
    public void WritePosition(Work work, long position, Guid mark, Guid? epoch = null) =>
        work.Write(
            """
            insert into reading as r (sender, position, mark, epoch) values ($1, $2, $3, $4::uuid)
            on conflict (sender) do update set
                position = greatest(r.position, $2), mark = case when $2 >= r.position then $3 else r.mark end, epoch = coalesce($4::uuid, r.epoch)
            """,
            log.Module, position, mark, epoch);
}
