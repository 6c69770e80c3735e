using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Integrity;

namespace Jangteo.Backups;

/// <summary>The integrity checks of every module (I1-I10), read by a command from the databases, beside the program or without it.</summary>
internal static class CheckedBooks
{
    /// <summary>
    /// The checks by subject of each module that keeps books. Those of the moment are left out: they hold at rest only, and a market that
    /// runs, or was restored, has things under way.
    /// </summary>
    /// <param name="all">Looks at everything, and not only at what has changed since the last look.</param>
    public static async Task<IReadOnlyList<(string Module, BookCheck Check)>> Look(Settings settings, Database database, bool all, CancellationToken ct)
    {
        var modules = Target.Of("all");
        var alone = settings with { Target = "all", Broker = "", LogLevel = "None", Telemetry = new() };
        await using var program = Serving.Build(alone, modules, Serving.ReadKinds(settings.KindsFolder), database, []);
        var found = new List<(string, BookCheck)>();
        foreach (var module in modules)
        {
            if (module.Integrity(program.Services) is { } checks)
            {
                var books = await program.Services.GetRequiredKeyedService<IntegrityWatch>(module.Name).Look(all, "en", ct);
                found.AddRange(books.Checks.Where(check => !checks.ChecksOfNow.Contains(check.Code)).Select(check => (module.Name, check)));
            }
        }

        return found;
    }
}
