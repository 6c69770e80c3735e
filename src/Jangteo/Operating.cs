using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jangteo;

/// <summary>What operators and orchestrators ask of the process as a whole: whether it lives, whether it is ready, whether all is at rest, and its breakers.</summary>
internal static class Operating
{
    public static void Map(IEndpointRouteBuilder routes, IReadOnlyList<Module> modules)
    {
        routes.MapGet("/health/live", () => TypedResults.Ok(new Health("live"))).AllowAnonymous().WithName("live").WithSummary("Whether the process lives.").WithTags("health");
        routes.MapGet("/health/ready", async Task<Results<Ok<Health>, JsonHttpResult<Health>>> (IServiceProvider services, CancellationToken ct) =>
        {
            try
            {
                await Task.WhenAll(modules.Select(module => services.GetRequiredKeyedService<Storage>(module.Name).Find(new Sql("select 1"), reader => reader.GetInt32(0), ct)));
                return TypedResults.Ok(new Health("ready"));
            }
            catch (Npgsql.NpgsqlException)
            {
                return TypedResults.Json(new Health("without database"), statusCode: 503);
            }
        }).AllowAnonymous().WithName("ready").WithSummary("Whether it can be sent requests.").WithTags("health").Produces<Health>(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/api/operator/rest", async Task<Ok<Rest>> (HttpContext http, IServiceProvider services, CancellationToken ct) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(await LookForRest(modules, services, ct));
        }).WithName("rest").WithSummary("Whether everything has come to rest: nothing unsent, unread, open or set aside.").WithTags("operator");
        routes.MapGet("/api/operator/breakers", Ok<BreakerList> (HttpContext http, IServiceProvider services) =>
        {
            Caller.Operator(http);
            return TypedResults.Ok(new BreakerList([.. modules.Where(module => module.Answers(services) is not null)
                .Select(module => (GuardedQuestions)services.GetRequiredKeyedService<IQuestions>(module.Name))
                .Select(guarded => new BreakerView(guarded.Module, guarded.State.CircuitState.ToString().ToLowerInvariant()))]));
        }).WithName("breakers").WithSummary("The circuit breakers of the questions between modules.").WithTags("operator");
    }

    /// <summary>At rest: no unsent row, no open intention, no unread queue, nothing set aside (DESIGN §2). What is parked is counted apart.</summary>
    private static async Task<Rest> LookForRest(IReadOnlyList<Module> modules, IServiceProvider services, CancellationToken ct)
    {
        var found = new List<RestOfModule>();
        var sent = new Dictionary<string, long>();
        var read = new List<(string Receiver, string Sender, long Position)>();
        foreach (var module in modules)
        {
            var storage = services.GetRequiredKeyedService<Storage>(module.Name);
            found.Add((await storage.Find(
                new Sql(
                    """
                    select (select count(*) from outbox where xid >= (select before from relay)), (select count(*) from intentions),
                           (select count(*) from aside where parked_at is null), (select count(*) from aside where parked_at is not null), (select position from relay)
                    """),
                reader =>
                {
                    sent[module.Name] = reader.GetInt64(4);
                    return new RestOfModule(module.Name, reader.GetInt64(0), 0, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
                }, ct))!);
            read.AddRange(await storage.Query(new Sql("select sender, position from reading"), reader => (module.Name, reader.GetString(0), reader.GetInt64(1)), ct));
        }

        var items = found.Select(module => module with
        {
            Unread = MessageTypes.SendersHeardBy(module.Module).Where(sent.ContainsKey)
                .Sum(sender => sent[sender] - read.FirstOrDefault(row => row.Receiver == module.Module && row.Sender == sender).Position),
        }).ToList();
        return new Rest(items.All(module => module is { Unsent: 0, Unread: 0, Intentions: 0, Aside: 0 }), items);
    }
}

internal sealed record Health(string Status);

internal sealed record Rest(bool AtRest, IReadOnlyList<RestOfModule> Items);

/// <param name="Unsent">Rows of its outbox without a position in its log.</param>
/// <param name="Unread">Rows of the logs it hears that it has not read.</param>
/// <param name="Intentions">Moves whose questions are not settled.</param>
/// <param name="Aside">Messages that wait for their turn.</param>
/// <param name="Parked">Messages that failed for good and wait for an operator.</param>
internal sealed record RestOfModule(string Module, long Unsent, long Unread, long Intentions, long Aside, long Parked);

internal sealed record BreakerList(IReadOnlyList<BreakerView> Items);

/// <param name="State">closed, open, halfopen or isolated.</param>
internal sealed record BreakerView(string Module, string State);
