using Jangteo.Backups;

namespace Jangteo.SystemTests.Backups;

/// <summary>What doctor says of a market that runs: that all is well, and each trouble that is seeded, with what to do.</summary>
public sealed class DoctorTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Doctor_finds_each_seeded_trouble_and_says_what_to_do()
    {
        await using var program = await JangteoProgram.Start(("LogLevel", "Warning"));
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        await shop.AtRest();
        var backups = Path.Combine(program.Folder, "backups");
        await program.RunCommand("backup", backups);

        var (code, said) = await program.TryCommand("doctor");
        Assert.True(code == 0 && !said.Contains("WRONG", StringComparison.Ordinal), said);
        string[] things =
            ["settings", "kinds", "providers", "disk", "process", "database", "migrations", "clock", "backup", "integrity", "messages"];
        Assert.All(things, what =>
            Assert.Contains($"well     {what,-10}", said, StringComparison.Ordinal));

        var file = Directory.GetFiles(Backup.In(backups)[0], "trading.trades.*").Single();
        await File.WriteAllTextAsync(file, "torn", ct);
        await Seed(
            program,
            $"""
            update payments.balances set amount = amount + 1 where account = 'escrow:{deal.Id}';
            insert into views.aside (sender, stream, seq, type, message, parked_at, reason)
            values ('trading', gen_random_uuid(), 7, 'trading.torn.v1', 'torn', now(), 'It cannot be read.');
            """);
        (code, said) = await program.TryCommand("doctor", "--all");

        Assert.True(code == 1 && said.Contains("1 in views", StringComparison.Ordinal), said);
        Assert.Matches("WRONG +backup +.*trading.trades.*make another one", said);
        Assert.Matches($"WRONG +integrity +payments: I1.*{deal.Id}", said);
    }

    private async Task Seed(JangteoProgram program, string sql)
    {
        await using var source = await program.Database();
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
