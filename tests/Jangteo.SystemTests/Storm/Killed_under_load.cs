using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Platform;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Storm;

/// <summary>kill -9 while people trade, then start again: whatever was answered with success is there, and all that was begun comes to its end.</summary>
[Collection(Storming.Tests)]
public sealed class Killed_under_load(ITestOutputHelper output)
{
    private const int Pairs = 8;
    private static readonly int Rounds = Storming.IsLong ? 10 : 3;

    [Fact]
    [Requirement("I5")]
    [Requirement("I7")]
    public async Task Nothing_that_was_acknowledged_is_lost_by_a_kill()
    {
        var seed = Environment.TickCount & 0xffff;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        await using var program = await JangteoProgram.Start(("Trading:Lease", "300ms"), ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"));
        var shop = new Shop(program);
        var pairs = Enumerable.Range(0, Pairs).Select(number => new Pair((seed * Pairs) + number, ["second-hand", "car-share", "neighborhood-rental", "water-purifier", "shopping-mall"])).ToList();

        for (var round = 1; round <= Rounds; round++)
        {
            var enough = Acknowledged(pairs) + random.Next(30, 90);
            var trading = pairs.Select(pair => pair.Trade(shop, () => true)).ToList();
            var place = "wherever it was";
            if (round % 2 == 0)
            {
                // Every other time it dies of itself, between two steps; sometimes it does not come by there in time.
                place = Faults.Deaths[random.Next(Faults.Deaths.Length)];
                await Storming.IfAnswered(async () => await (await shop.Operator).Post("/api/sandbox/death", new JsonObject { ["at"] = place }));
            }

            await Shop.Eventually(() => Task.FromResult(Acknowledged(pairs)), acknowledged => acknowledged >= enough || trading.Any(one => one.IsFaulted) || trading.All(one => one.IsCompleted), TimeSpan.FromMinutes(2));
            var recovering = Stopwatch.StartNew();
            await program.Kill();
            await Task.WhenAll(trading);
            await program.StartAgain();
            await shop.List("second-hand");
            var recovered = recovering.Elapsed;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {Acknowledged(pairs)} acknowledged, {pairs.Count(pair => pair.Waits)} cut off, killed {place}"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"ready after {program.Took.TotalSeconds:0.00} s, the next command acknowledged {recovered.TotalSeconds:0.00} s after the kill"));
            if (Storming.IsLong)
                Assert.True(recovered < TimeSpan.FromSeconds(5), $"It took {recovered} to recover from a kill.");

            await Task.WhenAll(pairs.Select(pair => pair.FindsWhatItWasTold(shop)));
            await Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => false)));
            await shop.BooksAreRight();
        }

        await Task.WhenAll(pairs.Select(pair => pair.FindsEveryMove(shop)));
    }

    private static int Acknowledged(List<Pair> pairs) => pairs.Sum(pair => pair.Told.Count + pair.Listed.Count);
}
