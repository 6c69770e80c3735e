using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Storing;

/// <summary>A migration while another session reads the table for minutes, as a backup does.</summary>
public sealed class Migrating_a_table_in_use(TestPostgres postgres)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_migration_that_has_to_wait_makes_way_for_others_and_is_done_at_last()
    {
        var admin = await postgres.NewDatabase([]);
        await using var source = NpgsqlDataSource.Create(admin);
        await Execute(source, "create table public.large (n integer)");
        await using var reading = await source.OpenConnectionAsync(ct);
        await using var backup = await reading.BeginTransactionAsync(ct);
        await using (var reader = new NpgsqlCommand("select count(*) from public.large", reading))
        {
            await reader.ExecuteScalarAsync(ct);
        }

        var migration = new Migration("test", 1, "wider", "alter table public.large add column wide integer;");
        var migrating = Migrations.Apply(admin, [("wide", [migration])], ct);
        await ModuleBed.Until(() => IsWaitedFor(source), isWaiting => isWaiting);

        // Without the lock time-out, this insert would queue behind the migration until the backup ends.
        await Execute(source, "insert into public.large (n) values (1)");
        Assert.False(migrating.IsCompleted);
        await backup.RollbackAsync(ct);
        await migrating;

        await Execute(source, "insert into public.large (n, wide) values (2, 2)");
    }

    private async Task<bool> IsWaitedFor(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "select exists (select from pg_locks where relation = 'public.large'::regclass and not granted)");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
