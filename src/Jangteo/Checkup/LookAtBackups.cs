using System.Globalization;
using Jangteo.Backups;
using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Checkup;

/// <summary>How old the last backup is, and whether its files are what was written.</summary>
internal static class LookAtBackups
{
    public static async Task<IReadOnlyList<Finding>> Look(MarketDatabase common, bool isSandbox, TimeProvider machine, CancellationToken ct)
    {
        DateTimeOffset at;
        string? folder;
        try
        {
            await using var source = NpgsqlDataSource.Create(common.Admin);
            await using var command = source.CreateCommand($"select at, folder from {Hosting.Common}.last_backup");
            await using var row = await command.ExecuteReaderAsync(ct);
            await row.ReadAsync(ct);
            (at, folder) = (row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetString(1));
        }
        catch (NpgsqlException away)
        {
            return [Finding.Warning("backup", $"the age of the last one is not known: {away.Message}")];
        }

        var age = CheckupRules.Age(at, folder, machine.GetUtcNow(), isSandbox);
        return folder is null ? [age] : [age, await LookAtFiles(folder, ct)];
    }

    private static async Task<Finding> LookAtFiles(string folder, CancellationToken ct)
    {
        if (!Directory.Exists(folder))
        {
            return Finding.Warning(
                "backup",
                $"{folder} is not on this machine. If it was moved to another one, as it should be, check its files there; if it was deleted, "
                    + "make another: 'jangteo backup <folder>'");
        }

        try
        {
            var backup = Backup.Read(folder);
            var wrong = await backup.Verify(folder, ct);
            return wrong.Count == 0
                ? Finding.Well(
                    "backup",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"its {backup.Files.Count()} files are as they were written, {backup.Bytes / 1e6:0} MB"))
                : Finding.Wrong(
                    "backup", $"{folder} cannot be restored: {string.Join("; ", wrong.Take(3))}; make another one, and look at the disk");
        }
        catch (UnavailableException unreadable)
        {
            return Finding.Wrong("backup", unreadable.Message);
        }
    }
}
