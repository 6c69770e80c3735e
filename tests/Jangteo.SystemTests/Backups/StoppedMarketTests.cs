using System.Collections;
using Jangteo.Backups;
using Jangteo.Kinds;
using Jangteo.Platform;
using Npgsql;

namespace Jangteo.SystemTests.Backups;

/// <summary>Commands on a market that does not run: they find the one that is in the data folder, whichever shape it has.</summary>
public sealed class StoppedMarketTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_find_the_stopped_market_of_a_data_folder_and_a_restore_that_did_not_end()
    {
        await using var program = await JangteoProgram.Start(("LogLevel", "Warning"));
        var backups = Path.Combine(program.Folder, "backups");
        await program.RunCommand("backup", backups);
        await program.Stop();
        Assert.False(File.Exists(Path.Combine(program.Folder, "run.json")));
        Assert.Contains("checks hold", await program.RunCommand("doctor"));
        await WhatCannotBeWrittenIsTold(program, backups);

        await program.RunCommand("restore", backups, "--split", "true", "--without-checks");
        foreach (var command in (string[][])[["backup", backups], ["restore", "--undo"]])
        {
            Assert.Matches("holds two markets.*--split", await Refused(program, command));
        }

        Assert.Contains("8 databases", await program.RunCommand("backup", backups, "--split"));
        await On(program, isSplit: false, Hosting.Common, "drop table public.migrations");
        Assert.Contains("8 databases", await program.RunCommand("backup", backups));

        await On(program, isSplit: true, Modules.Payments, $"create table {Database.Restoring} (loaded_at timestamptz)");
        Assert.Matches("WRONG +database +jangteo_payments.*--undo", await Refused(program, "doctor"));
        Assert.Contains("--undo", await Refused(program, "split"));
        Assert.Empty(Directory.GetFiles(Path.Combine(program.Folder, "split"), "trading*.log"));
        Assert.Contains("as it was before", await program.RunCommand("restore", "--undo"));
    }

    private async Task WhatCannotBeWrittenIsTold(JangteoProgram program, string backups)
    {
        var file = Path.Combine(program.Folder, "file");
        await File.WriteAllTextAsync(file, "", ct);
        Assert.Contains(file, await Refused(program, "backup", Path.Combine(file, "backups")));
        Assert.Contains("There is no folder", await Refused(program, "restore", backups + "-elsewhere"));
        Assert.DoesNotContain("Usage", await Refused(program, "backup"));
    }

    /// <summary>What a command says that cannot be carried out. It is for people, and no trace of calls.</summary>
    private static async Task<string> Refused(JangteoProgram program, params string[] command)
    {
        var (code, said) = await program.TryCommand(command);
        Assert.True(code == 1 && !said.Contains("   at ", StringComparison.Ordinal), $"{code}: {said}");
        return said.ReplaceLineEndings(" ");
    }

    private async Task On(JangteoProgram program, bool isSplit, string schema, string sql)
    {
        var settings = SettingsReader.Read("none", "", new Hashtable { ["Jangteo__DataFolder"] = program.Folder });
        await using var databases = await MarketDatabases.Find(settings, isSplit, forLoading: false, _ => { }, ct);
        await using var source = NpgsqlDataSource.Create(databases.Of(schema).Admin);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
