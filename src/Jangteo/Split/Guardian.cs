using System.Diagnostics;
using Jangteo.Platform.Machine;

namespace Jangteo.Split;

/// <summary>Sees to it that nothing goes on running when a split run ends in a way in which it cannot stop its processes itself.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class Guardian : IDisposable
{
    /// <summary>The variable by which every process of a run is known; its value is the data folder.</summary>
    private const string Variable = "JANGTEO_SPLIT";

    /// <summary>By this name, which is a word of its command line, a guardian is known itself.</summary>
    private const string Name = "jangteo-guardian";

    private readonly Process process;

    private Guardian(Process process) => this.process = process;

    /// <summary>Everything that this program starts from now on is guarded.</summary>
    public static Guardian Start(string dataFolder)
    {
        Environment.SetEnvironmentVariable(Variable, dataFolder);
        using var script = new StreamReader(typeof(Guardian).Assembly.GetManifestResourceStream("Jangteo.Split.guardian.sh")!);
        return new Guardian(Process.Start(new ProcessStartInfo("setsid", ["bash", "-c", script.ReadToEnd(), Name, Mark(dataFolder)]) { RedirectStandardInput = true, WorkingDirectory = "/" })!);
    }

    /// <summary>Ends what a killed run has left, except the two servers, which are adopted. The claim of the data folder must be ours, else it would be another's.</summary>
    public static void EndLeftovers(string dataFolder)
    {
        var left = Posix.Processes().Where(process => Posix.Environment(process).Contains(Mark(dataFolder))).ToList();
        // Its guardian first: it would go on to stop what is adopted.
        foreach (var process in left.OrderByDescending(process => Posix.CommandLine(process).Contains(Name)))
        {
            // One that has ended meanwhile has no command line. That of Redis is its name and where it listens, as one word.
            if (Posix.CommandLine(process) is [var program, ..] && Path.GetFileName(program) is "dotnet" or "Jangteo" or "haproxy" or "bash" or "node"
                || Posix.CommandLine(process) is [var title, ..] && title.StartsWith("redis-server ", StringComparison.Ordinal))
            {
                Posix.Signal(process, Posix.Kill);
            }
        }
    }

    /// <summary>Nothing is left to be guarded.</summary>
    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    private static string Mark(string dataFolder) => $"{Variable}={dataFolder}";
}
