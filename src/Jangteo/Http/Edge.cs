using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Jangteo.Http;

/// <summary>Where requests come in: what every one of them passes, whichever module answers it.</summary>
internal static class Edge
{
    /// <summary>Bytes of a request's body. Routes that take pictures say their own.</summary>
    private const long LargestBody = 64 * 1024;

    /// <summary>Expects <c>Settings</c>, <c>TimeProvider</c>, <c>Problems</c> and the storage keyed <c>common</c> to be registered.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services, Settings settings)
    {
        services.ConfigureHttpJsonOptions(json => HttpJson.Apply(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = LargestBody;
        });
        services.AddDataProtection().SetApplicationName("jangteo");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = new ProtectionKeys(provider.GetRequiredKeyedService<Storage>("common"))));
        services.AddSingleton<Sessions>();
        services.AddSingleton(new Limits(settings.Limits));
        services.AddSingleton<Door>();
        return services;
    }

    public static void UseEdge(this WebApplication app)
    {
        var door = app.Services.GetRequiredService<Door>();
        app.Use(next => http => door.Pass(http, next));
    }
}
