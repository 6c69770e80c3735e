using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Backups;

/// <summary>A database of the market, and the schemas of ours that it holds.</summary>
/// <param name="Admin">The connection string of the owner of the schemas.</param>
internal sealed record MarketDatabase(string Admin, IReadOnlyList<string> Schemas)
{
    /// <summary>For people: where it is, without the password.</summary>
    public string Name
    {
        get
        {
            var place = new NpgsqlConnectionStringBuilder(Admin);
            return $"{place.Database} at {place.Host}";
        }
    }

    /// <summary>Connections for work that may take long. The caller disposes it.</summary>
    public NpgsqlDataSource Open() => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Admin)
    {
        CommandTimeout = 0,
        ReadBufferSize = BufferSize,
        WriteBufferSize = BufferSize,
        ApplicationName = ApplicationName,
        Options = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c client_min_messages=warning",
    });

    private const int BufferSize = 1 << 16;

    /// <summary>By this the sessions of these commands are told from those of a program that serves.</summary>
    public const string ApplicationName = "jangteo-backup";
}

/// <summary>
/// Where each schema of the market is, for commands that copy whole databases: those of the program that runs, of the settings, or of the
/// private PostgreSQL, which is then started. Nothing is brought up to date.
/// </summary>
internal sealed class MarketDatabases : IAsyncDisposable
{
    private readonly PrivatePostgres? own;

    private MarketDatabases(PrivatePostgres? own, bool isSplit, IReadOnlyDictionary<string, string> adminOf)
    {
        this.own = own;
        IsSplit = isSplit;
        All = [.. adminOf.GroupBy(pair => pair.Value, pair => pair.Key)
            .Select(together => new MarketDatabase(together.Key, [.. together]))];
    }

    /// <summary>Every schema of a market in one process or apart, with its migrations.</summary>
    public static IReadOnlyList<(string Schema, IReadOnlyList<Migration> Migrations)> Schemas { get; } = Hosting.Schemas(Target.Of("all"));

    public IReadOnlyList<MarketDatabase> All { get; }

    /// <summary>True when modules run apart, by <c>jangteo split</c> or by their settings: RabbitMQ is between them.</summary>
    public bool IsSplit { get; }

    /// <summary>True where the program brings its own PostgreSQL, so that nothing else than what it starts uses it.</summary>
    public bool IsPrivate => own is not null;

    /// <param name="settings">Of this command.</param>
    /// <param name="isSplit">
    /// For a stopped market without databases in the settings: true for the market of <c>split</c>, false for that of one process, null for
    /// whichever of the two the data folder holds.
    /// </param>
    /// <param name="say">Told what takes long.</param>
    /// <param name="forLoading">True starts a private PostgreSQL so that it takes in much at once.</param>
    /// <exception cref="UnavailableException">The databases cannot be reached, or the data folder holds two markets and <paramref name="isSplit"/> is null.</exception>
    public static async Task<MarketDatabases> Find(
        Settings settings, bool? isSplit, bool forLoading, Action<string> say, CancellationToken ct)
    {
        var modules = Target.Of("all");
        if (RunFile.OfRunning(settings.DataFolder) is { NamesDatabases: true } run)
        {
            return new MarketDatabases(
                null, run.Databases is not null,
                Schemas.ToDictionary(one => one.Schema, one => run.Database ?? run.Databases![Place(one.Schema, modules)]));
        }

        if (Modules.All.Any(module => settings.DatabaseOf(module).Length > 0))
        {
            Refuse(settings);
            return new MarketDatabases(
                null, settings.Broker.Length > 0,
                Schemas.ToDictionary(one => one.Schema, one => Database.AddressOf(one.Schema, settings, modules)));
        }

        var postgres = await PrivatePostgres.Start(settings.DataFolder, say, ct, forLoading);
        try
        {
            var isApart = isSplit ?? await HoldsOnlySplit(postgres, settings.DataFolder, ct);
            var made = isApart
                ? await postgres.Databases([.. Modules.All.Append(Hosting.Common).Select(Migrations.Login)], ct)
                : null;
            return new MarketDatabases(postgres, isApart, Schemas.ToDictionary(
                one => one.Schema, one => made?[Migrations.Login(Place(one.Schema, modules))] ?? postgres.AdminConnectionString));
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public MarketDatabase Of(string schema) => All.First(database => database.Schemas.Contains(schema));

    public async ValueTask DisposeAsync()
    {
        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }

    /// <summary>Whether a market, or a restore that did not end, is in a database.</summary>
    public static async Task<bool> HoldsMarket(string admin, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(admin);
        await using var command = source.CreateCommand(
            $"select coalesce(to_regclass('public.migrations'), to_regclass('{Database.Restoring}')) is not null");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<bool> HoldsOnlySplit(PrivatePostgres postgres, string dataFolder, CancellationToken ct)
    {
        if (await postgres.Find(Migrations.Login(Hosting.Common), ct) is not { } common || !await HoldsMarket(common, ct))
        {
            return false;
        }

        return !await HoldsMarket(postgres.AdminConnectionString, ct)
            ? true
            : throw new UnavailableException(
                $"{Path.GetFullPath(dataFolder)} holds two markets: that of './jangteo run' and that of './jangteo split'. Start the one that "
                    + "is meant, or name it: --split true or --split false.");
    }

    private static string Place(string schema, IReadOnlyList<Module> modules) =>
        schema == Hosting.Common ? schema : Database.OwnerOf(schema, modules);

    private static void Refuse(Settings settings)
    {
        var missing = Modules.All.Where(module => settings.DatabaseOf(module).Length == 0).Append(
            settings.Database.Length == 0 ? "common" : "")
            .Where(name => name.Length > 0).ToList();
        if (missing.Count > 0)
        {
            throw new UnavailableException(
                $"All databases are backed up and restored to one point, so all must be known here. Missing: {string.Join(", ", missing)}. "
                + "Set Jangteo__<Module>__Database for each module, and Jangteo__Database for what they share.");
        }
    }
}
