using System.Diagnostics;

namespace Jangteo.Cli;

/// <summary>
/// <c>./jangteo ci</c>: what decides whether a change is good. Everything it runs is what people type; the last line of its output is
/// <c>N passed, N failed</c>, and all else goes to the error output.
/// </summary>
internal sealed class Ci(Needs needs)
{
    private int failedParts;
    private TestCounts tests = new(0, 0, 0);
    private IReadOnlyList<string> failures = [];

    public async Task<int> Run()
    {
        Environment.CurrentDirectory = Place.Root;
        if ((await Processes.Ask("git", "status", "--porcelain"))?.Output.Length > 0)
        {
            return await InAClone();
        }

        // Build nodes would outlive this and keep its output open.
        Environment.SetEnvironmentVariable("MSBUILDDISABLENODEREUSE", "1");
        var begun = Stopwatch.StartNew();
        await Part("install", Install);
        // Before the tests, which run it: a build beside them would be measured with them.
        await Part("image", () => ToErrors(Place.At("deploy", "image", "build-here"), []));
        await Part("tests", TestsAsInReadme);
        await Part("form", IsFormatted);
        await Part("kinds", () => Script("check", "kinds"));
        await Part("demo", () => Script("demo"));
        Say.Line($"--- all: {begun.Elapsed.TotalSeconds:0} s");
        // Once more where everybody looks first: thousands of lines may stand between a failure and the end.
        foreach (var line in failures)
        {
            Say.Line(line);
        }

        var failed = tests.Failed + failedParts;
        Console.WriteLine($"{tests.Passed} passed, {failed} failed");
        return failed == 0 && tests.Passed > 0 ? 0 : 1;
    }

    /// <summary>Runs a part, says how long it took, and counts it when it fails.</summary>
    private async Task Part(string name, Func<Task<bool>> run)
    {
        var begun = Stopwatch.StartNew();
        Say.Line($"--- {name}");
        var isWell = await run();
        Say.Line(isWell ? $"--- {name}: {begun.Elapsed.TotalSeconds:0} s" : $"--- {name}: FAILED after {begun.Elapsed.TotalSeconds:0} s");
        failedParts += isWell ? 0 : 1;
    }

    private async Task<bool> Install()
    {
        try
        {
            await needs.Install();
            return true;
        }
        catch (StopException missing)
        {
            Say.Line(missing.Message);
            return false;
        }
    }

    private async Task<bool> TestsAsInReadme()
    {
        var command = Readme.TestCommand(await File.ReadAllTextAsync("README.md"));
        if (command.Length == 0)
        {
            Say.Line("README.md says nowhere how to run the tests: a code block with ./jangteo test.");
            return false;
        }

        var lines = new List<string>();
        Say.Line($"$ {command}");
        var code = await Processes.Run("bash", ["-euo", "pipefail", "-c", command], Hear);
        tests = TestCounts.Of(lines);
        failures = TestCounts.FailuresIn(lines);
        // A failed test is counted as one; the part then must not be counted once more.
        return tests.AreThose(int.Parse(await File.ReadAllTextAsync("tests/count.txt")), Say.Line) && (code == 0 || tests.Failed > 0);

        void Hear(string line)
        {
            lines.Add(line);
            Say.Line(line);
        }
    }

    /// <summary>What builds do not look at: spaces, the order of the imports, and the types of the pages. All other rules are warnings, and so errors, of the build.</summary>
    private static async Task<bool> IsFormatted() =>
        await ToErrors("npm", ["run", "--silent", "form"], Place.At("web"))
        && await ToErrors("npm", ["run", "--silent", "types"], Place.At("web"))
        && await ToErrors("npm", ["run", "--silent", "form"], Place.At("services", "courier"))
        && await Processes.RunSdk(["format", "whitespace", "Jangteo.slnx", "--verify-no-changes", "--no-restore"], Say.Line) == 0
        && await Processes.RunSdk(["format", "style", "Jangteo.slnx", "--diagnostics", "IMPORTS", "--verify-no-changes", "--no-restore"], Say.Line) == 0;

    private static Task<bool> Script(params string[] words) => ToErrors(Place.Script, words);

    private static async Task<bool> ToErrors(string program, string[] words, string? folder = null) => await Processes.Run(program, words, Say.Line, folder) == 0;

    /// <summary>What is committed is tried, and not what lies about.</summary>
    private static async Task<int> InAClone()
    {
        Say.Line("The tree has changes that are not committed; what is committed is tried, in a clone.");
        var folder = Directory.CreateTempSubdirectory("jangteo-ci-").FullName;
        try
        {
            // The server of the tests runs as another user and must be able to pass.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            }

            var clone = Path.Combine(folder, "jangteo");
            return await Processes.Run("git", ["clone", "-q", Place.Root, clone]) is var code and not 0 ? code : await Processes.Run(Path.Combine(clone, "jangteo"), ["ci"], clone);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
