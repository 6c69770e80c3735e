using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Jangteo.Platform.Machine;

/// <summary>macOS. It has no /proc and no setsid; `ps` and the Perl that it brings do.</summary>
[SupportedOSPlatform("macos")]
internal sealed class MacSystem : UnixSystem
{
    // A dead process whose parent does not wait for it is taken over, and waited for, by launchd; our own children are waited for by .NET.
    public override bool IsAlive(int process) => Posix.Exists(process);

    public override bool Runs(int process, string word, params string[] programs)
    {
        var start = new ProcessStartInfo("ps", ["-ww", "-o", "command=", "-p", process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using var ps = Process.Start(start)!;
        var line = ps.StandardOutput.ReadToEnd();
        ps.WaitForExit();
        return line.Contains(word, StringComparison.Ordinal);
    }

    internal override ProcessStartInfo As((uint User, uint Group)? account, string[] words) =>
        account is null ? new ProcessStartInfo(words[0], words[1..]) : throw new UnavailableException("On macOS, servers run as the user who starts the program.");

    // macOS knows letters by the locales of languages only; all of them know every script.
    internal override string Locale => "en_US.UTF-8";

    internal override string[] ClusterLocale => [$"--locale={Locale}", "--lc-collate=C"];

    protected override string[] InItsOwnSession => ["perl", "-MPOSIX=setsid", "-e", "setsid(); exec {$ARGV[0]} @ARGV or die qq($ARGV[0]: $!\\n)"];
}
