using Jangteo.Backups;
using Jangteo.Checkup;
using Jangteo.Platform;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Checkup;

/// <summary>What doctor finds of each thing that the market needs, when it is well and when it is not.</summary>
public sealed class Looking_for_trouble(TestPostgres postgres)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 3, 0, 0, TimeSpan.Zero);

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.2, "Well")]
    [InlineData(-3, "Warning")]
    [InlineData(6, "Wrong")]
    public void Clocks_must_agree(double secondsAhead, string grade)
    {
        var found = CheckupRules.Clock("the server", TimeSpan.FromSeconds(secondsAhead), TimeSpan.FromMilliseconds(50));

        Assert.Equal(grade, found.Grade.ToString());
    }

    [Fact]
    public void A_slow_answer_does_not_make_a_clock_wrong() =>
        Assert.Equal(Grade.Well, CheckupRules.Clock("the server", TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(6)).Grade);

    [Theory]
    [InlineData(0.5, "Wrong")]
    [InlineData(3, "Warning")]
    [InlineData(50, "Well")]
    public void A_disk_must_have_space(double gigabytes, string grade) =>
        Assert.Equal(grade, CheckupRules.Space("./data", (long)(gigabytes * (1L << 30))).Grade.ToString());

    [Theory]
    [InlineData(25, "./backups/one", false, "Well")]
    [InlineData(27, "./backups/one", false, "Wrong")]
    [InlineData(27, "./backups/one", true, "Warning")]
    [InlineData(1, null, false, "Well")]
    [InlineData(27, null, false, "Wrong")]
    public void A_market_is_backed_up_every_day(int hours, string? folder, bool isSandbox, string grade)
    {
        var found = CheckupRules.Age(Now - TimeSpan.FromHours(hours), folder, Now, isSandbox);

        Assert.Equal(grade, found.Grade.ToString());
        Assert.True(grade == "Well" || found.Detail.Contains("jangteo backup", StringComparison.Ordinal), found.Detail);
    }

    [Fact]
    public async Task A_database_is_well_when_it_is_of_this_release_and_its_clock_agrees()
    {
        var found = await LookAtDatabase.Look(await NewDatabase(), TimeProvider.System, ct);

        Assert.All(found, one => Assert.True(one.Grade == Grade.Well, one.ToString()));
        Assert.Equal(["database", "migrations", "clock"], found.Select(one => one.What));
    }

    [Fact]
    public async Task A_clock_a_half_restored_database_and_migrations_of_another_release_are_found()
    {
        var database = await NewDatabase();
        await using var source = NpgsqlDataSource.Create(database.Admin);
        await using var command = source.CreateCommand(
            """
            create table public.restoring (since timestamptz);
            delete from public.migrations where schema = 'trading' and number = 2 and source = 'Jangteo.Trading';
            """);
        await command.ExecuteNonQueryAsync(ct);

        var found = await LookAtDatabase.Look(database, new Late(), ct);

        Assert.Contains(
            found,
            one => one is { Grade: Grade.Wrong, What: "database" } && one.Detail.Contains("restore --undo", StringComparison.Ordinal));
        Assert.Contains(
            found,
            one => one is { Grade: Grade.Warning, What: "migrations" }
                && one.Detail.Contains("trading Jangteo.Trading 2", StringComparison.Ordinal));
        Assert.Contains(found, one => one is { Grade: Grade.Wrong, What: "clock" } && one.Detail.Contains("60.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_found()
    {
        var found = await LookAtDatabase.Look(
            new MarketDatabase("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2", ["trading"]), TimeProvider.System, ct);

        Assert.Equal(Grade.Wrong, Assert.Single(found).Grade);
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_is_found() =>
        Assert.Equal(
            Grade.Wrong, Assert.Single(await LookAtBroker.Look("amqp://guest:guest@127.0.0.1:1/", new BrokerTlsSettings(), ct)).Grade);

    private async Task<MarketDatabase> NewDatabase() =>
        new(await postgres.NewDatabase(Target.Of("all")), [.. MarketDatabases.Schemas.Select(one => one.Schema)]);

    /// <summary>A machine whose clock is a minute late.</summary>
    private sealed class Late : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - TimeSpan.FromMinutes(1);
    }
}
