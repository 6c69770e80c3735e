namespace Jangteo.Cli.Building;

/// <summary>What is built of this repository, each when its sources have changed.</summary>
internal static class Builds
{
    private const string Pages = "artifacts/web";
    private const string Solution = "Jangteo.slnx";
    private const string ProgramFolder = "src/Jangteo";

    /// <summary>
    /// The program with its pages, for those who want to use it: answers its assembly. Whoever has built everything has built this too; else
    /// it is built apart from that and without analyzers, which take a third of the time, so that no build that decides about a change takes
    /// what was not analysed for its own.
    /// </summary>
    public static async Task<string> Program()
    {
        if (NodeProject.Pages.IsCurrent && Everything.IsCurrent)
        {
            return Place.Assembly("Jangteo");
        }

        // The pages are no source of any assembly, so both are built at once; only then are they copied beside the program.
        var (pages, program, withPages) = (NodeProject.Pages, new Made("run", "src"), new Made("run-pages", "src", Pages));
        string[] quickly = ["-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false", $"-p:ArtifactsPath={Place.At("artifacts", "run")}"];
        List<Task> building = [];
        if (!pages.IsCurrent)
        {
            building.Add(pages.Build());
        }

        if (!program.IsCurrent)
        {
            building.Add(Build(program, ProgramFolder, quickly));
        }

        if (building.Count > 0)
        {
            await Say.While("Building the pages and the program", Task.WhenAll(building));
        }

        if (!withPages.IsCurrent)
        {
            await Say.While("Putting the pages beside the program", Build(withPages, ProgramFolder, [.. quickly, "--no-restore", "-p:BuildProjectReferences=false"]));
        }

        return Place.At("artifacts", "run", "bin", "Jangteo", "release", "Jangteo.dll");
    }

    /// <summary>The program, and the services that run beside it when its modules run apart.</summary>
    public static async Task Split()
    {
        await Program();
        await NodeProject.Courier.BuildWhenNew();
    }

    /// <summary>The load generator, and the program as it is tested, which it starts.</summary>
    public static async Task Bench()
    {
        await NodeProject.Pages.BuildWhenNew();
        await NodeProject.Courier.BuildWhenNew();
        await BuildDotnet(ProgramFolder, "src", Pages);
        await BuildDotnet("bench/Jangteo.Bench", "src", "bench", Pages);
    }

    public static Task Simulation() => BuildDotnet("bench/Jangteo.Simulation", "src", "bench");

    /// <summary>All projects, with the rules that hold for a change.</summary>
    public static async Task All()
    {
        await NodeProject.Pages.BuildWhenNew();
        await NodeProject.Courier.BuildWhenNew();
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

    private static Task Build(Made made, string target, params string[] further) =>
        made.Build(log => Processes.RunSdk(["build", Place.At(target.Split('/')), "-c", "Release", "-v", "quiet", .. further], log));
}
