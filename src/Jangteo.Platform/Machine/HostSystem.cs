using System.Diagnostics;

namespace Jangteo.Platform.Machine;

/// <summary>
/// What each operating system does in a way of its own, and .NET has no common words for. Everything on the way to a first page goes through
/// this; what only Linux can do says so with an attribute, and the compiler keeps others away from it (CA1416).
/// </summary>
public abstract class HostSystem
{
    /// <summary>The system that this program runs on.</summary>
    public static HostSystem Here { get; } =
        OperatingSystem.IsLinux() ? new LinuxSystem()
        : OperatingSystem.IsMacOS() ? new MacSystem()
        : OperatingSystem.IsWindows() ? new WindowsSystem()
        : throw new PlatformNotSupportedException("Jangteo runs on Linux, macOS and Windows.");

    /// <summary>Stands for this user in the name of a folder where all users have theirs.</summary>
    public abstract string UserMark { get; }

    /// <summary>True while a process runs. One that has ended is not alive, even if its parent has not asked for its exit code yet.</summary>
    public abstract bool IsAlive(int process);

    /// <summary>Whether a process lives and is the one that was meant: its number may have been given to another since.</summary>
    /// <param name="process">The number.</param>
    /// <param name="word">Part of an argument that it was started with. Where the system does not tell arguments, <paramref name="programs"/> decide.</param>
    /// <param name="programs">Names that its program may have, without an ending.</param>
    public abstract bool Runs(int process, string word, params string[] programs);

    /// <summary>
    /// Tells a program to end in good order, as Ctrl+C does: PostgreSQL rolls back what is running, .NET stops serving. Harmless when it has ended.
    /// </summary>
    public abstract void Interrupt(int process);

    /// <summary>Tells a program to end as whoever replaces it does: what it serves is first told to go elsewhere.</summary>
    public virtual void Terminate(int process) => Interrupt(process);

    /// <summary>Makes a folder, where it is missing, that only this user may enter.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to somebody else.</exception>
    public abstract void MakePrivateFolder(string folder);

    /// <summary>Only this user may read a file from now on.</summary>
    public abstract void KeepPrivate(string file);

    /// <summary>Accounts that this user starts servers as may pass through a folder, and still not read it.</summary>
    public abstract void LetPass(string folder);

    /// <summary>How a server is started: what it says goes to a file, and it outlives the program and the terminal.</summary>
    /// <param name="account">The account it runs as when root starts it; null is this user.</param>
    /// <param name="log">Its words are appended to this file. Where the system has no means for that, the server has to be told to write one.</param>
    /// <param name="processFile">Where the process number is written before it begins; empty is nowhere.</param>
    /// <param name="isDetached">The Ctrl+C that stops the program does not reach it.</param>
    /// <param name="words">The program and its arguments.</param>
    internal abstract ProcessStartInfo Server((uint User, uint Group)? account, string log, string processFile, bool isDetached, string[] words);

    /// <summary>A program that this one waits for, as an account.</summary>
    internal abstract ProcessStartInfo As((uint User, uint Group)? account, string[] words);

    /// <summary>Whether what a server says has to be written to its log by itself.</summary>
    internal virtual bool ServersKeepTheirLog => false;

    /// <summary>The locale that servers run in; null is that of the machine.</summary>
    internal abstract string? Locale { get; }

    /// <summary>The settings of a new cluster by which text is ordered by code point, and upper and lower case are known for every script.</summary>
    internal abstract string[] ClusterLocale { get; }

    /// <summary>Lets every other thread of the machine go before the one that calls this, for as long as it lives.</summary>
    public virtual void GoLast() => Thread.CurrentThread.Priority = ThreadPriority.Lowest;
}
