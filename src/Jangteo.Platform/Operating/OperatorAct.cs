using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Operating;

/// <summary>Something an operator does, as it stands in the append-only table <c>operator_acts</c>. <see cref="Write"/> adds it to the commit of the act.</summary>
public sealed record OperatorAct
{
    /// <summary>The act's name, such as <c>match-transfer</c>. The engine's texts have its sentence under <c>acts</c>.</summary>
    public required string Act { get; init; }

    /// <summary>What it was done to.</summary>
    public required ActSubject Subject { get; init; }

    /// <summary>The trade it belongs to, with its parties; empty when it belongs to none.</summary>
    public MessageContext Context { get; init; } = new();

    /// <summary>Money that moves, in minor units; null when none does.</summary>
    public long? Amount { get; init; }

    /// <summary>Whether a second operator confirms it whatever the amount, because it is not known how much money moves.</summary>
    public bool IsOfUnknownAmount { get; init; }

    /// <summary>Where it came from, such as an account.</summary>
    public string? From { get; init; }

    /// <summary>Where it went to, such as an account.</summary>
    public string? To { get; init; }

    /// <summary>The state before the act, by name.</summary>
    public IReadOnlyDictionary<string, string?> Before { get; init; } = new Dictionary<string, string?>();

    /// <summary>The state after the act, by name.</summary>
    public IReadOnlyDictionary<string, string?> After { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// Whether the parties of the trade see it in their timeline. False where another line of the timeline says it already, and of what is
    /// for operators only.
    /// </summary>
    public bool IsShownToParties { get; init; } = true;

    /// <summary>Adds the act to a transaction, and tells Views of it when it was carried out and belongs to a trade.</summary>
    /// <param name="by">Who did it.</param>
    /// <param name="reason">Why, in the operator's words; required where money moves or an answer is given by hand. Of a note, its text.</param>
    public void Write(Work work, ActingOperator by, string? reason, ActStep step = ActStep.Done)
    {
        Record(work, by, reason, step);
        work.CountAct();
        if (IsShownToParties && step is ActStep.Done or ActStep.Confirmed && Context.Trade is { } trade
            && OperatingMessages.AreSentBy(work.Module))
        {
            work.Send(OperatingMessages.ActedBy(work.Module), trade, new OperatorActed(trade, Act, Amount ?? 0, work.Now), Context);
        }
    }

    /// <summary>Adds the row alone, for an act that no operator does, such as the expiry of a proposal.</summary>
    internal void Record(Work work, ActingOperator by, string? reason, ActStep step) =>
        work.Write(
            """
            insert into operator_acts
                (id, at, operator, name, act, step, subject_type, subject, trade, amount, came_from, went_to, reason, before, after, correlation)
            values ($1, $2, $3::uuid, $4, $5, $6, $7, $8, $9::uuid, $10::bigint, $11, $12, $13, $14, $15, $16)
            """,
            Ids.New(), work.Now, by.Id, by.Name, Act, Kinds.Words.Of(step), Subject.Type, Subject.Id, Context.Trade, Amount, From, To, reason,
            AsJson(Before), AsJson(After), work.Cause.Correlation);

    private static Sql.Json AsJson(IReadOnlyDictionary<string, string?> state) =>
        new(JsonSerializer.Serialize(state.Where(member => member.Value is not null).ToDictionary(member => member.Key, member => member.Value), Wire.Json));
}

/// <summary>What an operator's act was done to.</summary>
/// <param name="Type">trade, person, transfer, payment-task, message or proposal.</param>
public sealed record ActSubject(string Type, string Id)
{
    public static ActSubject Of(string type, Guid id) => new(type, id.ToString());
}

/// <summary>How far an act went.</summary>
public enum ActStep
{
    Done,

    /// <summary>It waits for a second operator; nothing has been done.</summary>
    Proposed,

    /// <summary>A second operator confirmed it, and it was done.</summary>
    Confirmed,

    /// <summary>An operator declined it; nothing was done.</summary>
    Declined,

    /// <summary>No second operator decided it in time; nothing was done.</summary>
    Expired,
}

/// <summary>Who does an operator's act.</summary>
/// <param name="Id">Null for the command line of the installation, which has no account, and for time.</param>
public sealed record ActingOperator(Guid? Id, string Name)
{
    public static readonly ActingOperator CommandLine = new(null, "command line");

    /// <summary>No operator: a proposal expired.</summary>
    public static readonly ActingOperator Time = new(null, "time");

    public static ActingOperator Of(Caller caller) => new(caller.Id, caller.Name);
}
