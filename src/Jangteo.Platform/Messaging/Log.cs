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

/// <summary>What one module said, in order, for those who read it where it stands.</summary>
public interface ILog
{
    string Module { get; }

    /// <summary>The rows after a position, in order.</summary>
    Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct);

    /// <summary>The last position given out.</summary>
    Task<long> End(CancellationToken ct);

    /// <summary>Rung when rows have been added, as far as this process knows.</summary>
    void Listen(Bell bell);
}

/// <summary>
/// The log of what one module said, and its relay, which gives rows their position. In one process the log is every receiver's queue: each
/// receiver keeps its own place in it.
/// </summary>
public sealed class Log(Storage storage, ILoggerFactory logs) : ILog
{
    /// <summary>So many positions at most stand in one row of batches.</summary>
    private const int Batch = 500;

    private const int Kept = 4096;

    // What older transactions said and nobody numbered yet, in the order of ids; written down by batches, and answered whole as far as it is kept.
    private const string Number =
        """
        with due as (
            select id, row_number() over (order by id) as nth from outbox
            where xid >= (select before from relay) and xid < pg_snapshot_xmin(pg_current_snapshot())),
        numbered as (
            insert into batches (first, ids) select (select position from relay) + min(nth), array_agg(id order by nth) from due group by (nth - 1) / $1),
        counted as (
            update relay set position = position + (select count(*) from due), before = pg_snapshot_xmin(pg_current_snapshot()) where exists (select from due))
        select relay.position + due.nth, o.type, o.stream, o.receivers, o.seqs, o.message from due join outbox o using (id), relay where due.nth <= $2 order by due.nth
        """;

    private const string Numbered =
        """
        select b.first + place.nth - 1, o.type, o.stream, o.receivers, o.seqs, o.message
        from batches b, unnest(b.ids) with ordinality as place (id, nth) join outbox o on o.id = place.id
        where b.first > $1 - $3 and b.first <= $1 + $2 and b.first + place.nth - 1 > $1 and b.first + place.nth - 1 <= $1 + $2
        order by 1
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(4);

    private readonly Lock guard = new();
    private readonly List<Bell> listeners = [];
    private readonly LogRow[] recent = new LogRow[Kept];
    private long oldest;
    private long newest;

    public string Module => storage.Module;

    /// <summary>Gives the waiting rows their positions; one relay per module, however many processes run it.</summary>
    public Loop Relay => new($"{storage.Module}'s relay", storage.Sent, NumberWhatWaits, logs.CreateLogger<Log>());

    public void Listen(Bell bell)
    {
        lock (guard)
        {
            listeners.Add(bell);
        }
    }

    public Task<long> End(CancellationToken ct) => storage.Find(new Sql("select position from relay"), reader => reader.GetInt64(0), ct);

    public async Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct)
    {
        lock (guard)
        {
            if (oldest > 0 && after + 1 >= oldest)
            {
                var rows = new LogRow[Math.Clamp(newest - after, 0, most)];
                for (var index = 0; index < rows.Length; index++)
                {
                    rows[index] = recent[(after + 1 + index) % Kept];
                }

                return rows;
            }
        }

        return await storage.Query(new Sql(Numbered, after, (long)most, (long)Batch), Row, ct);
    }

    private async Task<TimeSpan> NumberWhatWaits(CancellationToken ct)
    {
        await using var work = await storage.Begin(Cause.New(), ct);
        var numbered = new List<LogRow>();
        var (end, waiting, restored) = (0L, false, false);
        await work.Read(
            ct,
            (new Sql("select pg_advisory_xact_lock(hashtext('relay'), hashtext(current_schema()))"), _ => { }
        ),
            (new Sql(Number, Batch, Kept), reader => numbered.Add(Row(reader))),
            (new Sql("select position, exists (select from outbox where xid >= before), before > pg_snapshot_xmax(pg_current_snapshot()) from relay"),
            reader => (end, waiting, restored) = (reader.GetInt64(0), reader.GetBoolean(1), reader.GetBoolean(2))));
        if (restored)
        {
            CountFromHere(work);
        }

        await work.Commit(ct);
        Announce(numbered, end);

        if (numbered.Count > 0 || waiting || restored)
        {
            // Rows of transactions that others still run beside cannot be numbered yet; a moment's rest also lets more rows share the next commit.
            await Task.Delay(Gather, ct);
            return TimeSpan.Zero;
        }

        return Poll;
    }

    /// <summary>
    /// A database that was restored into another server counts its transactions from a lower number: what is said from now on would look as if it had
    /// gone out long ago. What has gone out is made older than everything, and what has not as young as this transaction. What somebody is just saying
    /// is seen by neither statement: so the count begins at the oldest transaction that still runs, and is set before the rows are looked at.
    /// </summary>
    private static void CountFromHere(Work work)
    {
        work.Write("update relay set before = pg_snapshot_xmin(pg_current_snapshot())");
        work.Write("update outbox set xid = case when id in (select unnest(ids) from batches) then '0' else pg_current_xact_id() end");
    }

    private void Announce(List<LogRow> numbered, long end)
    {
        lock (guard)
        {
            if (newest == end)
            {
                return;
            }

            // What another process has numbered, or more than can be kept, is read from the table.
            if (newest + numbered.Count != end)
            {
                oldest = 0;
            }

            foreach (var row in numbered)
            {
                recent[row.Position % Kept] = row;
                oldest = oldest == 0 ? row.Position : Math.Max(oldest, row.Position - Kept + 1);
            }

            newest = end;
            if (numbered.Count == 0 || numbered[^1].Position != end)
            {
                oldest = 0;
            }

            listeners.ForEach(bell => bell.Ring());
        }
    }

    private static LogRow Row(Npgsql.NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), reader.GetGuid(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<int[]>(4), reader.GetString(5));
}
