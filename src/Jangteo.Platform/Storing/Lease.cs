using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>
/// A connection of a module for one transaction or one read, and its place in the queue for connections. What was given up in the middle (a hung server, a caller
/// who has gone) keeps both until it has ended by itself: a connection with a statement under way cannot be used for anything else.
/// </summary>
internal sealed class Lease : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly ServerWatch watch;
    private readonly SemaphoreSlim places;
    private Task running = Task.CompletedTask;

    private Lease(NpgsqlConnection connection, ServerWatch watch, SemaphoreSlim places) => (this.connection, this.watch, this.places) = (connection, watch, places);

    /// <summary>Takes one; to be disposed by the caller.</summary>
    public static async Task<Lease> Take(NpgsqlDataSource source, ServerWatch watch, SemaphoreSlim places, CancellationToken ct)
    {
        await watch.Enter(places, ct);
        var opening = source.OpenConnectionAsync(CancellationToken.None).AsTask();
        try
        {
            return new Lease(await watch.Wait(opening, ct), watch, places);
        }
        catch
        {
            _ = GiveBack(opening, places);
            throw;
        }
    }

    public NpgsqlBatch NewBatch() => new(connection);

    /// <summary>Runs statements on the connection, one call after the other.</summary>
    public Task<T> Run<T>(Func<Task<T>> statements, CancellationToken ct)
    {
        var task = statements();
        running = task;
        return watch.Answer(task, ct);
    }

    /// <summary>Reads the rows of each statement of a batch; statements that stand before them, such as a begin, have no rows.</summary>
    public Task Read(NpgsqlBatch batch, (Sql Sql, Action<NpgsqlDataReader> Row)[] reads, CancellationToken ct)
    {
        foreach (var (sql, _) in reads)
        {
            batch.BatchCommands.Add(sql.ToCommand());
        }

        return Run(async () =>
        {
            await using (batch)
            {
                await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
                foreach (var (_, row) in reads)
                {
                    while (await reader.ReadAsync(CancellationToken.None))
                    {
                        row(reader);
                    }

                    await reader.NextResultAsync(CancellationToken.None);
                }
            }

            return true;
        }, ct);
    }

    /// <summary>Runs a batch whose statements answer with nothing.</summary>
    public Task Execute(NpgsqlBatch batch, CancellationToken ct) => Run(async () =>
    {
        await using (batch)
        {
            return await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }, ct);

    /// <summary>Gives the connection back.</summary>
    /// <param name="last">
    /// A statement that ends what the session still has, such as <c>rollback</c>: the pool does not reset a connection. Null where it has
    /// nothing.
    /// </param>
    public ValueTask End(string? last)
    {
        if (running.IsCompleted && last is null)
        {
            return Close();
        }

        // A server that does not answer would not answer this statement either, and the caller does not depend on it.
        var ending = EndLater(last);
        return running.IsCompleted ? new ValueTask(ending.WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(_ => { }, TaskScheduler.Default)) : ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => End(last: null);

    private async Task EndLater(string? last)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (last is not null && connection.State == System.Data.ConnectionState.Open)
        {
            try
            {
                await using var command = new NpgsqlCommand(last, connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (Exception gone) when (gone is NpgsqlException or InvalidOperationException)
            {
                // The connection is gone, and with it everything that the session had.
            }
        }

        await Close();
    }

    private async ValueTask Close()
    {
        await connection.DisposeAsync();
        places.Release();
    }

    private static async Task GiveBack(Task<NpgsqlConnection> opening, SemaphoreSlim places)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await opening.Result.DisposeAsync();
        }

        places.Release();
    }
}
