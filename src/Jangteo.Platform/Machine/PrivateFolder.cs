using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Jangteo.Platform.Machine;

/// <summary>Where a server of the program's own keeps its files, and as whom it runs.</summary>
/// <param name="Folder">Only the account may enter it.</param>
/// <param name="Account">The account the server runs as when root starts it; null is whoever starts it.</param>
/// <param name="Remark">A line for people when the files are not where they would look for them.</param>
internal sealed record PrivateFolder(string Folder, (uint User, uint Group)? Account, string? Remark)
{
    // systemd hands a service its own state directory; without it this is where the system keeps such things.
    private static string StateFolder => Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } given ? given : "/var/lib/jangteo";

    /// <summary>Finds the folder that belongs to a data folder, and makes it when it is missing.</summary>
    /// <param name="name">Of the folder within the data folder, and of the account that the package makes.</param>
    /// <param name="holds">What it holds, for people.</param>
    /// <param name="package">What to install when the account is missing.</param>
    /// <exception cref="UnavailableException">There is no such place; the message says what to do.</exception>
    public static PrivateFolder For(string dataFolder, string name, string holds, string package)
    {
        Directory.CreateDirectory(dataFolder);
        var beside = Path.Combine(dataFolder, name);
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            Make(beside, null);
            return new PrivateFolder(beside, null, null);
        }

        return OperatingSystem.IsLinux()
            ? ForRoot(dataFolder, beside, name, holds, package)
            : throw new UnavailableException($"The {holds} does not run as root. Start as another user.");
    }

    [SupportedOSPlatform("linux")]
    private static PrivateFolder ForRoot(string dataFolder, string beside, string name, string holds, string package)
    {
        // A server that listens needs no more than its own files, and PostgreSQL refuses to run as root; so the account that its package makes runs it.
        var account = Posix.Account(name) ?? throw new UnavailableException(
            $"There is no account named {name} on this machine, and the {holds} does not run as root. Install it (apt-get install {package}), or start as another user.");
        var pointer = Path.Combine(dataFolder, name + ".place");

        if (File.Exists(pointer))
        {
            // A folder that was moved takes the pointer along and so finds its data again; a folder that was deleted does not.
            var elsewhere = File.ReadAllText(pointer).Trim();
            if (!Directory.Exists(elsewhere))
                throw new UnavailableException($"The {holds} of this folder is at {elsewhere}, which does not exist any more. To begin with an empty one, delete {pointer}.");
            Make(elsewhere, account);
            return Elsewhere(elsewhere);
        }

        if (CanBeEnteredByOthers(dataFolder))
        {
            Make(beside, account);
            return new PrivateFolder(beside, account, null);
        }

        if (Directory.Exists(beside))
            throw new UnavailableException($"The user {name} may no longer enter {dataFolder}, where its {holds} is. Let others pass (chmod o+x) on that folder and those above it.");

        var state = Path.Combine(StateFolder, Mark(dataFolder) + "-" + Guid.NewGuid().ToString("N")[..6]);
        Directory.CreateDirectory(StateFolder);
        Make(state, account);
        File.WriteAllText(pointer, state + "\n");
        return Elsewhere(state);

        PrivateFolder Elsewhere(string folder) => new(folder, account, $"The {holds} is kept in {folder}, because the user {name} may not enter the data folder.");
    }

    /// <summary>Makes a folder that only the account may enter.</summary>
    public static void Make(string folder, (uint User, uint Group)? account)
    {
        try
        {
            HostSystem.Here.MakePrivateFolder(folder);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new UnavailableException($"{folder} belongs to somebody else, so it cannot be used. Delete it, or choose another data folder with Jangteo__DataFolder.", refused);
        }

        if (account is { } given && OperatingSystem.IsLinux())
            Posix.Give(folder, given);
    }

    /// <summary>Eight letters that stand for a path, the same ones each time.</summary>
    public static string Mark(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..8];

    [SupportedOSPlatform("linux")]
    private static bool CanBeEnteredByOthers(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (!at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }
}
