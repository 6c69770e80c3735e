using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Http;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Tests.Views;

/// <summary>
/// The two modules that listen, on a real PostgreSQL and behind the real door, in a town where the others say only what a test lets them say:
/// through their own outbox, relay and log, as ever.
/// </summary>
public class Town : IAsyncLifetime
{
    private static readonly string[] Speakers = [Modules.Identity, Modules.Catalog, Modules.Payments, Modules.Delivery, Modules.Trading];

    private readonly string folder = TestFolder.New();
    private readonly Dictionary<string, Speaker> speakers = Speakers.ToDictionary(name => name, name => new Speaker(name));
    private Database? database;
    private WebApplication? app;

    internal IServiceProvider Services => app!.Services;

    /// <summary>Changes a person in Identity, which has yet to tell anyone.</summary>
    internal void Change(PersonChanged person) => speakers[Modules.Identity].Contacts[person.Person] = person;

    internal string Address => app!.Urls.First();

    internal Shelf Shelf => Services.GetRequiredService<Shelf>();

    internal Faults Faults => Services.GetRequiredService<Faults>();

    /// <summary>Whether people may play here: a phone, a mailbox, faults.</summary>
    internal bool Sandbox { get; init; } = true;

    /// <summary>A carrier of messages outside of the town.</summary>
    internal CarrierSettings Carrier { get; init; } = new();

    internal DatabaseTimeouts DatabaseTimeouts { get; init; } = Patience.WithDatabase;

    private Settings Settings => new()
    {
        DataFolder = folder,
        KindsFolder = Path.Combine(Repository.Root, "kinds"),
        Sandbox = Sandbox,
        Notices = new NoticesSettings { Carrier = Carrier },
        DatabaseTimeouts = DatabaseTimeouts,
    };

    private Module[] Inhabitants => [.. speakers.Values, new NoticesModule(), new ViewsModule()];

    public async ValueTask InitializeAsync()
    {
        database = await Database.Open(Settings, Inhabitants, CancellationToken.None);
        await Open();
    }

    /// <summary>Stops everything that runs, lets things be said into outboxes that nobody empties, and starts again.</summary>
    internal async Task Reopen(Func<Task> meanwhile)
    {
        await app!.StopAsync();
        await meanwhile();
        await app.DisposeAsync();
        await Open();
    }

    private async Task Open()
    {
        var settings = Settings;
        var modules = Inhabitants;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(KindReader.Read(settings.KindsFolder).Value!);
        Hosting.AddModules(builder.Services, modules, settings, database!.ConnectionOf);
        builder.Services.AddEdge(settings);
        app = builder.Build();
        app.UseEdge();
        foreach (var module in modules)
        {
            await module.Start(app.Services, CancellationToken.None);
            module.Map(app);
        }

        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    internal Storage Storage(string module) => Services.GetRequiredKeyedService<Storage>(module);

    /// <summary>The connection string of whoever may make and drop tables.</summary>
    internal string Admin => database!.AdminOf(Modules.Views);

    /// <summary>What a module heard, of those that only speak.</summary>
    internal IReadOnlyList<Message> HeardBy(string module) => speakers[module].Heard;

    /// <summary>Lets a module say something.</summary>
    internal Task Say(string module, string type, Guid stream, object body, MessageContext? context = null, string? to = null, Guid? correlation = null)
    {
        var cause = Cause.New();
        return Storage(module).Do(correlation is { } given ? cause with { Correlation = given } : cause, work =>
        {
            work.Send(type, stream, body, context ?? new MessageContext(), to);
            return Task.CompletedTask;
        }, CancellationToken.None);
    }

    /// <summary>Returns when everything said has been heard, and what was said because of it.</summary>
    internal Task Rest() => Until(async () =>
    {
        foreach (var listener in new[] { Modules.Notices, Modules.Views })
        {
            foreach (var sender in MessageTypes.SendersHeardBy(listener))
            {
                var said = await Storage(sender).Query(
                    new Sql(
                        """
                        select (select coalesce(max(b.first + place.nth - 1), 0) from batches b, unnest(b.ids) with ordinality as place (id, nth) join outbox o on o.id = place.id where $1 = any(o.receivers)),
                               (select count(*) from outbox where id > (select numbered from relay))
                        """, listener), reader => (reader.GetInt64(0), reader.GetInt64(1)), CancellationToken.None);
                var read = await Storage(listener).Find(new Sql("select position from reading where sender = $1", sender), reader => reader.GetInt64(0), CancellationToken.None);
                if (said[0].Item2 > 0 || read < said[0].Item1)
                {
                    return false;
                }
            }

            if (await Storage(listener).Find(new Sql("select count(*) from aside where parked_at is null"), reader => reader.GetInt64(0), CancellationToken.None) > 0)
            {
                return false;
            }
        }

        return true;
    });

    /// <summary>The state of a module's checks, after a look at everything.</summary>
    internal Task<Books> Books(string module) =>
        Services.GetRequiredKeyedService<IntegrityWatch>(module).Look(all: true, "en", CancellationToken.None);

    /// <summary>Asks until it is so.</summary>
    internal static async Task Until(Func<Task<bool>> isSo)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < end, "It did not come about within a minute.");
            await Task.Delay(10);
        }
    }

    /// <summary>Asks until there is one.</summary>
    internal static async Task<T> Found<T>(Func<Task<T?>> look)
        where T : struct
    {
        T? found = null;
        await Until(async () => (found = await look()) is not null);
        return found!.Value;
    }

    internal HttpClient As(PersonRef? person, bool isOperator = false, string language = "en")
    {
        var client = new HttpClient { BaseAddress = new Uri(Address) };
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        if (person is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Bearer", Services.GetRequiredService<Sessions>().Begin(new Caller(person.Id, person.Name, isOperator)).Token);
        }

        return client;
    }

    internal async Task<(HttpStatusCode Status, JsonElement Body)> Get(string path, PersonRef? person = null, bool isOperator = false, string language = "en")
    {
        using var client = As(person, isOperator, language);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await Read(answer));
    }

    internal async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, object body, PersonRef person)
    {
        using var client = As(person);
        using var answer = await client.PostAsJsonAsync(path, body);
        return (answer.StatusCode, await Read(answer));
    }

    private static async Task<JsonElement> Read(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>A module of which only the mouth is real, and an ear that remembers.</summary>
    private sealed class Speaker(string name) : Module, IHear, IContacts
    {
        private readonly List<Message> heard = [];

        public override string Name => name;

        public override IEnumerable<Migration> Migrations => [];

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

        /// <summary>What Identity knows of people whose last change it has not told yet.</summary>
        public ConcurrentDictionary<Guid, PersonChanged> Contacts { get; } = new();

        public override void AddTo(IServiceCollection services)
        {
            if (Name == Modules.Identity)
            {
                services.AddSingleton<IContacts>(this);
            }
        }

        public Task<IReadOnlyList<PersonChanged>> Find(IReadOnlyList<Guid> people, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<PersonChanged>>(
                [.. people.Select(person => Contacts.GetValueOrDefault(person)).OfType<PersonChanged>()]);

        public override IHear Hears(IServiceProvider services) => this;

        public Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
        {
            lock (heard)
            {
                heard.AddRange(messages);
            }

            return Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());
        }
    }
}

/// <summary>One town for all tests that listen; each brings its own people, listings and trades.</summary>
[CollectionDefinition(nameof(InTown))]
public sealed class InTown : ICollectionFixture<Town>;
