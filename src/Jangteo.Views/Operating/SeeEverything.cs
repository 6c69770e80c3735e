using System.Diagnostics.Metrics;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Views.Operating;

/// <summary>/api/operator/views/...: any trade explained, people, kinds with live counts, and what wants an operator.</summary>
internal static class SeeEverything
{
    private const int MostAttention = 100;

    private const string TradesByState = $"select kind, state, count(*)::int from trades where state <> '{Kind.Start}' group by kind, state";

    /// <summary>A deadline that passed so long ago has not been made by time, and an operator should find out why.</summary>
    private static readonly TimeSpan OverdueAfter = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/operator/views").WithTags("operator");
        group.MapGet("/attention", Attention).WithName("attention")
            .WithSummary("Items that need an operator: open disputes, overdue deadlines, failed deliveries, alarms.");
        group.MapGet("/trades", Trades).WithName("allTrades").WithSummary("Trades that have begun, by kind, state, person, number or title.");
        group.MapGet("/trades/{id:guid}", Explain).WithName("explainTrade").WithSummary("One trade with all that happened.");
        group.MapGet("/people", People).WithName("people").WithSummary("People, by part of a name, address or phone number.");
        group.MapGet("/kinds", KindCounts).WithName("kindCounts").WithSummary("Every kind with how many trades are in each state.");
    }

    private static async Task<Ok<ViewPage<AttentionItem>>> Attention(
        HttpContext http, IServiceProvider services, [FromKeyedServices(Modules.Views)] Storage storage, CancellationToken ct)
    {
        Caller.Operator(http);
        var language = Problems.Language(http);
        var lists = await Task.WhenAll(Modules.All.Select(async module =>
            await AttentionLists.TryAsk(patience => AttentionOf(module, services, language, patience), ct)
            ?? [new AttentionItem("unreachable", module, null, null, null, null, null, module, storage.Clock.Now)]));
        var items = lists.SelectMany(list => list);
        return TypedResults.Ok(new ViewPage<AttentionItem>([.. items.OrderByDescending(item => item.At)], null));
    }

    /// <summary>The same for the mail to operators.</summary>
    public static async Task<IReadOnlyList<NeedsAttention>> Need(IServiceProvider services, CancellationToken ct) =>
    [
        .. await AttentionLists.Parked(services.GetRequiredKeyedService<Storage>(Modules.Views), ct),
        .. (await Seen(services, services.GetRequiredService<Settings>().Language, ct))
            .Select(item => new NeedsAttention(item.Module, item.What, item.Subject!, item.Trade, item.Detail, item.At))
            .DistinctBy(item => (item.What, item.Subject)),
    ];

    private static async Task<IReadOnlyList<AttentionItem>> Own(IServiceProvider services, string language, CancellationToken ct) =>
    [
        .. await Seen(services, language, ct),
        .. (await AttentionLists.Parked(services.GetRequiredKeyedService<Storage>(Modules.Views), ct))
            .Concat(services.GetRequiredService<Alarms>().Of(Modules.Views).Select(NeedsAttention.Of))
            .Select(item => OfModule(item, language)),
    ];

    private static async Task<IReadOnlyList<AttentionItem>> AttentionOf(
        string module, IServiceProvider services, string language, CancellationToken ct) =>
        module == Modules.Views ? await Own(services, language, ct)
            : services.GetKeyedService<INeedAttention>(module) is { } list
            ? [.. (await list.Attention(ct)).Select(item => OfModule(item, language))]
            : [];

    /// <summary>What the views themselves can tell: trades that do not go on, and people who could not be told.</summary>
    private static async Task<List<AttentionItem>> Seen(IServiceProvider services, string language, CancellationToken ct)
    {
        var (shelf, storage) = (services.GetRequiredService<Shelf>(), services.GetRequiredKeyedService<Storage>(Modules.Views));
        var pendingTooLong = services.GetRequiredService<Settings>().Trading.AttentionAfter;
        var items = new List<AttentionItem>();
        var now = storage.Clock.Now;
        // States that only time has led to and in which a party must act: the party has let a deadline pass.
        var late = shelf.All.SelectMany(kind => kind.States.Where(state => kind.Moves.All(row => row.To != state || row.After is not null)).Select(state => (Kind: kind.Name, State: state))).ToList();
        await storage.Read(
            ct,
            (new Sql($"select {Sqls.TradeColumns} from trades where not final and awaits = 'operator' order by at limit $1", MostAttention), reader => items.Add(OfTrade("decide", Sqls.Trade(reader), shelf.Texts, language))),
            (new Sql($"select {Sqls.TradeColumns} from trades where not final and pending_since < $1 order by pending_since limit $2", now - pendingTooLong, MostAttention), reader => items.Add(OfTrade("pending", Sqls.Trade(reader), shelf.Texts, language))),
            (new Sql($"select {Sqls.TradeColumns} from trades where not final and due < $1 order by due limit $2", now - OverdueAfter, MostAttention), reader => items.Add(OfTrade("overdue", Sqls.Trade(reader), shelf.Texts, language))),
            (new Sql(
                $"select {Sqls.TradeColumns} from trades where (kind, state) in (select * from unnest($1::text[], $2::text[])) and awaits in ('buyer', 'seller') order by at limit $3",
                late.Select(place => place.Kind).ToArray(), late.Select(place => place.State).ToArray(), MostAttention),
            reader => items.Add(OfTrade("late", Sqls.Trade(reader), shelf.Texts, language))),
            (new Sql($"select {Sqls.AlarmColumns} from alarms where status = 'undeliverable' order by at desc limit $1", MostAttention), reader => items.Add(OfAlarm(Sqls.Alarm(reader)))));
        var ids = items.Select(item => item.Person?.Id).OfType<Guid>().Distinct().ToArray();
        var names = (await storage.Query(new Sql("select id, name from people where id = any($1)", ids), reader => (Id: reader.GetGuid(0), Name: reader.GetString(1)), ct)).ToDictionary(row => row.Id, row => row.Name);
        return [.. items.Select(item => item.Person is { } person ? item with { Person = person with { Name = names.GetValueOrDefault(person.Id, person.Name) } } : item)];
    }

    private static AttentionItem OfModule(NeedsAttention item, string language) =>
        new(item.What, item.Module, item.Subject, item.Trade, null, null, null, item.DetailIn(language), item.Since);

    private static async Task<Ok<ViewPage<TradeListed>>> Trades(
        HttpContext http, Shelf shelf, Settings settings, [FromKeyedServices(Modules.Views)] Storage storage, string? kind, string? state, string? person,
        string? q, [AsParameters] Paging part, CancellationToken ct)
    {
        var caller = Caller.Operator(http);
        var word = Asked.Text(q, "q", TextRules.Title.Longest);
        var ids = word is null ? null : OrderNumber.Read(word, settings.Zone);
        Guid? id = Guid.TryParse(word, out var read) ? read : null;
        var of = Asked.Id(person, "person");
        var rows = await storage.Query(
            new Sql(
                $"""
                select {Sqls.TradeColumns} from trades
                where state <> '{Kind.Start}' and ($1::text is null or kind = $1) and ($2::text is null or state = $2)
                    and ($3::uuid is null or buyer = $3 or seller = $3) and ($4::uuid is null or id < $4) and {Wanted(id, ids, word)}
                order by id desc limit $5
                """,
                [
                    Asked.Text(kind, "kind", 60), Asked.Text(state, "state", 60), of, part.After<Guid>(), part.Most + 1,
                    .. id is not null ? [id] : ids is not null ? [ids.First, ids.Before, ids.End] : word is not null ? (object?[])[word] : [],
                ]),
            Sqls.Trade, ct);
        var wording = await Wording.For(http, shelf, settings, storage, rows.SelectMany(row => new[] { row.Buyer, row.Seller }), ct);
        return TypedResults.Ok(ViewPage<TradeListed>.Of(part.Of(rows, row => TradeListed.Of(row, MyTrades.StandingOf(row, caller.Id), caller.Id, wording), row => row.Id)));
    }

    /// <summary>
    /// The condition for the trade of an id or of an order number, or for those with a word in their title. Its parameters begin with the
    /// sixth.
    /// </summary>
    private static string Wanted(Guid? id, OrderedIds? ids, string? word) =>
        id is not null ? "id = $6"
        : ids is not null ? "id >= $6 and id < $7 and right(id::text, 10) = $8"
        : word is not null ? "position(lower($6) in lower(facts::json->>'title')) > 0"
        : "true";

    private static async Task<Ok<ExplainedTrade>> Explain(Guid id, HttpContext http, Shelf shelf, Settings settings, [FromKeyedServices(Modules.Views)] Storage storage, CancellationToken ct)
    {
        var caller = Caller.Operator(http);
        var row = await storage.Find(new Sql($"select {Sqls.TradeColumns} from trades where id = $1", id), Sqls.Trade, ct) ?? throw new RefusedException(new Refusal(Refusals.NotFound));
        var wording = await Wording.For(http, shelf, settings, storage, [row.Buyer, row.Seller], ct);
        return TypedResults.Ok(new ExplainedTrade(
            TradeListed.Of(row, MyTrades.StandingOf(row, caller.Id), caller.Id, wording), await Timeline.Of(row, storage, shelf, wording.Language, ct)));
    }

    private static async Task<Ok<ViewPage<PersonView>>> People(HttpContext http, [FromKeyedServices(Modules.Views)] Storage storage, string? q, [AsParameters] Paging part, CancellationToken ct)
    {
        Caller.Operator(http);
        var word = Asked.Text(q, "q", 254);
        var rows = await storage.Query(
            new Sql(
                $"""
                select {Sqls.PersonColumns}, (select count(*)::int from trades where buyer = p.id and state <> '{Kind.Start}'), (select count(*)::int from trades where seller = p.id and state <> '{Kind.Start}'), (select count(*)::int from listings where owner = p.id)
                from people p where ($1::text is null or position(lower($1) in lower(name || ' ' || email)) > 0
                    or length($4) > 3 and position($4 in regexp_replace(phone, '[^0-9]', '', 'g')) > 0)
                    and ($2::uuid is null or id < $2) order by id desc limit $3
                """,
                word, part.After<Guid>(), part.Most + 1, PhoneDigits(word ?? "")),
            reader => (Row: Sqls.Person(reader), Bought: reader.GetInt32(6), Sold: reader.GetInt32(7), Listed: reader.GetInt32(8)), ct);
        return TypedResults.Ok(ViewPage<PersonView>.Of(part.Of(
            rows, row => new PersonView(row.Row.Id, row.Row.Name, row.Row.Email, row.Row.Phone, row.Row.Language, row.Row.IsOperator, row.Bought, row.Sold, row.Listed), row => row.Row.Id)));
    }

    /// <summary>
    /// The digits of a phone number without the 0 that people write in its country, since numbers are kept with the country's code instead;
    /// blank when the word is none.
    /// </summary>
    private static string PhoneDigits(string word) =>
        word.All(letter => char.IsAsciiDigit(letter) || letter is ' ' or '-' or '+') ? string.Concat(word.Where(char.IsAsciiDigit)).TrimStart('0') : "";

    private static async Task<Ok<ViewPage<KindCount>>> KindCounts(HttpContext http, Shelf shelf, [FromKeyedServices(Modules.Views)] Storage storage, CancellationToken ct)
    {
        Caller.Operator(http);
        var language = Problems.Language(http);
        var trades = new Dictionary<(string Kind, string State), int>();
        var listings = new Dictionary<string, int>();
        await storage.Read(
            ct,
            (new Sql(TradesByState), reader => trades[(reader.GetString(0), reader.GetString(1))] = reader.GetInt32(2)),
            (new Sql("select kind, count(*)::int from listings where status = 'registered' group by kind"), reader => listings[reader.GetString(0)] = reader.GetInt32(1)));

        // Trades of a kind that is on the shelf no more are counted too, in the states they are in.
        var names = shelf.All.Select(kind => kind.Name).Concat(trades.Keys.Select(key => key.Kind)).Distinct().ToList();
        return TypedResults.Ok(new ViewPage<KindCount>(
            [.. names.Select(name => new KindCount(
                name, shelf.Texts.Title(name, language), shelf.Find(name)?.Version, listings.GetValueOrDefault(name), trades.Where(pair => pair.Key.Kind == name).Sum(pair => pair.Value),
                [.. (shelf.Find(name)?.States ?? []).Concat(trades.Keys.Where(key => key.Kind == name).Select(key => key.State)).Distinct()
                    .Select(state => new StateCount(state, shelf.Texts.State(name, state, language), trades.GetValueOrDefault((name, state))))]))],
            null));
    }

    /// <summary>The same count for whoever collects figures.</summary>
    public static Figure CountTrades(Storage storage) => new("jangteo.trades", "{trade}", "Trades by kind and state.", async ct =>
        await storage.Query(
            new Sql(TradesByState), row => new Measurement<long>(row.GetInt32(2), new("jangteo.kind", row.GetString(0)), new KeyValuePair<string, object?>("jangteo.state", row.GetString(1))), ct));

    private static AttentionItem OfTrade(string what, TradeRow row, Texts texts, string language) =>
        new(what, Modules.Trading, row.Id.ToString(), row.Id, row.Listing, row.Awaits switch { "buyer" => new PersonRef(row.Buyer, row.Facts.BuyerName), "seller" => new PersonRef(row.Seller, row.Facts.SellerName), _ => null }, row.Kind, $"{row.Facts.Title}: {texts.State(row.Kind, row.State, language)}", row.PendingSince ?? row.Facts.Since);

    private static AttentionItem OfAlarm(AlarmRow row) => new("undeliverable", Modules.Notices, row.Notice.ToString(), row.Trade, row.Listing, new PersonRef(row.Person, ""), null, $"{row.What} by {row.Channel}", row.At);
}

/// <summary>Something that needs an operator.</summary>
/// <param name="What">
/// decide, pending, overdue (time itself is late), late (a person let time pass), undeliverable, parked, transfer (of which it is not known what it pays for), unbooked,
/// payment-task, proposal, alarm (what is wrong in a process, and what to do), or unreachable (a module that cannot say what it has).
/// </param>
/// <param name="Module">Where it is.</param>
/// <param name="Subject">Its name there, such as the number of a parked message; null of a module that cannot be reached.</param>
/// <param name="Person">Whom it waits for, or who could not be told.</param>
internal sealed record AttentionItem(
    string What, string Module, string? Subject, Guid? Trade, Guid? Listing, PersonRef? Person, string? Kind, string Detail, DateTimeOffset At);

internal sealed record ExplainedTrade(TradeListed Trade, IReadOnlyList<TimelineLine> Timeline);

internal sealed record PersonView(Guid Id, string Name, string Email, string? Phone, string Language, bool IsOperator, int Bought, int Sold, int Listings);

internal sealed record KindCount(string Kind, string Title, int? Version, int Listings, int Trades, IReadOnlyList<StateCount> States);

internal sealed record StateCount(string State, string Label, int Count);
