namespace Jangteo.Cli.Building;

/// <summary>What is built of this repository, each when its sources have changed.</summary>
internal static class Builds
{
    private const string Pages = "artifacts/web";
    private const string Solution = "Jangteo.slnx";
    private const string ProgramFolder = "src/Jangteo";

    /// <summary>The program with its pages.</summary>
    public static async Task Program()
    {
        // Whoever builds everything has built this too.
        if (NodeProject.Pages.IsCurrent && (Of(ProgramFolder, "src", Pages).IsCurrent || Everything.IsCurrent))
        {
            return;
        }

        // The pages are no source of any assembly, so both are built at once; only then are they copied beside the program.
        var (pages, program) = (NodeProject.Pages, Of(ProgramFolder, "src"));
        await Say.While("Building the pages and the program", Task.WhenAll(pages.IsCurrent ? Task.CompletedTask : pages.Build(), program.IsCurrent ? Task.CompletedTask : Build(program, ProgramFolder)));
        await BuildDotnet(ProgramFolder, "src", Pages);
    }

    public static async Task Bench()
    {
        await Program();
        await BuildDotnet("bench/Jangteo.Bench", "src", "bench", Pages);
    }

    public static Task Simulation() => BuildDotnet("bench/Jangteo.Simulation", "src", "bench");

    /// <summary>All projects, with the rules that hold for a change.</summary>
    public static async Task All()
    {
        if (!NodeProject.Pages.IsCurrent)
        {
            await Say.While("Building the pages", NodeProject.Pages.Build());
        }

        if (!Everything.IsCurrent)
        {
            await Say.While("Building everything", Build(Everything, Solution));
        }
    }

    private static Made Everything => new(Solution, "src", "tests", "bench", "tools", Solution, Pages);

    private static Made Of(string project, params string[] from) => new(Path.GetFileName(project), from);

    private static async Task BuildDotnet(string project, params string[] from)
    {
        var made = Of(project, from);
        if (!made.IsCurrent && !Everything.IsCurrent)
        {
            await Say.While($"Building {made.Name}", Build(made, project));
        }
    }

    private static Task Build(Made made, string target) =>
        made.Build(log => Processes.Run(Processes.Dotnet, ["build", Place.At(target.Split('/')), "-c", "Release", "-v", "quiet"], log));
}
