using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.SystemTests.Storm;

/// <summary>Mistakes that only the real program can show, each switched on and found by a short storm. That no storm finds anything without them is said by the other tests here.</summary>
[Collection(Storming.Tests)]
public sealed class Seeded_bugs(ITestOutputHelper output)
{
    private const int Pairs = 6;
    private const int Moves = 60;
    private static readonly TimeSpan RestsWithin = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_skipped_inbox_is_found_when_messages_come_twice_and_in_another_order()
    {
        await using var program = await Start();
        var shop = new Shop(program);
        await shop.Switch(Faults.InboxSkipped, true);
        await shop.Switch(Faults.MessagesShuffled, true);
        var pairs = Enumerable.Range(1, Pairs).Select(number => new Pair(number, ["second-hand", "car-share", "water-purifier"])).ToList();

        var ended = await Record.ExceptionAsync(() => Task.WhenAll(pairs.Select(pair => pair.Trade(shop, () => pairs.Sum(one => one.Told.Count) < Moves))));
        if (ended is not null)
        {
            // A trade that waits for a message which never comes is what finds it here.
            output.WriteLine($"found by {ended.Message}");
            Assert.StartsWith("I7", ended.Message);
            return;
        }

        await Found(shop, "I7", "I8");
    }

    [Fact]
    public async Task A_place_that_is_noted_before_the_work_is_done_is_found_by_a_death_between_them()
    {
        await using var program = await Start();
        var shop = new Shop(program);
        var (thing, buyer) = (await shop.List("second-hand"), await shop.Somebody("buyer"));
        await shop.AtRest();
        await shop.Switch(Faults.ReadBeforeDone, true);

        await DiesAt(program, shop, Faults.BeforeHeard(Modules.Notices), () => shop.Ask(buyer, thing, key: "ask"));

        await Found(shop, "I7", "I9");
    }

    [Fact]
    public async Task An_answer_that_is_stored_apart_from_its_effect_is_found_when_a_command_is_sent_several_times_at_once()
    {
        await using var program = await Start();
        var shop = new Shop(program);
        var seller = await shop.Somebody("seller");
        await shop.Switch(Faults.AnswerApart, true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            seller.Post("/api/listings", new JsonObject { ["kind"] = "second-hand", ["title"] = "A thing", ["description"] = "Good.", ["price"] = 1 }, "one")));

        var effects = answers.Select(answer => answer.ToString()).Distinct().Count();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"found by one key, one effect: {effects} effects"));
        Assert.True(effects > 1);
    }

    [Fact]
    public async Task A_call_that_is_made_again_under_a_new_key_is_found_by_a_death_after_it()
    {
        await using var program = await Start();
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("second-hand"));
        await deal.SellerDoes("accept");
        await shop.AtRest();
        await shop.Switch(Faults.CallKeyDrawnAnew, true);

        await DiesAt(program, shop, Faults.AfterErrands, () => deal.BuyerDoes("finish", key: "finish"));

        await Found(shop, "I10");
    }

    private static Task<JangteoProgram> Start() => JangteoProgram.Start(("Trading:Lease", "300ms"), ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Critical"));

    private static async Task DiesAt(JangteoProgram program, Shop shop, string place, Func<Task<Said>> act)
    {
        Assert.Equal(204, (await (await shop.Operator).Post("/api/sandbox/death", new JsonObject { ["at"] = place })).Status);
        await Storming.IfAnswered(act);
        await program.Died();
        await program.StartAgain();
    }

    /// <summary>Some invariant is broken for good. Says which, so that it is known what finds such a mistake.</summary>
    private async Task Found(Shop shop, params string[] invariants)
    {
        var wrong = await Wrong(shop);
        output.WriteLine($"found by {string.Join("; ", wrong)}");
        Assert.Contains(wrong, name => invariants.Contains(name.Split(' ')[0]));
    }

    private static async Task<List<string>> Wrong(Shop shop)
    {
        var sora = await shop.Operator;
        var began = DateTime.UtcNow;
        while (true)
        {
            var rest = (await sora.Get("/api/operator/rest")).Body!;
            if (rest["items"]!.AsArray().Any(module => (long)module!["parked"]! > 0))
                return ["I7 messages are parked"];
            if ((bool)rest["atRest"]!)
                break;
            if (DateTime.UtcNow - began > RestsWithin)
                return ["I7 it does not come to rest"];
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        // What differs at rest may still be on its way outside; what still differs a second later is wrong.
        var first = await FailingChecks(sora);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        return [.. first.Intersect(await FailingChecks(sora))];
    }

    private static async Task<List<string>> FailingChecks(Visitor sora)
    {
        var failing = new List<string>();
        foreach (var module in new[] { "trading", "payments", "catalog", "delivery", "notices", "views" })
        {
            var books = (await sora.Get($"/api/operator/{module}/books?all=true")).Body!;
            failing.AddRange(books["checks"]!.AsArray().Where(check => !(bool)check!["ok"]!).Select(check => (string)check!["name"]!));
        }

        return failing;
    }
}
