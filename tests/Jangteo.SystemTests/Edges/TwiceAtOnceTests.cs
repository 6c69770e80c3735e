using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.SystemTests.Split;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Edges;

/// <summary>
/// A double click of a client that sends no Idempotency-Key: every command twice at once has one effect, and the second one is refused
/// properly.
/// </summary>
[Collection(TimelessProgram.Tests)]
public sealed class TwiceAtOnceTests(TimelessProgram timeless)
{
    private const int AtOnce = 4;

    private static readonly Shelf Shelf = KindReader.Read(Path.Combine(JangteoProgram.Root, "kinds")).Value!;

    [Fact]
    [Requirement("CM-2", "sent twice")]
    public async Task Two_starts_at_once_on_a_listing_of_a_moment_ago_are_one_trade()
    {
        var shop = new Shop(await timeless.Running);
        await Parallel.ForEachAsync(Enumerable.Range(0, 24), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, ct) =>
        {
            var (seller, buyer) = (await shop.Somebody("seller"), await shop.Somebody("buyer"));
            var listing = await Walk.List(Shelf.Find("second-hand")!, seller);
            var body = new JsonObject { ["listing"] = listing.Id, ["price"] = (long)listing.Body!["price"]!, ["card"] = "ok" };

            var said = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => buyer.Post("/api/trades", (JsonObject)body.DeepClone())));

            var trade = Assert.Single(said, answer => answer.Status is 201 or 202).Id;
            Assert.All(said.Where(answer => answer.Status is not (201 or 202)), refused =>
            {
                Assert.Equal(Refusals.AlreadyAsked, refused.Code);
                Assert.Equal(trade, (Guid)refused.Body!["trade"]!);
            });
        });
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("GD-7", "twice")]
    [Requirement("CS-5")]
    public async Task Every_move_of_every_kind_sent_twice_at_once_is_made_once()
    {
        var shop = new Shop(await timeless.Running);
        var (buyer, seller, sora) = (await shop.Somebody("buyer"), await shop.Somebody("seller"), await shop.Operator);
        var steps = Shelf.All.Select(kind => new Course(kind)).SelectMany(course => course.Steps.Where(step => step.From != Kind.Start)
            .Select(step => (Course: course, step.Row, Way: course.WayTo(step.From)))).Where(step => step.Way is not null)
            .Select(step => (step.Course, step.Row, step.Way!.Value.End, Walk: new Walk(step.Course, step.Way.Value.Deeds, shop, buyer, seller, sora))).ToList();
        Assert.True(steps.Count > 20, string.Create(CultureInfo.InvariantCulture, $"only {steps.Count} moves"));
        await Walk.Prepare([.. steps.Select(step => step.Walk)], shop, AtOnce);
        var differences = new ConcurrentBag<string>();

        await Each(steps, async step =>
        {
            var name = $"{step.Course.Kind.Name}: {step.Row.Do} from {step.End.State}";
            var said = await Task.WhenAll(step.Walk.Send(step.Row, key: null), step.Walk.Send(step.Row, key: null));
            if (said.Count(answer => answer.Status is 200 or 202) != 1 || !said.All(answer => answer.Status is 200 or 202 or 409))
                differences.Add($"{name}: {said[0]} and {said[1]}");
            await shop.At(step.Walk.Deal!, trade => trade["pending"] is null);
        });

        Assert.True(differences.IsEmpty, string.Join('\n', differences));
        await shop.BooksAreRight();
        await Each(steps, async step =>
        {
            var trade = (await buyer.Get($"/api/trades/{step.Walk.Deal!.Id}")).Body!;
            if ((string?)trade["state"] != step.Course.After(step.End, step.Row, silent: null).State)
                differences.Add($"{step.Course.Kind.Name}: {step.Row.Do} from {step.End.State} led to {trade.ToJsonString()}");
        });
        Assert.True(differences.IsEmpty, string.Join('\n', differences));
    }

    private static Task Each<T>(IEnumerable<T> all, Func<T, Task> act) =>
        Parallel.ForEachAsync(
            all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (one, _) => await act(one));
}
