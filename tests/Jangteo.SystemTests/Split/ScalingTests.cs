using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Platform.Broker;
using Jangteo.SystemTests.Storm;
using Jangteo.Tests;
using Npgsql;

namespace Jangteo.SystemTests.Split;

/// <summary>A module is given more processes, and fewer, while people trade. Nothing is heard twice for it, and nothing out of its order.</summary>
[Collection(SharingSplit.Tests)]
public sealed class ScalingTests(SharedSplit split)
{
    private const int Pairs = 6;
    private const int Many = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] Scaled = [Modules.Trading, Modules.Payments, Modules.Views];
    private static readonly Shelf Shelf = KindReader.Read(Path.Combine(JangteoProgram.Root, "kinds")).Value!;

    [Fact]
    [Requirement("CP-8", "nothing handled twice")]
    [Requirement("CP-13", "no doubles when scaled")]
    [Requirement("I6")]
    public async Task Processes_that_come_and_go_under_load_share_the_messages_and_none_is_heard_twice_or_out_of_order()
    {
        var (program, shop) = (split.Program, new Shop(split.Program));
        var seed = Environment.TickCount & 0xffff;
        var pairs = Enumerable.Range(0, Pairs).Select(number => new Pair((seed * Pairs) + number, ["second-hand", "car-share", "neighborhood-rental", "water-purifier", "shopping-mall"])).ToList();
        var isOver = false;
        var trading = Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => !isOver)));
        try
        {
            await program.Start(Scaled, Many);
            await Task.WhenAll(Scaled.Select(module => EachHearsSomething(module, trading)));
            await program.Start(Scaled, 1);
        }
        finally
        {
            isOver = true;
        }

        await trading;
        await shop.AtRest(Patience);
        await shop.BooksAreRight();
        await Task.WhenAll(pairs.Select(pair => pair.FindsWhatItWasTold(shop)));
        var (said, told, sora) = (await SaidOf(pairs), await ToldOf(pairs), await shop.Operator);
        await Parallel.ForEachAsync(said, new ParallelOptions { MaxDegreeOfParallelism = Pairs, CancellationToken = TestContext.Current.CancellationToken }, async (trade, _) =>
        {
            var lines = (await sora.Get($"/api/trades/{trade.Key}/timeline")).Body!["items"]!.AsArray();
            Assert.Equal(trade.Count(message => message.Type == TradingMessages.Moved), lines.Count(line => line!["do"] is not null && line["to"] is not null));
            Assert.Equal(trade.Sum(message => WhoIsTold.Of(Shelf, message).Count), told[trade.Key].Count());
            Assert.Equal(told[trade.Key].Order(), told[trade.Key]);
        });
    }

    /// <summary>Waits until the module has heard something from partitions of each of its processes, while who hears which stayed as it is.</summary>
    private async Task EachHearsSomething(string module, Task trading)
    {
        // Each has looked who there is since they were so many: from then on each hears its own partitions only.
        var members = await Shop.Eventually(() => Members(module), found => found.Count == Many, Patience);
        var settled = members.Max(member => member.Seen);
        members = await Shop.Eventually(() => Members(module), found => found.Count == Many && found.All(member => member.Seen > settled), Patience);
        var before = await HeardByPartition(module);
        await Shop.Eventually(
            async () =>
            {
                var now = await HeardByPartition(module);
                return Enumerable.Range(0, Many).Count(place => Enumerable.Range(0, Queues.Partitions).Any(partition => partition % Many == place && now[partition] > before[partition]));
            },
            hearing => hearing == Many || trading.IsCompleted, Patience);
        Assert.False(trading.IsCompleted, trading.Exception?.ToString() ?? "Everybody has stopped trading.");
        Assert.Equal(members.Select(member => member.Process), (await Members(module)).Select(member => member.Process));
    }

    /// <summary>The processes that hear for a module, in the order by which they share.</summary>
    private Task<List<(Guid Process, DateTime Seen)>> Members(string module) =>
        Query(module, $"select process, seen from {module}.members order by process", reader => (reader.GetGuid(0), reader.GetDateTime(1)));

    private async Task<long[]> HeardByPartition(string module)
    {
        var heard = new long[Queues.Partitions];
        foreach (var (stream, count) in await Query(module, $"select stream, sum(seq) from {module}.inbox group by stream", reader => (Stream: reader.GetGuid(0), Count: reader.GetInt64(1))))
            heard[Queues.PartitionOf(stream)] += count;
        return heard;
    }

    /// <summary>What Trading has said of each trade, from its own log.</summary>
    private async Task<ILookup<Guid, Message>> SaidOf(IEnumerable<Pair> pairs) =>
        (await Query(
            Modules.Trading, "select message from trading.outbox where stream = any($1) and type = any($2) order by id", reader => JsonSerializer.Deserialize<Message>(reader.GetString(0), Wire.Json)!,
            TradesOf(pairs), new[] { TradingMessages.Moved, TradingMessages.Noted })).ToLookup(message => message.Stream);

    /// <summary>The revisions of each trade that people were told of, in the order in which Notices heard of them.</summary>
    private async Task<ILookup<Guid, int>> ToldOf(IEnumerable<Pair> pairs) =>
        (await Query(Modules.Notices, "select trade, cause from notices.notices where trade = any($1) order by number", reader => (Trade: reader.GetGuid(0), Revision: reader.GetInt32(1)), TradesOf(pairs)))
            .ToLookup(notice => notice.Trade, notice => notice.Revision);

    private static Guid[] TradesOf(IEnumerable<Pair> pairs) => [.. pairs.SelectMany(pair => pair.Told).Select(told => told.Trade).Distinct()];

    private async Task<List<T>> Query<T>(string module, string sql, Func<NpgsqlDataReader, T> read, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(split.Program.Run!.Databases![module]);
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add(read(reader));
        return rows;
    }
}
