using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangteo.Identity;

/// <summary>
/// Suspends and restores people and takes the operator's role away, within a transaction. What ends a person's sessions is carried to all
/// processes after the commit by <see cref="EndSessions"/>.
/// </summary>
internal static class StopPeople
{
    public const string SuspendAct = "suspend-person";
    public const string RestoreAct = "restore-person";
    public const string RemoveOperatorAct = "remove-operator";

    /// <summary>The act of suspending a person; a person who is suspended already stays so for the earlier reason.</summary>
    public static OperatorAct Suspending(Person person) =>
        Act(SuspendAct, person, "suspended", person.SuspendedAt is not null, after: true);

    public static OperatorAct Restoring(Person person) =>
        Act(RestoreAct, person, "suspended", person.SuspendedAt is not null, after: false);

    public static OperatorAct RemovingOperator(Person person) =>
        Act(RemoveOperatorAct, person, "operator", person.IsOperator, after: false);

    public static void Suspend(Work work, Person person, string reason)
    {
        if (person.SuspendedAt is null)
        {
            work.Write("update people set suspended_at = $2, suspended_because = $3 where id = $1", person.Id, work.Now, reason);
            Say(work, person, isSuspended: true);
        }

        EndSessions.Write(work, person);
    }

    public static void Restore(Work work, Person person)
    {
        if (person.SuspendedAt is not null)
        {
            work.Write("update people set suspended_at = null, suspended_because = null where id = $1", person.Id);
            Say(work, person, isSuspended: false);
        }
    }

    public static void RemoveOperator(Work work, Person person)
    {
        People.Change(work, person with { IsOperator = false });
        EndSessions.Write(work, person);
    }

    private static void Say(Work work, Person person, bool isSuspended) =>
        work.Send(IdentityMessages.PersonSuspended, person.Id, new PersonSuspended(person.Id, isSuspended), new MessageContext());

    private static OperatorAct Act(string name, Person person, string what, bool before, bool after) => new()
    {
        Act = name,
        Subject = ActSubject.Of("person", person.Id),
        Before = new Dictionary<string, string?> { ["email"] = person.Email, [what] = before ? "yes" : "no" },
        After = new Dictionary<string, string?> { ["email"] = person.Email, [what] = after ? "yes" : "no" },
    };
}

/// <summary>The same from the command line, beside the running program. Each answers false when no account has the e-mail.</summary>
/// <param name="identity">Identity's own storage.</param>
/// <param name="common">That which all processes share.</param>
public sealed class StopPeopleByCommand(Storage identity, Storage common, TimeProvider machine)
{
    /// <exception cref="RefusedException"><c>invalid</c>: there is no reason, or none that can be kept.</exception>
    public Task<bool> Suspend(string email, string reason, CancellationToken ct)
    {
        var why = OperatorCommands.RequireReason(reason);
        return Run(email, why, (work, person) =>
        {
            StopPeople.Suspend(work, person, why);
            return StopPeople.Suspending(person);
        }, ct);
    }

    /// <inheritdoc cref="Suspend"/>
    public Task<bool> Restore(string email, string? reason, CancellationToken ct) =>
        Run(email, OperatorCommands.RequireReason(reason), (work, person) =>
        {
            StopPeople.Restore(work, person);
            return StopPeople.Restoring(person);
        }, ct);

    public Task<bool> RemoveOperator(string email, CancellationToken ct) => Run(email, null, (work, person) =>
    {
        StopPeople.RemoveOperator(work, person);
        return StopPeople.RemovingOperator(person);
    }, ct);

    private async Task<bool> Run(string email, string? reason, Func<Work, Person, OperatorAct> act, CancellationToken ct)
    {
        var isFound = await identity.Do(Cause.New(), async work =>
        {
            if (await People.Locked(work, email, ct) is not { } person)
            {
                return false;
            }

            act(work, person).Write(work, ActingOperator.CommandLine, reason);
            return true;
        }, ct);
        var revocations = new Revocations(common, machine, NullLogger<Revocations>.Instance);
        await new EndSessions(identity, revocations, NullLogger<EndSessions>.Instance).CarryOver(ct);
        return isFound;
    }
}
