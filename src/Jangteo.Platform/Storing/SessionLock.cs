namespace Jangteo.Platform.Storing;

/// <summary>
/// A lock that belongs to a session of the database and to no transaction. A transaction that waits for something outside holds back the
/// cleaning of tables, and the server ends it after <see cref="DatabaseTimeouts.IdleInTransaction"/>; this lock does neither. It is given
/// back on dispose, and by the server when the session ends.
/// </summary>
public sealed class SessionLock : IAsyncDisposable
{
    private const string Release = "select pg_advisory_unlock_all()";

    private readonly Lease lease;

    private SessionLock(Lease lease) => this.lease = lease;

    internal static async Task<SessionLock?> TryTake(Lease lease, string name, CancellationToken ct)
    {
        var isTaken = false;
        try
        {
            var sql = new Sql("select pg_try_advisory_lock(hashtext($1), hashtext(current_schema()))", name);
            await lease.Read(lease.NewBatch(), [(sql, row => isTaken = row.GetBoolean(0))], ct);
        }
        catch
        {
            // The statement may still succeed after it was given up.
            await lease.End(Release);
            throw;
        }

        if (isTaken)
        {
            return new SessionLock(lease);
        }

        await lease.End(last: null);
        return null;
    }

    /// <summary>
    /// Runs a statement in the session of the lock: it fails when the server has ended the session, because the lock is lost then.
    /// </summary>
    public Task Execute(Sql sql, CancellationToken ct)
    {
        var batch = lease.NewBatch();
        batch.BatchCommands.Add(sql.ToCommand());
        return lease.Execute(batch, ct);
    }

    /// <summary>Fails when the lock was lost.</summary>
    public Task MustBeHeld(CancellationToken ct) => Execute(new Sql("select 1"), ct);

    public ValueTask DisposeAsync() => lease.End(Release);
}
