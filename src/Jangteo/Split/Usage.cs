using System.Diagnostics;
using System.Globalization;

namespace Jangteo.Split;

/// <summary>What a process and its children use of the machine, as the system counts it.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class Usage
{
    private const double TicksPerSecond = 100;
    private const int PageSize = 4096;

    private readonly Dictionary<int, (long Ticks, long At)> before = [];
    private ILookup<int, int> children = Array.Empty<int>().ToLookup(process => process);

    /// <summary>To be called once before a round of looks: who is whose child.</summary>
    public void Look() => children = Platform.Machine.Posix.Processes().Select(process => (Process: process, Fields: Stat(process))).Where(pair => pair.Fields.Length > 1)
        .ToLookup(pair => int.Parse(pair.Fields[1], CultureInfo.InvariantCulture), pair => pair.Process);

    /// <summary>The share of one processor since the last look, and bytes of memory. What processes share is counted once.</summary>
    public (double Processor, long Memory) Of(int process)
    {
        var (ticks, own, shared) = (0L, 0L, 0L);
        foreach (var one in WithChildren(process))
        {
            var stat = Stat(one);
            var pages = ReadFields($"/proc/{one}/statm");
            if (stat.Length < 13 || pages.Length < 3)
            {
                continue;
            }

            ticks += long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture);
            var inCommon = long.Parse(pages[2], CultureInfo.InvariantCulture);
            own += long.Parse(pages[1], CultureInfo.InvariantCulture) - inCommon;
            shared = Math.Max(shared, inCommon);
        }

        var now = Stopwatch.GetTimestamp();
        var (lastTicks, lastAt) = before.GetValueOrDefault(process, (ticks, now));
        before[process] = (ticks, now);
        var seconds = Stopwatch.GetElapsedTime(lastAt, now).TotalSeconds;
        return (seconds > 0 ? Math.Max(0, ticks - lastTicks) / TicksPerSecond / seconds : 0, (own + shared) * PageSize);
    }

    private IEnumerable<int> WithChildren(int process) => children[process].SelectMany(WithChildren).Prepend(process);

    /// <summary>The fields of a process from its state on; what comes before is a name that may hold anything.</summary>
    private static string[] Stat(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string[] ReadFields(string file)
    {
        try
        {
            return File.ReadAllText(file).Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
