using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Http;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Tests.Beds;

/// <summary>Some modules served as the program serves them, over HTTP and on a real database of their own, without the others.</summary>
internal sealed class ModuleBed : IAsyncDisposable
{
    /// <summary>The kinds of the repository. They are immutable, so all beds share them.</summary>
    private static readonly Lazy<Shelf> kindsHere = new(() => KindReader.Read(Path.Combine(Repository.Root, "kinds")).Value!);

    private readonly Module[] modules;
    private readonly Settings settings;
    private readonly Database database;
    private readonly MovedClock machine;
    private readonly Shelf? kinds;
    private WebApplication app;

    private ModuleBed(Module[] modules, Settings settings, Database database, MovedClock machine, Shelf? kinds, WebApplication app)
    {
        (this.modules, this.settings, this.database, this.machine, this.kinds, this.app) = (modules, settings, database, machine, kinds, app);
        Client = NewClient(app);
    }

    /// <summary>Of a stranger, who keeps no cookies.</summary>
    public HttpClient Client { get; private set; }

    /// <summary>The clock of the machine, for sessions and waits. Timers go by the real one.</summary>
    public MovedClock Machine => machine;

    public IServiceProvider Services => app.Services;

    /// <summary>Where it listens.</summary>
    public Uri Address => Client.BaseAddress!;

    /// <summary>The connection string of the owner of everything.</summary>
    public string Admin => settings.Database;

    public Faults Faults => Services.GetRequiredService<Faults>();

    /// <param name="kinds">What can be traded; the kinds of the repository when left out.</param>
    /// <param name="add">Adds services, or puts others in their place.</param>
    public static async Task<ModuleBed> Start(
        TestPostgres postgres, Module[] modules, Settings? settings = null, Shelf? kinds = null, Action<IServiceCollection>? add = null)
    {
        settings = (settings ?? new Settings { Sandbox = false }) with
        {
            Database = await postgres.NewDatabase(modules),
            DatabaseTimeouts = Patience.WithDatabase,
            KindsFolder = Path.Combine(Repository.Root, "kinds"),
        };
        var database = await Database.Open(settings, modules, CancellationToken.None);
        var machine = new MovedClock();
        return new ModuleBed(modules, settings, database, machine, kinds, await Serve(modules, settings, database, machine, kinds, add));
    }

    /// <summary>Another process of the same installation: the same database and the same clock. Dispose it before the first.</summary>
    public Task<ModuleBed> Beside(params Module[] others) => Beside(others, _ => { });

    /// <inheritdoc cref="Beside(Module[])"/>
    /// <param name="add">Adds what it has of modules that it does not run.</param>
    public async Task<ModuleBed> Beside(Module[] others, Action<IServiceCollection> add)
    {
        var opened = await Database.Open(settings, others, CancellationToken.None);
        return new ModuleBed(others, settings, opened, machine, kinds, await Serve(others, settings, opened, machine, kinds, add));
    }

    /// <summary>Stops it and starts it again on the same database.</summary>
    /// <param name="between">Done while nothing runs.</param>
    public async Task StartAgain(Action? between = null)
    {
        await Stop();
        between?.Invoke();
        app = await Serve(modules, settings, database, machine, kinds);
        Client = NewClient(app);
    }

    private static HttpClient NewClient(WebApplication app) => new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.First()) };

    private static async Task<WebApplication> Serve(
        Module[] modules, Settings settings, Database database, TimeProvider machine, Shelf? kinds, Action<IServiceCollection>? add = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(kinds ?? kindsHere.Value);
        builder.Services.AddEdge(settings);
        Hosting.AddModules(builder.Services, modules, settings, database.ConnectionOf);
        builder.Services.AddSingleton(machine);
        add?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseRouting();
        app.UseEdge();
        foreach (var module in modules)
        {
            await module.Start(app.Services, CancellationToken.None);
        }

        foreach (var module in modules)
        {
            module.Map(app);
        }

        await app.StartAsync();
        return app;
    }

    /// <summary>The connection string of whoever may make and drop tables where a schema is.</summary>
    public string AdminOf(string schema) => database.AdminOf(schema);

    public Storage StorageOf(string module) => Services.GetRequiredKeyedService<Storage>(module);

    public IQuestions QuestionsTo(string module) => Services.GetRequiredKeyedService<IQuestions>(module);

    /// <summary>Sends a request as somebody, or as nobody.</summary>
    /// <param name="person">A sandbox name; null for a stranger who is not signed in.</param>
    /// <param name="headers">Such as If-Match.</param>
    public async Task<Heard> Send(HttpMethod method, string path, string? person, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (person is not null)
        {
            request.Headers.Authorization = AuthorizationOf(person);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Content = body switch
        {
            null => null,
            byte[] bytes => new ByteArrayContent(bytes),
            _ => new StringContent(body as string ?? System.Text.Json.JsonSerializer.Serialize(body, Wire.Json), Encoding.UTF8, "application/json"),
        };
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var bytesHeard = await response.Content.ReadAsByteArrayAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return new Heard((int)response.StatusCode, isJson ? JsonNode.Parse(bytesHeard) : null, bytesHeard, response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value)));
    }

    private AuthenticationHeaderValue AuthorizationOf(string person) =>
        new("Bearer", Services.GetRequiredService<Sessions>().Begin(new Caller(SandboxPeople.IdOf(person), person, SandboxPeople.IsOperator(person))).Token);

    public Task<Heard> Post(string path, string? person, object? body = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, person, body, headers);

    public Task<Heard> Get(string path, string? person = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, person, null, headers);

    /// <summary>Where a GET is sent on to, without going there.</summary>
    public async Task<string> Redirected(string path, string person)
    {
        using var stays = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = AuthorizationOf(person);
        using var response = await stays.SendAsync(request, TestContext.Current.CancellationToken);
        return response.Headers.Location!.ToString();
    }

    /// <summary>Asks until what is heard is so; fails after ten seconds.</summary>
    public static async Task<T> Until<T>(Func<Task<T>> ask, Func<T, bool> isSo)
    {
        for (var began = DateTime.UtcNow; ;)
        {
            var heard = await ask();
            if (isSo(heard))
            {
                return heard;
            }

            Assert.True(DateTime.UtcNow - began < TimeSpan.FromSeconds(10), $"After ten seconds still: {heard}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await database.DisposeAsync();
    }

    private async Task Stop()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>The clock of the machine, moved forward by hand.</summary>
internal sealed class MovedClock : TimeProvider
{
    private TimeSpan ahead;
    private DateTimeOffset? standing;

    public void Forward(TimeSpan by) => ahead += by;

    /// <summary>From now on only <see cref="Forward"/> moves it, so that a slow machine does not end a wait. Its timestamps go on.</summary>
    public void Stand() => standing = base.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => (standing ?? base.GetUtcNow()) + ahead;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(ahead.TotalSeconds * TimestampFrequency);
}

/// <summary>An answer over HTTP.</summary>
internal sealed record Heard(int Status, JsonNode? Body, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The refusal code, or null for a yes.</summary>
    public string? Problem => Status >= 400 ? Body?["code"]?.GetValue<string>() : null;

    public string this[string member] => Body?[member]?.ToString() ?? "";

    public Guid Id => Guid.Parse(this["id"]);

    /// <summary>The fields that an <c>invalid</c> names.</summary>
    public string[] Fields => [.. (Body?["errors"]?.AsObject() ?? []).Select(wrong => wrong.Key).Order(StringComparer.Ordinal)];

    public override string ToString() => $"{Status} {Body?.ToJsonString()}";
}
