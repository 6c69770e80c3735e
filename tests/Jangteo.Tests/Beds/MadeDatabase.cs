using System.Diagnostics;
using Jangteo.Platform.Postgres;

namespace Jangteo.Tests.Beds;

/// <summary>
/// The files of a private PostgreSQL that was made and stopped once, to be copied to data folders that begin with them: making them takes
/// longer than the rest of a first start.
/// </summary>
/// <param name="folder">An empty one, to keep the files in.</param>
/// <param name="fill">Done with the server while it runs; null leaves it empty.</param>
internal sealed class MadeDatabase(string folder, Func<PrivatePostgres, Task>? fill = null)
{
    private readonly Lazy<Task> making = new(async () =>
    {
        await using var server = await PrivatePostgres.Start(folder);
        await (fill?.Invoke(server) ?? Task.CompletedTask);
    });

    /// <summary>Gives a data folder these files, with owners and modes.</summary>
    public async Task CopyTo(string dataFolder)
    {
        await making.Value;
        using var copying = Process.Start("cp", ["-a", Path.Combine(folder, "postgres"), dataFolder]);
        await copying.WaitForExitAsync();
        Assert.Equal(0, copying.ExitCode);
    }
}
