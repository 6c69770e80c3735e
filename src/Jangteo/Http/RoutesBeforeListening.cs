namespace Jangteo.Http;

/// <summary>
/// Makes the routes before the program listens. The framework would make them all when the first request comes, which takes a processor
/// for two seconds and on a busy machine for a minute: the program would accept connections and answer none.
/// </summary>
internal sealed class RoutesBeforeListening : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        _ = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
    };
}
