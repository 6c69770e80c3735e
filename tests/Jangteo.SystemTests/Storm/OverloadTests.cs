using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.SystemTests.Split;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Storm;

/// <summary>A callee is overloaded with all modules in one process.</summary>
[Collection(Storming.Tests)]
public sealed class OverloadTests(OverloadTests.InOneProcess market, ITestOutputHelper output) : OverloadIsBorne(market, output), IClassFixture<OverloadTests.InOneProcess>
{
    public sealed class InOneProcess : Overloaded
    {
        private protected override Task<JangteoProgram> Start() => JangteoProgram.Start(Settings);
    }
}

/// <summary>The same with each module in a process of its own.</summary>
[Collection(Storming.Tests)]
public sealed class SplitOverloadTests(SplitOverloadTests.InManyProcesses market, ITestOutputHelper output) : OverloadIsBorne(market, output), IClassFixture<SplitOverloadTests.InManyProcesses>
{
    public sealed class InManyProcesses : Overloaded
    {
        private protected override async Task<JangteoProgram> Start() => await SplitProgram.Start(Settings);
    }
}

/// <summary>One market for the tests of a shape: it has recovered when a test is over.</summary>
public abstract class Overloaded : IAsyncLifetime
{
    // The breaker is that of every installation. A slow module takes 400 to 620 ms, so that three of four answers come after this time-out.
    private protected static (string Name, string Value)[] Settings =>
        [("Questions:Timeout", "450ms"), ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning")];

    public JangteoProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Program = await Start();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Program?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private protected abstract Task<JangteoProgram> Start();
}

/// <summary>A module that takes too long for its questions while a hundred people ask: they are held off for a while, so that it can recover, and all of them finish later.</summary>
public abstract class OverloadIsBorne(Overloaded market, ITestOutputHelper output)
{
    private const int Clients = 100;
    private const int LateComers = 20;
    private const int HeldOffAtLeast = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ClosesWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than that between two looks, and the breaker may have let somebody try unseen.</summary>
    private static readonly TimeSpan LongestBlink = TimeSpan.FromMilliseconds(400);

    /// <summary>Nobody waits for as long as he is told to: that is what an overload is.</summary>
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(250);

    [Fact]
    [Requirement("CP-7", "a slow callee")]
    [Requirement("CP-7", "refusals carry Retry-After")]
    [Requirement("CP-7", "closes within 10 s of recovery")]
    [Requirement("GD-N2.2")]
    [Requirement("CM-N2")]
    [Requirement("WP-N2b")]
    [Requirement("CS-N2.2")]
    public Task While_payments_are_overloaded_buyers_are_held_off_and_all_pay_later() => Overload(
        "payments-slow", Modules.Trading, Modules.Payments, Refusals.PaymentsUnavailable, async shop =>
        {
            var thing = await shop.List("second-hand");
            var buyer = await shop.Somebody("patient");
            return async key =>
            {
                var said = await shop.Ask(buyer, thing, key: key);
                if (said.Status == 201)
                    await Shop.Eventually(() => buyer.Post($"/api/trades/{said.Id}/withdraw", [], key), withdrawn => withdrawn.State == "withdrawn", Patience);
                return said;
            };
        });

    [Fact]
    [Requirement("CP-7")]
    [Requirement("GD-N2.4")]
    public Task While_alarms_are_overloaded_registering_pauses_and_all_register_later() => Overload(
        "alarms-slow", Modules.Catalog, Modules.Notices, Refusals.AlarmUnavailable, async shop =>
        {
            var seller = await shop.Somebody("patient");
            return key => seller.Post(
                "/api/listings", new JsonObject { ["kind"] = "neighborhood-rental", ["title"] = "A thing", ["description"] = "As good as new.", ["price"] = 10_000 }, key);
        });

    private async Task Overload(string fault, string asker, string module, string code, Func<Shop, Task<Func<string, Task<Said>>>> client)
    {
        var shop = new Shop(market.Program);
        var asks = new List<Func<string, Task<Said>>>();
        for (var number = 0; number < Clients; number++)
            asks.Add(await client(shop));
        await asks[0]("before");
        await shop.Switch(fault, true);
        var (isOver, refusals) = (false, new ConcurrentBag<Said>());
        var first = Task.WhenAll(asks.Skip(LateComers).Select(ask => Insist(ask, () => !isOver, refusals)));
        // What the first have begun is carried on; only who comes while the breaker is open is refused.
        await UnlessFaulted(
            first, Shop.Eventually(
                () => Breaker(shop, asker, module), breaker => breaker.State == "open" || first.IsFaulted, Patience));
        var asking = Task.WhenAll(asks.Take(LateComers).Select(ask => Insist(ask, () => !isOver, refusals)).Append(first));
        try
        {
            var (let, held) = await UnlessFaulted(asking, WhileOpen(shop, asker, module, asking));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fault}: while open {held} were held off and {let} let through"));
            Assert.True(let * 100 < held, $"{let} of {let + held} questions reached {module} while its breaker was open");

            await shop.Switch(fault, false);
            var recovered = Stopwatch.StartNew();
            await UnlessFaulted(
                asking, Shop.Eventually(
                    () => Breaker(shop, asker, module), breaker => breaker.State == "closed" || asking.IsFaulted, Patience));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"closed {recovered.Elapsed.TotalSeconds:0.0} s after it had recovered; {refusals.Count} refusals"));
            Assert.InRange(recovered.Elapsed, TimeSpan.Zero, ClosesWithin);
        }
        finally
        {
            isOver = true;
            // The next test has the same market.
            await shop.Switch(fault, false);
        }

        await asking;
        // On a busy machine something else may be late as well, which has a code of its own; but not often.
        Assert.InRange(refusals.Count(refused => refused.Code == code), 1 + (refusals.Count / 2), refusals.Count);
        await shop.AtRest(Patience);
        await shop.BooksAreRight();
    }

    /// <summary>What was looked for, or the failure of those who ask: without them there was nothing to see.</summary>
    private static async Task<T> UnlessFaulted<T>(Task asking, Task<T> looked)
    {
        var seen = await looked;
        if (asking.IsFaulted)
            await asking;
        return seen;
    }

    /// <summary>One after the other, each until it is done. What is refused is refused in good form, and there is no other failure.</summary>
    private static async Task Insist(Func<string, Task<Said>> ask, Func<bool> goesOn, ConcurrentBag<Said> refusals)
    {
        for (var number = 0; goesOn(); number++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"overload {number}");
            var began = Stopwatch.StartNew();
            while (await ask(key) is { Status: not 201 } said)
            {
                Assert.True(began.Elapsed < Patience, $"After {Patience} it was still: {said}");
                Assert.True(said.Status is 202 or 503 || said.Code == Refusals.InProgress, said.ToString());
                if (said.Status == 503)
                {
                    Assert.True(said.RetryAfter > TimeSpan.Zero, said.ToString());
                    refusals.Add(said);
                }

                await Task.Delay(Impatience, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>How many questions were let through and held off while the breaker was seen open, until they are many.</summary>
    private static async Task<(long Let, long Held)> WhileOpen(Shop shop, string asker, string module, Task asking)
    {
        var (let, held, before, at) = (0L, 0L, await Breaker(shop, asker, module), Stopwatch.GetTimestamp());
        for (var began = DateTime.UtcNow; held < HeldOffAtLeast && !asking.IsFaulted; await Task.Delay(LooksEvery, TestContext.Current.CancellationToken))
        {
            Assert.True(DateTime.UtcNow - began < Patience, $"After {Patience} only {held} were held off.");
            var now = await Breaker(shop, asker, module);
            if (before.State == "open" && now.State == "open" && Stopwatch.GetElapsedTime(at) < LongestBlink)
            {
                let += now.Asked - before.Asked;
                held += now.HeldOff - before.HeldOff;
            }

            (before, at) = (now, Stopwatch.GetTimestamp());
        }

        return (let, held);
    }

    private static async Task<(string State, long Asked, long HeldOff)> Breaker(Shop shop, string asker, string module)
    {
        var found = (await (await shop.Operator).Get("/api/operator/breakers")).Body!["items"]!.AsArray().Single(one => (string)one!["asker"]! == asker && (string)one["module"]! == module)!;
        return ((string)found["state"]!, (long)found["asked"]!, (long)found["heldOff"]!);
    }
}
