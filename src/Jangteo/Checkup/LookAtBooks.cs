using Jangteo.Backups;
using Jangteo.Kinds;
using Jangteo.Platform;
using Npgsql;

namespace Jangteo.Checkup;

/// <summary>Whether the data is sound (I1-I10), and whether messages are parked.</summary>
internal static class LookAtBooks
{
    /// <param name="all">Looks at everything, and not only at what has changed since the last look.</param>
    /// <param name="isRunning">False where nothing of the market runs, see <see cref="CheckedBooks"/>.</param>
    public static async Task<IReadOnlyList<Finding>> Look(
        Settings settings, MarketDatabases databases, bool all, bool isRunning, CancellationToken ct)
    {
        try
        {
            var looked = await CheckedBooks.Look(settings, Database.Of(databases, settings), all, isRunning, ct);
            var broken = looked.Where(one => !one.Check.Ok)
                .Select(one => Finding.Wrong(
                    "integrity", $"{one.Module}: {one.Check.Name}: {one.Check.Detail}; see docs/operating.md, \"Integrity checks\""))
                .ToList();
            var extent = all ? ", everything was looked at" : " for what has changed; --all looks at everything";
            return
            [
                .. broken.Count > 0 ? broken : [Finding.Well("integrity", $"{looked.Count} checks hold{extent}")],
                await Parked(databases, ct),
            ];
        }
        catch (NpgsqlException away)
        {
            return [Finding.Wrong("integrity", $"it could not be checked: {away.Message}")];
        }
    }

    private static async Task<Finding> Parked(MarketDatabases databases, CancellationToken ct)
    {
        var parked = new List<string>();
        foreach (var module in Modules.All)
        {
            await using var source = databases.Of(module).Open();
            await using var command = source.CreateCommand($"select count(*) from {module}.aside where parked_at is not null");
            if ((long)(await command.ExecuteScalarAsync(ct))! is > 0 and var count)
            {
                parked.Add($"{count} in {module}");
            }
        }

        return parked.Count == 0
            ? Finding.Well("messages", "none is parked")
            : Finding.Warning(
                "messages",
                $"parked: {string.Join(", ", parked)}; GET /api/operator/<module>/parked says why, and they are retried or answered there");
    }
}
