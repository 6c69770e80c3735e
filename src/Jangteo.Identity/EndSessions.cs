using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Identity;

/// <summary>
/// Ends all sessions of a person, in every process. What ends them commits here, in Identity's database; the table that every process reads
/// may be in
/// another one. So it is noted in the same commit, carried over at once, and by a loop when the process died in between.
/// </summary>
internal sealed class EndSessions([FromKeyedServices(Modules.Identity)] Storage storage, Revocations revocations, ILogger<EndSessions> log)
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(5);

    private readonly Bell bell = new();

    /// <summary>Carries over what an earlier process, or a command, left behind.</summary>
    public Loop CarryingOver => new("the sessions to end", bell, async ct =>
    {
        await CarryOver(ct);
        return LooksEvery;
    }, log);

    /// <summary>Writes a person with a raised session version: with the commit, every session that began before is over.</summary>
    /// <returns>The person as written.</returns>
    public static Person Write(Work work, Person person)
    {
        var raised = person with { SessionVersion = person.SessionVersion + 1 };
        work.Write("update people set session_version = $2 where id = $1", raised.Id, raised.SessionVersion);
        work.Write(
            """
            insert into sessions_to_end as s (person, version) values ($1, $2)
            on conflict (person) do update set version = greatest(s.version, excluded.version)
            """,
            raised.Id, raised.SessionVersion);
        return raised;
    }

    /// <summary>Tells every process. To be called after the commit; a repetition changes nothing.</summary>
    public async Task CarryOver(CancellationToken ct)
    {
        var left = await storage.Query(
            new Sql("select person, version from sessions_to_end"), row => (row.GetGuid(0), row.GetInt64(1)), ct);
        foreach (var (person, version) in left)
        {
            await revocations.EndSessionsOf(person, version, ct);
            await storage.Do(Cause.New(), work =>
            {
                // One that was raised again meanwhile stays for the next time.
                work.Write("delete from sessions_to_end where person = $1 and version = $2", person, version);
                return Task.CompletedTask;
            }, ct);
        }
    }
}
