using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Jangteo.Cli;

/// <summary>Other programs: run to their end, listened to, or become.</summary>
internal static class Processes
{
    private static readonly HashSet<Process> running = [];

    static Processes() => AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();

    /// <summary>The `dotnet` that runs this program.</summary>
    public static string Dotnet => Environment.ProcessPath!;

    /// <summary>Runs a command of the SDK. It ends before a profile of it would pay: without one it takes a quarter less of the processor.</summary>
    public static Task<int> RunSdk(IEnumerable<string> words, Action<string> hear) => Run(Dotnet, words, hear, null, ("DOTNET_TieredPGO", "0"));

    /// <summary>Runs a program on the terminal of this one. Answers its exit code.</summary>
    public static async Task<int> Run(string program, IEnumerable<string> words, string? folder = null, params (string Name, string Value)[] environment)
    {
        using var process = Begin(Prepare(program, words, folder, environment));
        await process.WaitForExitAsync();
        Forget(process);
        return process.ExitCode;
    }

    /// <summary>Runs a program and gives each line of both its outputs to somebody.</summary>
    public static async Task<int> Run(
        string program, IEnumerable<string> words, Action<string> hear, string? folder = null, params (string Name, string Value)[] environment)
    {
        var start = Prepare(program, words, folder, environment);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Begin(start);
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync();
        Forget(process);
        return process.ExitCode;

        void Hear(object _, DataReceivedEventArgs line)
        {
            if (line.Data is not null)
            {
                lock (start)
                {
                    hear(line.Data);
                }
            }
        }
    }

    /// <summary>Runs a program that says a little. Null when there is no such program.</summary>
    public static async Task<(int Code, string Output)?> Ask(string program, params string[] words)
    {
        var said = new StringBuilder();
        try
        {
            var code = await Run(program, words, line => said.AppendLine(line));
            return (code, said.ToString());
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>
    /// Goes on as another program: the same process, so that whoever stops it stops that. Windows cannot do this; there the other program runs
    /// under this one and on the same console.
    /// </summary>
    public static async Task<int> Become(string program, params string[] words)
    {
        // The program works in the root; what the caller names is looked for where the caller stands.
        Environment.SetEnvironmentVariable("JANGTEO_CALLED_IN", Environment.CurrentDirectory);
        Environment.CurrentDirectory = Place.Root;
        if (OperatingSystem.IsWindows())
        {
            Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;
            return await Run(program, words);
        }

        // .NET keeps variables of its own, which the system does not see.
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}");
        _ = execve(program, [program, .. words, null], [.. environment, null]);
        throw new StopException($"{program} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Where a program is. Not everything that is installed is on everybody's PATH.</summary>
    public static string? Find(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return folders.Append("/usr/sbin").Where(folder => folder.Length > 0).SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending))).FirstOrDefault(File.Exists);
    }

    private static ProcessStartInfo Prepare(string program, IEnumerable<string> words, string? folder, (string Name, string Value)[] environment)
    {
        // What npm installs on Windows are scripts, which only their shell runs.
        var start = OperatingSystem.IsWindows() && Find(program) is { } found && found.EndsWith(".cmd", StringComparison.Ordinal)
            ? new ProcessStartInfo("cmd", ["/c", program, .. words])
            : new ProcessStartInfo(program, words);
        start.WorkingDirectory = folder ?? Environment.CurrentDirectory;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static Process Begin(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        lock (running)
        {
            running.Add(process);
        }

        return process;
    }

    private static void Forget(Process process)
    {
        lock (running)
        {
            running.Remove(process);
        }
    }

    /// <summary>Whoever stops this program stops what it builds.</summary>
    private static void EndAll()
    {
        lock (running)
        {
            foreach (var process in running.Where(process => !process.HasExited))
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int execve(string program, string?[] words, string?[] environment);
}
