using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace Jangteo.Tests.Messaging;

/// <summary>One process at a time does what waits for something outside, and no transaction is open while it waits.</summary>
[Collection(nameof(InTown))]
public sealed class Waiting_outside(Town town)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_lock_is_held_by_one_until_it_is_given_back()
    {
        var storage = town.Storage(Modules.Views);
        var first = (await storage.TryLock("test", ct))!;
        Assert.Null(await storage.TryLock("test", ct));
        Assert.Equal("idle", await StateOfHolder("test", Modules.Views));

        await first.DisposeAsync();
        await using var second = await storage.TryLock("test", ct);
        Assert.NotNull(second);
    }

    [Fact]
    public async Task A_session_that_the_server_has_ended_holds_its_lock_no_longer_and_its_holder_finds_out()
    {
        var storage = town.Storage(Modules.Views);
        await using var lost = (await storage.TryLock("test of loss", ct))!;
        await AsOwner(
            """
            select pg_terminate_backend(pid) from pg_locks
            where locktype = 'advisory' and classid = (hashtext('test of loss')::bigint & 4294967295)::oid
            """);

        SessionLock? next = null;
        await Town.Until(async () => (next = await storage.TryLock("test of loss", ct)) is not null);
        await using var held = next;
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => lost.MustBeHeld(ct));
        await held!.MustBeHeld(ct);
    }

    [Fact]
    public async Task The_broker_is_waited_for_without_a_transaction()
    {
        var storage = town.Storage(Modules.Identity);
        var broker = new FakeBroker();
        broker.FallSilent();
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, Ids.New(),
            new PersonChanged(Ids.New(), "Somebody", "somebody@example.org", null, "en", false));
        await town.Rest();
        var loop = new Publisher(new Log(storage, NullLoggerFactory.Instance), storage, broker.Connection, NullLogger<Publisher>.Instance)
            .Loop;
        await loop.StartAsync(ct);
        try
        {
            await Town.Until(() => Task.FromResult(broker.Published > 0));
            await Town.Until(async () => await StateOfHolder("publish", Modules.Identity) == "idle");
            Assert.Equal(0, await storage.Find(new Sql("select sent from relay"), row => row.GetInt64(0), ct));

            broker.Confirm();
            await Town.Until(async () =>
                await storage.Find(new Sql("select sent > 0 and sent = position from relay"), row => row.GetBoolean(0), ct));
        }
        finally
        {
            await loop.StopAsync(CancellationToken.None);
            await AsOwner("update identity.relay set sent = 0");
        }
    }

    [Fact]
    public async Task The_carrier_of_notices_is_waited_for_without_a_transaction()
    {
        var tale = Tale.Of(town, "water-purifier");
        await town.Say(
            Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id,
            new PersonChanged(tale.Buyer.Id, tale.Buyer.Name, "buyer@example.org", "+821012345678", "en", false));
        await town.Rest();
        await using (var source = NpgsqlDataSource.Create(town.Admin))
        await using (var owner = await source.OpenConnectionAsync(ct))
        await using (var full = await owner.BeginTransactionAsync(ct))
        {
            await using (var command = new NpgsqlCommand("lock table phone.messages in access exclusive mode", owner))
            {
                await command.ExecuteNonQueryAsync(ct);
            }

            await tale.Moves("apply");
            await Town.Until(async () =>
                await StateOfHolder($"errands {Notice.Sms}", Modules.Notices, whileWaitingFor: "phone.messages") == "idle");
        }

        await Town.Until(async () => await town.Storage(Modules.Notices).Find(
            new Sql("select count(*) > 0 from notices where trade = $1 and channel = $2 and status = 'sent'", tale.Trade, Notice.Sms),
            row => row.GetBoolean(0), ct));
    }

    [Fact]
    public async Task Systems_outside_are_compared_without_a_transaction()
    {
        var storage = town.Storage(Modules.Views);
        var answer = new TaskCompletionSource();
        var subject = Ids.New();
        await storage.Do(Cause.New(), work =>
        {
            work.Changed([subject]);
            return Task.CompletedTask;
        }, ct);
        var watch = new IntegrityWatch(
            storage, new Log(storage, NullLoggerFactory.Instance), new Slow(answer.Task), new Alarms(TimeProvider.System), new Texts(),
            NullLogger<IntegrityWatch>.Instance);
        var looking = watch.Look(all: false, "en", ct);
        try
        {
            await Town.Until(async () => looking.IsCompleted || await StateOfHolder("integrity", Modules.Views) == "idle");
            Assert.False(looking.IsCompleted);
        }
        finally
        {
            answer.SetResult();
            await looking;
        }
    }

    /// <summary>The state of the session that holds a lock, as the server shows it; null where nothing holds it.</summary>
    /// <param name="whileWaitingFor">A table: then only while something waits for a lock of it.</param>
    private async Task<string?> StateOfHolder(string name, string schema, string? whileWaitingFor = null)
    {
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var command = source.CreateCommand(
            """
            select a.state from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
                and l.classid = (hashtext($1)::bigint & 4294967295)::oid and l.objid = (hashtext($2)::bigint & 4294967295)::oid
                and ($3::text is null or exists (select from pg_locks where relation = $3::regclass and not granted))
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)whileWaitingFor ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteScalarAsync(ct) as string;
    }

    private async Task AsOwner(string sql)
    {
        await using var source = NpgsqlDataSource.Create(town.Admin);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed class Slow(Task answer) : IIntegrityChecks
    {
        public IReadOnlyList<string> Checks => ["I10-outside"];

        public IReadOnlyList<string> ChecksOutside => Checks;

        public Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct) => Task.FromResult<IReadOnlyList<Offender>>([]);

        public async Task<IReadOnlyList<Offender>> FindOutside(Guid[] subjects, CancellationToken ct)
        {
            await answer;
            return [];
        }

        public Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct) => Task.FromResult<IReadOnlyList<Guid>>([]);
    }
}
