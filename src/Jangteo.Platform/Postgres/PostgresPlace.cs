using System.Text;
using Jangteo.Platform.Machine;

namespace Jangteo.Platform.Postgres;

/// <summary>Where a private PostgreSQL keeps its files, and as whom it runs.</summary>
/// <param name="Folder">Holds the cluster and its log; private to the account the server runs as.</param>
/// <param name="SocketFolder">Holds the socket. Usually the folder itself, else a short one: see <see cref="LongestSocketPath"/>.</param>
/// <param name="Account">The account the server runs as when root starts it; null is whoever starts it.</param>
/// <param name="Remark">A line for people when the files are not where they would look for them.</param>
internal sealed record PostgresPlace(string Folder, string SocketFolder, (uint User, uint Group)? Account, string? Remark)
{
    /// <summary>In bytes: what fits into sun_path of the system, without the zero at its end.</summary>
    private static readonly int LongestSocketPath = OperatingSystem.IsMacOS() ? 103 : 107;

    public string Cluster => Path.Combine(Folder, "cluster");
    public string Log => Path.Combine(Folder, "log");
    public string ProcessFile => Path.Combine(Cluster, "postmaster.pid");
    public string Socket => Path.Combine(SocketFolder, ".s.PGSQL.5432");

    /// <summary>Finds the place that belongs to a data folder, and makes what is missing of it, except the cluster.</summary>
    /// <exception cref="UnavailableException">There is no such place; the message says what to do.</exception>
    public static PostgresPlace For(string dataFolder)
    {
        var (folder, account, remark) = PrivateFolder.For(dataFolder, "postgres", "database", "postgresql");
        var place = new PostgresPlace(folder, folder, account, remark);
        if (Encoding.UTF8.GetByteCount(place.Socket) <= LongestSocketPath)
            return place;

        var runtime = account is null ? Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") : "/run";
        if (string.IsNullOrEmpty(runtime) || !Directory.Exists(runtime))
            runtime = OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp";
        var sockets = Path.Combine(runtime, $"jangteo-{HostSystem.Here.UserMark}-{PrivateFolder.Mark(folder)}");
        PrivateFolder.Make(sockets, account);
        return place with { SocketFolder = sockets };
    }
}
