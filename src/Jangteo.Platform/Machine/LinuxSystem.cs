using System.Diagnostics;
using System.Runtime.Versioning;

namespace Jangteo.Platform.Machine;

/// <summary>Linux: the one system on which root may start it, and on which modules run apart.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxSystem : UnixSystem
{
    public override bool IsAlive(int process) => Posix.IsAlive(process);

    public override bool Runs(int process, string word, params string[] programs) =>
        Posix.IsAlive(process) && Posix.CommandLine(process).Any(given => given.Contains(word, StringComparison.Ordinal));

    public override void GoLast() => Posix.GoLast();

    internal override ProcessStartInfo As((uint User, uint Group)? account, string[] words)
    {
        string[] all = account is { } given ? ["setpriv", $"--reuid={given.User}", $"--regid={given.Group}", "--init-groups", "--", .. words] : words;
        return new ProcessStartInfo(all[0], all[1..]);
    }

    internal override string Locale => "C.UTF-8";

    internal override string[] ClusterLocale => [$"--locale={Locale}", "--lc-collate=C"];

    protected override string[] InItsOwnSession => ["setsid"];
}
