using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Jangteo.Backups;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;

namespace Jangteo.Commands;

/// <summary>
/// <c>jangteo restore &lt;folder&gt;</c>: makes all databases what they were when a backup was made, while nothing of the market runs.
/// </summary>
internal static class Restore
{
    public static Command Command()
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "Of one backup, or one that holds several: then the newest is taken.",
            DefaultValueFactory = _ => null,
        };
        var replace = new Option<bool>("--replace") { Description = "Databases that hold a market are replaced." };
        var split = BackUp.IsOfSplit();
        var atOnce = BackUp.AtOnce();
        var withoutChecks = new Option<bool>("--without-checks")
        {
            Description = "Does not check the integrity of what was restored: 'jangteo doctor --all' does so later.",
        };
        var withoutBroker = new Option<bool>("--without-broker")
        {
            Description = "The market has no RabbitMQ from now on. Otherwise a market that had it is refused without the setting Broker, "
                + "whose queues have to be emptied.",
        };
        var undo = new Option<bool>("--undo") { Description = "Puts back what was there before a restore that did not end." };
        var command = new Command(
            "restore", "Restores all databases of the market to the moment of a backup. Nothing of the market may run meanwhile.")
        {
            folder, replace, split, atOnce, withoutBroker, withoutChecks, undo,
        };
        command.Validators.Add(given =>
        {
            if (given.GetValue(folder) is null == !given.GetValue(undo))
            {
                given.AddError("Name the folder of a backup, or --undo.");
            }
        });
        command.SetAction(async (parsed, ct) =>
        {
            var settings = SettingsReader.Read();
            if (RunFile.OfRunning(settings.DataFolder) is { } run)
            {
                throw new UnavailableException($"The market runs at {run.Address} (process {run.Process}). Stop it, then restore.");
            }

            if (parsed.GetValue(undo))
            {
                return await Undo(settings, parsed.GetValue(split), ct);
            }

            var from = Chosen(GivenPath.Of(parsed.GetValue(folder)!));
            // A backup of modules that ran apart goes back to such a market, unless the settings say where.
            var isSplit = parsed.GetValue(split) ?? Backup.Read(from).IsSplit;
            await using (var databases = await MarketDatabases.Find(settings, isSplit, forLoading: true, Console.WriteLine, ct))
            {
                Tell(await new RestoreBackup(settings, parsed.GetValue(withoutBroker), Console.WriteLine).Run(
                    databases, from, parsed.GetValue(replace), parsed.GetValue(atOnce), ct));
            }

            return parsed.GetValue(withoutChecks) ? 0 : await Check(settings, isSplit, ct);
        });
        return command;
    }

    private static string Chosen(string folder) =>
        !File.Exists(Path.Combine(folder, Backup.FileName)) && Backup.In(folder) is [var newest, ..] ? newest : folder;

    private static void Tell(Restored restored)
    {
        var backup = restored.Backup;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Restored to {backup.At:yyyy-MM-dd HH:mm:ss} UTC: {backup.RowsOf(Modules.Trading, "trades"):N0} trades, {backup.Rows:N0} rows "
                + $"in {restored.Took.TotalSeconds:0.0} s. {restored.UnderWay:N0} messages were on their way, and are heard after the "
                + $"start."));
    }

    private static async Task<int> Check(Settings settings, bool isSplit, CancellationToken ct)
    {
        Console.WriteLine("Checking its integrity ...");
        var began = Stopwatch.GetTimestamp();
        await using var databases = await MarketDatabases.Find(settings, isSplit, forLoading: false, Console.WriteLine, ct);
        var looked = await CheckedBooks.Look(settings, databases, all: true, isRunning: false, ct);
        var broken = looked.Where(one => !one.Check.Ok).ToList();
        foreach (var (module, check) in broken)
        {
            Console.WriteLine($"WRONG  {module}: {check.Name}: {check.Detail}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{looked.Count} checks in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, {broken.Count} "
                + $"do not hold."));
        return broken.Count == 0 ? 0 : 1;
    }

    private static async Task<int> Undo(Settings settings, bool? isSplit, CancellationToken ct)
    {
        await using var databases = await MarketDatabases.Find(settings, isSplit, forLoading: false, Console.WriteLine, ct);
        Console.WriteLine(await RestoreBackup.Undo(databases, ct) switch
        {
            Undone.PutBack => "Everything is as it was before the restore.",
            Undone.Finished => "The restore had loaded everything, so it was finished: the market is that of the backup.",
            _ => "No restore has begun here that did not end.",
        });
        return 0;
    }
}
