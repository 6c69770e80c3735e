using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;

namespace Jangteo.Sandbox;

/// <summary>The sandbox's doors that belong to no module: the business clock, and faults to switch on. Mapped only in the sandbox.</summary>
internal static class Doors
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/sandbox").WithTags("sandbox");
        group.MapGet("/clock", (BusinessClock clock) => TypedResults.Ok(View(clock))).AllowAnonymous().WithName("readClock").WithSummary("The business clock of the sandbox.");
        group.MapPost("/clock", Forward).WithName("moveClock").WithSummary("Moves the business clock forward.").Produces<ClockView>();
        group.MapGet("/faults", (Faults faults) => TypedResults.Ok(View(faults.IsOn))).AllowAnonymous().WithName("readFaults").WithSummary("Faults that can be switched on in the sandbox.");
        group.MapPost("/faults", Switch).WithName("switchFaults").WithSummary("Switches faults on and off, by name.").Produces<FaultsView>()
            .WithDescription(
                "A fault lasts until it is switched off, or until a single process is restarted. "
                + "Sent again with the same key after the next start, the request gets the same answer and switches nothing.");
        group.MapPost("/death", Die).WithName("dieAt").WithSummary("Names the step at which the process dies when it next gets there.").Produces(204)
            .WithDescription(
                "The answer is sent and stored before the process can die. "
                + "Sent again with the same key after the next start, the request gets the same answer and no process dies.");
    }

    private static async Task<Answer> Forward(
        ClockForward body, HttpContext http, TimeProvider machine, SandboxState state, [FromKeyedServices(Hosting.Common)] Platform.Http.Commands commands, CancellationToken ct)
    {
        var answer = await commands.Run(http, body, async (work, _, _) =>
        {
            var ahead = Words.Duration(body.Forward) is { } forward && forward <= Words.LongestWait
                ? await work.Find(new Sql("update clock set ahead = ahead + $1 returning ahead", forward), reader => reader.GetTimeSpan(0), ct)
                : TimeSpan.MaxValue;
            if (ahead > Words.LongestWait)
            {
                throw new RefusedException(Refusal.Invalid("forward", Wrong.HowFar(Words.Of(Words.LongestWait))));
            }

            SandboxState.Announce(work);
            return new Decided.Now(Answer.Ok(View(machine.GetUtcNow() + ahead, ahead)));
        }, ct);
        await state.Everywhere(ct);
        return answer;
    }

    private static async Task<Answer> Switch(
        Dictionary<string, bool> body, HttpContext http, SandboxState state, [FromKeyedServices(Hosting.Common)] Platform.Http.Commands commands, CancellationToken ct)
    {
        var answer = await commands.Run(http, body, async (work, _, _) =>
        {
            if (body.Keys.FirstOrDefault(name => !Faults.Switches.Contains(name) && !Faults.SeededBugs.Contains(name)) is { } unknown)
            {
                throw new RefusedException(Refusal.Invalid(unknown, Wrong.NoSuchFault(Faults.Switches)));
            }

            // A switch is set, not turned: set again because the commit was lost, it stands as it stood.
            foreach (var (name, isOn) in body)
            {
                work.Write(isOn ? "insert into faults (name) values ($1) on conflict do nothing" : "delete from faults where name = $1", name);
            }

            SandboxState.Announce(work);
            await work.Flush(ct);
            var on = await work.Query(new Sql("select name from faults"), reader => reader.GetString(0), ct);
            return new Decided.Now(Answer.Ok(View(on.Contains)));
        }, ct);
        await state.Everywhere(ct);
        return answer;
    }

    private static Task<Answer> Die(Death body, HttpContext http, Faults faults, [FromKeyedServices(Hosting.Common)] Platform.Http.Commands commands, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, body, (work, _, _) =>
        {
            if (!Faults.Deaths.Contains(body.At))
            {
                throw new RefusedException(Refusal.Invalid("at", Wrong.NotOneOf(Faults.Deaths)));
            }

            // Not before the answer is kept: a process that died of it first would leave a key under which nothing is known, and the next start would die of it too.
            SandboxState.AnnounceDeath(work, body.At);
            work.AfterCommit(() => faults.DieAt(body.At));
            return Task.FromResult<Decided>(new Decided.Now(Answer.NoContent));
        }, ct);
    }

    private static ClockView View(BusinessClock clock) => View(clock.Now, clock.Offset);

    private static ClockView View(DateTimeOffset now, TimeSpan ahead) => new(now, (long)ahead.TotalSeconds);

    private static FaultsView View(Func<string, bool> isOn) => new([.. Faults.Switches.Select(name => new FaultView(name, isOn(name)))]);
}

/// <param name="Forward">How far, such as <c>3d</c>, <c>24h</c>, <c>30m</c> or <c>90s</c>; never back.</param>
internal sealed record ClockForward(string Forward);

/// <param name="Now">Business time.</param>
/// <param name="AheadSeconds">How far it is ahead of the machine's clock.</param>
internal sealed record ClockView(DateTimeOffset Now, long AheadSeconds);

internal sealed record FaultsView(IReadOnlyList<FaultView> Items);

internal sealed record FaultView(string Name, bool On);

/// <param name="At">The place between two steps at which this process dies when it is next reached, as by kill -9.</param>
internal sealed record Death(string At);
