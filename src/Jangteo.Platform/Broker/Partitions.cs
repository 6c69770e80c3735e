using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Broker;

/// <summary>
/// Which partitions of a module's queue this process hears: the processes that hear for the module note that they live, and each takes every n-th.
/// The broker lets one consumer be active on a partition, so that a moment in which two believe it theirs is harmless.
/// </summary>
public sealed class Partitions(Storage storage)
{
    /// <summary>Who was not seen for so long has died.</summary>
    private static readonly TimeSpan Dead = TimeSpan.FromSeconds(4);

    private readonly Guid process = Ids.New();

    /// <summary>Notes that this process lives, and answers with its partitions.</summary>
    public async Task<HashSet<int>> Mine(CancellationToken ct)
    {
        var members = await storage.Do(Cause.New(), async work =>
        {
            work.Write("insert into members (process, seen) values ($1, clock_timestamp()) on conflict (process) do update set seen = excluded.seen", process);
            work.Write("delete from members where seen < clock_timestamp() - $1", Dead);
            await work.Flush(ct);
            return await work.Query(new Sql("select process from members order by process"), reader => reader.GetGuid(0), ct);
        }, ct);
        var place = members.IndexOf(process);
        return [.. Enumerable.Range(0, Queues.Partitions).Where(partition => partition % members.Count == place)];
    }

    /// <summary>Lets the others have them at once.</summary>
    public async Task Leave()
    {
        try
        {
            await storage.Do(Cause.New(), work =>
            {
                work.Write("delete from members where process = $1", process);
                return Task.CompletedTask;
            }, CancellationToken.None);
        }
        catch (Exception away) when (PassingFault.Is(away))
        {
            // They notice by themselves.
        }
    }
}
