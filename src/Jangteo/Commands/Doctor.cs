using System.CommandLine;
using Jangteo.Backups;
using Jangteo.Between;
using Jangteo.Checkup;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Input;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Sandbox;

namespace Jangteo.Commands;

/// <summary>
/// <c>jangteo doctor</c>: looks at what the market needs, and says of each thing whether it is well or what to do. Works beside the running
/// program, in one process and split, and exits with 1 when something is wrong.
/// </summary>
internal static class Doctor
{
    public static Command Command()
    {
        var all = new Option<bool>("--all")
        {
            Description = "Checks the integrity of everything, and not only of what has changed since the last look.",
        };
        var command = new Command(
            "doctor", "Looks at settings, kinds, databases, broker, clocks, disk, backups and integrity, and says what to do.") { all };
        command.SetAction(async (parsed, ct) =>
        {
            var isWell = true;
            await foreach (var finding in Examine(parsed.GetValue(all), TimeProvider.System, ct))
            {
                isWell &= finding.Grade != Grade.Wrong;
                Console.WriteLine($"{NameOf(finding.Grade),-7}  {finding.What,-10} {finding.Detail}");
            }

            return isWell ? 0 : 1;
        });
        return command;
    }

    private static string NameOf(Grade grade) => grade switch { Grade.Well => "well", Grade.Warning => "warning", _ => "WRONG" };

    private static async IAsyncEnumerable<Finding> Examine(
        bool all, TimeProvider machine, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var (settings, mistakes) = Read();
        foreach (var mistake in mistakes)
        {
            yield return Finding.Wrong("settings", mistake);
        }

        if (settings is null)
        {
            yield break;
        }

        if (mistakes.Count == 0)
        {
            yield return Finding.Well(
                "settings", $"target {settings.Target}, {(settings.Sandbox ? "in the sandbox" : "not in the sandbox")}");
        }

        var verdict = KindTexts.Check(settings.KindsFolder);
        yield return verdict.IsWell
            ? Finding.Well("kinds", $"{verdict.Shelf!.All.Count()} kinds, all is well")
            : Finding.Wrong("kinds", string.Join(Environment.NewLine, verdict.Mistakes));
        if (verdict.Shelf is { } shelf)
        {
            var missing = MissingProviders.Of(settings, shelf);
            yield return missing.Count > 0 ? Finding.Wrong("providers", string.Join(Environment.NewLine, missing))
                : Finding.Well("providers", settings.Sandbox ? "those of the sandbox" : "no kind needs one");
        }

        yield return LookAtDisk(settings);
        var run = RunFile.OfRunning(settings.DataFolder);
        foreach (var finding in await LookAtProcesses.Look(settings, run, machine, ct))
        {
            yield return finding;
        }

        if ((settings.Broker.Length > 0 ? settings.Broker : run?.Broker) is { Length: > 0 } broker)
        {
            foreach (var finding in await LookAtBroker.Look(broker, settings.BrokerTls, ct))
            {
                yield return finding;
            }
        }

        await foreach (var finding in LookAtData(settings, run, verdict.IsWell, all, machine, ct))
        {
            yield return finding;
        }
    }

    /// <summary>The settings, and what is wrong with them; none where they cannot be read.</summary>
    private static (Settings? Settings, IReadOnlyList<string> Mistakes) Read()
    {
        try
        {
            var settings = SettingsReader.Read();
            try
            {
                Shape.Refuse(settings, Target.Of(settings.Target));
                SandboxNotice.RefuseOpenByMistake(settings);
                return (settings, []);
            }
            catch (SettingsException unfit)
            {
                return (settings, unfit.Mistakes);
            }
        }
        catch (SettingsException unreadable)
        {
            return (null, unreadable.Mistakes);
        }
    }

    private static Finding LookAtDisk(Settings settings)
    {
        try
        {
            var folder = Path.GetFullPath(settings.DataFolder);
            Directory.CreateDirectory(folder);
            return CheckupRules.Space(folder, new DriveInfo(folder).AvailableFreeSpace);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Finding.Wrong("disk", $"{refused.Message}; choose another data folder with Jangteo__DataFolder");
        }
    }

    private static async IAsyncEnumerable<Finding> LookAtData(
        Settings settings, RunFile? run, bool hasKinds, bool all, TimeProvider machine,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        if (run is null && Modules.All.All(module => settings.DatabaseOf(module).Length == 0) && !PrivatePostgres.IsIn(settings.DataFolder))
        {
            yield return Finding.Well("database", "a private PostgreSQL, which the first start makes");
            yield break;
        }

        var (databases, known, unknown) = await Find(settings, ct);
        await using var found = databases;
        var isWell = true;
        foreach (var database in known)
        {
            foreach (var finding in await LookAtDatabase.Look(database, machine, ct))
            {
                isWell &= finding.Grade != Grade.Wrong;
                yield return finding;
            }
        }

        if (found is null)
        {
            yield return Finding.Warning(
                "integrity", $"it is checked, and the backups are looked at, where all databases are known. {unknown}");
        }
        else if (!isWell || !hasKinds)
        {
            yield return Finding.Warning(
                "integrity", "it was not checked, and the backups were not looked at; mend what is wrong above, and look again");
        }
        else
        {
            foreach (var finding in await LookAtBackups.Look(found.Of(Hosting.Common), settings.Sandbox, machine, ct))
            {
                yield return finding;
            }

            foreach (var finding in await LookAtBooks.Look(settings, found, all, isRunning: run is not null || !found.IsPrivate, ct))
            {
                yield return finding;
            }
        }
    }

    /// <summary>
    /// All databases, or those that the settings of one process name. A private PostgreSQL of a market that does not run is started for this.
    /// </summary>
    private static async Task<(MarketDatabases? All, IReadOnlyList<MarketDatabase> Known, string? Unknown)> Find(
        Settings settings, CancellationToken ct)
    {
        try
        {
            var databases = await MarketDatabases.Find(settings, isSplit: null, forLoading: false, _ => { }, ct);
            return (databases, databases.All, null);
        }
        catch (UnavailableException missing)
        {
            return (
                null,
                [.. Modules.All.Where(module => settings.DatabaseOf(module).Length > 0).GroupBy(settings.DatabaseOf)
                    .Select(same => new MarketDatabase(same.Key, [.. same]))],
                missing.Message);
        }
    }
}
