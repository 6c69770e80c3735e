using System.CommandLine;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Commands;

/// <summary>The commands of the program. Without one it serves its target.</summary>
internal static class CommandLine
{
    public static Task<int> Run(string[] args)
    {
        var root = new RootCommand("Jangteo, a marketplace engine. Without a command it serves; the settings are in jangteo.yaml.")
        {
            CheckKinds(),
        };
        return root.Parse(args).InvokeAsync();
    }

    private static Command CheckKinds()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of a kind, or a folder of kinds.", DefaultValueFactory = _ => "kinds" };
        var command = new Command("check", "Says what is wrong with a kind, or that all is well.") { folder };
        command.SetAction(parsed =>
        {
            var verdict = Check.Folder(parsed.GetValue(folder)!);
            foreach (var line in verdict.Lines)
            {
                Console.WriteLine(line);
            }

            return verdict.IsWell ? 0 : 1;
        });
        return command;
    }
}
