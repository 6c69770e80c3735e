using System.Diagnostics;
using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography;
using Jangteo.Backups;
using Jangteo.Between;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo;

/// <summary>Where the modules of this process keep what they keep: the private PostgreSQL, or the databases of the settings, brought up to date.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>A table that is there while a backup is being restored into the database.</summary>
    public const string Restoring = "public.restoring";

    /// <summary>Beside those that queue for their turn there are connections that are kept for long, such as one that listens.</summary>
    private const int PoolPerSchema = Storage.AtOnce + 3;

    /// <summary>How many connections a process opens at most, to one server or several.</summary>
    public static int MostConnections(IReadOnlyList<Module> modules) => Hosting.Schemas(modules).Count * PoolPerSchema;

    // After a crash it reads its log first, which it may have a minute's worth of.
    private static readonly TimeSpan ComesWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SaysSoAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    private readonly IAsyncDisposable? own;
    private readonly Dictionary<string, string> connections = [];
    private readonly Dictionary<string, string> admins = [];

    private Database(IAsyncDisposable? own) => this.own = own;

    public static async Task<Database> Open(Settings settings, IReadOnlyList<Module> modules, CancellationToken ct)
    {
        var own = Modules.All.Any(module => settings.DatabaseOf(module).Length > 0) ? null : await PrivatePostgres.Start(settings.DataFolder, Console.WriteLine, ct);
        var database = new Database(own) { OwnAddress = own?.AdminConnectionString };
        try
        {
            foreach (var together in Hosting.Schemas(modules)
                .GroupBy(schema => own?.AdminConnectionString ?? AddressOf(schema.Schema, settings, modules)))
            {
                if (own is null)
                {
                    await WaitFor(together.Key, ct);
                    await Durability.RefuseForgetfulDatabase(together.Key, ct);
                }

                await RefuseHalfRestored(together.Key, ct);
                await Migrations.Apply(together.Key, [.. together], ct);
                foreach (var (schema, _) in together)
                {
                    database.admins[schema] = together.Key;
                    database.connections[schema] = ConnectionOf(schema, together.Key, own is not null, settings.DatabaseTimeouts);
                }
            }
        }
        catch
        {
            // A program that does not start leaves no server behind.
            await database.DisposeAsync();
            throw;
        }

        return database;
    }

    /// <summary>Waits for the server of a database, and refuses what no start can use.</summary>
    /// <exception cref="UnavailableException">It does not answer, or a restore has begun there and has not ended.</exception>
    public static async Task BecomesUsable(string admin, CancellationToken ct)
    {
        await WaitFor(admin, ct);
        await RefuseHalfRestored(admin, ct);
    }

    /// <summary>
    /// Does a step of a start again while the database does not answer, for a minute at most: a program that ended instead would only be
    /// started again, which costs the busy machine more.
    /// </summary>
    public static async Task WaitIn(Func<Task> step, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (Exception away) when (away is NpgsqlException or TimeoutException && Storage.IsPassing(away) && waited.Elapsed < ComesWithin)
            {
                await Task.Delay(LooksEvery, ct);
            }
        }
    }

    /// <summary>The same databases for a command, also while the program serves them; nothing is brought up to date under its feet.</summary>
    public static async Task<Database> OpenBeside(Settings settings, IReadOnlyList<Module> modules, CancellationToken ct)
    {
        var run = RunFile.OfRunning(settings.DataFolder);
        if (run is not { NamesDatabases: true } && Modules.All.Any(module => settings.DatabaseOf(module).Length > 0))
        {
            return await Open(settings, modules, ct);
        }

        var found = await MarketDatabases.Find(settings, isSplit: null, forLoading: false, Console.WriteLine, ct);
        if (run is null && !found.IsSplit)
        {
            // Nothing serves it, so that it is brought up to date, or made, as by a start.
            await found.DisposeAsync();
            return await Open(settings, modules, ct);
        }

        return Of(found, settings, owner: found);
    }

    /// <summary>The databases that a command has found, for reading them as the program does. The caller disposes what was found.</summary>
    public static Database Of(MarketDatabases found, Settings settings) => Of(found, settings, owner: null);

    private static Database Of(MarketDatabases found, Settings settings, IAsyncDisposable? owner)
    {
        var database = new Database(owner);
        foreach (var (schema, _) in MarketDatabases.Schemas)
        {
            var admin = found.Of(schema).Admin;
            database.admins[schema] = admin;
            database.connections[schema] = ConnectionOf(schema, admin, isOwn: false, settings.DatabaseTimeouts);
        }

        return database;
    }

    /// <summary>How the private PostgreSQL is reached by who may: its socket is in a folder of this account. Null when the databases are of the settings.</summary>
    public string? OwnAddress { get; private init; }

    /// <summary>The connection string of a schema's own login, which can read nothing else.</summary>
    public string ConnectionOf(string schema) => connections[schema];

    /// <summary>The connection string of whoever may make and drop tables where a schema is.</summary>
    public string AdminOf(string schema) => admins[schema];

    public async ValueTask DisposeAsync()
    {
        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }

    /// <exception cref="UnavailableException">A restore has begun there and has not ended.</exception>
    private static async Task RefuseHalfRestored(string admin, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(admin);
        await using var command = source.CreateCommand($"select to_regclass('{Restoring}') is not null");
        if ((bool)(await command.ExecuteScalarAsync(ct))!)
        {
            throw new UnavailableException(
                "A backup is being restored into this database, or a restore was ended before it was done. Wait, run 'jangteo restore' again, "
                    + "or put back what was there before: 'jangteo restore --undo'.");
        }
    }

    /// <summary>A server that is just starting, or getting up again, is waited for: otherwise a supervisor would only restart this process.</summary>
    private static async Task WaitFor(string admin, CancellationToken ct)
    {
        var (waited, isTold) = (Stopwatch.StartNew(), false);
        await using var source = NpgsqlDataSource.Create(admin);
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                return;
            }
            catch (Exception refused) when (WhyForGood(refused) is { } why)
            {
                throw new UnavailableException($"PostgreSQL at {new NpgsqlConnectionStringBuilder(admin).Host} cannot be used: {why}");
            }
            catch (NpgsqlException away) when (Storage.IsPassing(away))
            {
                if (!isTold && waited.Elapsed > SaysSoAfter)
                {
                    isTold = true;
                    Console.WriteLine($"Waiting for PostgreSQL at {new NpgsqlConnectionStringBuilder(admin).Host}: {away.Message}");
                }

                if (waited.Elapsed > ComesWithin)
                {
                    throw new UnavailableException($"PostgreSQL at {new NpgsqlConnectionStringBuilder(admin).Host} does not answer: {away.Message}");
                }

                await Task.Delay(LooksEvery, ct);
            }
        }
    }

    /// <summary>
    /// Why connecting fails now and would fail in a minute: encryption, credentials, or a database that is not there. Null where waiting may
    /// help.
    /// </summary>
    private static string? WhyForGood(Exception fault) => fault switch
    {
        PostgresException { SqlState: "28000" or "28P01" or PostgresErrorCodes.InvalidCatalogName } refused => refused.MessageText,
        AuthenticationException untrusted => $"its TLS certificate is not accepted: {untrusted.Message}",
        NpgsqlException { InnerException: null } unencrypted when unencrypted.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) =>
            "it does not offer TLS, and the connection string asks for it",
        CryptographicException or FileNotFoundException or DirectoryNotFoundException => $"a file of its connection string: {fault.Message}",
        { InnerException: { } inner } => WhyForGood(inner),
        _ => null,
    };

    /// <summary>What all processes share is where the settings say for all; without such a place it is with the first module.</summary>
    internal static string AddressOf(string schema, Settings settings, IReadOnlyList<Module> modules) => schema == Hosting.Common
        ? settings.Database.Length > 0 ? settings.Database : settings.DatabaseOf(modules[0].Name)
        : settings.DatabaseOf(OwnerOf(schema, modules));

    internal static string OwnerOf(string schema, IReadOnlyList<Module> modules) => modules.FirstOrDefault(module => module.FurtherSchemas.Any(further => further.Schema == schema))?.Name ?? schema;

    private static string ConnectionOf(string schema, string admin, bool isOwn, DatabaseTimeouts timeouts)
    {
        var connection = new NpgsqlConnectionStringBuilder(admin)
        {
            SearchPath = $"{schema},public",
            MaxPoolSize = PoolPerSchema,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            ApplicationName = $"jangteo {schema}",
            Timeout = (int)Math.Ceiling(timeouts.Connect.TotalSeconds),

            // Storage waits by itself (see ServerWatch): after a time-out of its own the driver would ask a hung server to cancel, and block a thread on that.
            CommandTimeout = 0,

            // The server would plan a statement over arrays anew each time, because a plan for the arrays at hand looks a little cheaper than one for any.
            // And an answer must not be given before the commit is on the disk, whatever is the server's habit.
            Options = string.Create(
                CultureInfo.InvariantCulture,
                $"""
                -c plan_cache_mode=force_generic_plan -c synchronous_commit=on -c lock_timeout={timeouts.Lock.TotalMilliseconds:0} -c statement_timeout={timeouts.Statement.TotalMilliseconds:0} -c idle_in_transaction_session_timeout={timeouts.IdleInTransaction.TotalMilliseconds:0}
                """),
        };
        if (connection.Host is { } host && !Path.IsPathRooted(host))
        {
            // A machine that has gone without a word is noticed by the network.
            (connection.TcpKeepAlive, connection.TcpKeepAliveTime, connection.TcpKeepAliveInterval) = (true, 10, 3);
        }

        if (isOwn)
        {
            connection.Username = Migrations.Login(schema);
        }
        else
        {
            // With one connection string for all, each module gives up what is not its own as soon as it is connected.
            connection.Options += $" -c role={Migrations.Login(schema)}";
        }

        return connection.ConnectionString;
    }
}
