using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Npgsql;

namespace Jangteo.Sandbox;

/// <summary>The clock and the faults of the sandbox, the same in every process of an installation: kept in the database that all share, and followed by each.</summary>
internal sealed class SandboxState([FromKeyedServices(Hosting.Common)] Storage storage, BusinessClock clock, Faults faults, Settings settings, ILogger<SandboxState> log)
{
    private const string Channel = "jangteo_sandbox";

    /// <summary>What is told to all and kept nowhere: the place at which the process that gets there dies. Kept, it would kill the next one too.</summary>
    private const string Die = "die ";

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Dead = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(5);

    private readonly Guid process = Ids.New();

    /// <summary>A command and the loop may both apply what is kept; the older reading must not be set last.</summary>
    private readonly SemaphoreSlim applying = new(1, 1);

    /// <summary>Follows what other processes change. One that is alone has nobody to follow.</summary>
    public Loop Following => new("the sandbox's state", new Bell(), Follow, log) { HasLongTurns = true };

    private bool HasOthers => settings.Broker.Length > 0;

    /// <summary>Done once before the first request.</summary>
    public async Task Begin(CancellationToken ct)
    {
        if (!HasOthers)
        {
            await storage.Do(Cause.New(), work =>
            {
                work.Write("delete from faults");
                return Task.CompletedTask;
            }, ct);
        }

        await Apply(ct);
    }

    /// <summary>To be written with every change of what is kept.</summary>
    public static void Announce(Work work)
    {
        work.Write("update clock set revision = revision + 1");
        work.Write("select pg_notify($1, '')", Channel);
    }

    /// <summary>Names the place at which a process dies, to all of them.</summary>
    public static void AnnounceDeath(Work work, string at) => work.Write("select pg_notify($1, $2)", Channel, Die + at);

    /// <summary>Returns when every process follows what has been committed, or after a few seconds, for one may just have died.</summary>
    public async Task Everywhere(CancellationToken ct)
    {
        await Apply(ct);
        for (var end = DateTime.UtcNow + Patience; HasOthers && DateTime.UtcNow < end; await Task.Delay(AskSoon, ct))
        {
            if (await storage.Find(new Sql("select not exists (select from processes, clock where seen > clock_timestamp() - $1 and processes.revision < clock.revision)", Dead), reader => reader.GetBoolean(0), ct))
            {
                return;
            }
        }
    }

    private async Task Apply(CancellationToken ct)
    {
        await applying.WaitAsync(ct);
        try
        {
            await ReadAndSet(ct);
        }
        finally
        {
            applying.Release();
        }
    }

    private async Task ReadAndSet(CancellationToken ct)
    {
        var (ahead, revision) = await storage.Find(new Sql("select ahead, revision from clock"), reader => (reader.GetTimeSpan(0), reader.GetInt64(1)), ct);
        faults.Set(await storage.Query(new Sql("select name from faults"), reader => reader.GetString(0), ct));
        clock.Set(ahead);
        if (HasOthers)
        {
            await storage.Do(Cause.New(), work =>
            {
                work.Write("insert into processes (id, seen, revision) values ($1, clock_timestamp(), $2) on conflict (id) do update set seen = excluded.seen, revision = excluded.revision", process, revision);
                work.Write("delete from processes where seen < clock_timestamp() - $1", Dead);
                return Task.CompletedTask;
            }, ct);
        }
    }

    /// <summary>Follows for as long as the connection lasts.</summary>
    private async Task<TimeSpan> Follow(CancellationToken ct)
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
                await Apply(ct);
                await connection.WaitAsync(Poll, ct);
            }
        }
        finally
        {
            connection.Notification -= Hear;
        }
    }

    private void Hear(object sender, NpgsqlNotificationEventArgs told)
    {
        if (told.Payload.StartsWith(Die, StringComparison.Ordinal))
        {
            faults.DieAt(told.Payload[Die.Length..]);
        }
    }
}
