using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Messaging;

/// <summary>Migrations of the outbox, while a transaction of before has not ended.</summary>
public sealed class Upgrading_a_log(TestPostgres postgres)
{
    private const int PositionsById = 6;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_that_commits_while_positions_move_to_ids_still_gets_one()
    {
        var admin = await postgres.NewDatabase([]);
        Migration[] all = [.. Migrations.Of(typeof(Migrations).Assembly)];
        await Apply(admin, all.Where(migration => migration.Number < PositionsById));
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(admin) { SearchPath = "log", ApplicationName = "writer" });
        await using var slow = await source.OpenConnectionAsync(ct);
        await using var transaction = await slow.BeginTransactionAsync(ct);
        await Execute(slow, Insert);
        await using (var fast = await source.OpenConnectionAsync(ct))
        {
            await Execute(fast, Insert);
        }

        var upgrade = Apply(admin, all);
        await using (var looking = await source.OpenConnectionAsync(ct))
        {
            await ModuleBed.Until(
                () => Count(looking, "select count(*) from pg_locks where relation = 'outbox'::regclass and not granted"),
                waiting => waiting > 0);
        }

        await transaction.CommitAsync(ct);
        await upgrade;

        Assert.Equal(0, await Count(
            slow, "select count(*) from outbox where id <= (select numbered from relay) and id not in (select unnest(ids) from batches)"));
        Assert.Equal(2, await Count(slow, "select position + (select count(*) from outbox where id > numbered) from relay"));
    }

    private const string Insert =
        """
        insert into outbox (type, stream, receivers, seqs, correlation, message)
        values ('type', gen_random_uuid(), '{}', '{}', gen_random_uuid(), '{}')
        """;

    private Task Apply(string admin, IEnumerable<Migration> migrations) => Migrations.Apply(admin, [("log", [.. migrations])], ct);

    private async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<long> Count(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
