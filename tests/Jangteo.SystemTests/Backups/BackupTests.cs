using System.Collections;
using Jangteo.Backups;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.SystemTests.Storm;
using Jangteo.Tests.Catalog;

namespace Jangteo.SystemTests.Backups;

/// <summary>A market that is backed up while people trade, and restored: it goes back to that moment, is sound, and trades go on.</summary>
[Collection(Storming.Tests)]
public sealed class BackupTests
{
    private static readonly string[] Kinds = ["second-hand", "car-share", "shopping-mall"];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restored_market_is_that_of_the_backup_and_trades_go_on()
    {
        await using var program = await JangteoProgram.Start(("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"));
        var shop = new Shop(program);
        var backups = Path.Combine(program.Folder, "backups");
        var pairs = Enumerable.Range(0, 4).Select(number => new Pair(7_000 + number, Kinds)).ToList();
        var goesOn = true;
        var disputed = await shop.Disputed();
        var pictures = $"/api/trades/{disputed.Id}/dispute/pictures";
        var picture = $"{pictures}/{(await disputed.Buyer.PostPicture(pictures, TestPictures.Jpeg(600, 400))).Id}";
        var evidence = await disputed.Seller.Http.GetByteArrayAsync(picture, ct);
        var trading = Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => Volatile.Read(ref goesOn))));
        await Acknowledged(pairs, 40, trading);
        var (told, listed) = (pairs.SelectMany(pair => pair.Told).ToList(), pairs.SelectMany(pair => pair.Listed).ToList());

        Assert.Contains("trades", await program.RunCommand("backup", backups));
        await Acknowledged(pairs, told.Count + listed.Count + 20, trading);
        await program.RunCommand("backup", backups, "--keep", "2");
        Volatile.Write(ref goesOn, false);
        await trading;
        var after = await shop.Begun(await shop.List("second-hand"));
        await program.Stop();
        var (newest, earlier) = (Backup.In(backups)[0], Backup.In(backups)[1]);
        await TheMarketIsNotTouchedByWhatCannotBeRestored(program, backups, newest, earlier);
        Assert.Contains(" 0 do not hold", await program.RunCommand("restore", earlier, "--replace"));
        await program.StartAgain();

        await shop.AtRest(TimeSpan.FromMinutes(1));
        await shop.BooksAreRight();
        Assert.Equal(404, (await (await shop.Operator).Get($"/api/trades/{after.Id}")).Status);
        await EverythingToldBeforeIsThere(shop, told, listed);
        Assert.Equal(evidence, await (await shop.Named(disputed.Seller.Name)).Http.GetByteArrayAsync(picture, ct));
        await shop.Begun(await shop.List("second-hand"));
        await shop.BooksAreRight();
    }

    private async Task TheMarketIsNotTouchedByWhatCannotBeRestored(JangteoProgram program, string backups, string newest, string earlier)
    {
        var settings = SettingsReader.Read("none", "", new Hashtable { ["Jangteo__DataFolder"] = program.Folder });
        await using var databases = await MarketDatabases.Find(settings, isSplit: false, forLoading: true, _ => { }, ct);
        var file = Directory.GetFiles(newest, "payments.journals.*").Single();
        var bytes = await File.ReadAllBytesAsync(file, ct);
        bytes[^12] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, ct);
        await Refused("SHA-256", newest, replace: true);
        bytes[^12] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, ct);

        // Trading of one moment and the others of a later one: they have heard what it has not said.
        var mixed = Path.Combine(backups, "mixed");
        Directory.CreateDirectory(mixed);
        foreach (var path in Directory.GetFiles(newest)
            .Where(path => !Path.GetFileName(path).StartsWith("trading.", StringComparison.Ordinal))
            .Concat(Directory.GetFiles(earlier, "trading.*")))
        {
            File.Copy(path, Path.Combine(mixed, Path.GetFileName(path)));
        }

        var (late, early) = (Backup.Read(newest), Backup.Read(earlier));
        var others = late.Schemas.Where(schema => schema.Name != "trading");
        await (late with { Schemas = [.. others, early.Schemas.Single(schema => schema.Name == "trading")] }).Write(mixed, ct);
        await Refused("not of one moment", mixed, replace: true);
        Directory.Delete(mixed, recursive: true);
        await Refused("--replace", newest, replace: false);

        async Task Refused(string why, string backup, bool replace)
        {
            var restore = new RestoreBackup(settings, withoutBroker: false, _ => { });
            var refused = await Assert.ThrowsAsync<UnavailableException>(() => restore.Run(databases, backup, replace, atOnce: 2, ct));
            Assert.Contains(why, refused.Message);
        }
    }

    private static async Task EverythingToldBeforeIsThere(Shop shop, List<(Guid Trade, int Revision, string State)> told, List<Guid> listed)
    {
        var sora = await shop.Operator;
        foreach (var (trade, revision, state) in told)
        {
            var found = await sora.Get($"/api/trades/{trade}");
            Assert.True(
                found.Status == 200 && (int)found.Body!["revision"]! >= revision,
                $"{trade} was at {state} ({revision}) before the backup: {found}");
        }

        foreach (var listing in listed)
        {
            Assert.Equal(200, (await sora.Get($"/api/listings/{listing}")).Status);
        }
    }

    private static Task<int> Acknowledged(List<Pair> pairs, int more, Task trading) => Shop.Eventually(
        () => Task.FromResult(pairs.Sum(pair => pair.Told.Count + pair.Listed.Count)), count => count > more || trading.IsFaulted,
        TimeSpan.FromMinutes(2));
}
