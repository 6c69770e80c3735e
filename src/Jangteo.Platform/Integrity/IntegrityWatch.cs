using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Platform.Integrity;

/// <summary>
/// Checks a module's data by itself and raises an alarm. It looks at what has changed since it looked last, as the module's log and its
/// list of changes tell, so its cost follows the changes and not what there is. What it found stays on the list until the same check of the
/// same subject holds.
/// </summary>
public sealed class IntegrityWatch(
    Storage storage, ILog log, IIntegrityChecks checks, Alarms alarms, Texts texts, ILogger<IntegrityWatch> logger)
{
    private const int ChangesAtOnce = 1000;
    private const int Shown = 5;

    private const string TakeChanges =
        """
        delete from integrity_changes
        where ctid = any (array(select ctid from integrity_changes limit $1))
        returning subject
        """;

    /// <summary>How often it looks by itself.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    public Loop Loop => new($"{storage.Module}'s integrity", new Bell(), async ct =>
    {
        await LookAtChanges(int.MaxValue, ct);
        await RaiseAlarm(ct);
        return Every;
    }, logger);

    /// <summary>GET /api/operator/&lt;module&gt;/books: the state of all checks after a look at what has changed, or with <c>?all=true</c> at everything.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet($"/api/operator/{storage.Module}/books", async Task<Ok<Books>> (HttpContext http, bool? all, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await Look(all == true, Problems.Language(http), ct));
        }).WithName($"{storage.Module}Books").WithTags("operator")
            .WithSummary("The module's invariants, checked now: what has changed since the last look, or everything.");

    /// <summary>The state of all checks, after a look at what has changed or at everything.</summary>
    public async Task<Books> Look(bool all, string language, CancellationToken ct)
    {
        // A request waits for one round of changes at most; the loop looks at what is left.
        var looked = all ? await LookAtAll(ct) : await LookAtChanges(rounds: 1, ct);
        await RaiseAlarm(ct);
        var found = (await storage.Query(
            new Sql("select check_name, subject, detail, facts from integrity_offenders order by found_at, subject"), ReadOffender, ct))
            .ToLookup(offender => offender.Check);
        var count = new Dictionary<string, string> { ["count"] = FormattableString.Invariant($"{looked}") };
        var counted = Say(all ? "looked-at-all" : "looked-at-changes", count, language);
        return Books.Of(
        [
            .. checks.Checks.Select(check => found[check].Any()
                ? new BookCheck(check, texts.Check(check, language), false, Say([.. found[check]], language))
                : new BookCheck(check, texts.Check(check, language), true, counted)),
            .. (await checks.Now(ct)).Select(now =>
                new BookCheck(now.Check, texts.Check(now.Check, language), now.Ok, Say(now.Check, now.Facts, language))),
        ]);
    }

    private static Offender ReadOffender(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetGuid(1), row.GetString(2),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3), Wire.Json)!);

    private string Say(IReadOnlyList<Offender> found, string language)
    {
        var first = found.Take(Shown).Select(offender => $"{offender.Subject}: {Say(offender.Word, offender.Facts, language)}");
        return FormattableString.Invariant($"{found.Count}: {string.Join("; ", first)}");
    }

    private string Say(string word, IReadOnlyDictionary<string, string> facts, string language) =>
        Texts.Say(texts.Finding(word, language), facts);

    /// <summary>Tells the operators while anything is on the list. The module goes on: refusing everyone would not mend one subject.</summary>
    private async Task RaiseAlarm(CancellationToken ct)
    {
        var count = await storage.Find(new Sql("select count(distinct subject) from integrity_offenders"), row => row.GetInt64(0), ct);
        if (count > 0)
        {
            alarms.Raise(storage.Module, Alarm.Integrity, isReady: true, ("count", count), ("module", storage.Module));
        }
        else
        {
            alarms.Clear(storage.Module, Alarm.Integrity);
        }
    }

    private async Task<int> LookAtChanges(int rounds, CancellationToken ct)
    {
        var looked = 0;
        for (var round = 0; round < rounds; round++)
        {
            // One look at a time, however many processes there are: an older one must not overwrite what a newer one found.
            await using var work = await Begin(ct);
            var position = await work.Find(new Sql("select position from integrity"), row => row.GetInt64(0), ct);
            var entries = await log.Read(position, ChangesAtOnce, ct);
            // Taken before anything is checked: what is taken has been committed, so the check sees it. A check that fails puts them back.
            var listed = await work.Query(new Sql(TakeChanges, ChangesAtOnce), row => row.GetGuid(0), ct);
            var suspects = round > 0 ? []
                : await work.Query(new Sql("select distinct subject from integrity_offenders"), row => row.GetGuid(0), ct);
            Guid[] changed = [.. entries.Select(entry => entry.Stream).Concat(listed).Concat(suspects).Distinct()];
            if (changed.Length == 0)
            {
                break;
            }

            await Check(work, changed, ct);
            work.Write("update integrity set position = $1", entries.Count > 0 ? entries[^1].Position : position);
            await work.Commit(ct);
            looked += changed.Length;
            if (entries.Count < ChangesAtOnce && listed.Count < ChangesAtOnce)
            {
                break;
            }
        }

        return looked;
    }

    private async Task<int> LookAtAll(CancellationToken ct)
    {
        // What was found of a subject that is not there any more is looked at only here.
        await LookAtChanges(rounds: 1, ct);
        var (looked, last) = (0, Guid.Empty);
        while (await checks.After(last, checks.AtOnce, ct) is { Count: > 0 } subjects)
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
        // Another look may take longer than anything else that is waited for; nothing but looks waits here.
        await work.Query(new Sql("select set_config('lock_timeout', '0', true)"), _ => 0, ct);
        await work.Query(new Sql("select pg_advisory_xact_lock(hashtext('integrity'), hashtext(current_schema()))"), _ => 0, ct);
        return work;
    }

    private async Task Check(Work work, Guid[] subjects, CancellationToken ct)
    {
        foreach (var some in subjects.Chunk(checks.AtOnce))
        {
            var known = (await work.Query(
                new Sql("select check_name, subject from integrity_offenders where subject = any($1)", some),
                row => (row.GetString(0), row.GetGuid(1)), ct)).ToHashSet();
            var found = (await FindOrTell(some, ct)).DistinctBy(offender => (offender.Check, offender.Subject)).ToList();
            work.Write("delete from integrity_offenders where subject = any($1)", some);
            foreach (var offender in found)
            {
                work.Write(
                    "insert into integrity_offenders (check_name, subject, detail, facts) values ($1, $2, $3, $4)",
                    offender.Check, offender.Subject, offender.Word, new Sql.Json(JsonSerializer.Serialize(offender.Facts, Wire.Json)));
                if (!known.Contains((offender.Check, offender.Subject)))
                {
                    logger.LogError(
                        "Integrity of {Module} is broken: {Check}: {Subject}: {Detail}", storage.Module, texts.Check(offender.Check, "en"),
                        offender.Subject, Say(offender.Word, offender.Facts, "en"));
                }
            }
        }
    }

    /// <summary>Data that cannot even be read is an offender as well, and does not keep the others from being checked.</summary>
    private async Task<IReadOnlyList<Offender>> FindOrTell(Guid[] subjects, CancellationToken ct)
    {
        try
        {
            return await checks.Find(subjects, ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault) && !ct.IsCancellationRequested)
        {
            if (subjects is [var one])
            {
                var what = new Dictionary<string, string> { ["what"] = $"{fault.GetType().Name}: {fault.Message}" };
                return [new Offender(checks.Checks[0], one, "unreadable", what)];
            }

            var half = subjects.Length / 2;
            return [.. await FindOrTell(subjects[..half], ct), .. await FindOrTell(subjects[half..], ct)];
        }
    }
}
