using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Messaging;

/// <summary>One row of a module's log of what it said.</summary>
/// <param name="Position">Gapless, in an order in which every stream is in the order of its commits.</param>
public sealed record LogRow(long Position, string Type, Guid Stream, string[] Receivers, int[] Seqs, string Text)
{
    private const string Opening = "{\"id\":\"";

    /// <summary>The id of the message: by it a receiver knows later that this is still the log it has heard.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Guid Mark => MarkOf(Text);

    /// <summary>The id of a message as it is written; that of one that cannot be read is made of its text.</summary>
    public static Guid MarkOf(string text) =>
        text.StartsWith(Opening, StringComparison.Ordinal) && text.Length >= Opening.Length + 36
            && Guid.TryParseExact(text.AsSpan(Opening.Length, 36), "D", out var id)
            ? id
            : new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

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

    /// <summary>The mark of the row at a position, or null where the log does not go so far.</summary>
    /// <remarks>Never from memory: what one process keeps of the log may end before what another has numbered.</remarks>
    Task<Guid?> MarkAt(long position, CancellationToken ct);

    /// <summary>
    /// The newest rows of some streams, so many of each at most, those of a stream in their order. They may have no position yet; then it
    /// is 0.
    /// </summary>
    Task<IReadOnlyList<LogRow>> ReadStreams(Guid[] streams, int mostOfEach, CancellationToken ct);

    /// <summary>Rung when rows have been added, as far as this process knows.</summary>
    void Listen(Bell bell);
}

/// <summary>
/// The log of what one module said, and its relay, which gives rows their position. In one process the log is every receiver's queue: each
/// receiver keeps its own place in it.
/// </summary>
public sealed class Log(Storage storage, ILoggerFactory logs, Alarms? alarms = null) : ILog
{
    /// <summary>So many positions at most stand in one row of batches.</summary>
    private const int Batch = 500;

    private const int Kept = 4096;

    /// <summary>How far ids had been drawn, read before anything else.</summary>
    private const string Drawn =
        "select set_config('jangteo.drawn', coalesce(pg_sequence_last_value('outbox_id_seq'::regclass), 0)::text, true)";

    /// <summary>
    /// The last id up to which every transaction that drew one has ended: up to there no row can still appear, so the rows can get their
    /// positions. It is the smaller of the last id drawn (<see cref="Drawn"/>, read before) and the smallest id in the locks held now.
    /// <para>
    /// Before a transaction draws its first id it takes a shared advisory lock, kept until it ends (<c>Outgoing</c>). The key is a bigint:
    /// below, 40 bits of the last id drawn by then (<c>1099511627775</c> is 2^40 - 1), so all ids of the holder are greater; above, 23 bits
    /// of the schema's hash (<c>8388607</c> is 2^23 - 1), which keep modules in one database apart and the key positive. <c>pg_locks</c>
    /// shows its halves as <c>classid</c> and <c>objid</c>; <c>objsubid</c> is 1 for a key of one bigint, and 2 for the locks on two ints
    /// that are taken elsewhere. Two schemas with one hash only wait for each other's transactions.
    /// </para>
    /// <para>
    /// The last id drawn is 40. A takes the lock 40 and draws 41. B takes the lock 41, draws 42 and commits. The relay reads 42 as the last
    /// id drawn and finds A's lock: min(42, 40) = 40, and 42 waits, because 41 can still be committed before it. A commits 41. The relay
    /// reads 42 and finds no lock: 41 and 42 get their positions, in this order.
    /// </para>
    /// <para>
    /// The order of the three statements is the guarantee. If the locks were read first: none is held; C takes the lock 42 and draws 43;
    /// D takes 43, draws 44 and commits; the last id drawn is then 44, and 43 would be passed over for ever when C commits it. Read first,
    /// the last id is 42, and whatever C and D draw later is greater. And rows are numbered by a statement after both, whose snapshot shows
    /// every transaction that had ended by then.
    /// </para>
    /// </summary>
    private const string Settled =
        """
        select set_config('jangteo.settled', least(current_setting('jangteo.drawn')::bigint, min(key & 1099511627775))::text, true)
        from (select (classid::bigint << 32) | objid::bigint as key from pg_locks
              where locktype = 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname = current_database())) held
        where key >> 40 = hashtext(current_schema())::bigint & 8388607
        """;

    // The rows of ended transactions that have no position yet, in the order of ids; written down by batches, and answered whole as far as
    // it is kept.
    private const string Number =
        """
        with due as (
            select id, row_number() over (order by id) as nth from outbox
            where id > (select numbered from relay) and id <= current_setting('jangteo.settled')::bigint),
        numbered as (
            insert into batches (first, ids) select (select position from relay) + min(nth), array_agg(id order by nth) from due group by (nth - 1) / $1),
        counted as (
            update relay set position = position + (select count(*) from due), numbered = current_setting('jangteo.settled')::bigint where exists (select from due))
        select relay.position + due.nth, o.type, o.stream, o.receivers, o.seqs, o.message from due join outbox o using (id), relay where due.nth <= $2 order by due.nth
        """;

    private const string Numbered =
        """
        select b.first + place.nth - 1, o.type, o.stream, o.receivers, o.seqs, o.message
        from batches b, unnest(b.ids) with ordinality as place (id, nth) join outbox o on o.id = place.id
        where b.first > $1 - $3 and b.first <= $1 + $2 and b.first + place.nth - 1 > $1 and b.first + place.nth - 1 <= $1 + $2
        order by 1
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(4);

    private readonly Lock guard = new();
    private readonly List<Bell> listeners = [];
    private readonly LogRow[] recent = new LogRow[Kept];
    private long oldest;
    private long newest;

    /// <summary>Whether the relay of this process has looked once, so that <see cref="newest"/> is where the log ends.</summary>
    private bool isBegun;

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

    public async Task<Guid?> MarkAt(long position, CancellationToken ct) =>
        (await storage.Query(new Sql(Numbered, position - 1, 1L, (long)Batch), Row, ct)) is [var row] ? row.Mark : null;

    public async Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct)
    {
        lock (guard)
        {
            if (isBegun && after >= newest)
            {
                // The relay rings when there is more.
                return [];
            }

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

    public async Task<IReadOnlyList<LogRow>> ReadStreams(Guid[] streams, int mostOfEach, CancellationToken ct) => await storage.Query(
        new Sql(
            """
            select 0::bigint, o.type, o.stream, o.receivers, o.seqs, o.message
            from unnest($1::uuid[]) as asked (stream)
            cross join lateral (select * from outbox where outbox.stream = asked.stream order by id desc limit $2) o
            order by o.id
            """,
            streams, mostOfEach), Row, ct);

    private async Task<TimeSpan> NumberWhatWaits(CancellationToken ct)
    {
        await using var work = await storage.Begin(Cause.New(), ct);
        var numbered = new List<LogRow>();
        var (end, waiting, ageOfWaiting) = (0L, false, (string?)null);
        await work.Read(
            ct,
            (new Sql("select pg_advisory_xact_lock(hashtext('relay'), hashtext(current_schema()))"), _ => { }
        ),
            (new Sql(Drawn), _ => { }
        ),
            (new Sql(Settled), _ => { }
        ),
            (new Sql(Number, Batch, Kept), reader => numbered.Add(Row(reader))));
        await work.Read(
            ct,
            (new Sql("select position, (select message from outbox where id > numbered order by id limit 1) from relay"),
            reader => (end, ageOfWaiting) = (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1))));
        waiting = ageOfWaiting is not null;
        RefuseWhatWentBack(end);
        if (!isBegun)
        {
            // Receivers look again whether they know this log when it comes under a new epoch, for instance after a restore.
            work.Write("update relay set epoch = $1", Ids.New());
        }

        await work.Commit(ct);
        Announce(numbered, end);

        if (numbered.Count > 0 || waiting)
        {
            // Rows of transactions that have not ended cannot be numbered yet; a moment's rest also lets more rows share the next commit.
            await Task.Delay(Gather, ct);
            return TimeSpan.Zero;
        }

        return Poll;
    }

    /// <summary>
    /// The database was restored to an earlier point under this process, which has given out more positions than it knows of.
    /// </summary>
    private void RefuseWhatWentBack(long end)
    {
        lock (guard)
        {
            if (end < newest)
            {
                var back = new LogWentBackException(storage.Module, storage.Module, newest, end);
                alarms?.Raise(storage.Module, "log", back.Sort, isReady: false, back.Facts);
                throw back;
            }
        }
    }

    private void Announce(List<LogRow> numbered, long end)
    {
        lock (guard)
        {
            isBegun = true;
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
