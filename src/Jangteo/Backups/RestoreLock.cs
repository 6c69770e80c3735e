using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Backups;

/// <summary>Keeps other restores away from the databases of a market. The locks are of sessions, so that those of a killed restore end with it.</summary>
internal sealed class RestoreLock : IAsyncDisposable
{
    private const string Key = "hashtext('jangteo restore')";

    private readonly List<NpgsqlConnection> sessions = [];

    private RestoreLock()
    {
    }

    /// <exception cref="UnavailableException">Another restore works on one of them.</exception>
    public static async Task<RestoreLock> Of(IReadOnlyDictionary<MarketDatabase, NpgsqlDataSource> sources, CancellationToken ct)
    {
        var held = new RestoreLock();
        try
        {
            foreach (var (database, source) in sources)
            {
                var session = await source.OpenConnectionAsync(ct);
                held.sessions.Add(session);
                if (!await Answers(session, $"select pg_try_advisory_lock({Key})", ct))
                {
                    throw new UnavailableException($"Another restore works on {database.Name}. Wait for its end.");
                }
            }

            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in sessions)
        {
            // A session that goes back to its pool would live on, and its lock with it.
            NpgsqlConnection.ClearPool(session);
            await session.DisposeAsync();
        }
    }

    private static async Task<bool> Answers(NpgsqlConnection session, string question, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(question, session);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
