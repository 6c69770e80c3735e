using System.ComponentModel;
using System.Diagnostics;

namespace Jangteo.Platform.Machine;

/// <summary>How servers are run that must outlive the terminal, and may outlive the program.</summary>
public static class Daemon
{
    /// <summary>Runs a program as an account, its words appended to a log. The process that is answered is the program's own.</summary>
    /// <param name="processFile">Where the program's process number is written before it begins, so that a later start finds it whatever happens now; null is nowhere.</param>
    /// <param name="isDetached">In a session of its own, so that the Ctrl+C that stops the program does not stop the server under it.</param>
    /// <param name="folder">Where it works; null is where nothing is in its way.</param>
    public static Process Start(
        (uint User, uint Group)? account, string log, string? processFile, bool isDetached, string program, IEnumerable<string> arguments,
        Action<IDictionary<string, string?>>? setEnvironment = null, string? folder = null)
    {
        var start = HostSystem.Here.Server(account, log, processFile ?? "", isDetached, [program, .. arguments]);
        start.WorkingDirectory = folder ?? Path.GetPathRoot(log);
        start.Environment["LC_ALL"] = HostSystem.Here.Locale;
        setEnvironment?.Invoke(start.Environment);
        return Launch(start);
    }

    /// <summary>Runs a program as an account, to its end. Answers its exit code and what it said.</summary>
    /// <param name="input">What it reads.</param>
    public static async Task<(int Code, string Said)> Finish((uint User, uint Group)? account, string program, string[] arguments, string input, CancellationToken ct)
    {
        var start = HostSystem.Here.As(account, [program, .. arguments]);
        start.WorkingDirectory = Path.GetPathRoot(program);
        start.Environment["LC_ALL"] = HostSystem.Here.Locale;
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        using var process = Launch(start);
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }

    private static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new UnavailableException($"{start.FileName} cannot be started on this machine: {missing.Message}", missing);
        }
    }

    /// <summary>The end of what a server said, for a message about why it cannot be had.</summary>
    public static string LastLines(string log) => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(8)) : "(it said nothing)";
}
