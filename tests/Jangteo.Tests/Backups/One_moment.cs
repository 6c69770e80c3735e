using Jangteo.Backups;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Backups;

/// <summary>Several databases seen as they are at one moment, while everybody writes to all of them.</summary>
public sealed class One_moment(TestPostgres postgres)
{
    private const int Writers = 4;
    private const int Looks = 25;

    private const string Counted =
        """
        select n.id, coalesce(max(c.n), 0)
        from generate_series(1, 4) as n (id)
        left join public.counted c on c.writer = n.id
        group by 1
        order by 1
        """;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cause_in_one_database_is_seen_with_its_effect_in_another()
    {
        var (first, second) = (await NewDatabase(), await NewDatabase());
        var (goesOn, effectsWritten) = (true, 0);
        var writing = Task.WhenAll(Enumerable.Range(1, Writers).Select(writer => Task.Run(async () =>
        {
            var written = 0;
            while (Volatile.Read(ref goesOn))
            {
                // Like a message or a question: what is in the second database follows from what is in the first.
                written++;
                await Count(first.Storage, writer, written);
                await Count(second.Storage, writer, written);
                Interlocked.Increment(ref effectsWritten);
            }

            return written;
        })));
        for (var look = 0; look < Looks; look++)
        {
            // Something is written between two looks; otherwise they would see nothing.
            var earlier = Volatile.Read(ref effectsWritten);
            await ModuleBed.Until(() => Task.FromResult(Volatile.Read(ref effectsWritten)), now => now > earlier);
            var (causes, effects) = await See(first.Source, second.Source);
            for (var writer = 0; writer < Writers; writer++)
            {
                Assert.InRange(causes[writer] - effects[writer], 0, 1);
            }

            Assert.True(causes.Sum() > earlier, "A look does not see what was written before it.");
        }

        Volatile.Write(ref goesOn, false);
        await writing;
        await first.Storage.DisposeAsync();
        await second.Storage.DisposeAsync();
        await first.Source.DisposeAsync();
        await second.Source.DisposeAsync();
    }

    /// <summary>The counts of each writer in both databases. The second is looked at a little later.</summary>
    private async Task<(List<int> First, List<int> Second)> See(NpgsqlDataSource first, NpgsqlDataSource second)
    {
        var one = await Snapshot.Begin(first, [], ct);
        var other = await Snapshot.Begin(second, [], ct);
        await using var ofFirst = one.Connection;
        await using var ofSecond = other.Connection;
        await using (var standstill = await Standstill.Prepare([first, second], ct))
        {
            await standstill.Begin(ct);
            await one.Take(ct);
            await Task.Delay(5, ct);
            await other.Take(ct);
        }

        return (await one.Query(Counted, row => row.GetInt32(1), ct), await other.Query(Counted, row => row.GetInt32(1), ct));
    }

    private Task Count(Storage storage, int writer, int n) => storage.Do(Cause.New(), work =>
    {
        work.Write("insert into public.counted (writer, n) values ($1, $2)", writer, n);
        return Task.CompletedTask;
    }, ct);

    private async Task<(NpgsqlDataSource Source, Storage Storage)> NewDatabase()
    {
        var admin = await postgres.NewDatabase([]);
        var source = NpgsqlDataSource.Create(admin);
        await using var command = source.CreateCommand("create table public.counted (writer integer not null, n integer not null)");
        await command.ExecuteNonQueryAsync(ct);
        return (source, new Storage(Hosting.Common, NpgsqlDataSource.Create(admin), new BusinessClock(TimeProvider.System)));
    }
}
