using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Platform.Http;

/// <summary>The Idempotency-Key of a command: who, what, and under which key. Kept with an intention, so that its settling can store the answer.</summary>
public sealed record Claim(Guid Person, string Route, string Key)
{
    /// <summary>Stores the answer in the transaction of the effect, or frees the key when the answer is of the kind that may be tried again.</summary>
    public void Write(Work work, Answer answer)
    {
        if (answer.IsKept)
        {
            work.Write("update answers set status = $4, location = $5, answer = $6 where person = $1 and route = $2 and key = $3", Person, Route, Key, answer.Status, answer.Location, answer.Json);
        }
        else
        {
            work.Write("delete from answers where person = $1 and route = $2 and key = $3", Person, Route, Key);
        }
    }
}

/// <summary>What a command's transaction came to: an answer, or a wait for what it set going.</summary>
public abstract record Decided
{
    private Decided()
    {
    }

    /// <summary>Decided in this transaction. A refusal is one too, as long as nothing was written before it.</summary>
    public sealed record Now(Answer Answer) : Decided;

    /// <summary>Something was set going that stores the answer itself, under the claim. The wait answers null when it is not over in time.</summary>
    public sealed record Later(Func<CancellationToken, Task<Answer>> Wait) : Decided;
}

/// <summary>Runs commands: one transaction for the effect and for what is answered under its Idempotency-Key.</summary>
public sealed class Commands(Storage storage, Problems problems, TimeProvider machine, Faults faults)
{
    private const int LongestKey = 100;

    /// <summary>How long what was answered under a key is kept.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private static readonly TimeSpan PatienceForSameKey = TimeSpan.FromSeconds(3);

    /// <summary>Forgets the keys that are older than they are kept; one that is still in progress stays.</summary>
    public Loop Forgetting(ILogger log) => new($"{storage.Module}'s old answers", new Bell(), async ct =>
    {
        await storage.Do(Cause.New(), work =>
        {
            work.Write("delete from answers where at < $1 and status is not null", machine.GetUtcNow() - KeptFor);
            return Task.CompletedTask;
        }, ct);
        return ForgetEvery;
    }, log);

    /// <summary>Runs a command of a person.</summary>
    /// <param name="body">The request as bound; two with the same key must be equal in it.</param>
    /// <param name="decide">Decides within the transaction. Throws <see cref="RefusedException"/> to roll back and refuse.</param>
    public async Task<Answer> Run(HttpContext http, object? body, Func<Work, Caller, Claim?, Task<Decided>> decide, CancellationToken ct)
    {
        Caller caller;
        Claim? claim;
        try
        {
            caller = Caller.Required(http);
            claim = ClaimOf(http, caller);
        }
        catch (RefusedException refused)
        {
            return problems.Answer(refused.Refusal, http);
        }

        var hash = claim is null ? "" : HashOf(body);
        var patience = machine.GetTimestamp();
        while (true)
        {
            var (answer, inProgress) = await Once(http, caller, claim, hash, decide, ct);
            if (!inProgress || machine.GetElapsedTime(patience) > PatienceForSameKey)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
    }

    /// <summary>
    /// What was answered to a command under its key, or null when that is not known yet. For routes that do much before they run their
    /// command, and so that nothing that has changed since refuses what was done.
    /// </summary>
    /// <exception cref="RefusedException">The key is too long, or belongs to another command.</exception>
    public async Task<Answer?> FindAnswered(HttpContext http, object? body, CancellationToken ct)
    {
        if (ClaimOf(http, Caller.Required(http)) is not { } claim)
        {
            return null;
        }

        var found = await storage.Find(SelectAnswer(claim), ReadAnswer, ct);
        return found is null ? null
            : found.Hash != HashOf(body) ? throw new RefusedException(new Refusal(Refusals.KeyReused))
            : found.Answer;
    }

    private async Task<(Answer Answer, bool InProgress)> Once(
        HttpContext http, Caller caller, Claim? claim, string hash, Func<Work, Caller, Claim?, Task<Decided>> decide, CancellationToken ct)
    {
        Answer? earlier = null;
        var inProgress = false;
        Decided? decided = null;
        var isApart = faults.IsOn(Faults.AnswerApart);
        try
        {
            await storage.Do(CauseOf(http), async work =>
            {
                earlier = null;
                if (claim is not null && !isApart)
                {
                    (earlier, inProgress) = await TryClaim(work, claim, hash, http, ct);
                    if (earlier is not null)
                    {
                        return;
                    }
                }

                decided = await decide(work, caller, claim);
                DemandAct(http, work);
                if (decided is Decided.Now now && claim is not null && !isApart)
                {
                    claim.Write(work, now.Answer);
                }
            }, ct);
        }
        catch (RefusedException refused)
        {
            var no = problems.Answer(refused.Refusal, http, refused.Kind);
            // Who is told when to come again must find something else then: only what was decided is kept under the key.
            var isDecided = no.IsKept && refused.Refusal.RetryAfter is null;
            // The key was rolled back with the refusal, and the same command may have taken it since: then what came of that one is the answer to both.
            return claim is null || !isDecided || await Keep(claim, hash, no, ct) ? (no, false) : (InProgress(http), true);
        }

        if (isApart && claim is not null && decided is Decided.Now late)
        {
            await Keep(claim, hash, late.Answer, ct);
        }

        return earlier is not null ? (earlier, inProgress)
            : decided is Decided.Now done ? (done.Answer, false)
            : (await ((Decided.Later)decided!).Wait(ct), false);
    }

    /// <summary>A command of operators that leaves no record, or two, is a fault of the program: nothing of it is committed.</summary>
    private static void DemandAct(HttpContext http, Work work)
    {
        if (http.Request.Path.StartsWithSegments("/api/operator", StringComparison.OrdinalIgnoreCase) && work.Acts != 1)
        {
            throw new InvalidOperationException(
                $"{http.Request.Method} {http.Request.Path} records {work.Acts} acts of an operator; it must record one.");
        }
    }

    /// <summary>Stores a refusal under its key, unless somebody else has the key by now.</summary>
    private async Task<bool> Keep(Claim claim, string hash, Answer no, CancellationToken ct) =>
        await storage.Find(
            new Sql(
                "insert into answers (person, route, key, body_hash, status, answer) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning true",
                claim.Person, claim.Route, claim.Key, hash, no.Status, no.Json),
            reader => reader.GetBoolean(0), ct);

    /// <summary>Takes the key for this command, or answers what was answered under it.</summary>
    private async Task<(Answer? Earlier, bool InProgress)> TryClaim(Work work, Claim claim, string hash, HttpContext http, CancellationToken ct)
    {
        var mine = false;
        Kept? found = null;
        await work.Read(
            ct,
            (new Sql("insert into answers (person, route, key, body_hash) values ($1, $2, $3, $4) on conflict do nothing returning true", claim.Person, claim.Route, claim.Key, hash), _ => mine = true));
        if (mine)
        {
            return (null, false);
        }

        await work.Read(
            ct,
            (SelectAnswer(claim), reader => found = ReadAnswer(reader)));
        if (found is not null && found.Hash != hash)
        {
            return (problems.Answer(new Refusal(Refusals.KeyReused), http), false);
        }

        return found?.Answer is { } answer ? (answer, false) : (InProgress(http), true);
    }

    private static Sql SelectAnswer(Claim claim) =>
        new(
            "select body_hash, status, location, answer from answers where person = $1 and route = $2 and key = $3",
            claim.Person, claim.Route, claim.Key);

    private static Kept ReadAnswer(NpgsqlDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new Kept(row.GetString(0), row.IsDBNull(1) ? null : new Answer(row.GetInt32(1), Text(3), Text(2)));
    }

    private static string HashOf(object? body) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, Wire.Json)));

    private Answer InProgress(HttpContext http) => problems.Answer(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)), http);

    /// <summary>
    /// The key of a request, or null; refuses one that is too long. For routes that do much before they run their command.
    /// </summary>
    public static string? KeyOf(HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        return key.Length == 0 ? null
            : key.Length > LongestKey ? throw new RefusedException(Refusal.Invalid("idempotencyKey", Wrong.TooManyCharacters(LongestKey)))
            : key;
    }

    private static Claim? ClaimOf(HttpContext http, Caller caller) =>
        KeyOf(http) is { } key ? new Claim(caller.Id, RouteOf(http), key) : null;

    /// <summary>
    /// The route and its values, such as <c>POST /api/trades/0198.../accept</c>. The path as it was written would not do: one id can be
    /// written in several ways, and the same command would then count as another one.
    /// </summary>
    private static string RouteOf(HttpContext http)
    {
        var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern ?? throw new InvalidOperationException("A command has a route.");
        var segments = pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternParameterPart parameter => Canonical(http.Request.RouteValues[parameter.Name]),
            RoutePatternLiteralPart literal => literal.Content,
            _ => "",
        })));
        return $"{http.Request.Method} /{string.Join('/', segments)}";
    }

    private static string Canonical(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is not { } text ? "" : Guid.TryParse(text, out var id) ? id.ToString() : text;

    /// <summary>What follows from a request: everything with its correlation id.</summary>
    public static Cause CauseOf(HttpContext http)
    {
        var cause = Cause.New();
        return Guid.TryParse(http.Request.Headers["X-Correlation-Id"], out var correlation) ? cause with { Correlation = correlation } : cause;
    }

    /// <summary>What is kept under a key.</summary>
    /// <param name="Hash">Of the command's body.</param>
    /// <param name="Answer">Null while the command is in progress.</param>
    private sealed record Kept(string Hash, Answer? Answer);
}
