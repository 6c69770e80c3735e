using System.Globalization;
using System.Net;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Identity;

/// <summary>
/// Counts guesses at passwords before they are evaluated, in the database, so that a hundred at once, at any number of processes, are as
/// many as a hundred
/// one after the other. An e-mail without an account is counted like any other, so being slowed down tells a stranger nothing.
/// </summary>
internal sealed class Guesses([FromKeyedServices(Modules.Identity)] Storage storage, TimeProvider machine)
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    /// <summary>
    /// Takes the right to evaluate one sign-in. A known device is counted by itself: what strangers do does not slow it down.
    /// </summary>
    /// <param name="emailKey">The account; see <see cref="Person.KeyOf"/>.</param>
    /// <param name="device">The device by which the person has signed in to this account before, or null.</param>
    /// <exception cref="RefusedException"><c>too-many-requests</c>, with the time to wait.</exception>
    public Task<Permit> TakeForSignIn(string emailKey, IPAddress? address, Guid? device, CancellationToken ct)
    {
        var source = Asker.NetworkOf(address ?? IPAddress.None).ToString("x32", CultureInfo.InvariantCulture);
        return Take(
            device is { } known
                ? [new($"device {known} {emailKey}", GuessRules.OneGuesser)]
                :
                [
                    new($"account {emailKey}", GuessRules.Account),
                    new($"address {source}", GuessRules.Address, IsShared: true),
                    new($"account-at-address {source} {emailKey}", GuessRules.OneGuesser),
                ],
            ct);
    }

    /// <summary>Takes the right to compare the current password of a person who is signed in. Strangers cannot slow it down.</summary>
    /// <exception cref="RefusedException"><c>too-many-requests</c>, with the time to wait.</exception>
    public Task<Permit> TakeForChange(Guid person, CancellationToken ct) => Take([new($"change {person}", GuessRules.OneGuesser)], ct);

    /// <summary>The guess was right: earlier failures are forgiven, except those of an address, which may be others' too.</summary>
    public Task Succeeded(Permit permit, CancellationToken ct) => GiveBack(permit, isForgiven: true, ct);

    /// <summary>The guess was not evaluated, for instance because too many waited.</summary>
    public Task GiveBack(Permit permit, CancellationToken ct) => GiveBack(permit, isForgiven: false, ct);

    /// <summary>Deletes what no longer matters.</summary>
    public Loop Forgetting(ILogger log) => new("old guesses at passwords", new Bell(), async ct =>
    {
        await storage.Do(Cause.New(), work =>
        {
            work.Write("delete from guesses where forget_at < $1", machine.GetUtcNow());
            return Task.CompletedTask;
        }, ct);
        return ForgetEvery;
    }, log);

    /// <summary>Something by which guesses are counted.</summary>
    /// <param name="IsShared">Whether many accounts share it.</param>
    internal sealed record Counted(string Key, GuessLimit Limit, bool IsShared = false);

    /// <summary>The right to evaluate one guess.</summary>
    internal sealed record Permit(IReadOnlyList<Counted> Counted);

    private async Task<Permit> Take(IReadOnlyList<Counted> counted, CancellationToken ct)
    {
        var keys = counted.Select(one => one.Key).ToArray();

        // Most of a flood is refused here, and writes nothing.
        var query = new Sql("select key, failures, latest, next_at from guesses where key = any($1)", (object)keys);
        Refuse(await storage.Query(query, Read, ct));
        await storage.Do(Cause.New(), async work =>
        {
            var before = await Locked(work, keys, ct);
            Refuse(before);
            foreach (var one in counted)
            {
                Write(work, one, GuessRules.Add(one.Limit, before.Single(row => row.Key == one.Key).Count, machine.GetUtcNow()));
            }
        }, ct);
        return new Permit(counted);
    }

    private Task GiveBack(Permit permit, bool isForgiven, CancellationToken ct) =>
        storage.Do(Cause.New(), async work =>
        {
            var counted = await Locked(work, [.. permit.Counted.Select(one => one.Key)], ct);
            foreach (var one in permit.Counted)
            {
                if (isForgiven && !one.IsShared)
                {
                    work.Write("delete from guesses where key = $1", one.Key);
                }
                else
                {
                    Write(work, one, GuessRules.GiveBack(one.Limit, counted.Single(row => row.Key == one.Key).Count, machine.GetUtcNow()));
                }
            }
        }, ct);

    private void Refuse(IEnumerable<(string Key, GuessCount Count)> counts)
    {
        var now = machine.GetUtcNow();
        var next = counts.Select(row => row.Count.NextAt).DefaultIfEmpty(now).Max();
        if (next > now)
        {
            throw new RefusedException(new Refusal(Refusals.TooManyRequests, RetryAfter: next - now));
        }
    }

    /// <summary>
    /// The counts, locked until the commit. They are locked in the order of their keys, so that two cannot wait for each
    /// other.
    /// </summary>
    private Task<List<(string Key, GuessCount Count)>> Locked(Work work, string[] keys, CancellationToken ct) =>
        work.Query(
            new Sql(
                """
                insert into guesses (key, failures, latest, next_at, forget_at)
                select key, 0, $2, $2, $2 from unnest($1::text[]) as key order by key collate "C"
                on conflict (key) do update set key = excluded.key
                returning key, failures, latest, next_at
                """,
                keys, machine.GetUtcNow()),
            Read, ct);

    private static (string Key, GuessCount Count) Read(Npgsql.NpgsqlDataReader row) =>
        (row.GetString(0), new GuessCount(row.GetDouble(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3)));

    private static void Write(Work work, Counted one, GuessCount count) =>
        work.Write(
            "update guesses set failures = $2, latest = $3, next_at = $4, forget_at = $5 where key = $1",
            one.Key, count.Failures, count.Latest, count.NextAt, GuessRules.ForgottenAt(one.Limit, count));
}
