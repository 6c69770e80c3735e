using Jangteo.Backups;
using Jangteo.Kinds;
using Jangteo.SystemTests.Split;
using Jangteo.SystemTests.Storm;

namespace Jangteo.SystemTests.Backups;

/// <summary>
/// The same with modules that run apart: a database each, and messages that are in RabbitMQ at the moment of the backup, which no backup
/// holds.
/// </summary>
[Collection(SharingSplit.Tests)]
public sealed class SplitBackupTests
{
    [Fact]
    public async Task What_was_on_its_way_between_modules_arrives_after_the_restore()
    {
        await using var program = await SplitProgram.Start(("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"));
        var shop = new Shop(program);
        var backups = Path.Combine(program.Folder, "backups");
        var before = await shop.Begun(await shop.List("second-hand"));
        await program.Stop(Modules.Notices);
        var pairs = Enumerable.Range(0, 3).Select(number => new Pair(8_000 + number, ["second-hand", "shopping-mall"])).ToList();
        var goesOn = true;
        var trading = Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => Volatile.Read(ref goesOn))));
        await Shop.Eventually(
            () => Task.FromResult(pairs.Sum(pair => pair.Told.Count)), told => told > 20 || trading.IsFaulted, TimeSpan.FromMinutes(2));

        var said = await program.RunCommand("backup", backups);
        Assert.Contains("commits were held back", said);
        Volatile.Write(ref goesOn, false);
        await trading;
        var after = await shop.Begun(await shop.List("second-hand"));
        await program.Start(Modules.Notices);
        await shop.AtRest(TimeSpan.FromMinutes(1));
        await program.Stop();

        said = await program.RunCommand("restore", backups, "--replace");
        Assert.DoesNotContain(" 0 messages were on their way", said);
        Assert.Contains(" 0 do not hold", said);
        await program.StartAgain();

        await shop.AtRest(TimeSpan.FromMinutes(1));
        await shop.BooksAreRight();
        var sora = await shop.Operator;
        Assert.Equal(200, (await sora.Get($"/api/trades/{before.Id}")).Status);
        Assert.Equal(404, (await sora.Get($"/api/trades/{after.Id}")).Status);
        await shop.Begun(await shop.List("second-hand"));
        Assert.Equal(8, Backup.Read(Backup.In(backups)[0]).Schemas.Select(schema => schema.Name).Intersect([.. Modules.All, "common"]).Count());
    }
}
