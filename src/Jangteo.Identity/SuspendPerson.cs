using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <param name="Reason">Why; recorded with the act, at most 1,000 characters.</param>
public sealed record SuspendPersonBody(string Reason);

/// <param name="Reason">Why; recorded with the act, at most 1,000 characters.</param>
public sealed record RestorePersonBody(string Reason);

/// <summary>
/// POST /api/operator/identity/people/{id}/suspend and /restore: a suspended person is signed out everywhere and cannot sign in, and no
/// trade begins on their listings. Their open trades end by their tables, which need no move of anybody to end.
/// </summary>
internal sealed class SuspendPerson
{
    private const string Path = "/api/operator/identity/people/{id:guid}";

    private readonly EndSessions ending;
    private readonly OperatorCommand<SuspendInput> suspend;
    private readonly OperatorCommand<PersonInput> restore;

    public SuspendPerson([FromKeyedServices(Modules.Identity)] OperatorCommands commands, EndSessions ending)
    {
        this.ending = ending;
        suspend = commands.Define<SuspendInput>(StopPeople.SuspendAct, PlanSuspend);
        restore = commands.Define<PersonInput>(StopPeople.RestoreAct, PlanRestore);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(
            Path + "/suspend", (Guid id, SuspendPersonBody body, HttpContext http, CancellationToken ct) => Suspend(id, body, http, ct))
            .WithName("suspendPerson").WithTags("operator").Produces(204)
            .WithSummary(
                "Suspends a person: signs them out everywhere, at once, and lets no trade begin on their listings. Operators are refused.");
        routes.MapPost(Path + "/restore", (Guid id, RestorePersonBody body, HttpContext http, CancellationToken ct) =>
                restore.Run(http, new PersonInput(id), body.Reason, ct))
            .WithName("restorePerson").WithTags("operator").Produces(204).WithSummary("Ends the suspension of a person.");
    }

    private async Task<Answer> Suspend(Guid id, SuspendPersonBody body, HttpContext http, CancellationToken ct)
    {
        var answer = await suspend.Run(http, new SuspendInput(id, body.Reason), body.Reason, ct);
        await ending.CarryOver(CancellationToken.None);
        return answer;
    }

    private static async Task<PlannedAct> PlanSuspend(Work work, Caller caller, SuspendInput input, CancellationToken ct)
    {
        var person = await People.Locked(work, input.Person, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
        if (person.IsOperator)
        {
            // An operator who goes wrong must not be able to shut out all others, so this is left to the command line of the installation.
            throw new RefusedException(new Refusal(Refusals.IsOperator));
        }

        return PlannedAct.Of(StopPeople.Suspending(person), () =>
        {
            StopPeople.Suspend(work, person, OperatorCommands.RequireReason(input.Reason));
            return Answer.NoContent;
        });
    }

    private static async Task<PlannedAct> PlanRestore(Work work, Caller caller, PersonInput input, CancellationToken ct)
    {
        var person = await People.Locked(work, input.Person, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
        return PlannedAct.Of(StopPeople.Restoring(person), () =>
        {
            StopPeople.Restore(work, person);
            return Answer.NoContent;
        });
    }

    internal sealed record SuspendInput(Guid Person, string Reason);

    internal sealed record PersonInput(Guid Person);
}
