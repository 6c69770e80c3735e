using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

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
    [Requirement("CP-13")]
    public async Task A_log_that_was_restored_into_another_server_goes_on_where_it_was()
    {
        await Speaker.Do(Cause.New(), Say, ct);
        await town.Rest();
        var before = await ReadAll();

        // Another server counts its transactions from a lower number: what is stored seems to come from the future. One row had not been numbered when it was saved.
        await town.Reopen(() => Speaker.Do(Cause.New(), async work =>
        {
            await Say(work);
            await work.Flush(ct);
            work.Write("update outbox set xid = (xid::text::bigint + 1000000000)::text::xid8");
            work.Write("update relay set before = (before::text::bigint + 1000000000)::text::xid8");
        }, ct));
        await Speaker.Do(Cause.New(), Say, ct);
        await town.Rest();

        var rows = await ReadAll();
        Assert.Equal(before.Select(row => row.Text), rows.Take(before.Count).Select(row => row.Text));
        Assert.Equal(before.Count + 2, rows.Count);
        Assert.Equal(rows.Count, rows.Select(row => row.Text).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(n => (long)n), rows.Select(row => row.Position));
    }

    [Fact]
    [Requirement("CP-13")]
    public async Task What_is_being_said_while_a_restored_log_begins_to_count_anew_is_not_lost()
    {
        var before = await ReadAll();
        await using (var said = await Speaker.Begin(Cause.New(), ct))
        {
            await Say(said);
            await said.Flush(ct);
            await Speaker.Do(Cause.New(), work =>
            {
                work.Write("update relay set before = (before::text::bigint + 1000000000)::text::xid8");
                return Task.CompletedTask;
            }, ct);
            await Town.Until(async () => await Count("select count(*) from relay where before <= pg_snapshot_xmax(pg_current_snapshot())") == 1);
            await said.Commit(ct);
        }

        await town.Rest();
        Assert.Equal(before.Count + 1, (await ReadAll()).Count);
    }

    private static Task Say(Work work)
    {
        var person = Ids.New();
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
