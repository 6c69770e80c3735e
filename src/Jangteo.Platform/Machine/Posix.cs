using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Jangteo.Platform.Machine;

/// <summary>The few things of Unix that .NET has no words for. What needs <c>/proc</c> is Linux only.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
public static class Posix
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Goes on after <see cref="Stop"/>. Of Linux; macOS has another number.</summary>
    [SupportedOSPlatform("linux")]
    public const int Continue = 18;

    /// <summary>The process does nothing until it is told to continue, as if it hung. Of Linux; macOS has another number.</summary>
    [SupportedOSPlatform("linux")]
    public const int Stop = 19;

    /// <summary>Of a thread too, which is a process of its own to Linux; and of who calls when none is named.</summary>
    private const int PriorityOfProcess = 0;

    private const int LastPriority = 19;

    /// <summary>Why a signal was not sent: the process belongs to another user. Of both systems.</summary>
    private const int NotPermitted = 1;

    public static bool IsRoot => geteuid() == 0;

    public static uint UserId => geteuid();

    /// <summary>The user and group number of a local account, or null when the machine has none of that name.</summary>
    [SupportedOSPlatform("linux")]
    public static (uint User, uint Group)? Account(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length > 3 && fields[0] == name)
                return (uint.Parse(fields[2]), uint.Parse(fields[3]));
        }

        return null;
    }

    public static void Give(string path, (uint User, uint Group) owner)
    {
        if (chown(path, owner.User, owner.Group) != 0)
            throw new IOException($"{path} cannot be given to user {owner.User}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>
    /// Sends a signal; false when there is no such process any more. What is not there has the number 0, which would be every process of the
    /// caller's group.
    /// </summary>
    public static bool Signal(int process, int signal) => process > 0 && kill(process, signal) == 0;

    /// <summary>True while there is a process of that number, be it dead and unburied.</summary>
    public static bool Exists(int process) => process > 0 && (kill(process, 0) == 0 || Marshal.GetLastPInvokeError() == NotPermitted);

    /// <summary>Lets every other thread of the machine go before the one that calls this, for as long as it lives.</summary>
    [SupportedOSPlatform("linux")]
    public static void GoLast() => _ = setpriority(PriorityOfProcess, 0, LastPriority);

    /// <summary>True while the process runs. A dead one that nobody has buried yet (state Z) is dead.</summary>
    [SupportedOSPlatform("linux")]
    public static bool IsAlive(int process)
    {
        try
        {
            // The name stands in parentheses and may hold anything, so the state is what follows the last of them.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The command line a process was started with, or empty when it is gone.</summary>
    [SupportedOSPlatform("linux")]
    public static string[] CommandLine(int process) => ReadWords($"/proc/{process}/cmdline");

    /// <summary>The variables a process was started with, as <c>NAME=value</c>; empty when it is gone or somebody else's.</summary>
    [SupportedOSPlatform("linux")]
    public static string[] Environment(int process) => ReadWords($"/proc/{process}/environ");

    private static string[] ReadWords(string file)
    {
        try
        {
            return File.ReadAllText(file).Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The numbers of all processes of this machine.</summary>
    [SupportedOSPlatform("linux")]
    public static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(entry => int.TryParse(Path.GetFileName(entry), out var number) ? number : 0).Where(number => number > 0);

    [DllImport("libc")]
    private static extern int setpriority(int which, uint who, int priority);

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
