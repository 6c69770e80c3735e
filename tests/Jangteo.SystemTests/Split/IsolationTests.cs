using System.Collections.Concurrent;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Split;

/// <summary>
/// Each module stopped once, and every step of every kind meanwhile. What is expected of each is read from its table: what asks the stopped module first is refused for now and
/// works later; what asks it afterwards is accepted and made good; all else works as ever.
/// </summary>
[Collection(SharingSplit.Tests)]
public sealed class IsolationTests(SharedSplit split, ITestOutputHelper output)
{
    private const int AtOnce = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Shelf Shelf = KindReader.Read(Path.Combine(JangteoProgram.Root, "kinds")).Value!;

    public static TheoryData<string> All => [.. Modules.All];

    [Theory]
    [MemberData(nameof(All))]
    [Requirement("GD-N1.1")]
    [Requirement("GD-N1.2")]
    [Requirement("GD-N2.1")]
    [Requirement("GD-N2.3")]
    [Requirement("CM-N1")]
    [Requirement("CM-N3")]
    [Requirement("MA-N2.1")]
    [Requirement("WP-N1")]
    [Requirement("WP-N2a")]
    [Requirement("CS-N1.1")]
    [Requirement("CS-N2.1")]
    [Requirement("CP-4")]
    public async Task While_a_module_is_stopped_each_step_is_refused_for_now_or_works_as_its_table_says(string stopped)
    {
        var cast = await Cast.Of(split.Program, stopped);
        var cells = Shelf.All.SelectMany(kind => Cells(new Course(kind), stopped, cast)).ToList();
        await Prepare(cells, cast);
        await cast.Shop.AtRest(Patience);
        output.WriteLine($"{cells.Count} steps without {stopped}");
        var differences = new ConcurrentBag<string>();

        await split.Program.Stop(stopped);
        try
        {
            await Each(cells, cell => cell.TryWithout(differences));
            await Each(cast.Doors, door => cast.TryDoor(door, stopped, differences));
        }
        finally
        {
            await split.Program.Start(stopped);
        }

        Assert.True(differences.IsEmpty, string.Join('\n', differences));
        await Each(cells, cell => cell.MakeGood(differences));
        await cast.Shop.AtRest(Patience);
        await Each(cells, cell => cell.LookAtEnd(differences));
        Assert.True(differences.IsEmpty, string.Join('\n', differences));
        await cast.Shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-N2.2")]
    public async Task While_payments_are_stopped_each_try_is_refused_with_that_reason_and_no_car_is_missing()
    {
        var shop = new Shop(split.Program);
        var (cars, customer, other) = (new List<Thing>(), await shop.Somebody("customer"), await shop.Somebody("other"));
        for (var number = 0; number < AtOnce; number++)
            cars.Add(await shop.List("car-share"));
        var refusals = new ConcurrentBag<Said>();

        await split.Program.Stop(Modules.Payments);
        try
        {
            await Each(cars, async car =>
            {
                foreach (var who in new[] { customer, customer, other, customer })
                    refusals.Add(await shop.Ask(who, car));
            });
        }
        finally
        {
            await split.Program.Start(Modules.Payments);
        }

        Assert.All(refusals, refused => Assert.True(IsHeldOff(refused, Refusals.PaymentsUnavailable), refused.ToString()));
        await Each(cars, car => shop.BeginsAtLast(customer, car, Patience));
        await shop.BooksAreRight();
    }

    [Fact]
    [Requirement("CS-2")]
    public async Task After_a_declined_card_the_same_customer_has_the_car_with_a_good_one_also_across_processes()
    {
        var shop = new Shop(split.Program);
        var cars = new List<Thing>();
        for (var number = 0; number < 2 * AtOnce; number++)
            cars.Add(await shop.List("car-share"));

        await Each(cars, async car =>
        {
            var customer = await shop.Somebody("customer");
            Assert.Equal(
                Refusals.PaymentDeclined,
                (await Walk.Settled(() => shop.Ask(customer, car, card: "declined", key: $"declined {car.Id}"))).Code);

            // The stock that the first start took is given back by messages.
            await shop.BeginsAtLast(customer, car, Patience);
        });
        await shop.BooksAreRight();
    }

    private static IEnumerable<Cell> Cells(Course course, string stopped, Cast cast)
    {
        yield return new Registering(course.Kind, stopped, cast);
        yield return new Withdrawing(course.Kind, stopped, cast);
        foreach (var (row, from) in course.Steps)
        {
            if (course.WayTo(from) is { } way)
                yield return new Acting(course, row, stopped, cast, way.Deeds, entering: null, way.End);
            // Elsewhere it stays in this state only while another module is away.
            else if (course.WayTo(from, stopped) is { } brief)
                yield return new Acting(course, row, stopped, cast, brief.Before, brief.Last, brief.End);
        }
    }

    /// <summary>Brings all of them to where they are wanted.</summary>
    private static async Task Prepare(IReadOnlyList<Cell> cells, Cast cast)
    {
        await Walk.Prepare([.. cells.OfType<Acting>().Select(cell => cell.Walk)], cast.Shop, AtOnce);
        await Each(cells, cell => cell.Prepare());
    }

    private static Task Each<T>(IEnumerable<T> all, Func<T, Task> act) =>
        Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (one, _) => await act(one));

    /// <summary>Who acts in the trades of one test, and what each module answers them when nothing is asked of another.</summary>
    /// <param name="Owner">Has things that nobody trades, so that he is told of nothing else.</param>
    private sealed record Cast(Shop Shop, Visitor Buyer, Visitor Seller, Visitor Owner, Visitor Operator)
    {
        public IReadOnlyList<(string Module, Visitor Visitor, string Path)> Doors =>
        [
            (Modules.Identity, Buyer, "/api/people/me"), (Modules.Catalog, Operator, "/api/operator/catalog/parked"), (Modules.Payments, Seller, "/api/my/statement"), (Modules.Delivery, Seller, "/api/deliveries"),
            (Modules.Notices, Buyer, "/api/notices"), (Modules.Trading, Buyer, "/api/kinds"), (Modules.Views, Buyer, "/api/my/trades?as=buyer"),
        ];

        public static async Task<Cast> Of(SplitProgram program, string stopped)
        {
            var shop = new Shop(program);
            return new Cast(shop, await shop.Somebody($"{stopped}buyer"), await shop.Somebody($"{stopped}seller"), await shop.Somebody($"{stopped}owner"), await shop.Operator);
        }

        public Visitor Who(Party party) => party switch { Party.Buyer => Buyer, Party.Seller => Seller, _ => Operator };

        public async Task TryDoor((string Module, Visitor Visitor, string Path) door, string stopped, ConcurrentBag<string> differences)
        {
            var said = await door.Visitor.Get(door.Path);
            if (door.Module == stopped ? !IsHeldOff(said, code: null) : said.Status != 200)
                differences.Add($"{door.Path} without {stopped}: {said}");
        }
    }

    /// <summary>Refused for now, with when to ask again, and a sentence.</summary>
    private static bool IsHeldOff(Said said, string? code) =>
        said.Status == 503 && said.RetryAfter > TimeSpan.Zero && (code is null ? said.Code is not null : said.Code == code) && (string?)said.Body!["title"] is { Length: > 0 };

    private static string UnavailableCode(string module) => module switch
    {
        Modules.Payments => Refusals.PaymentsUnavailable,
        Modules.Catalog => Refusals.CatalogUnavailable,
        Modules.Notices => Refusals.AlarmUnavailable,
        Modules.Delivery => Refusals.DeliveryUnavailable,
        _ => Refusals.Busy,
    };

    /// <summary>One step while one module is stopped.</summary>
    private abstract class Cell(Kind kind, string stopped, Cast cast)
    {
        protected readonly string Key = Guid.NewGuid().ToString("n");

        protected Cast Cast => cast;

        protected Kind Kind => kind;

        protected string Stopped => stopped;

        protected abstract string Name { get; }

        /// <summary>The module that answers the command itself.</summary>
        protected abstract string Answerer { get; }

        /// <summary>What must be answered before it counts.</summary>
        protected abstract IEnumerable<Verb> First { get; }

        /// <summary>
        /// Whether what is done without the stopped module is kept, answered 202, and counts when that module is there again.
        /// </summary>
        protected virtual bool CountsLater => false;

        private bool IsRefused => Answerer == stopped || First.Any(verb => verb.Module == stopped);

        public abstract Task Prepare();

        public virtual async Task TryWithout(ConcurrentBag<string> differences)
        {
            var said = CountsLater ? await Send() : await Walk.Settled(Send);
            if (IsRefused ? !IsHeldOff(said, UnavailableCode(stopped)) : CountsLater ? said.Status != 202 : said.Status is not (200 or 201))
                differences.Add($"{Name} without {stopped}: {said}");
            else if (!IsRefused)
                Heard(said);
            else if (Answerer != stopped)
                await LookAfterRefusal(said, differences);
        }

        /// <summary>What was refused, or only kept, is done when all are there again.</summary>
        public async Task MakeGood(ConcurrentBag<string> differences)
        {
            if (!IsRefused && !CountsLater)
                return;
            var said = await Shop.Eventually(Again, said => said.Status is not (202 or 503) && said.Code != Refusals.InProgress, Patience);
            if (said.Status is 200 or 201)
                Heard(said);
            else
                differences.Add($"{Name}, when {stopped} was back: {said}");
        }

        public abstract Task LookAtEnd(ConcurrentBag<string> differences);

        protected abstract Task<Said> Send();

        protected virtual Task<Said> Again() => Send();

        protected abstract void Heard(Said said);

        /// <summary>Nothing has changed by what was refused.</summary>
        protected abstract Task LookAfterRefusal(Said said, ConcurrentBag<string> differences);
    }

    /// <summary>A thing is registered.</summary>
    private sealed class Registering(Kind kind, string stopped, Cast cast) : Cell(kind, stopped, cast)
    {
        private Guid? draft;
        private Guid? listing;

        protected override string Name => $"{Kind.Name}: register";

        protected override string Answerer => Modules.Catalog;

        protected override IEnumerable<Verb> First => Kind.Listing.Registered.First;

        public override Task Prepare() => Task.CompletedTask;

        public override async Task LookAtEnd(ConcurrentBag<string> differences)
        {
            await Shop.Eventually(() => Cast.Owner.Get($"/api/listings/{listing}"), said => said.Status == 200, Patience);
            var alarms = Kind.Listing.Registered.First.Concat(Kind.Listing.Registered.Ask).Count();
            var told = (await Cast.Owner.Get("/api/notices?limit=100")).Body!["items"]!.AsArray().Count(notice => (Guid?)notice!["listing"] == listing && notice["trade"] is null);
            if (told != alarms)
                differences.Add($"{Name} without {Stopped}: told {told} times, and not {alarms}");
        }

        protected override Task<Said> Send() => Cast.Owner.Post("/api/listings", Walk.Listing(Kind), Key);

        protected override Task<Said> Again() => draft is null ? Send() : Cast.Owner.Post($"/api/listings/{draft}/register", [], Key);

        protected override void Heard(Said said) => listing = said.Id;

        protected override Task LookAfterRefusal(Said said, ConcurrentBag<string> differences)
        {
            draft = (Guid?)said.Body!["listing"]?["id"];
            if (draft is null || (string?)said.Body["listing"]!["status"] != "draft")
                differences.Add($"{Name} without {Stopped} kept no draft: {said}");
            return Task.CompletedTask;
        }
    }

    /// <summary>A thing is taken back.</summary>
    private sealed class Withdrawing(Kind kind, string stopped, Cast cast) : Cell(kind, stopped, cast)
    {
        private Said? listing;

        protected override string Name => $"{Kind.Name}: delete";

        protected override string Answerer => Modules.Catalog;

        protected override IEnumerable<Verb> First => Kind.Listing.Deleted.First;

        // No trade may start by a listing that its owner believes to be gone: Trading must have heard of it before it is acknowledged.
        protected override bool CountsLater => Stopped == Modules.Trading;

        public override async Task Prepare() => listing ??= await Walk.List(Kind, Cast.Owner);

        public override async Task LookAtEnd(ConcurrentBag<string> differences)
        {
            // One for the registration, and one for the deletion, where the table says so.
            var alarms = Kind.Listing.Registered.First.Concat(Kind.Listing.Registered.Ask).Concat(Kind.Listing.Deleted.Ask).Count();
            var told = (await Cast.Owner.Get("/api/notices?limit=100")).Body!["items"]!.AsArray().Count(notice => (Guid?)notice!["listing"] == listing!.Id && notice["trade"] is null);
            if (told != alarms)
                differences.Add($"{Name} without {Stopped}: told {told} times, and not {alarms}");
        }

        protected override Task<Said> Send() => Cast.Owner.Send(HttpMethod.Delete, $"/api/listings/{listing!.Id}", null, null, $"\"{listing.Body!["revision"]}\"");

        protected override void Heard(Said said) => Assert.Equal("withdrawn", (string?)said.Body!["status"]);

        protected override Task LookAfterRefusal(Said said, ConcurrentBag<string> differences) => Task.CompletedTask;
    }

    /// <summary>A party moves a trade, or begins it.</summary>
    /// <param name="before">What is done to the trade while all are there.</param>
    /// <param name="entering">What is done last and only when the module is stopped, because else the trade would not stay where it is wanted.</param>
    /// <param name="at">Where it is then.</param>
    private sealed class Acting(Course course, Move row, string stopped, Cast cast, IReadOnlyList<Deed> before, Deed? entering, Spot at) : Cell(course.Kind, stopped, cast)
    {
        public Walk Walk { get; } = new(course, before, cast.Shop, cast.Buyer, cast.Seller, cast.Operator);

        protected override string Name => $"{Kind.Name}: {row.Do} from {at.State}";

        protected override string Answerer => Modules.Trading;

        protected override IEnumerable<Verb> First => row.First;

        public override Task Prepare() => Task.CompletedTask;

        public override async Task TryWithout(ConcurrentBag<string> differences)
        {
            if (entering is not null)
                await Walk.Do(entering, Stopped);
            await base.TryWithout(differences);
            if (Walk.Deal is not null && Stopped != Modules.Trading && !First.Any(verb => verb.Module == Stopped))
                await Cast.Shop.At(Walk.Deal, course.After(at, row, Stopped).State);
        }

        public override async Task LookAtEnd(ConcurrentBag<string> differences)
        {
            var (state, trade) = (course.After(at, row, silent: null).State, (await Cast.Buyer.Get($"/api/trades/{Walk.Deal!.Id}")).Body!);
            if ((string?)trade["state"] != state || trade["pending"] is not null)
                differences.Add($"{Name} without {Stopped} ended otherwise than in {state}: {trade.ToJsonString()}");
        }

        protected override Task<Said> Send() => Walk.Send(row, Key);

        protected override void Heard(Said said) => Walk.Begun(said);

        protected override async Task LookAfterRefusal(Said said, ConcurrentBag<string> differences)
        {
            if (Walk.Deal is null)
                return;
            var trade = (await Cast.Buyer.Get($"/api/trades/{Walk.Deal.Id}")).Body!;
            if ((string?)trade["state"] != at.State || trade["pending"] is not null)
                differences.Add($"{Name} without {Stopped} was refused, and left: {trade.ToJsonString()}");
        }
    }
}
