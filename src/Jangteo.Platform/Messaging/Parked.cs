using System.Globalization;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jangteo.Platform.Messaging;

/// <summary>The messages of one module that failed for good and wait for an operator.</summary>
public sealed class Parked
{
    private readonly Storage storage;
    private readonly OperatorCommand<ParkedId> retry;
    private readonly OperatorCommand<AnswerParked> answer;

    public Parked(Storage storage, OperatorCommands commands)
    {
        this.storage = storage;
        retry = commands.Define<ParkedId>("retry-parked", PlanRetry);
        answer = commands.Define<AnswerParked>("answer-parked", PlanAnswer);
    }

    /// <summary>/api/operator/&lt;module&gt;/parked: see them, try one again, or answer a request by hand.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup($"/api/operator/{storage.Module}/parked").WithTags("operator");
        group.MapGet("", List).WithSummary("Messages that failed for good and wait for an operator.");
        group.MapPost("/{id:long}/retry", (long id, HttpContext http, CancellationToken ct) => retry.Run(http, new ParkedId(id), ct))
            .WithSummary("Tries a parked message again.").Produces(204);
        group.MapPost("/{id:long}/answer", (long id, ByHand body, HttpContext http, CancellationToken ct) =>
                answer.Run(http, new AnswerParked(id, body.Event, body.Reason), body.Reason, ct))
            .WithSummary("Answers a parked request by hand, with a reason.").Produces(204).Produces<ProposalStored>(202);
    }

    private async Task<IReadOnlyList<ParkedMessage>> List(HttpContext http, Shelf shelf, CancellationToken ct)
    {
        Caller.Operator(http);
        var language = Problems.Language(http);
        return await storage.Query(
            new Sql("select id, sender, stream, seq, type, reason, parked_at, message from aside where parked_at is not null order by id desc limit 100"),
            reader =>
            {
                var message = TryRead(reader.GetString(7));
                var verb = message is null ? null : Asked(message);
                return new ParkedMessage(
                    reader.GetInt64(0), reader.GetString(1), reader.GetGuid(2), reader.GetInt32(3), reader.GetString(4),
                    reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), message?.Context?.Trade,
                    verb?.Name, verb is null ? [] : [.. verb.No.Prepend(verb.Yes).Select(answer => new PossibleAnswer(answer, shelf.Texts.Answer(answer, language)))]);
            }, ct);
    }

    private static async Task<PlannedAct> PlanRetry(Work work, Caller caller, ParkedId input, CancellationToken ct)
    {
        var parked = await Lock(work, input.Id, ct);
        RefuseParty(parked.Message, caller);
        return PlannedAct.Of(Act("retry-parked", input.Id, parked), () =>
        {
            work.Write("update aside set parked_at = null where id = $1", input.Id);
            return Answer.NoContent;
        });
    }

    /// <summary>Says the answer that the module itself could not give, with the operator's reason, and lets the stream go on.</summary>
    private async Task<PlannedAct> PlanAnswer(Work work, Caller caller, AnswerParked input, CancellationToken ct)
    {
        var parked = await Lock(work, input.Id, ct);
        RefuseParty(parked.Message, caller);
        var request = parked.Message is { } message && IsRequest(message) ? message.Read<Request>() : null;
        // One that cannot be read asks for nothing that could be answered: it is let go.
        if (parked.Message is { } readable && Asked(readable) is { } verb && verb.Yes != input.Event && !verb.No.Contains(input.Event))
        {
            throw new RefusedException(Refusal.Invalid("event", Wrong.NotOneOf(verb.No.Prepend(verb.Yes))));
        }

        var act = Act("answer-parked", input.Id, parked) with
        {
            Amount = request?.Amount,
            After = new Dictionary<string, string?> { ["answer"] = input.Event },
        };
        return PlannedAct.Of(act, () =>
        {
            work.Write("delete from aside where id = $1", input.Id);
            if (request is not null)
            {
                // The answer belongs to what asked for it; the record of the act to the operator's own request.
                var own = work.Cause;
                work.Cause = Cause.Of(parked.Message!);
                var answer = new Answered(
                    request.Stream, request.Revision, request.Verb, input.Event, $"by hand: {caller.Name}: {input.Reason}");
                work.Send($"{storage.Module}.answered.v1", request.Stream, answer, parked.Message!.Context, receiver: request.Asker);
                work.Cause = own;
            }

            work.Write(
                "insert into inbox (sender, stream, seq) values ($1, $2, $3) on conflict (stream, sender) do update set seq = greatest(inbox.seq, excluded.seq)",
                parked.Sender, parked.Stream, parked.Seq);
            return Answer.NoContent;
        });
    }

    private static async Task<Row> Lock(Work work, long id, CancellationToken ct) =>
        await work.Find(
            new Sql("select sender, stream, seq, type, reason, message from aside where id = $1 and parked_at is not null for update", id),
            reader =>
                new Row(
                    reader.GetString(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4),
                    TryRead(reader.GetString(5))),
            ct)
        ?? throw new RefusedException(new Refusal(Refusals.NotFound));

    /// <summary>
    /// Refuses <c>not-yours</c> an operator who is a party of what the message is about. Of one that cannot be read that is not known.
    /// </summary>
    private static void RefuseParty(Message? message, Caller caller)
    {
        if (message is not null && (message.Context.Buyer == caller.Id || message.Context.Seller == caller.Id))
        {
            throw new RefusedException(new Refusal(Refusals.NotYours, Detail.OwnTrade));
        }
    }

    private static OperatorAct Act(string name, long id, Row parked) => new()
    {
        Act = name,
        Subject = new ActSubject("message", id.ToString(CultureInfo.InvariantCulture)),
        Context = parked.Message?.Context ?? new MessageContext(),
        Before = new Dictionary<string, string?>
        {
            ["type"] = parked.Type,
            ["sender"] = parked.Sender,
            ["verb"] = parked.Message is { } message ? Asked(message)?.Name : null,
            ["failure"] = parked.Reason,
        },
    };

    private static Message? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Message>(text, Wire.Json) is { Type: not null, Context: not null } message ? message : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static bool IsRequest(Message message) => message.Type.EndsWith(".request.v1", StringComparison.Ordinal);

    // It may be parked because its body cannot be read: no more of it is than this word.
    private static Verb? Asked(Message message) =>
        IsRequest(message) && message.Body is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("verb", out var verb) && verb.ValueKind == JsonValueKind.String ? Verb.Find(verb.GetString()!) : null;

    /// <summary>A parked message as it is stored.</summary>
    /// <param name="Message">Null when it cannot be read.</param>
    private sealed record Row(string Sender, Guid Stream, int Seq, string Type, string Reason, Message? Message);
}


/// <summary>A message that failed for good, and why.</summary>
/// <param name="Trade">The trade that it is about, if it is about one.</param>
/// <param name="Verb">What was asked, of a request.</param>
/// <param name="Answers">What can be answered by hand to a request; none to what is none.</param>
public sealed record ParkedMessage(
    long Id, string Sender, Guid Stream, int Seq, string Type, string Reason, DateTimeOffset ParkedAt, Guid? Trade, string? Verb, IReadOnlyList<PossibleAnswer> Answers);

/// <param name="Label">The answer, in the reader's language.</param>
public sealed record PossibleAnswer(string Event, string Label);

internal sealed record ParkedId(long Id);

internal sealed record AnswerParked(long Id, string Event, string Reason);

/// <summary>An operator's answer in place of the module's.</summary>
/// <param name="Event">One of the answers of the verb that was asked; ignored for what was no request.</param>
public sealed record ByHand(string Event, string Reason);
