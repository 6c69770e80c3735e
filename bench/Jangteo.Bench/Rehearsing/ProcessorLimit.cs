using System.Globalization;
using Jangteo.Platform.Machine;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// Limits the processor time of processes as the limit of a container does: by a control group for each. Versions 1 and 2 of the kernel's
/// interface are both in use.
/// </summary>
/// <param name="share">Of one processor.</param>
internal sealed class ProcessorLimit(double share) : IDisposable
{
    private const int PeriodMicroseconds = 100_000;
    private const string Version1 = "/sys/fs/cgroup/cpu";
    private const string Version2 = "/sys/fs/cgroup";

    private readonly List<string> groups = [];

    /// <exception cref="UnavailableException">This user or system may not limit processes.</exception>
    public void Limit(int process)
    {
        var quota = (int)(share * PeriodMicroseconds);
        try
        {
            if (Directory.Exists(Version1))
            {
                var group = MakeGroup(Version1, process);
                Write(group, "cpu.cfs_period_us", $"{PeriodMicroseconds}");
                Write(group, "cpu.cfs_quota_us", $"{quota}");
                Write(group, "cgroup.procs", $"{process}");
            }
            else
            {
                Write(Version2, "cgroup.subtree_control", "+cpu");
                var group = MakeGroup(Version2, process);
                Write(group, "cpu.max", $"{quota} {PeriodMicroseconds}");
                Write(group, "cgroup.procs", $"{process}");
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException(
                $"The processor time of a replica cannot be limited: {refused.Message} This rehearsal needs root on Linux.", refused);
        }
    }

    /// <summary>Removes the groups. The processes in them must have ended.</summary>
    public void Dispose()
    {
        foreach (var group in groups.Where(Directory.Exists))
        {
            Directory.Delete(group);
        }
    }

    private string MakeGroup(string root, int process)
    {
        var group = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"jangteo-{Environment.ProcessId}-{process}"));
        Directory.CreateDirectory(group);
        groups.Add(group);
        return group;
    }

    private static void Write(string group, string file, string text) => File.WriteAllText(Path.Combine(group, file), text);
}
