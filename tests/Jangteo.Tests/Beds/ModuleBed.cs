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
    private readonly Module[] modules;
    private readonly Settings settings;
    private readonly Database database;
    private WebApplication app;
    private HttpClient http;

    private ModuleBed(Module[] modules, Settings settings, Database database, WebApplication app)
    {
        (this.modules, this.settings, this.database, this.app) = (modules, settings, database, app);
        http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public IServiceProvider Services => app.Services;

    /// <summary>Where it listens.</summary>
    public Uri Address => http.BaseAddress!;

    public Faults Faults => Services.GetRequiredService<Faults>();

    public static async Task<ModuleBed> Start(TestPostgres postgres, Module[] modules, Settings? settings = null)
    {
        settings = (settings ?? new Settings { Sandbox = false }) with { Database = await postgres.NewDatabase(), KindsFolder = Path.Combine(Repository.Root, "kinds") };
        var database = await Database.Open(settings, modules, CancellationToken.None);
        return new ModuleBed(modules, settings, database, await Serve(modules, settings, database));
    }

    /// <summary>Stops it and starts it again on the same database.</summary>
    /// <param name="between">Done while nothing runs.</param>
    public async Task StartAgain(Action? between = null)
    {
        await Stop();
        between?.Invoke();
        app = await Serve(modules, settings, database);
        http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    private static async Task<WebApplication> Serve(Module[] modules, Settings settings, Database database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(KindReader.Read(settings.KindsFolder).Value!);
        builder.Services.AddEdge(settings);
        Hosting.AddModules(builder.Services, modules, settings, database.ConnectionOf);
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
            var caller = new Caller(SandboxPeople.IdOf(person), person, person == SandboxPeople.Operator);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Services.GetRequiredService<Sessions>().Issue(caller));
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
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var bytesHeard = await response.Content.ReadAsByteArrayAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return new Heard((int)response.StatusCode, isJson ? JsonNode.Parse(bytesHeard) : null, bytesHeard, response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value)));
    }

    public Task<Heard> Post(string path, string? person, object? body = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, person, body, headers);

    public Task<Heard> Get(string path, string? person = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, person, null, headers);

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
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
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
