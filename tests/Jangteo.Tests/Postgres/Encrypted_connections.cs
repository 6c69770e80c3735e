using System.Diagnostics;
using System.Globalization;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Postgres;

/// <summary>A real PostgreSQL that takes TLS connections only, from clients that show a certificate of its authority.</summary>
public sealed class Encrypted_connections(EncryptedPostgres server) : IClassFixture<EncryptedPostgres>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_module_reaches_its_database_over_TLS_by_certificates_of_both_sides()
    {
        await using var database = await Open(server.Connection());

        await using var connection = new NpgsqlConnection(database.ConnectionOf("identity"));
        await connection.OpenAsync(ct);
        // Only an administrator sees how others are connected.
        await using var admin = NpgsqlDataSource.Create(database.AdminOf("identity"));
        await using var command = admin.CreateCommand("select ssl::text || ' ' || client_dn from pg_stat_ssl where pid = $1");
        command.Parameters.Add(new() { Value = connection.ProcessID });
        Assert.Equal("true /CN=postgres", await command.ExecuteScalarAsync(ct));
    }

    [Theory]
    [InlineData("another authority", "its TLS certificate is not accepted: ")]
    [InlineData("another host name", "its TLS certificate is not accepted: ")]
    [InlineData("no encryption", "no encryption")]
    [InlineData("no certificate of the client", "client certificate")]
    [InlineData("no such file", "a file of its connection string: ")]
    public async Task What_cannot_be_trusted_is_refused_at_once_and_in_words(string what, string why)
    {
        var waiting = Stopwatch.StartNew();

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => Open(what switch
        {
            "another authority" => server.Connection(authority: server.OtherAuthority),
            "another host name" => server.Connection(host: "127.0.0.1"),
            "no encryption" => server.Connection(mode: SslMode.Disable),
            "no certificate of the client" => server.Connection(shows: false),
            _ => server.Connection(authority: "/nowhere/authority.pem"),
        }));

        Assert.StartsWith("PostgreSQL at ", refused.Message);
        Assert.Contains(why, refused.Message);
        // A server that is away is waited for for a minute; this one will not become another by waiting.
        Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), $"It took {waiting.Elapsed}.");
    }

    private Task<Database> Open(string connection) => Database.Open(new Settings { Database = connection }, Target.Of("identity"), ct);
}

/// <summary>The server of these tests, at a port of loopback.</summary>
public sealed class EncryptedPostgres : IAsyncLifetime
{
    private readonly string folder = TestFolder.New();
    private readonly int port = Ports.Free();
    private (string Certificate, string Key) client;
    private string authority = "";
    private Process? process;

    public string OtherAuthority { get; private set; } = "";

    public string Connection(string host = "localhost", string? authority = null, SslMode mode = SslMode.VerifyFull, bool shows = true)
    {
        var connection = new NpgsqlConnectionStringBuilder { Host = host, Port = port, Username = "postgres", Database = "jangteo", SslMode = mode };
        if (mode != SslMode.Disable)
        {
            connection.RootCertificate = authority ?? this.authority;
        }

        if (shows && mode != SslMode.Disable)
        {
            (connection.SslCertificate, connection.SslKey) = client;
        }

        return connection.ConnectionString;
    }

    public async ValueTask InitializeAsync()
    {
        string program;
        await using (var plain = await PrivatePostgres.Start(folder))
        {
            program = Posix.CommandLine(plain.ProcessId)[0];
        }

        var place = PostgresPlace.For(folder);
        using var own = new TestAuthority(Path.Combine(folder, "own"));
        using var other = new TestAuthority(Path.Combine(folder, "other"));
        (authority, OtherAuthority, client) = (own.Certificate, other.Certificate, own.Issue("postgres"));
        var (certificate, key) = own.Issue("localhost");
        var files = new[] { certificate, key, authority }.ToDictionary(file => file, file => Path.Combine(place.Folder, Path.GetFileName(file)));
        foreach (var (from, to) in files)
        {
            File.Copy(from, to);
            if (place.Account is { } account)
            {
                Posix.Give(to, account);
            }
        }

        File.WriteAllText(Path.Combine(place.Cluster, "pg_hba.conf"), "hostssl all all 127.0.0.1/32 cert\nhostssl all all ::1/128 cert\n");
        string[] settings =
        [
            "listen_addresses=localhost", string.Create(CultureInfo.InvariantCulture, $"port={port}"), "ssl=on",
            $"ssl_cert_file={files[certificate]}", $"ssl_key_file={files[key]}", $"ssl_ca_file={files[authority]}",
        ];
        process = Daemon.Start(
            place.Account, place.Log, processFile: null, isDetached: true, program,
            ["-D", place.Cluster, "-k", place.SocketFolder, .. settings.SelectMany(setting => new[] { "-c", setting })]);
        var waiting = Stopwatch.StartNew();
        while (!await Ports.Answers(port, CancellationToken.None))
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited, Daemon.LastLines(place.Log));
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (process is not null)
        {
            Posix.Signal(process.Id, Posix.Interrupt);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }
}
