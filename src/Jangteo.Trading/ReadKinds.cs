using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Jangteo.Trading;

/// <summary>GET /api/kinds and /api/kinds/{kind}: what can be traded here, in the reader's language.</summary>
internal static class ReadKinds
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/kinds", (HttpContext http, Shelf shelf, TradeViews views, Settings settings) =>
            TypedResults.Ok(new Page<KindView>([.. shelf.All.Select(kind => View(kind, shelf, views, settings, Problems.Language(http)))], null))).AllowAnonymous().WithName("listKinds").WithSummary("What can be traded here, with states, moves and diagram.").WithTags("kinds");
        routes.MapGet("/api/kinds/{kind}", Ok<KindView> (string kind, HttpContext http, Shelf shelf, TradeViews views, Settings settings) =>
            TypedResults.Ok(View(shelf.Find(kind) ?? throw new RefusedException(new Refusal(Refusals.UnknownKind)), shelf, views, settings, Problems.Language(http)))).AllowAnonymous().WithName("readKind").WithSummary("One kind.").WithTags("kinds");
    }

    private static KindView View(Kind kind, Shelf shelf, TradeViews views, Settings settings, string language)
    {
        var texts = shelf.Texts;
        return new KindView(
            kind.Name, kind.Version, texts.Title(kind.Name, language), Words.Of(kind.Stock), Words.Of(kind.Price),
            texts.Per(kind.Price, language), settings.Currency, settings.FeePermille,
            Enum.GetValues<Party>().ToDictionary(Words.Of, party => texts.Party(kind.Name, party, language)),
            [.. kind.States.Select(state => new StateView(
                state, texts.State(kind.Name, state, language), texts.Waits(kind.Name, state, Party.Operator, language),
                kind.Awaited(state, isPaidIn: false) is { } party ? Words.Of(party) : null, kind.IsDispute(state),
                kind.IsFinal(state)))],
            [.. kind.Moves.Select(move => new MoveView(
                move.Do, texts.Move(kind.Name, move.Do, language), [.. move.From], move.To, move.By is { } by ? Words.Of(by) : null, move.Hears, move.Hears is { } heard ? texts.Answer(heard, language) : null,
                move.After is { } after ? (long)after.TotalSeconds : null, [.. move.First.Select(verb => verb.Name)], [.. move.Ask.Select(verb => verb.Name)], [.. move.Says]))],
            views.MayDo(kind, kind.StartMove, language), Diagram.Mermaid(kind, texts, language), !kind.MovesMoney,
            kind.Listing.HasCondition
                ? [.. Enum.GetValues<ItemCondition>().Select(Words.Of)
                    .Select(condition => new ConditionView(condition, texts.Condition(condition, language)))]
                : []);
    }
}

/// <param name="Stock">one or counted.</param>
/// <param name="Price">What a price is per: each, hour, day or month.</param>
/// <param name="Currency">Of every price here.</param>
/// <param name="FeePermille">What the market keeps of what the seller is paid, in thousandths of the amount, rounded down.</param>
/// <param name="Parties">The title of each party.</param>
/// <param name="Begin">The move with which a buyer begins, and what he gives.</param>
/// <param name="Diagram">Mermaid, stateDiagram-v2.</param>
/// <param name="MayBeFree">Whether a price may be 0: no money moves in a trade of this kind.</param>
/// <param name="Conditions">The conditions of which a listing states one; empty where the kind does not ask for it.</param>
public sealed record KindView(
    string Kind, int Version, string Title, string Stock, string Price, string Per, string Currency, int FeePermille,
    IReadOnlyDictionary<string, string> Parties,
    IReadOnlyList<StateView> States, IReadOnlyList<MoveView> Moves, MayDo Begin, string Diagram, bool MayBeFree,
    IReadOnlyList<ConditionView> Conditions);

/// <param name="Condition">As a listing states it: new, like-new, good or fair.</param>
public sealed record ConditionView(string Condition, string Label);

/// <param name="IsDispute">Whether an operator decides: the parties may then add pictures.</param>
public sealed record StateView(string State, string Label, string Waits, string? Awaits, bool IsDispute, bool IsFinal);

/// <param name="HearsLabel">What makes it when it is heard, in words.</param>
/// <param name="AfterSeconds">Since the state was entered, for a move that time makes.</param>
public sealed record MoveView(
    string Do, string Label, IReadOnlyList<string> From, string To, string? By, string? Hears, string? HearsLabel, long? AfterSeconds, IReadOnlyList<string> First, IReadOnlyList<string> Ask, IReadOnlyList<string> Says);
