using System.CommandLine;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Views;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Spectre.Console;

namespace Jangteo.Commands;

/// <summary><c>jangteo rebuild-views</c>: makes what people look at anew, from what every module has said. Works beside the running program.</summary>
internal static class RebuildTheViews
{
    public static Command Command()
    {
        var compare = new Option<bool>("--compare") { Description = "Says how many rows were otherwise before, and answers 1 if any was. For a market at rest: what has not been heard yet differs, and who looks waits." };
        var command = new Command("rebuild-views", "Makes the views anew from the logs of the modules, and switches over when the copy is complete.") { compare };
        command.SetAction((parsed, ct) => Run(parsed.GetValue(compare), ct));
        return command;
    }

    private static async Task<int> Run(bool compare, CancellationToken ct)
    {
        var settings = SettingsReader.Read();
        await using var database = await Database.OpenBeside(settings, Target.Of("all"), ct);
        var clock = new BusinessClock(TimeProvider.System);
        var storages = MessageTypes.SendersHeardBy(Modules.Views).Select(sender => new Storage(sender, NpgsqlDataSource.Create(database.ConnectionOf(sender)), clock)).ToList();
        Compared? compared = null;
        try
        {
            var logs = storages.Select(storage => new Log(storage, NullLoggerFactory.Instance)).ToList();
            await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async progress =>
            {
                var bars = logs.ToDictionary(log => log.Module, log => progress.AddTask($"what {log.Module} said"));
                compared = await RebuildViews.Run(
                    database.AdminOf(Modules.Views), logs, clock, NullLoggerFactory.Instance,
                    at => bars[at.Sender].MaxValue(at.Of).Value(at.Position), ct, compare);
                foreach (var bar in bars.Values)
                {
                    bar.Value(bar.MaxValue);
                }
            });
        }
        finally
        {
            foreach (var storage in storages)
            {
                await storage.DisposeAsync();
            }
        }

        AnsiConsole.WriteLine("The views are made anew.");
        if (compared is not null)
        {
            Console.WriteLine($"{compared.Differ} of {compared.Rows} rows were otherwise before.");
        }

        return compared is { Differ: > 0 } ? 1 : 0;
    }
}
