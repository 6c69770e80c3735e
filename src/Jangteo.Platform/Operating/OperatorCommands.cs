using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Operating;

/// <summary>An act that was decided and has not been done.</summary>
/// <param name="Act">What is recorded of it.</param>
/// <param name="Carry">Writes its effect into the transaction, and answers the caller.</param>
public sealed record PlannedAct(OperatorAct Act, Func<Task<Answer>> Carry)
{
    public static PlannedAct Of(OperatorAct act, Func<Answer> carry) => new(act, () => Task.FromResult(carry()));
}

/// <summary>
/// Runs the commands of operators of one module. Every command is one act: it is planned, carried out and recorded in one commit. An act on more money than
/// one operator may move alone is proposed instead, and carried out when a second operator confirms it.
/// </summary>
/// <param name="twoOperatorsAbove">In minor units; acts on more need two operators. 0 is never.</param>
public sealed class OperatorCommands(Storage storage, Commands commands, long twoOperatorsAbove)
{
    private readonly Dictionary<string, Func<Work, Caller, string, CancellationToken, Task<PlannedAct>>> plans = [];

    public Storage Storage => storage;

    /// <summary>Makes an act known, so that a proposal of it can be carried out later.</summary>
    /// <param name="act">Its name.</param>
    /// <param name="plan">Reads and locks what it needs, refuses what cannot be, and writes nothing.</param>
    public OperatorCommand<TInput> Define<TInput>(string act, Func<Work, Caller, TInput, CancellationToken, Task<PlannedAct>> plan)
        where TInput : notnull
    {
        plans.Add(act, (work, caller, input, ct) => plan(work, caller, JsonSerializer.Deserialize<TInput>(input, Wire.Json)!, ct));
        return new OperatorCommand<TInput>(this, act, plan);
    }

    /// <summary>A reason as it is kept; refuses <c>invalid</c> when there is none.</summary>
    /// <param name="field">Where the request has it.</param>
    public static string RequireReason(string? reason, string field = "reason") =>
        TextRules.OperatorReason.Read(reason, out var text) is { } wrong ? throw Asked.Bad(field, wrong) : text;

    /// <param name="field">Where the request has its reason; null of an act that needs none.</param>
    internal Task<Answer> Run<TInput>(
        HttpContext http, string act, TInput input, string? reason, string? field,
        Func<Work, Caller, TInput, CancellationToken, Task<PlannedAct>> plan, CancellationToken ct)
        where TInput : notnull
    {
        Caller.Operator(http);
        return commands.Run(http, new { input, reason }, async (work, caller, _) =>
        {
            var why = field is null ? null : RequireReason(reason, field);
            var planned = await plan(work, caller, input, ct);
            if (await TryPropose(work, caller, act, input, planned.Act, why, ct) is { } proposal)
            {
                return new Decided.Now(Answer.Accepted(proposal));
            }

            var answer = await planned.Carry();
            planned.Act.Write(work, ActingOperator.Of(caller), why);
            return new Decided.Now(answer);
        }, ct);
    }

    /// <summary>Keeps an act for a second operator, and records that, where one operator may not do it alone. Null where one may.</summary>
    /// <param name="act">The name under which it was made known.</param>
    public async Task<ProposalStored?> TryPropose<TInput>(
        Work work, Caller caller, string act, TInput input, OperatorAct planned, string? reason, CancellationToken ct)
        where TInput : notnull
    {
        if (twoOperatorsAbove == 0 || !(planned.IsOfUnknownAmount || planned.Amount > twoOperatorsAbove))
        {
            return null;
        }

        var proposal = await Proposals.Propose(work, caller, act, JsonSerializer.Serialize(input, Wire.Json), planned, reason ?? "", ct);
        planned.Write(work, ActingOperator.Of(caller), reason, ActStep.Proposed);
        return proposal;
    }

    /// <summary>A second operator carries a proposal out.</summary>
    internal Task<Answer> Confirm(Guid id, string reason, HttpContext http, CancellationToken ct) => Decide(id, reason, http, async (work, caller, proposal, why) =>
    {
        var planned = await plans[proposal.Act](work, caller, proposal.Input, ct);
        Proposals.End(work, id, caller, "confirmed");
        await planned.Carry();
        planned.Act.Write(work, ActingOperator.Of(caller), why, ActStep.Confirmed);
        return Answer.NoContent;
    }, ct);

    /// <summary>A second operator says no to a proposal.</summary>
    internal Task<Answer> Decline(Guid id, string reason, HttpContext http, CancellationToken ct) => Decide(id, reason, http, (work, caller, proposal, why) =>
    {
        Proposals.End(work, id, caller, "declined");
        proposal.ToAct().Write(work, ActingOperator.Of(caller), why, ActStep.Declined);
        return Task.FromResult(Answer.NoContent);
    }, ct);

    private Task<Answer> Decide(Guid id, string reason, HttpContext http, Func<Work, Caller, Proposal, string, Task<Answer>> decide, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, new { id, reason }, async (work, caller, _) =>
        {
            var why = RequireReason(reason);
            var proposal = await Proposals.Lock(work, id, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
            if (proposal.ProposedBy == caller.Id)
            {
                throw new RefusedException(new Refusal(Refusals.SecondOperator));
            }

            if (proposal.State != Proposal.Open || proposal.ExpiresAt <= work.Now)
            {
                throw new RefusedException(new Refusal(Refusals.NotNow, Detail.ProposalOver));
            }

            return new Decided.Now(await decide(work, caller, proposal, why));
        }, ct);
    }
}

/// <summary>One act of operators, as its route runs it.</summary>
public sealed class OperatorCommand<TInput>(OperatorCommands commands, string act, Func<Work, Caller, TInput, CancellationToken, Task<PlannedAct>> plan)
    where TInput : notnull
{
    /// <summary>Runs it with a reason, which is required.</summary>
    /// <param name="field">Where the request has the reason.</param>
    public Task<Answer> Run(HttpContext http, TInput input, string? reason, CancellationToken ct, string field = "reason") =>
        commands.Run(http, act, input, reason, field, plan, ct);

    /// <summary>Runs an act that moves no money and answers nothing, and so needs no reason.</summary>
    public Task<Answer> Run(HttpContext http, TInput input, CancellationToken ct) => commands.Run(http, act, input, null, field: null, plan, ct);
}
