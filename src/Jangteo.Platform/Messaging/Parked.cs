using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jangteo.Platform.Messaging;

/// <summary>The messages of one module that failed for good and wait for an operator.</summary>
public sealed class Parked(Storage storage, Commands commands)
{
    /// <summary>/api/operator/&lt;module&gt;/parked: see them, try one again, or answer a request by hand.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup($"/api/operator/{storage.Module}/parked").WithTags("operator");
        group.MapGet("", List).WithSummary("Messages that failed for good and wait for an operator.");
        group.MapPost("/{id:long}/retry", Retry).WithSummary("Tries a parked message again.").Produces(204);
        group.MapPost("/{id:long}/answer", AnswerByHand).WithSummary("Answers a parked request by hand, with a reason.").Produces(204);
    }

    private async Task<IReadOnlyList<ParkedMessage>> List(HttpContext http, Shelf shelf, CancellationToken ct)
    {
        Caller.Operator(http);
        var language = Problems.Language(http);
        return await storage.Query(
            new Sql("select id, sender, stream, seq, type, reason, parked_at, message from aside where parked_at is not null order by id desc limit 100"),
            reader =>
            {
                var message = JsonSerializer.Deserialize<Message>(reader.GetString(7), Wire.Json)!;
                var verb = Asked(message);
                return new ParkedMessage(
                    reader.GetInt64(0), reader.GetString(1), reader.GetGuid(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), message.Context.Trade,
                    verb?.Name, verb is null ? [] : [.. verb.No.Prepend(verb.Yes).Select(answer => new PossibleAnswer(answer, shelf.Texts.Answer(answer, language)))]);
            }, ct);
    }

    private Task<Answer> Retry(long id, HttpContext http, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, null, async (work, _, _) =>
        {
            var found = await work.Find(new Sql("update aside set parked_at = null where id = $1 and parked_at is not null returning id", id), reader => reader.GetInt64(0), ct);
            return found == id ? new Decided.Now(Answer.NoContent) : throw new RefusedException(new Refusal(Refusals.NotFound));
        }, ct);
    }

    /// <summary>Says the answer that the module itself could not give, with the operator's reason, and lets the stream go on.</summary>
    private Task<Answer> AnswerByHand(long id, ByHand answer, HttpContext http, CancellationToken ct)
    {
        Caller.Operator(http);
        return commands.Run(http, answer, async (work, caller, _) =>
        {
            if (string.IsNullOrWhiteSpace(answer.Reason) || answer.Reason.Length > 1000)
            {
                throw new RefusedException(Refusal.Invalid("reason", Wrong.Characters(1, 1000)));
            }

            var parked = await work.Find(new Sql("delete from aside where id = $1 and parked_at is not null returning sender, seq, message", id), reader => (Sender: reader.GetString(0), Seq: reader.GetInt32(1), Text: reader.GetString(2)), ct);
            if (parked.Text is null)
            {
                throw new RefusedException(new Refusal(Refusals.NotFound));
            }

            var message = JsonSerializer.Deserialize<Message>(parked.Text, Wire.Json)!;
            work.Cause = Cause.Of(message);
            if (IsRequest(message))
            {
                var request = message.Read<Request>();
                if (Asked(message) is { } verb && verb.Yes != answer.Event && !verb.No.Contains(answer.Event))
                {
                    throw new RefusedException(Refusal.Invalid("event", Wrong.NotOneOf(verb.No.Prepend(verb.Yes))));
                }

                work.Send($"{storage.Module}.answered.v1", request.Stream, new Answered(request.Stream, request.Revision, request.Verb, answer.Event, $"by hand: {caller.Name}: {answer.Reason}"), message.Context, receiver: request.Asker);
            }

            work.Write("insert into inbox (sender, stream, seq) values ($1, $2, $3) on conflict (stream, sender) do update set seq = greatest(inbox.seq, excluded.seq)", parked.Sender, message.Stream, parked.Seq);
            return new Decided.Now(Answer.NoContent);
        }, ct);
    }

    private static bool IsRequest(Message message) => message.Type.EndsWith(".request.v1", StringComparison.Ordinal);

    // It may be parked because its body cannot be read: no more of it is than this word.
    private static Verb? Asked(Message message) =>
        IsRequest(message) && message.Body is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("verb", out var verb) && verb.ValueKind == JsonValueKind.String ? Verb.Find(verb.GetString()!) : null;
}

/// <summary>A message that failed for good, and why.</summary>
/// <param name="Trade">The trade that it is about, if it is about one.</param>
/// <param name="Verb">What was asked, of a request.</param>
/// <param name="Answers">What can be answered by hand to a request; none to what is none.</param>
public sealed record ParkedMessage(
    long Id, string Sender, Guid Stream, int Seq, string Type, string Reason, DateTimeOffset ParkedAt, Guid? Trade, string? Verb, IReadOnlyList<PossibleAnswer> Answers);

/// <param name="Label">The answer, in the reader's language.</param>
public sealed record PossibleAnswer(string Event, string Label);

/// <summary>An operator's answer in place of the module's.</summary>
/// <param name="Event">One of the answers of the verb that was asked; ignored for what was no request.</param>
public sealed record ByHand(string Event, string Reason);
