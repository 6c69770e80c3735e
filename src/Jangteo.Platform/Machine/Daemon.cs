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
        // The shell opens the log after the account has changed, else it would belong to root.
        // No pipe, because nobody would read it after the program was killed: what the server says goes to its log.
        string[] words =
        [
            .. account is { } given ? ["setpriv", $"--reuid={given.User}", $"--regid={given.Group}", "--init-groups", "--"] : Array.Empty<string>(),
            "sh", "-c", "umask 077; log=$1; process=$2; shift 2; if [ -n \"$process\" ]; then echo $$ >\"$process\"; fi; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, processFile ?? "",
            .. isDetached ? ["setsid"] : Array.Empty<string>(),
            program,
            .. arguments,
        ];
        var start = new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = folder ?? "/" };
        start.Environment["LC_ALL"] = "C.UTF-8";
        setEnvironment?.Invoke(start.Environment);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new UnavailableException($"{start.FileName} is missing on this machine: apt-get install util-linux.", missing);
        }
    }

    /// <summary>The end of what a server said, for a message about why it cannot be had.</summary>
    public static string LastLines(string log) => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(8)) : "(it said nothing)";
}
