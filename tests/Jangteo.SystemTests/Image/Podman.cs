using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Platform.Machine;

namespace Jangteo.SystemTests.Image;

/// <summary>Containers and volumes of this run of the tests. All of them have its process number in their names.</summary>
internal static class Podman
{
    private const string Prefix = "jangteo-test-";

    private static readonly string runc =
        new[] { "/usr/sbin/runc", "/usr/bin/runc" }.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException("Install runc.");

    /// <summary>What every container of a test is started with: the runtime, and limits that a machine without systemd can set.</summary>
    private static readonly string[] run =
    [
        "--runtime", runc, "run", "--detach", "--network", "host", "--ulimit", "nofile=10000:10000", "--ulimit", "nproc=10000:10000",
    ];

    private static readonly string[] remove = ["rm", "--force", "--time", "0", "--volumes"];

    /// <summary>A name that no other run of the tests has.</summary>
    public static string NameOf(string what) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{what}");

    public static Task Run(string name, params string[] words) => Do([.. run, "--name", NameOf(name), .. words]);

    public static async Task<JsonNode> Inspect(string name) =>
        JsonNode.Parse(await Do("container", "inspect", NameOf(name)))![0]!;

    /// <summary>The program in a container that has an init, as this machine numbers it; 0 while it does not run.</summary>
    public static async Task<int> ProcessOf(string name)
    {
        var init = (int)(await Inspect(name))["State"]!["Pid"]!;
        var children = $"/proc/{init}/task/{init}/children";
        return init != 0 && File.Exists(children) && int.TryParse((await File.ReadAllTextAsync(children)).Split(' ')[0], out var program)
            ? program
            : 0;
    }

    /// <summary>Waits until a container has said something.</summary>
    public static async Task Says(string name, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await Do("logs", NameOf(name))).Contains(text, StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
    }

    /// <summary>Ends it as <c>docker stop</c> does, and says how long that took.</summary>
    public static async Task<(int Code, TimeSpan Took)> Stop(string name)
    {
        var clock = Stopwatch.StartNew();
        await Do("stop", "--time", "40", NameOf(name));
        return ((int)(await Inspect(name))["State"]!["ExitCode"]!, clock.Elapsed);
    }

    /// <summary>Ends them at once and forgets them. Volumes that have a name stay.</summary>
    public static Task Remove(params string[] names) => Do([.. remove, .. names.Select(NameOf)]);

    /// <summary>Removes the containers and volumes of earlier runs, which were killed before they could, or of this one.</summary>
    public static async Task Sweep(bool ofThisRun)
    {
        foreach (var name in await Names("ps", "--all", "--format", "{{.Names}}"))
            await Do([.. remove, name]);
        foreach (var name in await Names("volume", "ls", "--format", "{{.Name}}"))
            await Do("volume", "rm", name);

        async Task<IEnumerable<string>> Names(params string[] words) =>
            (await Do(words)).Split('\n').Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && IsToGo(name));

        bool IsToGo(string name) =>
            int.TryParse(name[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out var owner)
            && (owner == Environment.ProcessId
                ? ofThisRun
                : !(Posix.IsAlive(owner) && Posix.CommandLine(owner).Any(word => word.Contains("Tests", StringComparison.Ordinal))));
    }

    /// <returns>What podman said.</returns>
    public static Task<string> Do(params string[] words) => Say("podman", words);

    /// <summary>Runs a program to its end; a failure has everything that it said.</summary>
    public static async Task<string> Say(string program, params string[] words)
    {
        using var running = Process.Start(new ProcessStartInfo(program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = JangteoProgram.Root,
        })!;
        var errors = running.StandardError.ReadToEndAsync();
        var said = await running.StandardOutput.ReadToEndAsync();
        await running.WaitForExitAsync();
        return running.ExitCode == 0
            ? said.TrimEnd('\n')
            : throw new InvalidOperationException($"{program} {words[0]} ended with {running.ExitCode}: {said}{await errors}");
    }
}
