using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Tests.Beds;

/// <summary>A folder of a test in which programs and servers keep their files.</summary>
internal static class TestFolder
{
    private const string Prefix = "jangteo-test-";

    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(10);
    private static readonly Lazy<Task> sweeping = new(SweepAfterEarlierRuns);

    /// <summary>
    /// Is over when nothing of earlier runs is left. A run of the tests that was killed itself could clean up nothing; the next one does it.
    /// </summary>
    public static Task Swept => sweeping.Value;

    /// <summary>
    /// Makes an empty one. Others may pass through it, else the servers of a test that root runs would have to put their files under the
    /// system's state directory.
    /// </summary>
    public static string New(string name = "")
    {
        var folder = Directory.CreateTempSubdirectory(OfThisRun + name).FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        return folder;
    }

    /// <summary>Those that this run has made with a name, and that are still there.</summary>
    public static string[] Made(string name) => Directory.GetDirectories(Path.GetTempPath(), $"{OfThisRun}{name}*");

    /// <summary>Stops the servers that a killed program left, and removes every file, wherever it was kept.</summary>
    public static async Task Remove(string folder)
    {
        Guardian.EndLeftovers(folder);
        string[] places =
            [.. Directory.GetFiles(folder, "*.place").Select(pointer => File.ReadAllText(pointer).Trim()).Where(Path.IsPathRooted), folder];
        foreach (var server in Posix.Processes())
        {
            // Their files are thrown away, so they need not write them first.
            var words = Posix.CommandLine(server);
            if (words.Any(word => word.EndsWith("/cluster", StringComparison.Ordinal) && IsInside(word)))
                await End(server, Posix.Quit);
            if (words is [var program, ..] && program.EndsWith("beam.smp", StringComparison.Ordinal) && words.Any(IsInside))
                await End(server, Posix.Kill);
        }

        foreach (var place in places.Where(Directory.Exists))
            Directory.Delete(place, recursive: true);

        bool IsInside(string word) => places.Any(place => word == place || word.StartsWith(place + "/", StringComparison.Ordinal));
    }

    private static string OfThisRun => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-");

    private static async Task SweepAfterEarlierRuns()
    {
        string[] roots = [Path.GetTempPath(), Environment.GetEnvironmentVariable("JANGTEO_TEST_FILES") ?? ""];
        foreach (var folder in roots.Where(Directory.Exists).Distinct().SelectMany(root => Directory.GetDirectories(root, Prefix + "*")))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, out var tests) && (tests == Environment.ProcessId || IsProgram(tests, "Tests")))
                continue;

            var file = Path.Combine(folder, "program.process");
            if (File.Exists(file) && int.TryParse(await File.ReadAllTextAsync(file), out var left) && IsProgram(left, "Jangteo.dll"))
                await End(left, Posix.Terminate);
            await Remove(folder);
        }

        static bool IsProgram(int process, string name) =>
            Posix.IsAlive(process) && Posix.CommandLine(process).Any(word => word.Contains(name, StringComparison.Ordinal));
    }

    private static async Task End(int left, int signal)
    {
        Posix.Signal(left, signal);
        var patience = Stopwatch.StartNew();
        while (Posix.IsAlive(left) && patience.Elapsed < StopsWithin)
            await Task.Delay(LooksEvery);
    }
}
