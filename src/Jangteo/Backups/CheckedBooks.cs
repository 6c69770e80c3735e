using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Storing;

namespace Jangteo.Backups;

/// <summary>
/// The integrity checks of every module (I1-I10), read by a command from the databases, beside the program or without it.
/// </summary>
internal static class CheckedBooks
{
    /// <summary>
    /// The checks by subject of each module that keeps books. Those of the moment are left out: they hold at rest only, and a market that
    /// runs, or was restored, has things under way.
    /// </summary>
    /// <param name="all">Looks at everything, and not only at what has changed since the last look.</param>
    /// <param name="isRunning">
    /// False where nothing of the market runs. Then what it had asked of provider and bank when it stopped is not booked before its next
    /// start, so that a difference to them says nothing yet.
    /// </param>
    public static async Task<IReadOnlyList<(string Module, BookCheck Check)>> Look(
        Settings settings, MarketDatabases databases, bool all, bool isRunning, CancellationToken ct)
    {
        var modules = Target.Of("all");
        var alone = settings with
        {
            Target = "all",
            Broker = "",
            LogLevel = "None",
            Telemetry = new(),
            DatabaseTimeouts = DatabaseTimeouts.OfCommands,
        };
        await using var program = Serving.Build(
            alone, modules, Serving.ReadKinds(settings.KindsFolder), Database.Of(databases, alone), []);
        var found = new List<(string, BookCheck)>();
        foreach (var module in modules)
        {
            if (module.Integrity(program.Services) is { } checks)
            {
                var books = await program.Services.GetRequiredKeyedService<IntegrityWatch>(module.Name).Look(all, "en", ct);
                var left = isRunning ? checks.ChecksOfNow : [.. checks.ChecksOfNow, .. checks.ChecksOutside];
                found.AddRange(books.Checks.Where(check => !left.Contains(check.Code)).Select(check => (module.Name, check)));
            }
        }

        return found;
    }
}
