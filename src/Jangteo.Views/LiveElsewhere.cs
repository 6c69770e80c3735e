using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Views;

/// <summary>
/// Several processes of the views: whichever of them hears a message, the streams that are open at any of them are told. The database passes it on, with
/// the commit of what was made of the message and not before. When the connection was gone, the streams are ended: who listens comes again and is told
/// to look at everything.
/// </summary>
internal sealed class LiveElsewhere([FromKeyedServices(Modules.Views)] Storage storage, Live live, ILogger<LiveElsewhere> log)
{
    private const string Channel = "jangteo_live";

    /// <summary>PostgreSQL passes on less than 8,000 bytes at once; of these there go about thirty in.</summary>
    private const int Together = 30;

    private static readonly TimeSpan StillThere = TimeSpan.FromSeconds(5);

    public Loop Loop => new("the live stream of other processes", new Bell(), Listen, log) { HasLongTurns = true };

    /// <summary>Tells every process, this one too, with the commit.</summary>
    public static void Announce(Work work, IReadOnlyList<Happened> happened)
    {
        foreach (var some in happened.Chunk(Together))
        {
            work.Write("select pg_notify($1, $2)", Channel, JsonSerializer.Serialize(some, Wire.Json));
        }
    }

    /// <summary>Listens for as long as the connection lasts.</summary>
    private async Task<TimeSpan> Listen(CancellationToken ct)
    {
        await using var connection = await storage.Open(ct);
        connection.Notification += Hear;
        try
        {
            await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            {
                await listen.ExecuteNonQueryAsync(ct);
            }

            while (true)
            {
                if (!await connection.WaitAsync(StillThere, ct))
                {
                    // A connection that broke silently is only noticed by asking.
                    await using var ask = new NpgsqlCommand("select 1", connection);
                    await ask.ExecuteNonQueryAsync(ct);
                }
            }
        }
        finally
        {
            connection.Notification -= Hear;
            live.Forget();
        }
    }

    private void Hear(object sender, NpgsqlNotificationEventArgs told) => live.Tell(JsonSerializer.Deserialize<Happened[]>(told.Payload, Wire.Json)!);
}
