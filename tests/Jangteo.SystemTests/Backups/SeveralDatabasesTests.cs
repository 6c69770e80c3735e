using System.Collections;
using Jangteo.Backups;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Platform.Storing;
using Jangteo.SystemTests.Storm;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.SystemTests.Backups;

/// <summary>
/// The same with a database for each module and RabbitMQ between them, both of the settings: messages are in its queues at the moment of
/// the backup, and no backup holds those. The program is one process here, which costs less and makes no difference to its databases.
/// </summary>
[Collection(Storming.Tests)]
public sealed class SeveralDatabasesTests : IAsyncLifetime
{
    private const string NoticesDown = "alarms-down";

    private readonly string folder = TestFolder.New();
    private PrivatePostgres postgres = null!;
    private PrivateBroker broker = null!;
    private (string Name, string Value)[] settings = [];

    public async ValueTask InitializeAsync()
    {
        await TestFolder.Swept;
        var (starting, beginning) = (
            PrivatePostgres.Start(folder), PrivateBroker.Start(folder, null, TestContext.Current.CancellationToken));
        (postgres, broker) = (await starting, await beginning);
        var databases = await postgres.Databases(
            [.. Modules.All.Append(Hosting.Common).Select(Migrations.Login)], TestContext.Current.CancellationToken);
        settings =
        [
            ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"), ("Broker", broker.Address),
            ("Database", databases[Migrations.Login(Hosting.Common)]),
            .. Modules.All.Select(module => ($"{module}:Database", databases[Migrations.Login(module)])),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        await postgres.DisposeAsync();
        await TestFolder.Remove(folder);
    }

    [Fact]
    public async Task What_was_on_its_way_between_modules_arrives_after_the_restore()
    {
        await using var program = await JangteoProgram.Start(settings);
        var shop = new Shop(program);
        var backups = Path.Combine(program.Folder, "backups");
        var before = await shop.Begun(await shop.List("second-hand"));
        await shop.Switch(NoticesDown, on: true);
        var pairs = Enumerable.Range(0, 3).Select(number => new Pair(8_000 + number, ["second-hand", "shopping-mall"])).ToList();
        var goesOn = true;
        var trading = Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => Volatile.Read(ref goesOn))));
        await Shop.Eventually(
            () => Task.FromResult(pairs.Sum(pair => pair.Told.Count)), told => told > 20 || trading.IsFaulted, TimeSpan.FromMinutes(2));

        Assert.Contains("commits were held back", await program.RunCommand("backup", backups));
        Volatile.Write(ref goesOn, false);
        await trading;
        await shop.Switch(NoticesDown, on: false);
        var after = await shop.Begun(await shop.List("second-hand"));
        await shop.AtRest(TimeSpan.FromMinutes(1));
        var (code, refused) = await program.TryCommand("restore", backups, "--replace");
        Assert.True(code == 1 && refused.Contains("Stop it", StringComparison.Ordinal), refused);
        await program.Stop();
        await ItIsRefusedWhereItDoesNotFit(Backup.In(backups)[0]);
        await ASecondRestoreIsRefused(program, backups);

        var said = await program.RunCommand("restore", backups, "--replace");
        Assert.DoesNotContain(" 0 messages were on their way", said);
        Assert.Contains(" 0 do not hold", said);
        await ARestoreThatDiedAfterLoadingIsFinished(program);
        await program.StartAgain();

        await shop.Switch(NoticesDown, on: false);
        await shop.AtRest(TimeSpan.FromMinutes(1));
        await shop.BooksAreRight();
        var sora = await shop.Operator;
        Assert.Equal(200, (await sora.Get($"/api/trades/{before.Id}")).Status);
        Assert.Equal(404, (await sora.Get($"/api/trades/{after.Id}")).Status);
        await shop.Begun(await shop.List("second-hand"));
        Assert.True(Backup.Read(Backup.In(backups)[0]).HeldMilliseconds > 0);
    }

    private async Task ASecondRestoreIsRefused(JangteoProgram program, string backups)
    {
        await using var payments = NpgsqlDataSource.Create(DatabaseOf(Modules.Payments));
        await using var other = await RestoreLock.Of(
            new Dictionary<MarketDatabase, NpgsqlDataSource> { [new MarketDatabase(DatabaseOf(Modules.Payments), [])] = payments },
            TestContext.Current.CancellationToken);

        var (code, refused) = await program.TryCommand("restore", backups, "--replace");

        Assert.True(code == 1 && refused.Contains("Another restore works on", StringComparison.Ordinal), refused);
    }

    /// <summary>
    /// It died between two databases: one is finished, and in the other stands beside the restored market what was there before. Undone, it
    /// would leave a market of two moments.
    /// </summary>
    private async Task ARestoreThatDiedAfterLoadingIsFinished(JangteoProgram program)
    {
        await using var payments = NpgsqlDataSource.Create(DatabaseOf(Modules.Payments));
        await using var dying = payments.CreateCommand(
            $"create schema payments_replaced; create table {Database.Restoring} (loaded_at timestamptz not null default now()); "
                + $"insert into {Database.Restoring} default values");
        await dying.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Contains("so it was finished", await program.RunCommand("restore", "--undo"));

        await using var left = payments.CreateCommand(
            $"""
            select to_regclass('payments.journals') is not null
                and to_regnamespace('payments_replaced') is null
                and to_regclass('{Database.Restoring}') is null
            """);
        Assert.True((bool)(await left.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    private string DatabaseOf(string module) => settings.Single(setting => setting.Name == $"{module}:Database").Value;

    /// <summary>Queues that nobody empties, people of a sandbox in a market without one, and amounts of another currency.</summary>
    private async Task ItIsRefusedWhereItDoesNotFit(string backup)
    {
        var unfit = new Hashtable(
            settings.ToDictionary(one => $"Jangteo__{one.Name.Replace(":", "__", StringComparison.Ordinal)}", one => one.Value))
        {
            ["Jangteo__Broker"] = "",
            ["Jangteo__Sandbox"] = "false",
            ["Jangteo__Currency"] = "USD",
        };
        var read = SettingsReader.Read("none", "", unfit) with { DataFolder = folder };
        await using var databases = await MarketDatabases.Find(
            read, isSplit: false, forLoading: true, _ => { }, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => new RestoreBackup(read, withoutBroker: false, _ => { })
            .Run(databases, backup, replace: true, atOnce: 2, TestContext.Current.CancellationToken));

        Assert.Contains("set Jangteo__Broker", refused.Message);
        Assert.Contains("people of a sandbox", refused.Message);
        Assert.Contains("Currency is USD here", refused.Message);
    }
}
