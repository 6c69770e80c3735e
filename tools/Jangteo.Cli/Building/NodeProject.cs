namespace Jangteo.Cli.Building;

/// <summary>A folder that npm builds: the pages, and services that are not written in C#.</summary>
/// <param name="Folder">From the root; holds package.json and its lock file.</param>
/// <param name="What">For people.</param>
internal sealed record NodeProject(string Folder, string What)
{
    public static readonly NodeProject Pages = new("web", "the pages");

    private string At => Place.At(Folder.Split('/'));

    private Made Made => new(Folder.Replace('/', '-'), Folder);

    public bool IsCurrent => Made.IsCurrent;

    public async Task Build()
    {
        await Node.Require(At);
        await Made.Build(async log => await Install(log) is var code and not 0 ? code : await Processes.Run("npm", ["run", "build"], log, At));
    }

    /// <summary>The packages of the lock file, unless they are those that are there.</summary>
    private async Task<int> Install(Action<string> log)
    {
        var installed = new FileInfo(Path.Combine(At, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(At, "package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc
            ? 0
            : await Processes.Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], log, At);
    }
}
