namespace Jangteo.Cli.Building;

/// <summary>A folder that npm builds: the pages, and services that are not written in C#.</summary>
/// <param name="Folder">From the root; holds package.json and its lock file.</param>
/// <param name="Output">A folder within it that its build writes.</param>
/// <param name="What">For people.</param>
internal sealed record NodeProject(string Folder, string Output, string What)
{
    public static readonly NodeProject Pages = new("web", "generated", "the pages");

    public static readonly NodeProject Courier = new("services/courier", "dist", "the courier");

    private string At => Place.At(Folder.Split('/'));

    private Made Made => new(Folder.Replace('/', '-'), Folder);

    public bool IsCurrent => Made.IsCurrent;

    /// <summary>Builds it when its sources have changed.</summary>
    public Task BuildWhenNew() => IsCurrent ? Task.CompletedTask : Say.While($"Building {What}", Build());

    public async Task Build()
    {
        await Node.Require(At);
        await Made.Build(log => Processes.Run("npm", ["run", "build"], log, At), Install);
    }

    /// <summary>The packages of the lock file, unless they are those that are there.</summary>
    private async Task<int> Install(Action<string> log)
    {
        Directory.CreateDirectory(Path.Combine(At, Output));
        var installed = new FileInfo(Path.Combine(At, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(At, "package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc
            ? 0
            : await Processes.Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], log, At);
    }
}
