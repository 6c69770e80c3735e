using System.Runtime.ExceptionServices;
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

    /// <summary>So many looks that fail one after another raise an alarm.</summary>
    private const int FailuresOfAlarm = 5;

    private const string ListedChanges = "select id, subject from integrity_changes order by id limit $1";

    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(20);

    private int failures;

    /// <summary>How often it looks by itself.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    public Loop Loop => new($"{storage.Module}'s integrity", new Bell(), async ct =>
    {
        await LookOrTell(ct);
        await RaiseAlarm(ct);
        return Every;
    }, logger)
    {
        // A look at everything takes as long as there are trades.
        HasLongTurns = true,
    };

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
        var counted = Say(all ? "looked-at-all" : "looked-at-changes", Alarm.FactsOf(("count", looked)), language);
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

    /// <summary>
    /// Looks, and tells the operators when looks have failed for some time: data that is not checked looks as sound as data that was.
    /// </summary>
    private async Task LookOrTell(CancellationToken ct)
    {
        try
        {
            await LookAtChanges(int.MaxValue, ct);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            if (++failures >= FailuresOfAlarm)
            {
                alarms.Raise(storage.Module, Alarm.Unchecked, isReady: true, ("module", storage.Module), ("what", fault.Message));
            }

            throw;
        }

        failures = 0;
        alarms.Clear(storage.Module, Alarm.Unchecked);
    }

    private async Task<int> LookAtChanges(int rounds, CancellationToken ct)
    {
        var looked = 0;
        for (var round = 0; round < rounds; round++)
        {
            await using var turn = await TakeTurn(ct);
            var position = await storage.Find(new Sql("select position from integrity"), row => row.GetInt64(0), ct);
            var entries = await log.Read(position, ChangesAtOnce, ct);
            // Read before anything is checked: what can be read has been committed, so the check sees it. It is deleted only with what the
            // check found.
            var listed = await storage.Query(
                new Sql(ListedChanges, ChangesAtOnce), row => (Id: row.GetInt64(0), Subject: row.GetGuid(1)), ct);
            var suspects = round == 0
                ? await storage.Query(new Sql("select distinct subject from integrity_offenders"), row => row.GetGuid(0), ct)
                : [];
            Guid[] changed =
                [.. entries.Select(entry => entry.Stream).Concat(listed.Select(change => change.Subject)).Concat(suspects).Distinct()];
            if (changed.Length == 0)
            {
                break;
            }

            await Check(turn, changed, work =>
            {
                work.Write("delete from integrity_changes where id = any($1)", (object)listed.Select(change => change.Id).ToArray());
                work.Write("update integrity set position = $1", entries.Count > 0 ? entries[^1].Position : position);
            }, ct);
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
            await using var turn = await TakeTurn(ct);
            await Check(turn, [.. subjects], _ => { }, ct);
            looked += subjects.Count;
            last = subjects[^1];
        }

        return looked;
    }

    /// <summary>
    /// One look at a time, however many processes there are: an older one must not overwrite what a newer one found. No transaction is open
    /// meanwhile, because a look may wait for systems outside.
    /// </summary>
    private async Task<SessionLock> TakeTurn(CancellationToken ct)
    {
        while (true)
        {
            if (await storage.TryLock("integrity", ct) is { } turn)
            {
                return turn;
            }

            await Task.Delay(AskSoon, ct);
        }
    }

    /// <summary>Checks some subjects and records what was found.</summary>
    /// <param name="also">Written with what was found.</param>
    private async Task Check(SessionLock turn, Guid[] subjects, Action<Work> also, CancellationToken ct)
    {
        var found = new List<Offender>();
        foreach (var some in subjects.Chunk(checks.AtOnce))
        {
            found.AddRange(await FindOrTell(checks.Find, some, ct));
        }

        ExceptionDispatchInfo? away = null;
        try
        {
            foreach (var some in subjects.Chunk(checks.AtOnce))
            {
                found.AddRange(await FindOrTell(checks.FindOutside, some, ct));
            }
        }
        catch (Exception fault) when (PassingFault.Is(fault) && !ct.IsCancellationRequested)
        {
            // What was found in the module's own data is recorded all the same.
            away = ExceptionDispatchInfo.Capture(fault);
        }

        await turn.MustBeHeld(ct);
        await Record(subjects, found, isCompared: away is null, also, ct);
        away?.Throw();
    }

    private async Task Record(Guid[] subjects, List<Offender> found, bool isCompared, Action<Work> also, CancellationToken ct)
    {
        var kept = isCompared ? [] : checks.ChecksOutside.ToArray();
        var offenders = found.Where(offender => !kept.Contains(offender.Check))
            .DistinctBy(offender => (offender.Check, offender.Subject)).ToList();
        var known = (await storage.Query(
            new Sql("select check_name, subject from integrity_offenders where subject = any($1)", subjects),
            row => (row.GetString(0), row.GetGuid(1)), ct)).ToHashSet();
        await storage.Do(Cause.New(), work =>
        {
            also(work);
            work.Write("delete from integrity_offenders where subject = any($1) and check_name <> all($2)", subjects, kept);
            foreach (var offender in offenders)
            {
                work.Write(
                    "insert into integrity_offenders (check_name, subject, detail, facts) values ($1, $2, $3, $4)",
                    offender.Check, offender.Subject, offender.Word, new Sql.Json(JsonSerializer.Serialize(offender.Facts, Wire.Json)));
            }

            if (!isCompared)
            {
                work.Changed(subjects);
            }

            return Task.CompletedTask;
        }, ct);
        foreach (var offender in offenders.Where(offender => !known.Contains((offender.Check, offender.Subject))))
        {
            logger.LogError(
                "Integrity of {Module} is broken: {Check}: {Subject}: {Detail}", storage.Module, texts.Check(offender.Check, "en"),
                offender.Subject, Say(offender.Word, offender.Facts, "en"));
        }
    }

    /// <summary>Data that cannot even be read is an offender as well, and does not keep the others from being checked.</summary>
    private async Task<IReadOnlyList<Offender>> FindOrTell(
        Func<Guid[], CancellationToken, Task<IReadOnlyList<Offender>>> find, Guid[] subjects, CancellationToken ct)
    {
        try
        {
            return await find(subjects, ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault) && !ct.IsCancellationRequested)
        {
            if (subjects is [var one])
            {
                return [Offender.Of(checks.Checks[0], one, "unreadable", ("what", $"{fault.GetType().Name}: {fault.Message}"))];
            }

            var half = subjects.Length / 2;
            return [.. await FindOrTell(find, subjects[..half], ct), .. await FindOrTell(find, subjects[half..], ct)];
        }
    }
}
