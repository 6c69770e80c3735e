using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.DependencyInjection;
using Heard = Jangteo.Tests.Beds.Heard;
using StockOf = Jangteo.Kinds.Stock;

namespace Jangteo.Tests.Catalog;

/// <summary>The catalogue served alone, with neighbours that say to it what a test wants said.</summary>
internal sealed class Shop(ModuleBed bed, Neighbours alarms) : IAsyncDisposable
{
    public ModuleBed Bed => bed;

    public Neighbours Alarms => alarms;

    public static async Task<Shop> Open(TestPostgres postgres, Settings? settings = null)
    {
        var alarms = new Neighbours(Modules.Notices);
        Module[] modules = [new CatalogModule(), alarms, new Neighbours(Modules.Trading), new Neighbours(Modules.Identity)];
        return new Shop(await ModuleBed.Start(postgres, modules, settings), alarms);
    }

    public IQuestions Stock => bed.QuestionsTo(Modules.Catalog);

    /// <summary>A kind of the repository that is so: no test cares for its name.</summary>
    public string Kind(Func<Kind, bool> isSo) => bed.Services.GetRequiredService<Shelf>().All.First(isSo).Name;

    /// <summary>A kind that trades single things and registers them without asking anybody.</summary>
    public string SingleKind => Kind(kind => kind.Stock == StockOf.One && kind.Listing.Registered.First.IsEmpty);

    public string CountedKind => Kind(kind => kind.Stock == StockOf.Counted);

    /// <summary>A kind of which nothing is registered before the alarm was sent.</summary>
    public string AlarmedKind => Kind(kind => kind.Listing.Registered.First.Contains(Verb.SendAlarm));

    public Task<Heard> Offer(string owner, string kind, object? changes = null, params (string, string)[] headers)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(new { kind, title = "Brass kettle", description = "Whistles.", price = 3000 }, Wire.Json)!.AsObject();
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(changes ?? new { })!.AsObject())
        {
            body[name] = value?.DeepClone();
        }

        return bed.Post("/api/listings", owner, body.ToJsonString(), headers);
    }

    public Request Ask(Guid listing, string verb, int revision = 2, Guid? trade = null, int quantity = 1) => new()
    {
        Stream = trade ?? Ids.New(),
        Revision = revision,
        Verb = verb,
        Asker = Modules.Trading,
        Kind = SingleKind,
        Listing = listing,
        Seller = Ids.New(),
        Currency = "KRW",
        Quantity = quantity,
    };

    /// <summary>The listing as another module finds it.</summary>
    public async Task<ListingChanged> Find(Guid listing) => (await bed.Services.GetRequiredService<IListings>().Find(listing, TestContext.Current.CancellationToken))!;

    /// <summary>Sends a request as Trading does, by its log.</summary>
    public Task Send(params Request[] requests) =>
        bed.StorageOf(Modules.Trading).Do(Cause.New(), work =>
        {
            foreach (var request in requests)
            {
                work.Send(TradingMessages.Requests, request.Stream, request, new MessageContext(request.Stream, request.Kind, null, request.Seller, request.Listing), receiver: Modules.Catalog);
            }

            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);

    /// <summary>What Catalog has said of a type, in the order in which it was said.</summary>
    /// <param name="stream">Of one listing or trade; null for all.</param>
    public Task<List<Message>> Said(string type, Guid? stream = null) => bed.StorageOf(Modules.Catalog).Query(
        new Sql("select message from outbox where type = $1 and ($2::uuid is null or stream = $2) order by id", type, stream),
        row => System.Text.Json.JsonSerializer.Deserialize<Message>(row.GetString(0), Wire.Json)!, TestContext.Current.CancellationToken);

    public async Task<List<T>> Said<T>(string type, Guid? stream = null) => [.. (await Said(type, stream)).Select(message => message.Read<T>())];

    /// <summary>Asserts that the books are in order.</summary>
    public async Task BooksAreInOrder()
    {
        var books = await bed.Get("/api/operator/catalog/books", SandboxPeople.Operator);
        Assert.True(books.Body?["ok"]?.GetValue<bool>(), books.ToString());
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();
}

/// <summary>One catalogue for the tests of a class, which leave alone what is not theirs.</summary>
public sealed class OpenShop(TestPostgres postgres) : IAsyncLifetime
{
    internal Shop Shop { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Shop = await Shop.Open(postgres);

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}

/// <summary>A module beside the one under test: keeps what it is told, answers alarms as real ones are answered, and can be out of reach.</summary>
internal sealed class Neighbours(string name) : Module, IHear, IQuestions
{
    private readonly List<Message> heard = [];
    private readonly List<Request> asked = [];

    public override string Name => name;

    public override IEnumerable<Migration> Migrations => [];

    /// <summary>What answers instead of a yes.</summary>
    public Func<Request, Task<Reply>>? Answering { get; set; }

    public IReadOnlyList<Message> Heard
    {
        get
        {
            lock (heard)
            {
                return [.. heard];
            }
        }
    }

    public IReadOnlyList<Request> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    public override IHear Hears(IServiceProvider services) => this;

    public override IQuestions Answers(IServiceProvider services) => this;

    public Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        lock (heard)
        {
            heard.AddRange(messages);
        }

        foreach (var message in messages.Where(message => message.Type == CatalogMessages.Requests))
        {
            var request = message.Read<Request>();
            work.Send(NoticesMessages.Answered, request.Stream, new Answered(request.Stream, request.Revision, request.Verb, Verb.SendAlarm.Yes), message.Context, receiver: request.Asker);
        }

        return Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());
    }

    public Task<Reply> Ask(Request question, CancellationToken ct)
    {
        lock (asked)
        {
            asked.Add(question);
        }

        return Answering?.Invoke(question) ?? Task.FromResult<Reply>(new Reply.Yes(Verb.SendAlarm.Yes));
    }

    public Task<Reply> Void(Request question, CancellationToken ct) => Task.FromResult<Reply>(new Reply.No(Verb.TimedOut, Refusals.TimedOut));
}
