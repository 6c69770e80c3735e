using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Messaging;

/// <summary>One row of a module's log of what it said.</summary>
/// <param name="Position">Gapless, in an order in which every stream is in the order of its commits.</param>
public sealed record LogRow(long Position, string Type, Guid Stream, string[] Receivers, int[] Seqs, string Text)
{
    /// <summary>The place of this message among those of its stream to one receiver, or null when it is not for it.</summary>
    public int? SeqFor(string receiver)
    {
        var index = Array.IndexOf(Receivers, receiver);
        return index < 0 ? null : Seqs[index];
    }
}

/// <summary>
/// The log of what one module said, and its relay, which gives rows their position. In one process the log is every receiver's queue: each
/// receiver keeps its own place in it.
/// </summary>
public sealed class Log(Storage storage, ILoggerFactory logs)
{
    private const int Batch = 500;
    private const int Kept = 4096;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(4);

    private readonly Lock guard = new();
    private readonly List<Bell> listeners = [];
    private readonly Queue<LogRow> recent = new();

    public string Module => storage.Module;

    /// <summary>Gives the waiting rows their positions; one relay per module, however many processes run it.</summary>
    public Loop Relay => new($"{storage.Module}'s relay", storage.Sent, Stamp, logs.CreateLogger<Log>());

    /// <summary>Rung when rows have been added.</summary>
    public void Listen(Bell bell)
    {
        lock (guard)
        {
            listeners.Add(bell);
        }
    }

    /// <summary>The last position given out.</summary>
    public Task<long> End(CancellationToken ct) => storage.Find(new Sql("select position from relay"), reader => reader.GetInt64(0), ct);

    /// <summary>The rows after a position, in order.</summary>
    public async Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct)
    {
        lock (guard)
        {
            if (recent.TryPeek(out var oldest) && oldest.Position <= after + 1)
            {
                return [.. recent.SkipWhile(row => row.Position <= after).Take(most)];
            }
        }

        return await storage.Query(
            new Sql("select position, type, stream, receivers, seqs, message from outbox where position > $1 order by position limit $2", after, most), Row, ct);
    }

    private async Task<TimeSpan> Stamp(CancellationToken ct)
    {
        await using var work = await storage.Begin(Cause.New(), ct);
        var stamped = new List<LogRow>();
        var waiting = false;
        await work.Read(
            ct,
            (new Sql("select pg_advisory_xact_lock(hashtext('relay'), hashtext(current_schema()))"), _ => { }
        ),
            (new Sql(
                """
                with next as (
                    select id, (select position from relay) + row_number() over (order by id) as position
                    from (select id from outbox where position is null and xid < pg_snapshot_xmin(pg_current_snapshot()) order by id limit $1) ready),
                stamped as (
                    update outbox o set position = next.position from next where o.id = next.id
                    returning o.position, o.type, o.stream, o.receivers, o.seqs, o.message),
                counted as (update relay set position = position + (select count(*) from stamped) where exists (select from stamped))
                select * from stamped order by position
                """,
                Batch), reader => stamped.Add(Row(reader))),
            (new Sql("select exists (select from outbox where position is null)"), reader => waiting = reader.GetBoolean(0)));
        await work.Commit(ct);
        if (stamped.Count > 0)
        {
            Announce(stamped);
        }

        if (stamped.Count > 0 || waiting)
        {
            // Rows of transactions that others still run beside cannot be stamped yet; a moment's rest also lets more rows share the next commit.
            await Task.Delay(Gather, ct);
            return TimeSpan.Zero;
        }

        return Poll;
    }

    private void Announce(List<LogRow> stamped)
    {
        lock (guard)
        {
            if (recent.Count > 0 && recent.Last().Position + 1 != stamped[0].Position)
            {
                recent.Clear();
            }

            foreach (var row in stamped)
            {
                recent.Enqueue(row);
                if (recent.Count > Kept)
                {
                    recent.Dequeue();
                }
            }

            listeners.ForEach(bell => bell.Ring());
        }
    }

    private static LogRow Row(Npgsql.NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), reader.GetGuid(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<int[]>(4), reader.GetString(5));
}
