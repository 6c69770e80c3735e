namespace Jangteo.Cli;

/// <summary>Programs of the distribution: installed where apt is and this user may, else asked for.</summary>
internal static class Packages
{
    /// <summary>Where a program and its package have different names.</summary>
    private static readonly Dictionary<string, string> packageOf = new() { ["kubectl"] = "kubernetes-client", ["postgres"] = "postgresql" };

    /// <summary>apt does one thing at a time.</summary>
    private static readonly SemaphoreSlim turn = new(1);

    public static async Task Install(IReadOnlyList<string> tools)
    {
        var missing = tools.Where(tool => Processes.Find(tool) is null).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        string[] packages = [.. missing.Select(tool => packageOf.GetValueOrDefault(tool, tool)).Distinct()];
        var names = string.Join(' ', packages);
        if (await Apt() is not { } apt)
        {
            throw new StopException($"Missing: {string.Join(", ", missing)}. Install what is missing (on Debian and Ubuntu: sudo apt-get install {names}).");
        }

        if (await Install(apt, names, packages) is { } refused)
        {
            throw new StopException($"{refused}\n{names} could not be installed; the end of what apt-get said is above.");
        }
    }

    /// <summary>Installs packages. Null when all is well, else the end of what was said.</summary>
    public static async Task<string?> Install(string[] apt, string what, params string[] packages)
    {
        var said = new List<string>();
        await turn.WaitAsync();
        using var after = new Turn();
        // A list of packages that is at hand is mostly good enough, and fetching one takes longer than the package.
        var code = await Say.While($"Installing {what}", InstallOnce());
        if (code != 0)
        {
            await Run("update");
            code = await Say.While($"Installing {what} once more", InstallOnce());
        }

        return code == 0 ? null : string.Join('\n', said.TakeLast(20));

        Task<int> InstallOnce() => Run(["install", "-y", "-o", "Dpkg::Options::=--force-confold", .. packages]);

        Task<int> Run(params string[] words) => Processes.Run(apt[0], [.. apt[1..], .. words], said.Add);
    }

    /// <summary>How this user runs apt-get without being asked for a password; null where that cannot be.</summary>
    public static async Task<string[]?> Apt()
    {
        if (!OperatingSystem.IsLinux() || Processes.Find("apt-get") is null)
        {
            return null;
        }

        string[] command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        if (Environment.IsPrivilegedProcess)
        {
            return command;
        }

        return await Processes.Ask("sudo", "-n", "true") is { Code: 0 } ? ["sudo", "-n", .. command] : null;
    }

    private sealed class Turn : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
