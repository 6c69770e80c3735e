using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Jangteo.Platform.Machine;

/// <summary>What Linux and macOS have in common.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
internal abstract class UnixSystem : HostSystem
{
    private const UnixFileMode OfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The shell opens the log after the account has changed, else it would belong to root. There is no pipe, because nobody would read it after
    // the program was killed.
    private const string WithLog = """
        umask 077; log=$1; process=$2; shift 2; if [ -n "$process" ]; then echo $$ >"$process"; fi; exec "$@" >>"$log" 2>&1 </dev/null
        """;

    public override string UserMark => Posix.UserId.ToString(CultureInfo.InvariantCulture);

    public override void Interrupt(int process) => Posix.Signal(process, Posix.Interrupt);

    public override void Terminate(int process) => Posix.Signal(process, Posix.Terminate);

    public override void MakePrivateFolder(string folder)
    {
        Directory.CreateDirectory(folder, OfOwner | UnixFileMode.UserExecute);
        // Refused when another user made this folder before us, as is possible under /tmp.
        File.SetUnixFileMode(folder, OfOwner | UnixFileMode.UserExecute);
    }

    public override void KeepPrivate(string file) => File.SetUnixFileMode(file, OfOwner);

    public override void LetPass(string folder) =>
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);

    internal override ProcessStartInfo Server((uint User, uint Group)? account, string log, string processFile, bool isDetached, string[] words) =>
        As(account, ["sh", "-c", WithLog, "sh", log, processFile, .. isDetached ? InItsOwnSession : [], .. words]);

    /// <summary>Words before a program that give it a session of its own.</summary>
    protected abstract string[] InItsOwnSession { get; }
}
