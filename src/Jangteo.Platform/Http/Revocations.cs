using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Platform.Http;

/// <summary>
/// Sessions that were ended before they expire. They are kept in the database that every process of an installation reads, announced by
/// NOTIFY, and held in
/// memory, so that a request costs two look-ups and no query.
/// </summary>
/// <remarks>
/// A session is ended by its own id, or with all others of its person: a token carries the person's session version, and every session with
/// a smaller
/// version than the one kept here is over. A version, unlike a time, is right whatever the clocks of the machines say.
/// A process that has not read the table for <see cref="TrustedFor"/> lets no signed-in request through until it has read it again.
/// </remarks>
public sealed class Revocations([FromKeyedServices("common")] Storage common, TimeProvider machine, ILogger<Revocations> log)
{
    /// <summary>
    /// How long a process goes on with what it last read. NOTIFY brings a revocation in milliseconds; this bounds what a lost connection
    /// costs.
    /// </summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(10);

    private const string Channel = "jangteo_revocations";

    /// <summary>
    /// Taken by every writer, so that revisions become visible in the order in which they are drawn and no reader skips one.
    /// </summary>
    private const long Lock = 0x4A414E47_5256;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan ReadsWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock guard = new();
    private readonly SemaphoreSlim reading = new(1);
    private readonly Dictionary<Guid, (long Below, DateTimeOffset Until)> ended = [];
    private readonly HashSet<OpenSession> open = [];
    private long revision;
    private long? readAt;
    private DateTimeOffset forgetAt;

    /// <summary>Follows what other processes revoke, for as long as the program runs.</summary>
    public Loop Following => new("the revoked sessions", new Bell(), Follow, log) { HasLongTurns = true };

    /// <summary>Whether a session was ended. Reads the table first when it has not been read lately.</summary>
    /// <exception cref="RefusedException"><c>busy</c>: the revocations cannot be read now.</exception>
    public async ValueTask<bool> IsRevoked(Caller caller, CancellationToken ct)
    {
        if (!IsFresh() && !await TryRead(ct))
        {
            throw new RefusedException(new Refusal(Refusals.Busy, RetryAfter: RetryAfter));
        }

        lock (guard)
        {
            return IsEnded(caller);
        }
    }

    /// <summary>Ends one session.</summary>
    public Task EndSession(Caller caller, CancellationToken ct) => Add(caller.Session, long.MaxValue, caller.Until, ct);

    /// <summary>Ends every session of a person that has a smaller version. A repeated call changes nothing.</summary>
    public Task EndSessionsOf(Guid person, long version, CancellationToken ct) =>
        Add(person, version, machine.GetUtcNow() + Sessions.LongestLife, ct);

    /// <summary>
    /// Is cancelled when the session ends, in whichever way; for what stays open, such as a stream. Dispose it with what it is for.
    /// </summary>
    public OpenSession Watch(Caller caller)
    {
        var session = new OpenSession(this, caller, caller.Until - machine.GetUtcNow(), machine);
        lock (guard)
        {
            open.Add(session);
            if (IsEnded(caller))
            {
                session.End();
            }
        }

        return session;
    }

    private bool IsFresh()
    {
        lock (guard)
        {
            return readAt is { } at && machine.GetElapsedTime(at) < TrustedFor;
        }
    }

    private bool IsEnded(Caller caller) => ended.ContainsKey(caller.Session) || ended.GetValueOrDefault(caller.Id).Below > caller.Version;

    private async Task Add(Guid subject, long below, DateTimeOffset until, CancellationToken ct)
    {
        await common.Do(Cause.New(), work =>
        {
            work.Write("select pg_advisory_xact_lock($1)", Lock);
            work.Write(
                """
                insert into revocations as r (subject, below, until, revision)
                values ($1, $2, $3, nextval('revocations_revision'))
                on conflict (subject) do update
                set below = greatest(r.below, excluded.below), until = greatest(r.until, excluded.until), revision = excluded.revision
                """,
                subject, below, until);
            work.Write("select pg_notify($1, '')", Channel);
            return Task.CompletedTask;
        }, ct);
        Apply([(subject, below, until)]);
    }

    private async Task<bool> TryRead(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(ReadsWithin);
        try
        {
            await Read(onlyIfStale: true, patience.Token);
            return true;
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException
            || (away is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.LogWarning(away, "The revoked sessions cannot be read, so no session is accepted.");
            return false;
        }
    }

    /// <param name="onlyIfStale">Many requests find out at once that they need it; one reads for all.</param>
    private async Task Read(bool onlyIfStale, CancellationToken ct)
    {
        await reading.WaitAsync(ct);
        try
        {
            if (onlyIfStale && IsFresh())
            {
                return;
            }

            var began = machine.GetTimestamp();
            var rows = await common.Query(
                new Sql("select subject, below, until, revision from revocations where revision > $1 order by revision", revision),
                row => (Subject: row.GetGuid(0), Below: row.GetInt64(1), Until: row.GetFieldValue<DateTimeOffset>(2), Revision: row.GetInt64(3)),
                ct);
            Apply(rows.Select(row => (row.Subject, row.Below, row.Until)));
            revision = rows.Count == 0 ? revision : rows[^1].Revision;
            lock (guard)
            {
                readAt = began;
            }
        }
        finally
        {
            reading.Release();
        }
    }

    private void Apply(IEnumerable<(Guid Subject, long Below, DateTimeOffset Until)> rows)
    {
        OpenSession[] over;
        lock (guard)
        {
            foreach (var (subject, below, until) in rows)
            {
                ended[subject] = (Math.Max(below, ended.GetValueOrDefault(subject).Below), until);
            }

            over = [.. open.Where(session => IsEnded(session.Caller))];
        }

        foreach (var session in over)
        {
            session.End();
        }
    }

    /// <summary>
    /// Follows for as long as the connection lasts. It also asks once a second, because a notification can be lost with a connection.
    /// </summary>
    private async Task<TimeSpan> Follow(CancellationToken ct)
    {
        await using var connection = await common.Open(ct);
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(ct);
        }

        // Another server may answer than before, one that draws its revisions anew. All is read again; what is known already changes nothing.
        await reading.WaitAsync(ct);
        revision = 0;
        reading.Release();

        while (true)
        {
            await Read(onlyIfStale: false, ct);
            await Forget(ct);
            await connection.WaitAsync(Poll, ct);
        }
    }

    /// <summary>Forgets what no living token can need, here and in the table.</summary>
    private async Task Forget(CancellationToken ct)
    {
        var now = machine.GetUtcNow();
        if (now < forgetAt)
        {
            return;
        }

        forgetAt = now + ForgetEvery;
        await common.Do(Cause.New(), work =>
        {
            work.Write("delete from revocations where until < $1", now - ForgetEvery);
            return Task.CompletedTask;
        }, ct);
        lock (guard)
        {
            foreach (var subject in ended.Where(one => one.Value.Until < now - ForgetEvery).Select(one => one.Key).ToList())
            {
                ended.Remove(subject);
            }
        }
    }

    /// <summary>Something that a session keeps open.</summary>
    public sealed class OpenSession : IDisposable
    {
        private readonly Revocations revocations;
        private readonly CancellationTokenSource ending;

        internal OpenSession(Revocations revocations, Caller caller, TimeSpan life, TimeProvider machine)
        {
            this.revocations = revocations;
            Caller = caller;
            ending = new CancellationTokenSource(life > TimeSpan.Zero ? life : TimeSpan.Zero, machine);
        }

        public CancellationToken Ended => ending.Token;

        internal Caller Caller { get; }

        public void Dispose()
        {
            lock (revocations.guard)
            {
                revocations.open.Remove(this);
            }

            ending.Dispose();
        }

        internal void End()
        {
            try
            {
                ending.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It was closed at the same moment.
            }
        }
    }
}
