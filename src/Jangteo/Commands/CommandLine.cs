using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Jangteo.Demo;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Input;
using Spectre.Console;

namespace Jangteo.Commands;

/// <summary>The commands of the program. Without one it serves its target.</summary>
internal static class CommandLine
{
    // What is stopped stops its market first, which takes a moment. What cannot be done is told in Program.
    public static async Task<int> Run(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction mistake)
        {
            // What is wrong would be lost above a page of help.
            mistake.ShowHelp = false;
        }

        // The library handles SIGINT and SIGTERM. A terminal that is closed sends SIGHUP, which stops a command in the same way.
        using var hungUp = new CancellationTokenSource();
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            hungUp.Cancel();
        });
        var code = await parsed.InvokeAsync(
            new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60), EnableDefaultExceptionHandler = false }, hungUp.Token);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync("./jangteo help lists the commands, and ./jangteo <command> --help what one takes.");
        }

        return code;
    }

    /// <summary>Every command there is, with its words.</summary>
    internal static RootCommand Root()
    {
        var target = new Option<string?>("--target") { Description = "Which modules to serve: all, or some with commas between. Stronger than the setting." };
        var root = new RootCommand("Jangteo, a marketplace engine. Without a command it serves; the settings are in jangteo.yaml.")
        {
            target,
            CheckKinds(),
            Demo(),
            MakeOperator.Command(),
            MakeOperator.OfPeople(),
            RebuildTheViews.Command(),
            Doctor.Command(),
            AskHealth.Command(),
            BackUp.Command(),
            Restore.Command(),
            ConfigureGateway.Command(),
            RunSplit.Command(),
        };
        root.SetAction((parsed, _) =>
        {
            var settings = SettingsReader.Read();
            return Serving.Run(parsed.GetValue(target) is { } modules ? settings with { Target = modules } : settings, []);
        });
        return root;
    }

    private static Command CheckKinds()
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "The folder of a kind, or a folder of kinds; those of the settings without it.",
            DefaultValueFactory = _ => null,
        };
        var write = new Option<bool>("--write") { Description = "Writes the README of each kind anew." };
        var command = new Command("check", "Says what is wrong with a kind, or that all is well.") { folder, write };
        command.SetAction(parsed =>
        {
            var kinds = parsed.GetValue(folder) is { } given ? GivenPath.Of(given) : SettingsReader.Read().KindsFolder;
            var verdict = KindTexts.Check(kinds);
            foreach (var line in verdict.Lines)
            {
                Console.WriteLine(line);
            }

            if (parsed.GetValue(write))
            {
                foreach (var file in KindReadme.Write(kinds))
                {
                    Console.WriteLine($"{file}: written");
                }
            }

            return verdict.IsWell ? 0 : 1;
        });
        return command;
    }

    private static Command Demo()
    {
        var url = new Option<Uri?>("--url")
        {
            Description = "A market in its sandbox, such as http://localhost:8080. Its clock will be moved by months. Without it the demo starts a market of its own.",
            CustomParser = given =>
            {
                if (Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                {
                    return address;
                }

                given.AddError($"'{given.Tokens[0].Value}' is no address; write http://localhost:8080");
                return null;
            },
        };
        var split = new Option<bool>("--split") { Description = "The market that the demo starts has every module in a process of its own." };
        var only = new Argument<string[]>("only") { Description = "Names of kinds, or parts of the names of stories; none plays all.", DefaultValueFactory = _ => [] };
        var command = new Command("demo", "Plays every story of every kind, and reads the books.") { url, split, only };
        command.Validators.Add(given =>
        {
            if (given.GetResult(url) is not null && given.GetValue(split))
            {
                given.AddError("A market at an address has the shape it has; leave out --url or --split.");
            }
        });
        command.SetAction(async (parsed, ct) =>
            await new PlayDemo(AnsiConsole.Console, TimeProvider.System).Run(SettingsReader.Read().KindsFolder, parsed.GetValue(url), parsed.GetValue(split), parsed.GetValue(only)!, ct));
        return command;
    }
}
