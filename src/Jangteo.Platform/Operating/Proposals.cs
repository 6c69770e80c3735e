using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Platform.Operating;

/// <summary>
/// /api/operator/&lt;module&gt;/proposals: acts on more money than one operator may move alone. Another operator confirms or declines each; one that nobody decides
/// expires. The table refuses a decision by the proposer too.
/// </summary>
public static class Proposals
{
    private const string Columns = "id, act, input, subject_type, subject, trade, amount, went_to, reason, proposed_by, proposed_by_name, at, expires_at, state";

    /// <summary>How long a proposal waits for a second operator, in business time.</summary>
    private static readonly TimeSpan WaitsFor = TimeSpan.FromDays(3);

    private const int MostAtOnce = 100;

    /// <summary>How often proposals are looked for whose time is over.</summary>
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(2);

    /// <param name="describe">
    /// Says what is to be done, in a language, by the input of a proposal. Without it that is the account to which the money goes.
    /// </param>
    public static void Map(
        IEndpointRouteBuilder routes, OperatorCommands commands, string currency, Func<Shelf, string, string, string>? describe = null)
    {
        var module = commands.Storage.Module;
        var group = routes.MapGroup($"/api/operator/{module}/proposals").WithTags("operator");
        group.MapGet("", async Task<Ok<Page<ProposalView>>> (HttpContext http, Shelf shelf, [AsParameters] Paging part, CancellationToken ct) =>
        {
            Caller.Operator(http);
            var language = Problems.Language(http);
            var rows = await commands.Storage.Query(
                new Sql(
                    $"select {Columns} from proposals where state = '{Proposal.Open}' and expires_at > $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
                    commands.Storage.Clock.Now, part.After<Guid>(), part.Most + 1),
                Read, ct);
            return TypedResults.Ok(part.Of(rows, View, row => row.Id));

            ProposalView View(Proposal row) => ProposalView.Of(
                row with { To = describe is null ? row.To : describe(shelf, row.Input, language) }, module, currency,
                shelf.Texts.Act(row.Act, language));
        }).WithName($"{module}Proposals").WithSummary("Acts that wait for a second operator, newest first.");
        group.MapPost("/{id:guid}/confirm", (Guid id, Because body, HttpContext http, CancellationToken ct) => commands.Confirm(id, body.Reason, http, ct))
            .WithName($"{module}ConfirmProposal").WithSummary("A second operator confirms an act, and it is done.").Produces(204);
        group.MapPost("/{id:guid}/decline", (Guid id, Because body, HttpContext http, CancellationToken ct) => commands.Decline(id, body.Reason, http, ct))
            .WithName($"{module}DeclineProposal").WithSummary("A second operator declines an act, and it is not done.").Produces(204);
    }

    /// <summary>Ends the proposals of a module whose time is over.</summary>
    public static Loop Expiring(Storage storage, ILogger logger) => new($"{storage.Module} ending proposals", new Bell(), async ct =>
    {
        await storage.Do(Cause.New(), work => Expire(work, ct), ct);
        return LooksEvery;
    }, logger);

    /// <summary>Ends the proposals whose time is over, and records that none was decided. Two processes at once each end their own.</summary>
    internal static async Task Expire(Work work, CancellationToken ct)
    {
        var over = await work.Query(
            new Sql(
                $"""
                select {Columns}
                from proposals
                where state = '{Proposal.Open}' and expires_at <= $1
                order by id
                limit {MostAtOnce}
                for update skip locked
                """,
                work.Now),
            Read, ct);
        foreach (var proposal in over)
        {
            work.Write("update proposals set state = 'expired' where id = $1", proposal.Id);
            proposal.ToAct().Record(work, ActingOperator.Time, null, ActStep.Expired);
        }

        await work.Flush(ct);
    }

    /// <summary>Keeps an act for a second operator; refuses <c>already-proposed</c> when another one waits for the same thing.</summary>
    internal static async Task<ProposalStored> Propose(Work work, Caller caller, string act, string input, OperatorAct planned, string reason, CancellationToken ct)
    {
        var (id, expires) = (Ids.New(), work.Now + WaitsFor);
        var stored = false;
        await Expire(work, ct);
        await work.Read(
            ct,
            (new Sql(
                """
                insert into proposals (id, act, input, subject_type, subject, trade, amount, went_to, reason, proposed_by, proposed_by_name, at, expires_at)
                values ($1, $2, $3, $4, $5, $6::uuid, $7, $8, $9, $10, $11, $12, $13)
                on conflict do nothing returning id
                """,
                id, act, input, planned.Subject.Type, planned.Subject.Id, planned.Context.Trade, planned.Amount!.Value, planned.To, reason, caller.Id, caller.Name, work.Now, expires),
            _ => stored = true));
        return stored ? new ProposalStored(id, expires) : throw new RefusedException(new Refusal(Refusals.AlreadyProposed));
    }

    internal static Task<Proposal?> Lock(Work work, Guid id, CancellationToken ct) => work.Find(new Sql($"select {Columns} from proposals where id = $1 for update", id), Read, ct);

    internal static void End(Work work, Guid id, Caller caller, string state) =>
        work.Write("update proposals set state = $2, decided_by = $3 where id = $1", id, state, caller.Id);

    private static Proposal Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Act = row.GetString(1),
        Input = row.GetString(2),
        Subject = new ActSubject(row.GetString(3), row.GetString(4)),
        Trade = row.IsDBNull(5) ? null : row.GetGuid(5),
        Amount = row.GetInt64(6),
        To = row.IsDBNull(7) ? null : row.GetString(7),
        Reason = row.GetString(8),
        ProposedBy = row.GetGuid(9),
        ProposedByName = row.GetString(10),
        At = row.GetFieldValue<DateTimeOffset>(11),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>(12),
        State = row.GetString(13),
    };
}

/// <summary>A proposal as it is stored.</summary>
internal sealed record Proposal
{
    public const string Open = "open";

    public required Guid Id { get; init; }
    public required string Act { get; init; }
    public required string Input { get; init; }
    public required ActSubject Subject { get; init; }
    public Guid? Trade { get; init; }
    public required long Amount { get; init; }
    public string? To { get; init; }
    public required string Reason { get; init; }
    public required Guid ProposedBy { get; init; }
    public required string ProposedByName { get; init; }
    public required DateTimeOffset At { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required string State { get; init; }

    public OperatorAct ToAct() => new() { Act = Act, Subject = Subject, Context = new MessageContext(Trade), Amount = Amount, To = To };
}

/// <summary>An operator's reason.</summary>
/// <param name="Reason">1 to 1,000 characters.</param>
public sealed record Because(string Reason);

/// <summary>An act was proposed, because it moves more money than one operator may move alone.</summary>
/// <param name="Proposal">Its id.</param>
public sealed record ProposalStored(Guid Proposal, DateTimeOffset ExpiresAt);

/// <summary>An act that waits for a second operator.</summary>
/// <param name="Module">The module that carries it out.</param>
/// <param name="Label">The act, in the reader's language.</param>
/// <param name="SubjectType">trade, transfer, payment-task or message.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="To">The account that the money would go to, where it is sent to one; of the decision of a trade, the move.</param>
public sealed record ProposalView(
    Guid Id, string Module, string Act, string Label, string SubjectType, string Subject, Guid? Trade, long Amount, string Currency,
    string? To, string Reason, PersonRef ProposedBy,
    DateTimeOffset At, DateTimeOffset ExpiresAt)
{
    internal static ProposalView Of(Proposal row, string module, string currency, string label) => new(
        row.Id, module, row.Act, label, row.Subject.Type, row.Subject.Id, row.Trade, row.Amount, currency, row.To, row.Reason,
        new PersonRef(row.ProposedBy, row.ProposedByName), row.At, row.ExpiresAt);
}
