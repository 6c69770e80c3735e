using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.SystemTests.Split;

/// <summary>Brings a trade of its own to a place in its table, step by step.</summary>
/// <param name="way">The steps, as <see cref="Course"/> found them.</param>
internal sealed class Walk(Course course, IReadOnlyList<Deed> way, Shop shop, Visitor buyer, Visitor seller, Visitor operators)
{
    private const long Price = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Queue<Deed> left = new(way);
    private Spot spot = Spot.Start;
    private bool timeHasGoneOn;
    private Thing? thing;

    /// <summary>The trade, once it has begun.</summary>
    public Deal? Deal { get; private set; }

    /// <summary>How far time must go forward on the way; zero when it need not.</summary>
    public TimeSpan Waits => way.Select(deed => deed.Row.After ?? TimeSpan.Zero).DefaultIfEmpty(TimeSpan.Zero).Max();

    public static JsonObject Listing(Kind kind) =>
        new() { ["kind"] = kind.Name, ["title"] = "A thing", ["description"] = "As good as new.", ["price"] = Price };

    public static async Task<Said> List(Kind kind, Visitor seller)
    {
        var key = Guid.NewGuid().ToString("n");
        var said = await Settled(() => seller.Post("/api/listings", Listing(kind), key));
        Assert.True(said.Status == 201, said.ToString());
        return said;
    }

    /// <summary>The end of a command, which a busy machine tells only when it is asked once more.</summary>
    public static Task<Said> Settled(Func<Task<Said>> send) =>
        Shop.Eventually(send, said => said.Status != 202 && said.Code != Refusals.InProgress, Patience);

    /// <summary>
    /// Brings all of them to their places. Time goes forward once for all, before the others begin, so that it overtakes none of those.
    /// </summary>
    public static async Task Prepare(IReadOnlyList<Walk> walks, Shop shop, int atOnce)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken };
        if (walks.Max(walk => walk.Waits) is var waits && waits > TimeSpan.Zero)
        {
            await Parallel.ForEachAsync(walks.Where(walk => walk.Waits > TimeSpan.Zero), parallel, async (walk, _) => await walk.GoOn());
            await shop.AtRest(Patience);
            await shop.Forward(Words.Of(waits));
        }

        await Parallel.ForEachAsync(walks, parallel, async (walk, _) => await walk.GoOn());
    }

    /// <summary>Goes as far as it can without waiting: to be called once before time goes forward, and once after.</summary>
    public async Task GoOn()
    {
        thing ??= new Thing((await List(course.Kind, seller)).Id, course.Kind.Name, Price, seller);
        while (left.TryPeek(out var deed) && (deed.Row.After is null || timeHasGoneOn))
        {
            left.Dequeue();
            await Do(deed, silent: null);
        }

        timeHasGoneOn = true;
    }

    /// <param name="silent">The module that does not answer, or null.</param>
    public async Task Do(Deed deed, string? silent)
    {
        if (deed.IsArrival)
        {
            await shop.Arrive(Deal!);
        }
        else if (deed.Row.By is not null)
        {
            var key = Guid.NewGuid().ToString("n");
            var said = await Settled(() => Send(deed.Row, key));
            Assert.True(said.Status is 200 or 201, $"{course.Kind.Name}: {deed.Row.Do} on the way: {said}");
            Begun(said);
        }

        spot = course.After(spot, deed.Row, silent);
        await shop.At(Deal!, spot.State);
        if (course.Kind.Leaving(spot.State).Any(next => next.First.Contains(Verb.ConfirmDeposit)))
            await Pay();
    }

    /// <summary>Notes the trade that an answer tells of, when it is the first one.</summary>
    public void Begun(Said said) => Deal ??= new Deal(said.Id, thing!, buyer);

    /// <param name="key">Null sends the command without an Idempotency-Key.</param>
    public Task<Said> Send(Move move, string? key)
    {
        var body = new JsonObject();
        if (move.First.Contains(Verb.HoldPayment))
            body["card"] = "ok";
        if (move.By == Party.Operator)
            body["reason"] = "As the parties have shown.";
        if (move != course.Kind.StartMove)
            return Who(move.By!.Value).Post($"/api/trades/{Deal!.Id}/{move.Do}", body, key);
        (body["listing"], body["price"]) = (thing!.Id, Price);
        foreach (var need in course.Kind.Needs)
        {
            body[need == Need.RefundAccount ? "refundAccount" : Words.Of(need)] =
                need is Need.Quantity or Need.Periods ? 1 : "12 Hill Street";
        }

        return buyer.Post("/api/trades", body, key);
    }

    private Visitor Who(Party party) => party switch { Party.Buyer => buyer, Party.Seller => seller, _ => operators };

    private async Task Pay()
    {
        await shop.Deposit(Deal!, Price);
        await Shop.Eventually(
            async () => (await buyer.Get($"/api/payments/{Deal!.Id}")).Body!, payment => (long?)payment["seen"] == Price, Patience);
    }
}
