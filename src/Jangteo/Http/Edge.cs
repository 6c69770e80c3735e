using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Jangteo.Http;

/// <summary>Where requests come in: what every one of them passes, whichever module answers it.</summary>
internal static class Edge
{
    /// <summary>Bytes of a request's body. Routes that take pictures say their own.</summary>
    public const long LargestBody = 64 * 1024;

    /// <summary>A connection may be slower than it must be for so long, when it begins or the line stutters.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Bytes of a request's body that an endpoint takes.</summary>
    public static long LargestBodyOf(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? LargestBody;

    /// <summary>Expects <c>Settings</c>, <c>TimeProvider</c>, <c>Problems</c> and the storage keyed <c>common</c> to be registered.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services, Settings settings)
    {
        services.ConfigureHttpJsonOptions(json => HttpJson.Apply(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = LargestBody;

            // A client that says or hears nothing must not keep a connection and its memory. The framework would wait for 240 bytes a
            // second.
            server.Limits.RequestHeadersTimeout = settings.Limits.HeadersWithin;
            server.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
            server.Limits.MinRequestBodyDataRate = new MinDataRate(settings.Limits.BytesPerSecond, Grace);
            server.Limits.MinResponseDataRate = new MinDataRate(settings.Limits.BytesPerSecond, Grace);

            // So much of what a client sends unasked is kept for a connection; the framework would take a megabyte of each.
            server.Limits.MaxRequestBufferSize = LargestBody;
            server.Limits.MaxConcurrentConnections = settings.Limits.Connections;
            server.ConfigureEndpointDefaults(new Connections(settings).Limit);
        });
        services.AddDataProtection().SetApplicationName("jangteo");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = new ProtectionKeys(provider.GetRequiredKeyedService<Storage>("common"))));
        // It would read the keys before the program is ready; they are read right after (see UseEdge), or with the first token.
        services.Remove(services.Single(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "DataProtectionHostedService"));
        services.AddSingleton<IHostedService>(provider => new FirstProtectionKey(
            provider.GetRequiredKeyedService<Storage>("common"), provider.GetRequiredService<IKeyManager>(),
            provider.GetRequiredService<TimeProvider>()));
        // The keys are as safe as the table they are in; encrypting them takes a key of its own, which the operator of a database decides.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
        ApiDocument.Add(services);
        services.AddSingleton(settings.Sessions);
        services.AddSingleton<Revocations>();
        services.AddSingleton(new SiteOrigin(settings.PublicAddress));
        services.AddSingleton<Sessions>();
        services.AddSingleton<PictureGrants>();
        services.AddSingleton<PictureEncoder>();
        services.AddSingleton(new Limits(settings.Limits));
        services.AddSingleton(new RequestBodies(settings.Limits));
        services.AddSingleton(new Admission(settings));
        services.AddSingleton(provider => new PageHead(
            provider.GetService<ISharedListings>(), provider.GetService<Shelf>(), provider.GetRequiredService<Sessions>()));
        services.AddSingleton(provider => new StartPage(
            provider.GetService<ISharedListings>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Pages>();
        services.AddSingleton(new MapTiles(settings.Map));
        services.AddSingleton<Door>();
        services.AddSingleton<IStartupFilter, RoutesBeforeListening>();
        return services;
    }

    public static void UseEdge(this WebApplication app)
    {
        // The first token costs some hundred milliseconds of loading keys and code. Nobody should wait for that, neither the start nor the first to sign in.
        app.Lifetime.ApplicationStarted.Register(() => Task.Run(() =>
        {
            var sessions = app.Services.GetRequiredService<Sessions>();
            return sessions.Read(sessions.Issue(new Caller(Guid.Empty, "nobody", IsOperator: false)));
        }));
        Proxies.Use(app, app.Services.GetRequiredService<Settings>(), app.Services.GetRequiredService<SiteOrigin>());
        var door = app.Services.GetRequiredService<Door>();
        app.Use(next => http => door.Pass(http, next));
    }

    /// <summary>What the edge itself answers: the API document, the map, and the pages.</summary>
    public static void MapEdge(this IEndpointRouteBuilder routes)
    {
        ApiDocument.Map(routes);
        MapRoutes.Map(routes);
        routes.ServiceProvider.GetRequiredService<Pages>().Map(routes);
    }
}
