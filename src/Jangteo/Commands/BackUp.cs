using System.CommandLine;
using System.Globalization;
using Jangteo.Backups;
using Jangteo.Platform;

namespace Jangteo.Commands;

/// <summary>
/// <c>jangteo backup &lt;folder&gt;</c>: all databases of the market as they are at one moment. Works beside the running program.
/// </summary>
internal static class BackUp
{
    public static Command Command()
    {
        var folder = new Argument<string>("folder") { Description = "Where backups are kept, each in a folder named by its time." };
        var keep = new Option<int?>("--keep")
        {
            Description = "How many backups stay in the folder; older ones are removed after this one is whole. All stay without it.",
        };
        keep.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int?>() < 1)
            {
                given.AddError("--keep takes 1 or more.");
            }
        });
        var split = IsOfSplit();
        var atOnce = AtOnce();
        var command = new Command("backup", "Backs up all databases of the market as they are at one moment, while it runs.")
        {
            folder, keep, split, atOnce,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var settings = SettingsReader.Read();
            await using var databases = await MarketDatabases.Find(
                settings, parsed.GetValue(split), forLoading: false, Console.WriteLine, ct);
            var (made, backup) = await new TakeBackup(TimeProvider.System, Console.WriteLine).Run(
                databases, GivenPath.Of(parsed.GetValue(folder)!), parsed.GetValue(keep), parsed.GetValue(atOnce), ct);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{made}: {backup.RowsOf(Kinds.Modules.Trading, "trades"):N0} trades, {backup.Rows:N0} rows, {backup.Bytes / 1e6:0.0} MB "
                    + $"in {backup.Seconds:0.0} s; commits were held back for {backup.HeldMilliseconds:0} ms."));
            return 0;
        });
        return command;
    }

    /// <summary>Null means the market that the data folder holds.</summary>
    public static Option<bool?> IsOfSplit() => new("--split")
    {
        Description = "The market of 'jangteo split' (true) or of one process (false). Only needed when the data folder holds both and "
            + "neither runs.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<int> AtOnce() => new("--at-once")
    {
        Description = "How many tables are copied at the same time; as many as there are processors without it.",
        DefaultValueFactory = _ => Math.Max(2, Environment.ProcessorCount),
    };
}
