using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Views;

/// <summary>GET /api/trades/{id}/timeline: all that happened about a trade, oldest first: commands, events, questions, answers, notices and the ledger's lines. What followed from one request has its correlation.</summary>
internal static class Timeline
{
    /// <summary>A trade has some dozen lines; one with more than this has a fault that nobody wants to read whole.</summary>
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/trades/{id:guid}/timeline", Handle).Occupies(Occupies.PlaceOrWait).WithName("timeline").WithTags("trades")
            .WithSummary("All that happened about a trade, oldest first, to its parties and operators.");

    private static async Task<Ok<ViewPage<TimelineLine>>> Handle(
        Guid id, HttpContext http, Shelf shelf, Arrived arrived, [FromKeyedServices(Modules.Views)] Storage storage, string? after, CancellationToken ct)
    {
        var caller = Caller.Required(http);
        var stale = await arrived.WaitFor(http, after, ct);
        var trade = await storage.Find(new Sql($"select {Sqls.TradeColumns} from trades where id = $1", id), Sqls.Trade, ct);
        if (trade is null || !(caller.IsOperator || trade.Buyer == caller.Id || trade.Seller == caller.Id))
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        var lines = await Of(trade, storage, shelf, Problems.Language(http), ct);
        // The parties of a trade see that an operator acted and why, and not which operator.
        return TypedResults.Ok(new ViewPage<TimelineLine>(caller.IsOperator ? lines : [.. lines.Select(line => line.ForParties())], null, stale));
    }

    public static async Task<IReadOnlyList<TimelineLine>> Of(TradeRow trade, Storage storage, Shelf shelf, string language, CancellationToken ct)
    {
        var lines = await storage.Query(new Sql($"select {Sqls.LineColumns} from lines where trade = $1 order by at, id limit $2", trade.Id, Most), Sqls.Line, ct);
        var ids = lines.SelectMany(line => (line.Line.Tellings ?? []).Select(telling => telling.Person).Concat(line.Line.Person is { } person ? [person] : [])).Distinct().ToArray();
        var names = (await storage.Query(new Sql("select id, name from people where id = any($1)", ids), reader => (reader.GetGuid(0), reader.GetString(1)), ct)).ToDictionary(row => row.Item1, row => row.Item2);
        names[trade.Buyer] = names.GetValueOrDefault(trade.Buyer, trade.Facts.BuyerName);
        names[trade.Seller] = names.GetValueOrDefault(trade.Seller, trade.Facts.SellerName);
        return [.. lines.Select(line => TimelineLine.Of(line, trade.Kind, names, shelf.Texts, language))];
    }
}

/// <summary>One thing that happened.</summary>
/// <param name="What">
/// command, event, question, refusal, answer, notice, money, evidence (a party added a picture to a dispute) or operator (an operator acted).
/// </param>
/// <param name="Module">Who said it.</param>
/// <param name="Label">What happened, for people.</param>
/// <param name="Actor">buyer, seller, operator, time, or the module whose answer was heard.</param>
/// <param name="Asked">The verbs that were asked of other modules.</param>
internal sealed record TimelineLine(
    Guid Id, DateTimeOffset At, Guid Correlation, string What, string Module, string Label, string? Do, string? From, string? To, int? Revision, string? Actor, PersonRef? Person,
    string? Heard, string? Code, string? Verb, long? Amount, string? Reason, IReadOnlyList<string> Says, IReadOnlyList<string> Asked, IReadOnlyList<ToldLine> Told, IReadOnlyList<Journal> Journals)
{
    public TimelineLine ForParties() => Actor == "operator" ? this with { Person = null } : this;

    public static TimelineLine Of(LineRow row, string kind, IReadOnlyDictionary<Guid, string> names, Texts texts, string language)
    {
        var line = row.Line;
        var label = line switch
        {
            { What: "refusal", Code: { } code } => texts.Refusal(code, language, kind),
            { What: "answer", Heard: { } heard } => texts.Answer(heard, language),
            { What: "event", Do: null, Heard: { } heard } => texts.Answer(heard, language),
            { What: "money", Journals: { } journals } => string.Join(", ", journals.Select(journal => texts.Journal(journal.Event, language))),
            { Act: { } act } => texts.Act(act, language),
            { Do: { } move, To: not null } => texts.Done(kind, move, language),
            { Do: { } move } => texts.Move(kind, move, language),
            _ => line.What,
        };
        return new TimelineLine(
            row.Id, row.At, row.Correlation, line.What, line.Module, label, line.Do, line.From, line.To, line.Revision, line.Actor,
            line.Person is { } person ? new PersonRef(person, names.GetValueOrDefault(person, "")) : null,
            line.Heard, line.Code, line.Verb, line.Amount, line.Reason, line.Says ?? [], line.Asked ?? [],
            [.. (line.Tellings ?? []).Select(telling => new ToldLine(telling.Notice, new PersonRef(telling.Person, names.GetValueOrDefault(telling.Person, "")), telling.Channel, telling.Status))],
            line.Journals ?? []);
    }
}

internal sealed record ToldLine(Guid Notice, PersonRef Person, string Channel, string Status);
