using System.Diagnostics;
using System.Globalization;
using System.Net;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;
using Npgsql;

namespace Jangteo.SystemTests.Storm;

/// <summary>
/// What the program stands on fails while people trade: nothing acknowledged is lost or done twice, no request is answered 500, and
/// everything goes on by itself afterwards.
/// </summary>
[Collection(Storming.Tests)]
public sealed class Faults_under_load(ITestOutputHelper output)
{
    private const int Pairs = 8;

    private static readonly string[] Kinds = ["second-hand", "car-share", "neighborhood-rental", "water-purifier", "shopping-mall"];
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(Storming.IsLong ? 30 : 4);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);
    private static readonly (string Name, string Value)[] Settings =
    [
        ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"), .. JangteoProgram.UsualDatabaseTimeouts,
    ];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_are_locked_by_another_program()
    {
        await using var program = await JangteoProgram.Start(Settings);
        await Under(program, async admin =>
        {
            await using var foreign = await admin.OpenConnectionAsync(ct);
            await using var transaction = await foreign.BeginTransactionAsync(ct);
            await Execute(
                foreign,
                "lock table trading.trades, payments.payments, catalog.listings, views.listings, trading.outbox in access exclusive mode");
            await StaysReachable(program, isReady: null);
            await transaction.RollbackAsync(ct);
        });
    }

    [Fact]
    public async Task Every_connection_of_the_database_is_ended_again_and_again()
    {
        await using var program = await JangteoProgram.Start(Settings);
        await Under(program, async admin =>
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < Lasts; await Task.Delay(LooksEvery, ct))
            {
                await using var connection = await admin.OpenConnectionAsync(ct);
                await Execute(connection, "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'");
            }
        });
    }

    [Fact]
    public async Task The_server_of_the_database_hangs()
    {
        await using var program = await JangteoProgram.Start(Settings);
        await Under(program, async _ =>
        {
            var servers = Servers(program);
            Signal(servers, Posix.Stop);
            try
            {
                await StaysReachable(program, isReady: false);
            }
            finally
            {
                Signal(servers, Posix.Continue);
            }
        });
        Assert.InRange(program.Log.Split('\n').Length, 0, 200);
    }

    [Fact]
    public async Task Another_program_leaves_a_transaction_open()
    {
        await using var program = await JangteoProgram.Start(Settings);
        var shop = new Shop(program);
        await Under(program, async admin =>
        {
            await using var foreign = await admin.OpenConnectionAsync(ct);
            await using var transaction = await foreign.BeginTransactionAsync(ct);
            await Execute(foreign, "select pg_current_xact_id()");
            await StaysReachable(program, isReady: true);

            // Messages go on: what is asked of other modules comes to its end meanwhile.
            var deal = await shop.Begun(await shop.List("shopping-mall"));
            await shop.At(deal, trade => (long)trade["money"]!["expected"]! > 0);
            await transaction.RollbackAsync(ct);
        });
    }

    [Fact]
    public async Task The_disk_of_the_database_is_full()
    {
        await using var program = await OnSmallDisk.Start(Settings);
        if (program is null)
        {
            Assert.Skip("Only root can mount a small disk.");
            return;
        }

        await Under(program, async _ =>
        {
            program.Fill();
            await StaysReachable(program, isReady: null);
            program.Empty();
        });
    }

    /// <summary>People trade before, during and after a fault; then everything that they were told is looked for.</summary>
    private async Task Under(JangteoProgram program, Func<NpgsqlDataSource, Task> fault)
    {
        var seed = Environment.TickCount & 0xffff;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var shop = new Shop(program);
        var pairs = Enumerable.Range(0, Pairs).Select(number => new Pair((seed * Pairs) + number, Kinds)).ToList();
        var goesOn = true;
        var trading = Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => Volatile.Read(ref goesOn))));
        await Acknowledges(pairs, trading, 30);

        await using var admin = NpgsqlDataSource.Create(program.Run!.Database!);
        await fault(admin);
        var ended = Stopwatch.StartNew();
        var before = Acknowledged(pairs);
        await Shop.Eventually(
            () => Task.FromResult(Acknowledged(pairs)), acknowledged => acknowledged > before || trading.IsFaulted, Patience);
        var recovered = ended.Elapsed;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{before} acknowledged at the end of the fault; the next after {recovered.TotalSeconds:0.00} s"));

        await Acknowledges(pairs, trading, 30);
        Volatile.Write(ref goesOn, false);
        await trading;
        await shop.AtRest(Patience);
        await Task.WhenAll(pairs.Select(pair => pair.FindsWhatItWasTold(shop)));
        await shop.BooksAreRight();
        await Task.WhenAll(pairs.Select(pair => pair.FindsEveryMove(shop)));
        if (Storming.IsLong)
            Assert.True(recovered < TimeSpan.FromSeconds(5), $"It took {recovered} to go on.");
    }

    /// <summary>For as long as the fault lasts a client asks, and is always answered: with what there is, or told to come back.</summary>
    /// <param name="isReady">What the program must say of itself, where the fault decides it.</param>
    private async Task StaysReachable(JangteoProgram program, bool? isReady)
    {
        using var anonymous = program.NewClient();
        var slowest = TimeSpan.Zero;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Lasts; await Task.Delay(LooksEvery, ct))
        {
            foreach (var path in new[] { "/health/ready", "/api/listings" })
            {
                var asked = Stopwatch.StartNew();
                using var answer = await anonymous.GetAsync(path, ct);
                slowest = asked.Elapsed > slowest ? asked.Elapsed : slowest;
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{path}: {answer.StatusCode}");
                if (isReady is { } ready && path == "/health/ready")
                    Assert.Equal(ready ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the slowest answer took {slowest.TotalSeconds:0.00} s"));
        if (Storming.IsLong)
            Assert.True(slowest < TimeSpan.FromSeconds(3), $"An answer took {slowest}.");
    }

    private static Task Acknowledges(List<Pair> pairs, Task trading, int more)
    {
        var enough = Acknowledged(pairs) + more;
        return Shop.Eventually(
            () => Task.FromResult(Acknowledged(pairs)), acknowledged => acknowledged >= enough || trading.IsFaulted, Patience);
    }

    private static int Acknowledged(List<Pair> pairs) => pairs.Sum(pair => pair.Told.Count + pair.Listed.Count);

    private async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The server of a program's database, and every process that it has started.</summary>
    private static int[] Servers(JangteoProgram program)
    {
        var server = int.Parse(File.ReadAllLines(PostgresPlace.For(program.Folder).ProcessFile)[0], CultureInfo.InvariantCulture);
        return [server, .. Posix.Processes().Where(process => ParentOf(process) == server)];
    }

    private static int ParentOf(int process)
    {
        try
        {
            return int.Parse(
                File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void Signal(int[] servers, int signal)
    {
        foreach (var server in servers)
            Posix.Signal(server, signal);
    }

    /// <summary>A program whose database is on a disk of its own that holds little.</summary>
    private sealed class OnSmallDisk : JangteoProgram
    {
        private const string Size = "600m";

        private string Disk => PostgresPlace.For(Folder).Folder;

        private string Filler => Path.Combine(Disk, "filler");

        private OnSmallDisk((string Name, string Value)[] settings)
            : base(settings)
        {
        }

        /// <summary>Null where none can be mounted.</summary>
        public static new async Task<OnSmallDisk?> Start((string Name, string Value)[] settings)
        {
            if (!Posix.IsRoot)
                return null;
            var isMounted = true;
            var program = await Started(() =>
            {
                var made = new OnSmallDisk(settings);
                isMounted = made.Mount();
                return made;
            });
            if (isMounted)
                return program;
            await program.DisposeAsync();
            return null;
        }

        public void Fill()
        {
            using var file = File.Create(Filler, 1);
            var block = new byte[1 << 16];
            for (var size = block.Length; size >= 1; size /= 16)
            {
                try
                {
                    while (true)
                        file.Write(block, 0, size);
                }
                catch (IOException)
                {
                    // This much no longer fits; perhaps less does.
                }
            }
        }

        public void Empty() => File.Delete(Filler);

        public override async ValueTask DisposeAsync()
        {
            var disk = Disk;
            await Stop();
            Do("umount", "-l", disk);
            await base.DisposeAsync();
        }

        private bool Mount()
        {
            var place = PostgresPlace.For(Folder);
            var owner = place.Account ?? (Posix.UserId, 0);
            return Do(
                "mount", "-t", "tmpfs", "-o",
                string.Create(CultureInfo.InvariantCulture, $"size={Size},mode=0700,uid={owner.User},gid={owner.Group}"), "tmpfs",
                place.Folder);
        }

        private static bool Do(string program, params string[] words)
        {
            using var process = Process.Start(program, words);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
