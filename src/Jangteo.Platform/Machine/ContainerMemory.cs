using System.Globalization;

namespace Jangteo.Platform.Machine;

/// <summary>How much memory the container of this process may use: past it, the system kills the process.</summary>
public static class ContainerMemory
{
    /// <summary>Of control groups of version 2, and of version 1. In a container the root of the tree is the container's own group.</summary>
    private static readonly string[] Files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    /// <summary>Bytes, or null where there is no limit, as outside of containers and on systems without control groups.</summary>
    public static long? Limit { get; } = Files.Where(File.Exists).Select(file => Read(File.ReadAllText(file))).FirstOrDefault(limit => limit is not null);

    /// <summary>No limit is written as <c>max</c>, or as a number beyond any memory.</summary>
    internal static long? Read(string text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes < 1L << 50 ? bytes : null;
}
