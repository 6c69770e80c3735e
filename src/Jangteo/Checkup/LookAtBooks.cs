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
        Settings settings, MarketDatabases databases, bool all, bool isRunning, CancellationToken ct) =>
        [
            .. await OrAway("integrity", () => Checks(settings, databases, all, isRunning, ct)),
            .. await OrAway("messages", async () => [await Parked(databases, ct)]),
        ];

    private static async Task<IReadOnlyList<Finding>> OrAway(string what, Func<Task<IReadOnlyList<Finding>>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException)
        {
            return [Finding.Wrong(what, $"it could not be checked: {away.Message}")];
        }
    }

    private static async Task<IReadOnlyList<Finding>> Checks(
        Settings settings, MarketDatabases databases, bool all, bool isRunning, CancellationToken ct)
    {
        var looked = await CheckedBooks.Look(settings, databases, all, isRunning, ct);
        var broken = looked.Where(one => !one.Check.Ok)
            .Select(one => Finding.Wrong(
                "integrity", $"{one.Module}: {one.Check.Name}: {one.Check.Detail}; see docs/operating.md, \"Integrity checks\""))
            .ToList();
        var extent = all ? ", everything was looked at" : " for what has changed; --all looks at everything";
        return broken.Count > 0 ? broken : [Finding.Well("integrity", $"{looked.Count} checks hold{extent}")];
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
