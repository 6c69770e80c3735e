using System.Diagnostics;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Jangteo.Tests.Messaging;

/// <summary>What a module said, numbered without a gap and without touching a row twice.</summary>
public sealed class The_log(Town town) : IClassFixture<Town>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private Storage Speaker => town.Storage(Modules.Identity);

    [Fact]
    [Requirement("CP-13")]
    public async Task What_was_said_while_nobody_numbered_it_gets_positions_without_a_gap()
    {
        await town.Reopen(() => Speaker.Do(Cause.New(), work =>
        {
            for (var n = 0; n < 1_234; n++)
            {
                Say(work);
            }

            return Task.CompletedTask;
        }, ct));
        await town.Rest();

        var rows = await ReadAll();
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(n => (long)n), rows.Select(row => row.Position));
        Assert.Equal(await Count("select count(*) from outbox"), rows.Count);
        Assert.True(await Count("select max(array_length(ids, 1)) from batches") <= 500);
    }

    [Fact]
    public async Task A_transaction_that_is_open_elsewhere_in_the_server_holds_nothing_back()
    {
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var foreign = await source.OpenConnectionAsync(ct);
        await using var transaction = await foreign.BeginTransactionAsync(ct);
        await using (var write = new NpgsqlCommand("create table something_else (id bigint); select pg_current_xact_id()", foreign))
        {
            await write.ExecuteNonQueryAsync(ct);
        }

        var before = await ReadAll();
        await Speaker.Do(Cause.New(), Say, ct);

        await Town.Until(async () => (await ReadAll()).Count == before.Count + 1);
        await transaction.RollbackAsync(ct);
    }

    [Fact]
    public async Task What_is_said_later_does_not_overtake_what_is_still_being_said()
    {
        var before = await ReadAll();
        await using (var said = await Speaker.Begin(Cause.New(), ct))
        {
            await Say(said);
            await said.Flush(ct);
            await Speaker.Do(Cause.New(), Say, ct);
            await Town.Until(async () => await Count("select count(*) from outbox where id > (select numbered from relay)") == 1);

            // Another process's relay does not number it either.
            var relay = new Log(Speaker, NullLoggerFactory.Instance).Relay;
            var began = Stopwatch.StartNew();
            await relay.StartAsync(ct);
            await Town.Until(() => Task.FromResult(began.Elapsed > TimeSpan.FromMilliseconds(200)));
            await relay.StopAsync(ct);
            Assert.Equal(before.Count, (await ReadAll()).Count);
            await said.Commit(ct);
        }

        await town.Rest();
        Assert.Equal(before.Count + 2, (await ReadAll()).Count);
    }

    [Fact]
    public async Task Nothing_is_skipped_however_writers_and_relays_meet()
    {
        const int Writers = 24;
        const int Times = 12;
        var before = await ReadAll();
        var random = new Random(20261126);
        var plans = Enumerable.Range(0, Writers * Times)
            .Select(
                _ => (Messages: random.Next(1, 6), Pause: random.Next(0, 12), Flushes: random.Next(2) == 0, Commits: random.Next(4) > 0))
            .ToList();
        var stream = Enumerable.Range(0, 5).Select(_ => Ids.New()).ToArray();
        var expected = 0;
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var foreign = await source.OpenConnectionAsync(ct);
        await using var transaction = await foreign.BeginTransactionAsync(ct);
        await using (var write = new NpgsqlCommand("select pg_current_xact_id()", foreign))
        {
            await write.ExecuteNonQueryAsync(ct);
        }

        // Relays of other processes of the module, beside the bed's own.
        var relays = Enumerable.Range(0, 2).Select(_ => new Log(Speaker, NullLoggerFactory.Instance).Relay).ToList();
        foreach (var relay in relays)
        {
            await relay.StartAsync(ct);
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var time = 0; time < Times; time++)
            {
                var plan = plans[(writer * Times) + time];
                await using var work = await Speaker.Begin(Cause.New(), ct);
                for (var n = 0; n < plan.Messages; n++)
                {
                    await Say(work, stream[(writer + time) % stream.Length]);
                    if (plan.Flushes)
                    {
                        await work.Flush(ct);
                        await Task.Delay(plan.Pause, ct);
                    }
                }

                if (plan.Commits)
                {
                    await work.Commit(ct);
                    Interlocked.Add(ref expected, plan.Messages);
                }
            }
        }, ct)));

        await Town.Until(async () => await Count("select count(*) from outbox where id > (select numbered from relay)") == 0);
        foreach (var relay in relays)
        {
            await relay.StopAsync(ct);
        }

        var rows = await ReadAll();
        Assert.Equal(before.Count + expected, rows.Count);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(n => (long)n), rows.Select(row => row.Position));
        Assert.Equal(rows.Count, rows.Select(row => row.Mark).Distinct().Count());
        foreach (var one in stream)
        {
            var seqs = rows.Where(row => row.Stream == one).Select(row => row.Seqs[0]).ToList();
            Assert.Equal(Enumerable.Range(1, seqs.Count), seqs);
        }

        await transaction.RollbackAsync(ct);
        await town.Rest();
    }

    [Fact]
    public async Task A_replica_that_has_not_looked_since_knows_every_mark_that_another_has_numbered()
    {
        await town.Reopen(async () =>
        {
            // Two processes of one module: each keeps in memory what it has numbered itself.
            var (first, second) = (new Log(Speaker, NullLoggerFactory.Instance), new Log(Speaker, NullLoggerFactory.Instance));
            await NumberOne(first);
            await NumberOne(second);

            var last = await first.End(ct);
            Assert.Equal((await ReadAll())[^1].Mark, await first.MarkAt(last, ct));
            Assert.Null(await first.MarkAt(last + 1, ct));
        });
    }

    /// <summary>Says something, and has this process number it.</summary>
    private async Task NumberOne(Log log)
    {
        await Speaker.Do(Cause.New(), Say, ct);
        var end = await Count("select count(*) from outbox");
        var relay = log.Relay;
        await relay.StartAsync(ct);
        await Town.Until(async () => await log.End(ct) == end);
        await relay.StopAsync(ct);
    }

    private static Task Say(Work work) => Say(work, Ids.New());

    private static Task Say(Work work, Guid person)
    {
        work.Send(IdentityMessages.PersonChanged, person, new PersonChanged(person, "Somebody", "somebody@example.org", null, "en", false), new MessageContext());
        return Task.CompletedTask;
    }

    /// <summary>By a log of its own, which has kept nothing in memory.</summary>
    private async Task<List<LogRow>> ReadAll()
    {
        var log = new Log(Speaker, NullLoggerFactory.Instance);
        var rows = new List<LogRow>();
        while (await log.Read(rows.Count, 200, ct) is { Count: > 0 } more)
        {
            rows.AddRange(more);
        }

        return rows;
    }

    private Task<long> Count(string sql) => Speaker.Find(new Sql(sql), reader => Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture), ct);
}
