using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary><c>./jangteo test</c></summary>
internal static class RunTests
{
    private const long MemoryNeeded = 8L << 30;

    public static async Task<int> Run(string[] words)
    {
        await Builds.All();
        await KeepFilesInMemory();
        // Hundreds of programs are started that end before a profile of them would pay, and are killed before they could remove their pipes.
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
        // Nor is anything compiled a second time, to be faster: that took a fifth of all processor time.
        Environment.SetEnvironmentVariable("DOTNET_TC_CallCounting", "0");
        Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", "0");
        // Nor is code mapped twice, to be written at one address and run at another, which costs much on virtual machines.
        Environment.SetEnvironmentVariable("DOTNET_EnableWriteXorExecute", "0");
        // One suite after the other: two at once would measure each other.
        string[] test = ["test", "--solution", "Jangteo.slnx", "-c", "Release", "--no-build", "--max-parallel-test-modules", "1"];
        return await Processes.Become(Processes.Dotnet, [.. test, .. words]);
    }

    /// <summary>
    /// The servers of the tests write much that is never read again. Where there is memory to spare, their files are not on a disk. What a
    /// killed run left in JANGTEO_TEST_FILES is removed by the next one, wherever that keeps its own.
    /// </summary>
    private static async Task KeepFilesInMemory()
    {
        const string shared = "/dev/shm";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(shared))
        {
            return;
        }

        var user = (await Processes.Ask("id", "-u"))?.Output.Trim();
        var folder = $"{shared}/jangteo-tests-{user}";
        // Servers that run as another user pass through it. Refused when another user has made it.
        if (await Processes.Ask("sh", "-c", $"mkdir -p -m 711 {folder} && [ -O {folder} ] && [ ! -L {folder} ]") is not { Code: 0 })
        {
            return;
        }

        Environment.SetEnvironmentVariable("JANGTEO_TEST_FILES", folder);
        if (new DriveInfo(shared).AvailableFreeSpace >= MemoryNeeded && AvailableMemory() >= MemoryNeeded && LeftOfMemoryLimit() >= MemoryNeeded)
        {
            Environment.SetEnvironmentVariable("TMPDIR", folder);
        }
    }

    private static long AvailableMemory() =>
        long.Parse(File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;

    /// <summary>What a container may still use, in bytes.</summary>
    private static long LeftOfMemoryLimit()
    {
        const string group = "/sys/fs/cgroup/memory.";
        return File.Exists(group + "max") && long.TryParse(File.ReadAllText(group + "max"), out var limit) ? limit - long.Parse(File.ReadAllText(group + "current")) : long.MaxValue;
    }
}
