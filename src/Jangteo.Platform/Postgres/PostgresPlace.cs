namespace Jangteo.Platform.Postgres;

/// <summary>Where a private PostgreSQL keeps its files, and as whom it runs.</summary>
/// <param name="Folder">Holds the cluster and its log; private to the account the server runs as.</param>
/// <param name="SocketFolder">Holds the socket. Usually the folder itself, else a short one: a socket's path has at most 107 characters.</param>
/// <param name="Account">The account the server runs as when root starts it; null is whoever starts it.</param>
/// <param name="Remark">A line for people when the files are not where they would look for them.</param>
internal sealed record PostgresPlace(string Folder, string SocketFolder, (uint User, uint Group)? Account, string? Remark)
{
    private const int LongestSocketPath = 107;

    public string Cluster => Path.Combine(Folder, "cluster");
    public string Log => Path.Combine(Folder, "log");
    public string ProcessFile => Path.Combine(Cluster, "postmaster.pid");
    public string Socket => Path.Combine(SocketFolder, ".s.PGSQL.5432");

    /// <summary>Finds the place that belongs to a data folder, and makes what is missing of it, except the cluster.</summary>
    /// <exception cref="PostgresUnavailableException">There is no such place; the message says what to do.</exception>
    public static PostgresPlace For(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        if (!Posix.IsRoot)
            return Make(Path.Combine(dataFolder, "postgres"), null, null);

        // PostgreSQL refuses to run as root, so the account that its package makes runs it.
        var account = Posix.Account("postgres") ?? throw new PostgresUnavailableException(
            "There is no account named postgres on this machine, and PostgreSQL does not run as root. Install it (apt-get install postgresql), or start as another user.");
        var beside = Path.Combine(dataFolder, "postgres");
        var pointer = Path.Combine(dataFolder, "postgres.place");

        if (File.Exists(pointer))
        {
            // A folder that was moved takes the pointer along and so finds its data again; a folder that was deleted does not.
            var elsewhere = File.ReadAllText(pointer).Trim();
            if (!Directory.Exists(elsewhere))
                throw new PostgresUnavailableException($"The database of this folder is at {elsewhere}, which does not exist any more. To begin with an empty one, delete {pointer}.");
            return Make(elsewhere, account, Elsewhere(elsewhere));
        }

        if (CanBeEnteredByOthers(dataFolder))
            return Make(beside, account, null);
        if (Directory.Exists(beside))
            throw new PostgresUnavailableException($"The user postgres may no longer enter {dataFolder}, where its database is. Let others pass (chmod o+x) on that folder and those above it.");

        var state = Path.Combine(StateFolder, Posix.Mark(dataFolder) + "-" + Guid.NewGuid().ToString("N")[..6]);
        Directory.CreateDirectory(StateFolder);
        var place = Make(state, account, Elsewhere(state));
        File.WriteAllText(pointer, state + "\n");
        return place;

        static string Elsewhere(string folder) => $"The database is kept in {folder}, because the user postgres may not enter the data folder.";
    }

    // systemd hands a service its own state directory; without it this is where the system keeps such things.
    private static string StateFolder => Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } given ? given : "/var/lib/jangteo";

    private static PostgresPlace Make(string folder, (uint User, uint Group)? account, string? remark)
    {
        MakePrivate(folder, account);
        var place = new PostgresPlace(folder, folder, account, remark);
        if (place.Socket.Length <= LongestSocketPath)
            return place;

        var runtime = account is null ? Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") : "/run";
        if (string.IsNullOrEmpty(runtime) || !Directory.Exists(runtime))
            runtime = "/tmp";
        var sockets = Path.Combine(runtime, $"jangteo-{Posix.UserId}-{Posix.Mark(folder)}");
        MakePrivate(sockets, account);
        return place with { SocketFolder = sockets };
    }

    private static void MakePrivate(string folder, (uint User, uint Group)? account)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(folder, owner);
        try
        {
            // Refused when somebody else made this folder before us, as is possible under /tmp.
            File.SetUnixFileMode(folder, owner);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new PostgresUnavailableException($"{folder} belongs to somebody else, so the database cannot use it. Delete it, or choose another data folder with Jangteo__DataFolder.", refused);
        }

        if (account is { } given)
            Posix.Give(folder, given);
    }

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
