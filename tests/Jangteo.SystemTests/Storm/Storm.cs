using System.Diagnostics;
using System.Globalization;

namespace Jangteo.SystemTests.Storm;

/// <summary>Random trades of all kinds over HTTP while modules go down and come back, answers are lost, messages come twice and in another order, and the clock moves.</summary>
[Collection(Storming.Tests)]
public sealed class Storm(ITestOutputHelper output)
{
    private const int Pairs = 8;
    private const int AtOnce = 2;
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(Storming.IsLong ? 120 : 12);
    private static readonly TimeSpan FaultLasts = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(2);
    private static readonly string[] Faults =
    [
        "messages-shuffled", "messages-shuffled", "payments-down", "payments-time-out-before", "payments-time-out-after", "payments-slow", "catalog-down", "catalog-time-out-before", "catalog-time-out-after",
        "delivery-down", "alarms-down", "alarms-time-out-before", "alarms-time-out-after", "sms-down", "messages-held",
    ];
    private static readonly string[] Clock = ["1h", "6h", "1d", "3d", "7d", "14d", "30d"];

    [Fact]
    public async Task When_the_storm_is_over_everything_comes_to_rest_and_the_books_are_right()
    {
        var seed = Environment.TickCount & 0xffff;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        await using var program = await JangteoProgram.Start(
            ("Trading:Lease", "1s"), ("Trading:AskAgainFor", "2s"), ("Trading:AnswerWithin", "500ms"), ("Questions:Timeout", "1s"), ("Questions:Breaker:Break", "500ms"),
            ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"));
        var shop = new Shop(program);
        var pairs = Enumerable.Range(0, Pairs).Select(number => new Pair((seed * Pairs) + number, ["second-hand", "car-share", "neighborhood-rental", "water-purifier", "shopping-mall"])).ToList();

        var clock = Stopwatch.StartNew();
        var trading = pairs.Select(pair => pair.Trade(shop, () => clock.Elapsed < Lasts)).ToList();
        await Blow(shop, new Random(seed), () => clock.Elapsed < Lasts && !trading.Any(one => one.IsFaulted));
        await Task.WhenAll(trading);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pairs.Sum(pair => pair.Listed.Count)} listings, {pairs.Sum(pair => pair.Told.Count)} moves; refused: {string.Join(", ", pairs.SelectMany(pair => pair.Refused).GroupBy(no => no.Key).OrderByDescending(no => no.Sum(one => one.Value)).Select(no => $"{no.Key} {no.Sum(one => one.Value)}"))}"));

        await shop.AtRest(EndsWithin);
        await shop.BooksAreRight();
        await Task.WhenAll(pairs.Select(pair => pair.FindsWhatItWasTold(shop)));
        await Task.WhenAll(pairs.Select(pair => pair.FindsEveryMove(shop)));
    }

    private static async Task Blow(Shop shop, Random random, Func<bool> goesOn)
    {
        var on = new List<string>();
        while (goesOn())
        {
            // A few at a time, so that in between something also goes well.
            if (on.Count == AtOnce)
            {
                await shop.Switch(on[0], false);
                on.RemoveAt(0);
            }

            if (Faults[random.Next(Faults.Length)] is var fault && !on.Contains(fault))
            {
                on.Add(fault);
                await shop.Switch(fault, true);
            }

            if (random.Next(6) == 0)
                await shop.Forward(Clock[random.Next(Clock.Length)]);
            await Task.Delay(FaultLasts, TestContext.Current.CancellationToken);
        }

        foreach (var fault in on)
            await shop.Switch(fault, false);
    }
}
