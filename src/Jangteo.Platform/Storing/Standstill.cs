using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>
/// Holds back the commits of several databases at once, so that what is seen of them meanwhile is one point in time. Every transaction that
/// writes takes a shared lock before its first write and keeps it until it ends; this takes the same lock exclusively, in every database.
/// <para>
/// While it is held, nothing commits in any of the databases. If a snapshot of one has an effect (a message that was heard, an answer to a
/// question), the effect was committed before the locks were taken, and so was its cause in another database: that one's snapshot has it.
/// </para>
/// </summary>
public sealed class Standstill : IAsyncDisposable
{
    /// <summary>
    /// The lock, as the arguments of the functions that take it: two ints, so that it meets none of the locks on streams and logs.
    /// </summary>
    private const string Lock = "1246905927, 0";

    /// <summary>
    /// Put before the first write of a transaction: there it waits for a moment at most and cannot wait in a ring for long.
    /// </summary>
    internal const string Share = $"select pg_advisory_xact_lock_shared({Lock})";

    /// <summary>
    /// A transaction that waits for another one behind our request ends when we give it up, long before its own time-out.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TriesFor = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<NpgsqlConnection> connections;
    private long begun;

    private Standstill(IReadOnlyList<NpgsqlConnection> connections) => this.connections = connections;

    /// <summary>For how long commits have been held back by now.</summary>
    public TimeSpan Lasts => Stopwatch.GetElapsedTime(begun);

    /// <summary>Connects to each database, and holds nothing yet: connecting takes longer than all that follows.</summary>
    public static async Task<Standstill> Prepare(IReadOnlyList<NpgsqlDataSource> databases, CancellationToken ct)
    {
        var connections = new List<NpgsqlConnection>();
        try
        {
            foreach (var database in databases)
            {
                connections.Add(await database.OpenConnectionAsync(ct));
                await Execute(
                    connections[^1],
                    string.Create(CultureInfo.InvariantCulture, $"set lock_timeout = {Patience.TotalMilliseconds:0}"), ct);
            }

            return new Standstill(connections);
        }
        catch
        {
            await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
            throw;
        }
    }

    /// <summary>Returns when nothing commits any more. Dispose lets everybody go on.</summary>
    /// <exception cref="UnavailableException">A transaction did not end within a minute.</exception>
    public async Task Begin(CancellationToken ct)
    {
        for (var tried = Stopwatch.StartNew(); ;)
        {
            begun = Stopwatch.GetTimestamp();
            try
            {
                await Task.WhenAll(connections.Select(connection => Execute(connection, $"select pg_advisory_lock({Lock})", ct)));
                return;
            }
            catch (PostgresException busy) when (
                busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await LetGo();
                if (tried.Elapsed > TriesFor)
                {
                    throw new UnavailableException(
                        $"Some transaction has not ended for {TriesFor.TotalSeconds:0} s, so the databases could not be seen at one "
                            + "moment. Try again.", busy);
                }

                await Task.Delay(Random.Shared.Next(20, 200), ct);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LetGo();
        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
    }

    /// <summary>Where a connection is gone, so is its lock.</summary>
    private Task LetGo() => Task.WhenAll(connections.Where(connection => connection.State == System.Data.ConnectionState.Open)
        .Select(connection => Execute(connection, "select pg_advisory_unlock_all()", CancellationToken.None)));

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
