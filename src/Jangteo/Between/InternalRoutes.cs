using System.Security.Cryptography;
using System.Text;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;

namespace Jangteo.Between;

/// <summary>
/// What processes of one installation ask each other, on a port of its own and under the service key: questions, logs, whether all is at rest. Nothing of
/// it is found on the public port.
/// </summary>
internal static class InternalRoutes
{
    private const int MostRows = 1000;

    public static void Map(IEndpointRouteBuilder routes, IReadOnlyList<Module> modules, Settings settings)
    {
        var inside = routes.MapGroup("/internal").ExcludeFromDescription().AddEndpointFilter(async (context, next) =>
            IsFromInside(context.HttpContext, settings) ? await next(context) : TypedResults.NotFound()).AllowAnonymous();
        foreach (var module in modules)
        {
            var own = inside.MapGroup($"/{module.Name}");
            MapQuestions(own, module);
            MapLog(own, module.Name);
            own.MapGet("/attention", async (IServiceProvider services, CancellationToken ct) =>
                Results.Json(await services.GetRequiredKeyedService<INeedAttention>(module.Name).Attention(ct), Wire.Json));
            own.MapGet("/breakers", (IServiceProvider services) => Results.Json(BreakerOf.Of(module.Name, services), Wire.Json));
            own.MapGet(
                "/rest",
                (IServiceProvider services, CancellationToken ct) =>
                    ModuleAtRest.Look(services.GetRequiredKeyedService<Storage>(module.Name), services.GetRequiredService<Alarms>(), ct));
        }

        if (modules.Any(module => module.Name == Modules.Trading))
        {
            MapListingCopies(inside);
        }

        if (modules.Any(module => module.Name == Modules.Catalog))
        {
            inside.MapGet($"/{Modules.Catalog}/listings/{{id:guid}}", async (Guid id, IListings listings, CancellationToken ct) =>
                await listings.Find(id, ct) is { } found ? Results.Json(found, Wire.Json) : Results.NotFound());
        }

        if (modules.Any(module => module.Name == Modules.Identity))
        {
            inside.MapPost(
                $"/{Modules.Identity}/contacts",
                async (Guid[] people, IContacts contacts, CancellationToken ct) =>
                    Results.Json(await contacts.Find(people, ct), Wire.Json));
        }
    }

    private static void MapListingCopies(RouteGroupBuilder inside) =>
        inside.MapPut($"/{Modules.Trading}/listings", async (HttpContext http, IListingCopies copies, CancellationToken ct) =>
            await copies.Confirm(
                await http.Request.ReadFromJsonAsync<ListingChanged>(Wire.Json, ct)
                    ?? throw new RefusedException(new Refusal(Refusals.Malformed)),
                ct)
                ? Results.NoContent()
                : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));

    private static void MapQuestions(RouteGroupBuilder own, Module module)
    {
        own.MapPost("/ask", async (HttpContext http, IServiceProvider services, CancellationToken ct) => Results.Json<Reply>(await Hosting.AnswersOf(module, services).Ask(await Question(http), ct), Wire.Json));
        own.MapGet("/reach", () => Results.NoContent());
        own.MapPost("/void", async (HttpContext http, IServiceProvider services, CancellationToken ct) => Results.Json<Reply>(await Hosting.AnswersOf(module, services).Void(await Question(http), ct), Wire.Json));
    }

    private static void MapLog(RouteGroupBuilder own, string module)
    {
        own.MapGet("/log", async (long after, int most, IServiceProvider services, CancellationToken ct) =>
            Results.Json(await services.GetRequiredKeyedService<ILog>(module).Read(after, Math.Clamp(most, 1, MostRows), ct), Wire.Json));
        own.MapGet("/log/mark", async (long at, IServiceProvider services, CancellationToken ct) =>
            Results.Json(await services.GetRequiredKeyedService<ILog>(module).MarkAt(at, ct), Wire.Json));
        own.MapPost("/log/streams", async (Guid[] streams, int most, IServiceProvider services, CancellationToken ct) =>
            Results.Json(
                await services.GetRequiredKeyedService<ILog>(module).ReadStreams(streams, Math.Clamp(most, 1, MostRows), ct), Wire.Json));
        own.MapGet("/log/end", async (IServiceProvider services, CancellationToken ct) => Results.Json(await services.GetRequiredKeyedService<ILog>(module).End(ct), Wire.Json));
    }

    private static async Task<Request> Question(HttpContext http) =>
        await http.Request.ReadFromJsonAsync<Request>(Wire.Json, http.RequestAborted) ?? throw new RefusedException(new Refusal(Refusals.Malformed));

    private static bool IsFromInside(HttpContext http, Settings settings) =>
        settings.ServiceKey.Length > 0 && http.Connection.LocalPort == settings.InternalPort
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString()), Encoding.UTF8.GetBytes($"{OtherProcess.Scheme} {settings.ServiceKey}"));
}
