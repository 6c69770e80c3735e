using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jangteo.Sandbox;

/// <summary>The sandbox's doors that belong to no module: the business clock, and faults to switch on. Mapped only in the sandbox.</summary>
internal static class Doors
{
    private static readonly TimeSpan Farthest = TimeSpan.FromDays(3650);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/sandbox").WithTags("sandbox");
        group.MapGet("/clock", (BusinessClock clock) => TypedResults.Ok(View(clock))).AllowAnonymous().WithName("readClock").WithSummary("The business clock of the sandbox.");
        group.MapPost("/clock", Forward).WithName("moveClock").WithSummary("Moves the business clock forward.");
        group.MapGet("/faults", (Faults faults) => TypedResults.Ok(View(faults))).AllowAnonymous().WithName("readFaults").WithSummary("Faults that can be switched on in the sandbox.");
        group.MapPost("/faults", Switch).WithName("switchFaults").WithSummary("Switches faults on and off, by name.");
        group.MapPost("/death", Die).WithName("dieAt").WithSummary("Names the step at which the process dies when it next gets there.");
    }

    private static async Task<Ok<ClockView>> Forward(
        ClockForward body, HttpContext http, BusinessClock clock, [FromKeyedServices(Hosting.Common)] Storage storage, CancellationToken ct)
    {
        Caller.Required(http);
        if (Words.Duration(body.Forward) is not { } forward || forward <= TimeSpan.Zero || clock.Offset + forward > Farthest)
        {
            throw new RefusedException(Refusal.Invalid("forward", "how far, such as 3d, 24h, 30m or 90s; at most 3650d in all"));
        }

        clock.Set(await storage.Find(new Sql("update clock set ahead = ahead + $1 returning ahead", forward), reader => reader.GetTimeSpan(0), ct));
        return TypedResults.Ok(View(clock));
    }

    private static Ok<FaultsView> Switch(Dictionary<string, bool> body, HttpContext http, Faults faults)
    {
        Caller.Required(http);
        if (body.Keys.FirstOrDefault(name => !Faults.Switches.Contains(name) && !Faults.SeededBugs.Contains(name)) is { } unknown)
        {
            throw new RefusedException(Refusal.Invalid(unknown, $"there is no such fault; there are {string.Join(", ", Faults.Switches)}"));
        }

        foreach (var (name, isOn) in body)
        {
            faults.Switch(name, isOn);
        }

        return TypedResults.Ok(View(faults));
    }

    private static NoContent Die(Death body, HttpContext http, Faults faults)
    {
        Caller.Operator(http);
        if (!Faults.Deaths.Contains(body.At))
        {
            throw new RefusedException(Refusal.Invalid("at", $"one of {string.Join(", ", Faults.Deaths)}"));
        }

        faults.DieAt(body.At);
        return TypedResults.NoContent();
    }

    private static ClockView View(BusinessClock clock) => new(clock.Now, (long)clock.Offset.TotalSeconds);

    private static FaultsView View(Faults faults) => new([.. Faults.Switches.Select(name => new FaultView(name, faults.IsOn(name)))]);
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
