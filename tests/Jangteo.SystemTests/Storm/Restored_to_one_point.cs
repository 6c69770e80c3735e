using System.Diagnostics;
using Jangteo.Platform.Postgres;
using Npgsql;

namespace Jangteo.SystemTests.Storm;

/// <summary>
/// The backup of docs/operating.md, made while people trade and restored: every module goes back to one point, and all is sound from there
/// on.
/// </summary>
[Collection(Storming.Tests)]
public sealed class Restored_to_one_point
{
    // npm's package has no pg_basebackup.
    private static readonly string BaseBackup = Path.Combine(PostgresPrograms.Find()!.Folder, "pg_basebackup");

    private static readonly string[] Kinds = ["second-hand", "car-share", "shopping-mall"];

    [Fact]
    public async Task All_databases_restored_to_one_point_are_sound_and_trade_on()
    {
        Assert.SkipUnless(File.Exists(BaseBackup), "There is no pg_basebackup here.");
        await using var program = await JangteoProgram.Start(("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"));
        var shop = new Shop(program);
        var pairs = Enumerable.Range(0, 4).Select(number => new Pair(9_000 + number, Kinds)).ToList();
        var goesOn = true;
        var trading = Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => Volatile.Read(ref goesOn))));
        await Shop.Eventually(
            () => Task.FromResult(Acknowledged(pairs)), acknowledged => acknowledged > 40 || trading.IsFaulted, TimeSpan.FromMinutes(2));

        var place = PostgresPlace.For(program.Folder);
        var backup = Path.Combine(place.Folder, "backup");
        Run(BaseBackup, "-h", new NpgsqlConnectionStringBuilder(program.Run!.Database!).Host!, "-U", "postgres", "-D", backup, "-X", "stream", "-c", "fast");
        var before = Acknowledged(pairs);
        await Shop.Eventually(
            () => Task.FromResult(Acknowledged(pairs)), acknowledged => acknowledged > before + 20 || trading.IsFaulted,
            TimeSpan.FromMinutes(2));
        Volatile.Write(ref goesOn, false);
        await trading;

        await program.Stop();
        Directory.Delete(place.Cluster, recursive: true);
        Directory.Move(backup, place.Cluster);
        if (place.Account is { } account)
            Run("chown", "-R", $"{account.User}:{account.Group}", place.Cluster);
        await program.StartAgain();

        await shop.AtRest(TimeSpan.FromMinutes(1));
        await shop.BooksAreRight();
        Assert.True((await shop.Begun(await shop.List("second-hand"))).Id != Guid.Empty);
        await shop.BooksAreRight();
    }

    private static int Acknowledged(List<Pair> pairs) => pairs.Sum(pair => pair.Told.Count + pair.Listed.Count);

    private static void Run(string program, params string[] words)
    {
        using var process = Process.Start(program, words);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
