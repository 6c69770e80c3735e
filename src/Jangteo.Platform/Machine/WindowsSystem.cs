using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Jangteo.Platform.Machine;

/// <summary>Windows. There are no signals: PostgreSQL listens for them at a pipe, and programs of one console send each other Ctrl+Break.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSystem : HostSystem
{
    private const uint CtrlBreak = 1;
    private const byte SignalInterrupt = 2;
    private static readonly TimeSpan PipeWithin = TimeSpan.FromSeconds(1);

    public override string UserMark => Environment.UserName;

    internal override bool ServersKeepTheirLog => true;

    public override bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public override bool Runs(int process, string word, params string[] programs)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return programs.Contains(found.ProcessName, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    public override void Interrupt(int process)
    {
        try
        {
            using var pipe = new NamedPipeClientStream(".", $"pgsignal_{process}", PipeDirection.InOut);
            pipe.Connect(PipeWithin);
            pipe.WriteByte(SignalInterrupt);
            pipe.ReadByte();
        }
        catch (Exception absent) when (absent is TimeoutException or IOException)
        {
            // It is no PostgreSQL. What we start is a process group of its own, which is what Ctrl+Break goes to.
            _ = GenerateConsoleCtrlEvent(CtrlBreak, (uint)process);
        }
    }

    public override void MakePrivateFolder(string folder)
    {
        var rights = new DirectorySecurity();
        rights.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        rights.AddAccessRule(new FileSystemAccessRule(
            Owner, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        Directory.CreateDirectory(folder);
        new DirectoryInfo(folder).SetAccessControl(rights);
    }

    public override void KeepPrivate(string file)
    {
        var rights = new FileSecurity();
        rights.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        rights.AddAccessRule(new FileSystemAccessRule(Owner, FileSystemRights.FullControl, AccessControlType.Allow));
        new FileInfo(file).SetAccessControl(rights);
    }

    /// <summary>Servers run as this user.</summary>
    public override void LetPass(string folder)
    {
    }

    internal override ProcessStartInfo Server((uint User, uint Group)? account, string log, string processFile, bool isDetached, string[] words)
    {
        var start = As(account, words);
        start.CreateNewProcessGroup = isDetached;
        return start;
    }

    internal override ProcessStartInfo As((uint User, uint Group)? account, string[] words) => new(words[0], words[1..]);

    internal override string? Locale => null;

    // The locale of the machine knows every script; the names of locales differ from version to version.
    internal override string[] ClusterLocale => ["--lc-collate=C"];

    private static SecurityIdentifier Owner => WindowsIdentity.GetCurrent().User!;

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GenerateConsoleCtrlEvent(uint what, uint group);
}
