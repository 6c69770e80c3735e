using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>GET /api/operator/trading/trades/{id}/moves: of every row of the table that a trade keeps, whether it can be taken now, and if not, why.</summary>
internal static class ExplainMoves
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/operator/trading/trades/{id:guid}/moves", Handle).WithName("explainMoves").WithTags("operator").WithSummary("Every move of a trade's table: whether it can be made now, and why not.");

    private static async Task<Ok<ExplainedMoves>> Handle(
        Guid id, HttpContext http, [FromKeyedServices(Modules.Trading)] Storage storage, Trades trades, KindVersions kinds, Shelf shelf, BusinessClock clock, CancellationToken ct)
    {
        Caller.Operator(http);
        var trade = await trades.Find(storage, id, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
        return TypedResults.Ok(Of(kinds.Of(trade), trade, shelf.Texts, Problems.Language(http), clock.Now));
    }

    private static ExplainedMoves Of(Kind kind, Trade trade, Texts texts, string language, DateTimeOffset now)
    {
        return new ExplainedMoves(
            trade.Id, trade.Revision, kind.Version, Named(trade.State),
            [.. trade.Unanswered.Select(request => new UnansweredRequest(request.Verb, request.Module, request.Revision))],
            [.. kind.Moves.Select(row => new ExplainedMove(
                row.Do, texts.Move(kind.Name, row.Do, language), [.. row.From.Select(Named)], Named(row.To),
                row.By is { } party ? Words.Of(party) : null, row.Hears is { } heard ? texts.Answer(heard, language) : null,
                row.After is { } after && row.From.Contains(trade.State) ? trade.Since + after : null,
                [.. Why(row).Select(Words.Of)]))]);

        IEnumerable<WhyNot> Why(Move row) => row.By is not null && row.From.Contains(trade.State) && Deciding.LacksTransfer(trade, row)
            ? Deciding.WhyNot(kind, trade, row, now).Append(WhyNot.Unpaid)
            : Deciding.WhyNot(kind, trade, row, now);

        NamedState Named(string state) => new(state, texts.State(kind.Name, state, language));
    }
}

/// <param name="Revision">The trade's, at which this holds.</param>
/// <param name="Version">Of the table that the trade began with.</param>
/// <param name="Unanswered">Requests whose answer has not come yet.</param>
internal sealed record ExplainedMoves(Guid Trade, int Revision, int Version, NamedState State, IReadOnlyList<UnansweredRequest> Unanswered, IReadOnlyList<ExplainedMove> Items);

/// <param name="By">The party that makes it, or null.</param>
/// <param name="Hears">What makes it when it is heard, in words, or null.</param>
/// <param name="At">When time makes it, if it is time that does and the trade is in a state from which it does.</param>
/// <param name="WhyNot">
/// Empty when it can be made now: other-state, not-begun, pending, unanswered (a question of it would meet an answer that is still on its
/// way), too-early, unheard, unpaid (the bank has not seen the whole transfer).
/// </param>
internal sealed record ExplainedMove(string Do, string Label, IReadOnlyList<NamedState> From, NamedState To, string? By, string? Hears, DateTimeOffset? At, IReadOnlyList<string> WhyNot);

internal sealed record NamedState(string State, string Label);

/// <param name="Revision">Of the move that asked.</param>
internal sealed record UnansweredRequest(string Verb, string Module, int Revision);
