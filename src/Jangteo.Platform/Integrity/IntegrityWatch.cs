using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Integrity;

/// <summary>
/// Checks a module's data by itself and raises an alarm. It looks at what has changed since it looked last, as the module's own log tells, so its cost
/// follows the changes and not what there is. What it found stays on the list until the same check of the same subject holds.
/// </summary>
public sealed class IntegrityWatch(Storage storage, ILog log, IIntegrityChecks checks, Alarms alarms, ILogger<IntegrityWatch> logger)
{
    private const int EntriesAtOnce = 1000;
    private const int SubjectsAtOnce = 500;
    private const int Shown = 5;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    public Loop Loop => new($"{storage.Module}'s integrity", new Bell(), async ct =>
    {
        await LookAtChanges(ct);
        await Alarm(ct);
        return Every;
    }, logger);

    /// <summary>GET /api/operator/&lt;module&gt;/books: the state of all checks after a look at what has changed, or with <c>?all=true</c> at everything.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet($"/api/operator/{storage.Module}/books", async Task<Ok<Books>> (HttpContext http, bool? all, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await Look(all == true, ct));
        }).WithName($"{storage.Module}Books").WithSummary("The module's invariants, checked now: what has changed since the last look, or everything.").WithTags("operator");

    /// <summary>The state of all checks, after a look at what has changed or at everything.</summary>
    public async Task<Books> Look(bool all, CancellationToken ct)
    {
        var looked = all ? await LookAtAll(ct) : await LookAtChanges(ct);
        var found = (await storage.Query(
            new Sql("select check_name, subject, detail from integrity_offenders order by found_at, subject"),
            row => new Offender(row.GetString(0), row.GetGuid(1), row.GetString(2)), ct)).ToLookup(offender => offender.Check);
        var counted = all ? $"{looked} {checks.Subjects}" : $"{looked} {checks.Subjects} changed since the last look";
        return Books.Of(
        [
            .. checks.Names.Select(name => new BookCheck(name, !found[name].Any(), found[name].Any()
                ? $"{found[name].Count()}: {string.Join("; ", found[name].Take(Shown).Select(offender => $"{offender.Subject}: {offender.Detail}"))}"
                : counted)),
            .. await checks.Now(ct),
        ]);
    }

    /// <summary>Tells the operators while anything is on the list. The module goes on: refusing everyone would not mend one subject.</summary>
    private async Task Alarm(CancellationToken ct)
    {
        var count = await storage.Find(new Sql("select count(*) from integrity_offenders"), row => row.GetInt64(0), ct);
        if (count > 0)
        {
            alarms.Raise(storage.Module, "integrity", $"{count} {checks.Subjects} break an invariant; GET /api/operator/{storage.Module}/books says which.", isReady: true);
        }
        else
        {
            alarms.Clear(storage.Module, "integrity");
        }
    }

    private async Task<int> LookAtChanges(CancellationToken ct)
    {
        var looked = 0;
        while (true)
        {
            // One look at a time, however many processes there are: an older one must not overwrite what a newer one found.
            await using var work = await Begin(ct);
            var position = await work.Find(new Sql("select position from integrity"), row => row.GetInt64(0), ct);
            var entries = await log.Read(position, EntriesAtOnce, ct);
            var suspects = looked == 0 ? await work.Query(new Sql("select distinct subject from integrity_offenders"), row => row.GetGuid(0), ct) : [];
            Guid[] changed = [.. entries.Select(entry => entry.Stream).Concat(suspects).Distinct()];
            if (changed.Length == 0)
            {
                return looked;
            }

            await Check(work, changed, ct);
            work.Write("update integrity set position = $1", entries.Count > 0 ? entries[^1].Position : position);
            await work.Commit(ct);
            looked += changed.Length;
            if (entries.Count < EntriesAtOnce)
            {
                return looked;
            }
        }
    }

    private async Task<int> LookAtAll(CancellationToken ct)
    {
        var (looked, last) = (0, Guid.Empty);
        while (await checks.After(last, SubjectsAtOnce, ct) is { Count: > 0 } subjects)
        {
            await using var work = await Begin(ct);
            await Check(work, [.. subjects], ct);
            await work.Commit(ct);
            looked += subjects.Count;
            last = subjects[^1];
        }

        return looked;
    }

    private async Task<Work> Begin(CancellationToken ct)
    {
        var work = await storage.Begin(Cause.New(), ct);
        await work.Read(ct, (new Sql("select pg_advisory_xact_lock(hashtext('integrity'), hashtext(current_schema()))"), _ => { }));
        return work;
    }

    private async Task Check(Work work, Guid[] subjects, CancellationToken ct)
    {
        foreach (var some in subjects.Chunk(SubjectsAtOnce))
        {
            var known = (await work.Query(
                new Sql("select check_name, subject from integrity_offenders where subject = any($1)", some), row => (row.GetString(0), row.GetGuid(1)), ct)).ToHashSet();
            var found = (await checks.Find(some, ct)).DistinctBy(offender => (offender.Check, offender.Subject)).ToList();
            work.Write("delete from integrity_offenders where subject = any($1)", some);
            foreach (var offender in found)
            {
                work.Write("insert into integrity_offenders (check_name, subject, detail) values ($1, $2, $3)", offender.Check, offender.Subject, offender.Detail);
                if (!known.Contains((offender.Check, offender.Subject)))
                {
                    logger.LogError("Integrity of {Module} is broken: {Check}: {Subject}: {Detail}", storage.Module, offender.Check, offender.Subject, offender.Detail);
                }
            }
        }
    }
}
