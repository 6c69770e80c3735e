using System.Text.Json;
using Jangteo.Contracts;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>
/// One transaction. What is read is read at once; what is written and sent waits and goes out with the commit in one batch, so that a
/// transaction of one read and many writes costs two round trips.
/// </summary>
public sealed class Work : IAsyncDisposable
{
    private readonly Storage storage;
    private readonly Lease lease;
    private readonly List<Sql> later = [];
    private readonly List<Outgoing> outgoing = [];
    private readonly List<Action> afterCommit = [];
    private readonly HashSet<Guid> changed = [];
    private bool begun;
    private bool committed;
    private bool isShared;

    internal Work(Storage storage, Lease lease, Cause cause)
    {
        this.storage = storage;
        this.lease = lease;
        Cause = cause;
    }

    /// <summary>What everything sent by this transaction follows from, unless a message says otherwise.</summary>
    public Cause Cause { get; set; }

    /// <summary>The module whose schema this works on.</summary>
    public string Module => storage.Module;

    /// <summary>Business time.</summary>
    public DateTimeOffset Now => storage.Clock.Now;

    /// <summary>How many acts of operators this transaction records.</summary>
    public int Acts { get; private set; }

    /// <summary>True when something was written or sent.</summary>
    public bool HasWritten => later.Count > 0 || outgoing.Count > 0 || changed.Count > 0;

    /// <summary>The rows of one statement.</summary>
    public async Task<List<T>> Query<T>(Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        var rows = new List<T>();
        await Read(ct, (sql, reader => rows.Add(read(reader))));
        return rows;
    }

    /// <summary>The only row of a statement, or nothing.</summary>
    public async Task<T?> Find<T>(Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        T? found = default;
        await Read(ct, (sql, reader => found = read(reader)));
        return found;
    }

    /// <summary>Several statements in one round trip, each of which answers with rows.</summary>
    public Task Read(CancellationToken ct, params (Sql Sql, Action<NpgsqlDataReader> Row)[] reads) => lease.Read(NewBatch(), reads, ct);

    /// <summary>Writes when the transaction commits, in the order of calling.</summary>
    public void Write(string text, params object?[] values) => later.Add(new Sql(text, values));

    /// <summary>Writes now what has been left for later, so that the next read sees it and a broken constraint shows here.</summary>
    public async Task Flush(CancellationToken ct)
    {
        if (!HasWritten)
        {
            return;
        }

        var batch = NewBatch();
        AddLater(batch);
        await lease.Execute(batch, ct);
    }

    /// <summary>Sends a message with the commit. Every message of a stream must be sent while something of that stream is locked, which gives it its order.</summary>
    /// <param name="receiver">The one module a request goes to, or an answer beside those that its type names; null otherwise.</param>
    public void Send(string type, Guid stream, object body, MessageContext context, string? receiver = null)
    {
        var declared = MessageTypes.Of(type);
        var receivers = declared.Receivers.Append(receiver).OfType<string>().Order(StringComparer.Ordinal).ToArray();
        var message = new Message(
            Ids.New(), type, storage.Module, stream, context, Cause.Correlation, Cause.Causation, Spans.Traceparent(type, context.Trade, Cause), storage.Clock.Now,
            JsonSerializer.SerializeToElement(body, body.GetType(), Wire.Json));
        outgoing.Add(new Outgoing(stream, type, receivers, Cause.Correlation, JsonSerializer.Serialize(message, Wire.Json)));
        if (!Sends)
        {
            Sends = true;
            AfterCommit(storage.Sent.Ring);
        }
    }

    /// <summary>True when something is sent with this transaction.</summary>
    public bool Sends { get; private set; }

    /// <summary>
    /// Tells the integrity watch, with the commit, which of the module's subjects this changes. Of a stream that is said something of, the
    /// log tells it.
    /// </summary>
    public void Changed(IEnumerable<Guid> subjects) => changed.UnionWith(subjects);

    /// <summary>Done once, when the commit is known to have happened. Must be harmless to lose: a process may die before it.</summary>
    public void AfterCommit(Action action) => afterCommit.Add(action);

    /// <summary>Called by the record of an operator's act, so that a command that records none is noticed before its commit.</summary>
    internal void CountAct() => Acts++;

    public async Task Commit(CancellationToken ct)
    {
        if (HasWritten || begun)
        {
            var batch = NewBatch();
            AddLater(batch);
            batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
            await lease.Execute(batch, ct);
        }

        committed = true;
        foreach (var action in afterCommit)
        {
            action();
        }
    }

    public ValueTask DisposeAsync() => lease.End(begun && !committed ? "rollback" : null);

    private NpgsqlBatch NewBatch()
    {
        var batch = lease.NewBatch();
        if (!begun)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("begin"));
            begun = true;
        }

        return batch;
    }

    private void AddLater(NpgsqlBatch batch)
    {
        if (HasWritten && !isShared)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Standstill.Share));
            isShared = true;
        }

        foreach (var sql in later)
        {
            batch.BatchCommands.Add(sql.ToCommand());
        }

        later.Clear();
        if (changed.Count > 0)
        {
            var noting = new Sql("insert into integrity_changes (subject) select unnest($1::uuid[])", changed.ToArray());
            batch.BatchCommands.Add(noting.ToCommand());
            changed.Clear();
        }

        foreach (var sql in Outgoing.Statements(outgoing))
        {
            batch.BatchCommands.Add(sql.ToCommand());
        }

        outgoing.Clear();
    }
}

/// <summary>What something follows from: the same correlation for everything that one request of a person led to.</summary>
/// <param name="Traceparent">The span it follows from, where that is not what is going on here: one of many messages, or an errand of before.</param>
public readonly record struct Cause(Guid Correlation, Guid Causation, string? Traceparent = null)
{
    /// <summary>The beginning of a chain: a command, a deadline, a worker.</summary>
    public static Cause New()
    {
        var id = Ids.New();
        return new Cause(id, id);
    }

    public static Cause Of(Message message) => new(message.Correlation, message.Id, message.Traceparent);

    /// <summary>What a question was asked for.</summary>
    public static Cause Of(Request question) => question.Correlation is { } correlation ? new Cause(correlation, correlation) : New();
}
