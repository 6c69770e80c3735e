using Jangteo.Between;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jangteo;

/// <summary>What operators and orchestrators ask of the process as a whole: whether it lives, whether it is ready, whether all is at rest, and its breakers.</summary>
internal static class Operating
{
    public static void Map(IEndpointRouteBuilder routes, IReadOnlyList<Module> modules)
    {
        var liveness = Hosting.LivenessOf(routes.ServiceProvider);
        routes.MapGet("/health/live", Results<Ok<Health>, JsonHttpResult<Health>> () => liveness.Trouble() is { } trouble
            ? TypedResults.Json(new Health(trouble), statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Ok(new Health("live"))).AllowAnonymous().WithName("live").WithTags("health")
            .WithSummary("Liveness: 503 when the process is stuck or out of memory and has to be replaced.")
            .Produces<Health>(StatusCodes.Status503ServiceUnavailable);
        var draining = routes.ServiceProvider.GetService<Draining>();
        var databases = new SharedLook<int[]>(
            () => Task.WhenAll(modules.Select(module => routes.ServiceProvider.GetRequiredKeyedService<Storage>(module.Name).Find(new Sql("select 1"), reader => reader.GetInt32(0), CancellationToken.None))),
            TimeProvider.System);
        routes.MapGet("/health/ready", async Task<Results<Ok<Health>, JsonHttpResult<Health>>> (CancellationToken ct) =>
        {
            if (draining is { HasBegun: true })
            {
                return TypedResults.Json(new Health("stopping"), statusCode: StatusCodes.Status503ServiceUnavailable);
            }

            try
            {
                await databases.Now(ct);
                return routes.ServiceProvider.GetRequiredService<Alarms>().All.FirstOrDefault(alarm => !alarm.IsReady) is { } alarm
                    ? TypedResults.Json(new Health(alarm.Text), statusCode: 503)
                    : TypedResults.Ok(new Health("ready"));
            }
            catch (Exception away) when (PassingFault.Is(away))
            {
                return TypedResults.Json(new Health("without database"), statusCode: 503);
            }
        }).AllowAnonymous().WithName("ready").WithTags("health")
            .WithSummary("Readiness: 200 when the process accepts requests.").Produces<Health>(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/api/operator/rest", async Task<Ok<Rest>> (HttpContext http, IServiceProvider services, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await LookForRest(modules, services, ct));
        }).WithName("rest").WithSummary("Whether everything has come to rest: nothing unsent, unread, open or set aside.").WithTags("operator");
        routes.MapGet("/api/operator/breakers", async Task<Ok<BreakerList>> (HttpContext http, IServiceProvider services, CancellationToken ct) =>
        {
            Caller.Operator(http);
            var askers = Modules.All.Where(name => MessageTypes.AskedBy(name).Any());
            return TypedResults.Ok(new BreakerList([.. (await Task.WhenAll(askers.Select(asker => modules.Any(module => module.Name == asker)
                ? Task.FromResult(BreakerOf.Of(asker, services))
                : services.GetRequiredKeyedService<OtherProcess>(asker).Breakers(ct)))).SelectMany(breakers => breakers)]));
        }).WithName("breakers").WithSummary("The circuit breakers of the questions between modules: each asker has its own. Of several processes of an asker one answers.").WithTags("operator");
    }

    /// <summary>At rest: no unsent row, no open intention, no unread queue, nothing set aside (DESIGN §2). What is parked is counted apart.</summary>
    private static async Task<Rest> LookForRest(IReadOnlyList<Module> modules, IServiceProvider services, CancellationToken ct)
    {
        // Receivers are read before senders, so that a message that is on its way meanwhile is not taken for one that was never sent.
        var heard = await LookAtEach(modules, services, ct);
        var said = await LookAtEach(modules, services, ct);
        var items = said.Values.Select(module => OfModule(module, heard[module.Module], said)).ToList();
        return new Rest(items.All(module => module is { Unsent: 0, Unread: 0, Intentions: 0, Aside: 0, Alarms.Count: 0 }), items);
    }

    private static RestOfModule OfModule(ModuleAtRest module, ModuleAtRest before, Dictionary<string, ModuleAtRest> said)
    {
        var unread = MessageTypes.SendersHeardBy(module.Module)
            .ToDictionary(sender => sender, sender => said[sender].Said.GetValueOrDefault(module.Module) - before.Heard.GetValueOrDefault(sender));
        var lost = unread.Where(pair => pair.Value < 0)
            .Select(pair => $"{module.Module} has heard {-pair.Value} more messages of {pair.Key} than {pair.Key} knows of. A database was restored to an earlier point than the others: docs/operating.md, \"Backing up and restoring\".");
        return new RestOfModule(
            module.Module, module.Unsent, unread.Values.Sum() - before.Aside - before.Parked, Math.Max(module.Intentions, before.Intentions), Math.Max(module.Aside, before.Aside), module.Parked,
            [.. module.Alarms ?? [], .. lost]);
    }

    private static async Task<Dictionary<string, ModuleAtRest>> LookAtEach(IReadOnlyList<Module> modules, IServiceProvider services, CancellationToken ct) =>
        (await Task.WhenAll(Modules.All.Select(name => modules.Any(module => module.Name == name)
            ? ModuleAtRest.Look(services.GetRequiredKeyedService<Storage>(name), services.GetRequiredService<Alarms>(), ct)
            : services.GetRequiredKeyedService<OtherProcess>(name).Rest(ct)))).ToDictionary(module => module.Module);
}

internal sealed record Health(string Status);

internal sealed record Rest(bool AtRest, IReadOnlyList<RestOfModule> Items);

/// <param name="Unsent">Rows of its outbox without a position in its log.</param>
/// <param name="Unread">Messages that were sent to it and have not come to it.</param>
/// <param name="Intentions">Moves whose questions are not settled.</param>
/// <param name="Aside">Messages that wait for their turn.</param>
/// <param name="Parked">Messages that failed for good and wait for an operator.</param>
/// <param name="Alarms">What is wrong, and what to do.</param>
internal sealed record RestOfModule(string Module, long Unsent, long Unread, long Intentions, long Aside, long Parked, IReadOnlyList<string> Alarms);

internal sealed record BreakerList(IReadOnlyList<BreakerOf> Items);
