using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Views;

/// <summary>
/// GET /api/listings: what is offered, by word, kind, condition, price and distance. What is reserved or lent is shown as not available;
/// what is sold or withdrawn, and what a suspended person offers, is not shown. A search looks at a bounded number of listings, whatever it asks for:
/// words that many listings have, and single Latin letters, which the index does not have, are looked for among the newest
/// <see cref="MostLookedAt"/>.
/// </summary>
internal static class SearchListings
{
    /// <summary>More words than this are refused: each is compared with each listing that is looked at.</summary>
    internal const int MostWords = 8;

    /// <summary>Words that stand in no more listings than this are found wherever they stand, by the index.</summary>
    internal const int MostFound = 2_000;

    /// <summary>So many of the newest listings are looked at for other words.</summary>
    internal const int MostLookedAt = 5_000;

    /// <summary>So many of the newest listings are counted where no word has to be looked for.</summary>
    internal const int MostCounted = 10_000;

    /// <summary>So many places are named at once: more could not be told apart on a map.</summary>
    internal const int MostPlaces = 100;

    /// <summary>The part of the world that is asked for is divided into so many rows and columns, and each field is one place.</summary>
    internal const int FieldsAcross = 10;

    /// <summary>Degrees; a tenth of a metre.</summary>
    private const double LeastField = 1e-6;

    /// <summary>A search takes some milliseconds; one that takes this long is given up by the database.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(2);

    /// <summary>Whether the owner of the listing <c>l</c> is suspended. The database reads the few who are once for a statement.</summary>
    private const string IsSuspended = "l.owner in (select person from suspended_people)";

    /// <summary>Whether everybody may see the listing <c>l</c>, who knows its address.</summary>
    internal const string IsPublic = $"l.status = 'registered' and not {IsSuspended}";

    /// <summary>Whether the listing <c>l</c> is in lists: there is a unit that can be had now or will be.</summary>
    internal const string IsListed = $"{IsPublic} and l.available + l.lent > 0";

    /// <summary>So many listings the start page has at first.</summary>
    private static readonly WholeNumber OnStartPage = new("24");

    private const double KmPerDegree = 111.195;
    private const double FarthestKm = 20_038;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/listings").WithTags("listings");
        group.MapGet("", Search).SignInOptional().Occupies(Occupies.PlaceOrWait).WithName("searchListings")
            .WithSummary("Listings by word, kind, condition, price and distance; sort newest, price, -price or distance.")
            .WithDescription($"At most {MostWords} words. Words that more than {MostFound:N0} listings have, and single Latin letters, are looked for among the newest {MostLookedAt:N0} listings.");
        group.MapGet("/facets", Facets).AllowAnonymous().WithName("listingFacets").WithSummary("How many listings there are of each kind, and their prices.")
            .WithDescription(
                "Kinds are counted whichever kind is asked for, and prices are given whatever they are asked to be: both show what else there is. "
                    + "partial says that only the newest listings were counted: "
                    + $"there are more than {MostCounted:N0}, or than a search for these words looks at.");
        group.MapGet("/places", Places).AllowAnonymous().WithName("listingPlaces")
            .WithSummary("Where the listings of a search are, and how many are at each place.")
            .WithDescription(
                "Places are counted whichever distance is asked for, to show what else there is. bbox is west,south,east,north in degrees, as a map "
                    + "shows it: only places in it are counted, and those that lie close together on that map are one. "
                    + $"At most {MostPlaces} places, those with the most listings first; partial says that there are more, or that only the newest "
                    + "listings were counted.");
        group.MapGet("/{id:guid}", One).SignInOptional().Occupies(Occupies.PlaceOrWait).WithName("readListing")
            .WithSummary(
                "One listing; a withdrawn one, and one of a suspended person, for its owner, for people who traded it, and for operators.");
        group.MapGet("/{id:guid}/pictures/{picture:guid}", PictureOfOne).SignInOptional().WithName("showListingPicture")
            .WithSummary("Sends you to a picture of a listing that you may see; size=small for a small one.").Produces(307);
        group.MapGet("/{id:guid}/pictures/cover", CoverOfOne).SignInOptional().WithName("showListingCover")
            .WithSummary("Sends you to the first picture of a listing that you may see; size=small for a small one. Not found if it has none.")
            .Produces(307);
    }

    private static async Task<Ok<ViewPage<ListingView>>> Search(
        HttpContext http, Shelf shelf, Settings settings, Arrived arrived, SearchTurns turns, [FromKeyedServices(Modules.Views)] Storage storage,
        string? q, string? kind, string? near, DecimalNumber? within, WholeNumber? minPrice, WholeNumber? maxPrice,
        string? available, string? condition, string? sort, [AsParameters] Paging part, string? after, CancellationToken ct)
    {
        var wanted = Wanted.Read(q, kind, near, within, minPrice, maxPrice, available, condition, sort);
        var stale = await arrived.WaitFor(http, after, ct);
        using var turn = await turns.Take(Asker.Of(http), ct);
        var found = await Find(wanted, part, shelf, settings, storage, Problems.Language(http), ct);
        return TypedResults.Ok(ViewPage<ListingView>.Of(found, stale));
    }

    /// <summary>What the start page lists, as everybody sees it: the newest listings.</summary>
    public static Task<Page<ListingView>> Newest(Shelf shelf, Settings settings, Storage storage, string language, CancellationToken ct) =>
        Find(Wanted.Everything, new Paging(null, OnStartPage), shelf, settings, storage, language, ct);

    private static async Task<Page<ListingView>> Find(
        Wanted wanted, Paging part, Shelf shelf, Settings settings, Storage storage, string language, CancellationToken ct)
    {
        var query = new Conditions(wanted);
        var scope = await query.Scope(storage, ct);
        var rows = await Ask(
            storage, query.SelectFound(scope, wanted.Sort, part),
            reader => (Row: Sqls.Listing(reader), Km: reader.IsDBNull(Sqls.CountOfListingColumns) ? (double?)null : reader.GetDouble(Sqls.CountOfListingColumns)), ct);
        var wording = new Wording(shelf, settings, language, await Wording.NamesOf(storage, rows.Select(row => row.Row.Owner), ct));
        return part.Of(rows, row => ListingView.Of(row.Row, row.Km, wording), SortedBy(wanted.Sort));
    }

    private static async Task<Ok<Facets>> Facets(
        HttpContext http, Shelf shelf, SearchTurns turns, [FromKeyedServices(Modules.Views)] Storage storage,
        string? q, string? kind, string? near, DecimalNumber? within, WholeNumber? minPrice, WholeNumber? maxPrice,
        string? available, string? condition, CancellationToken ct)
    {
        var wanted = Wanted.Read(q, kind, near, within, minPrice, maxPrice, available, condition, null);
        var query = new Conditions(wanted, isForFacets: true);
        var language = Problems.Language(http);
        using var turn = await turns.Take(Asker.Of(http), ct);
        var scope = await query.Scope(storage, ct);
        var most = scope == Scope.Everywhere ? MostCounted : MostLookedAt;
        var counted = await Ask(
            storage, query.SelectFacets(scope, most + 1),
            row => (
                Kind: row.GetString(0), Count: row.GetInt32(1), Min: row.IsDBNull(2) ? 0 : row.GetInt64(2),
                Max: row.IsDBNull(3) ? (long?)null : row.GetInt64(3), Seen: row.GetInt32(4)), ct);
        // The kind that is asked for is among them even where the prices leave nothing of it.
        var kinds = counted.Where(one => one.Count > 0 || (one.Kind == wanted.Kind && one.Max is not null))
            .Select(one => new KindFacet(one.Kind, shelf.Texts.Title(one.Kind, language), one.Count, one.Min, one.Max ?? 0)).ToArray();
        var asked = kinds.Where(facet => wanted.Kind is null || facet.Kind == wanted.Kind).ToArray();
        return TypedResults.Ok(new Facets(
            asked.Sum(facet => facet.Count), scope != Scope.ByIndex && counted is [var any, ..] && any.Seen > most, kinds,
            asked.Length == 0 ? null : asked.Min(facet => facet.MinPrice), asked.Length == 0 ? null : asked.Max(facet => facet.MaxPrice)));
    }

    private static async Task<Ok<PlaceFacets>> Places(
        HttpContext http, SearchTurns turns, [FromKeyedServices(Modules.Views)] Storage storage,
        string? q, string? kind, WholeNumber? minPrice, WholeNumber? maxPrice, string? available, string? condition, string? bbox,
        CancellationToken ct)
    {
        var box = BoundingBox.Read(bbox);
        var query = new Conditions(Wanted.Read(q, kind, null, null, minPrice, maxPrice, available, condition, null));
        query.AddPlaces(box);
        using var turn = await turns.Take(Asker.Of(http), ct);
        var scope = await query.Scope(storage, ct);
        var most = scope == Scope.Everywhere ? MostCounted : MostLookedAt;
        var counted = await Ask(
            storage, query.SelectPlaces(scope, most + 1, box),
            row => (
                Place: row.GetInt32(4) is > 0 and var count
                    ? new PlaceFacet(
                        row.GetString(0), row.GetInt32(1) - 1, Math.Round(row.GetDouble(2), 7), Math.Round(row.GetDouble(3), 7), count)
                    : null,
                Seen: row.GetInt32(5)), ct);
        return TypedResults.Ok(new PlaceFacets(
            [.. counted.Take(MostPlaces).Select(one => one.Place).OfType<PlaceFacet>()],
            counted.Count(one => one.Place is not null) > MostPlaces
                || (scope != Scope.ByIndex && counted is [var any, ..] && any.Seen > most)));
    }

    /// <summary>Asks the database, which gives up in time.</summary>
    private static async Task<List<T>> Ask<T>(Storage storage, Sql sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        try
        {
            return await storage.QueryWithin(EndsWithin, sql, read, ct);
        }
        catch (PostgresException late) when (late.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            throw new RefusedException(new Refusal(Refusals.Busy, RetryAfter: EndsWithin));
        }
    }

    private static async Task<Ok<ListingView>> One(Guid id, HttpContext http, Shelf shelf, Settings settings, Arrived arrived, [FromKeyedServices(Modules.Views)] Storage storage, string? after, CancellationToken ct)
    {
        var stale = await arrived.WaitFor(http, after, ct);
        var reader = Caller.Of(http);
        var row = await FindVisible(storage, id, reader, ct);
        int? onOrder = shelf.Find(row.Kind)?.Stock == Stock.Counted ? await storage.Find(SelectOnOrder(id), found => found.GetInt32(0), ct) : null;
        var open = reader is null ? null : await storage.Find(SelectOpenTrade(id, reader.Id), found => (Guid?)found.GetGuid(0), ct);
        var wording = await Wording.For(http, shelf, settings, storage, [row.Owner], ct);
        return TypedResults.Ok(ListingView.Of(row, null, wording, reader?.Id) with { Stale = stale, OnOrder = onOrder, OpenTrade = open });
    }

    /// <summary>Catalog knows no trades, so who traded a withdrawn listing is sent to its pictures with a grant.</summary>
    private static async Task<IResult> PictureOfOne(Guid id, Guid picture, string? size, HttpContext http, PictureGrants grants, [FromKeyedServices(Modules.Views)] Storage storage, CancellationToken ct)
    {
        var row = await FindVisible(storage, id, Caller.Of(http), ct);
        return ListingView.PicturesOf(row).Contains(picture) ? grants.Send(http, picture, size) : throw new RefusedException(new Refusal(Refusals.NotFound));
    }

    /// <summary>For lists of what is about a listing, such as notices, which know its id only.</summary>
    private static async Task<IResult> CoverOfOne(
        Guid id, string? size, HttpContext http, PictureGrants grants, [FromKeyedServices(Modules.Views)] Storage storage, CancellationToken ct)
    {
        var row = await FindVisible(storage, id, Caller.Of(http), ct);
        return ListingView.PicturesOf(row) is [var cover, ..]
            ? grants.Send(http, cover, size)
            : throw new RefusedException(new Refusal(Refusals.NotFound));
    }

    /// <exception cref="RefusedException">There is none, or none for this reader.</exception>
    private static async Task<ListingRow> FindVisible(Storage storage, Guid id, Caller? reader, CancellationToken ct) =>
        await Look(storage, id, reader?.Id, reader is { IsOperator: true }, ct)
            ?? throw new RefusedException(new Refusal(Refusals.NotFound));

    /// <summary>
    /// A listing that the reader may see; null when there is none. A draft is its owner's own business; a withdrawn one, and one whose
    /// owner is suspended, also that of the people who traded it.
    /// </summary>
    /// <param name="reader">Null for a stranger.</param>
    internal static async Task<ListingRow?> Look(Storage storage, Guid id, Guid? reader, bool isOperator, CancellationToken ct)
    {
        var found = await storage.Find(
            new Sql(
                $"""
                select {Sqls.ListingColumns},
                    {IsPublic},
                    l.status in ('registered', 'withdrawn')
                        and exists (select from trades t where t.buyer = $2 and t.listing = l.id and t.state <> '{Kind.Start}')
                from listings l where l.id = $1
                """,
                id, reader ?? Guid.Empty),
            row => (
                Row: Sqls.Listing(row), IsOnOffer: row.GetBoolean(Sqls.CountOfListingColumns),
                HasTraded: row.GetBoolean(Sqls.CountOfListingColumns + 1)),
            ct);
        var isVisible = found.IsOnOffer || found.HasTraded || isOperator || (reader is not null && reader == found.Row?.Owner);
        return isVisible ? found.Row : null;
    }

    /// <summary>Units that open trades are about and that are not set aside for any of them; of very many trades, of as many as can be counted quickly.</summary>
    private static Sql SelectOnOrder(Guid id) => new(
        $"""
        select coalesce(sum((facts ->> 'quantity')::int), 0)::int
        from (select facts::json as facts from trades where listing = $1 and not final and state <> '{Kind.Start}' limit 500) open
        where facts ->> 'stock' = 'none'
        """,
        id);

    /// <summary>
    /// The newest trade that a buyer has on it and that is not over, one that still waits for the answers to its start included.
    /// </summary>
    private static Sql SelectOpenTrade(Guid id, Guid buyer) =>
        new("select id from trades where buyer = $2 and listing = $1 and not final order by id desc limit 1", id, buyer);

    private static Func<(ListingRow Row, double? Km), object>[] SortedBy(Order order) => order switch
    {
        Order.Price or Order.PriceDown => [row => row.Row.Price, row => row.Row.Id],
        Order.Distance => [row => row.Km ?? 0, row => row.Row.Id],
        _ => [row => row.Row.Id],
    };

    /// <summary>Which listings are looked at.</summary>
    internal enum Scope
    {
        /// <summary>All: no word has to be looked for, and what else is asked for has an index.</summary>
        Everywhere,

        /// <summary>Those that the index of words names.</summary>
        ByIndex,

        /// <summary>The newest ones.</summary>
        AmongNewest,
    }

    internal enum Order
    {
        Newest,
        Price,
        PriceDown,
        Distance,
    }

    internal sealed record Wanted(
        IReadOnlyList<string> Words, string? Kind, (double Lat, double Lng)? Near, double? Within, long? MinPrice, long? MaxPrice,
        bool OnlyAvailable, ItemCondition? Condition, Order Sort)
    {
        public static readonly Wanted Everything = new([], null, null, null, null, null, false, null, Order.Newest);

        public static Wanted Read(
            string? q, string? kind, string? near, DecimalNumber? within, WholeNumber? minPrice, WholeNumber? maxPrice, string? available,
            string? condition, string? sort)
        {
            var place = ReadPlace(near);
            var order = Asked.Choice(sort, "sort", ("newest", Order.Newest), ("price", Order.Price), ("-price", Order.PriceDown), ("distance", Order.Distance)) ?? Order.Newest;
            var far = within is null ? (double?)null
                : within.Value is { } km and > 0 and <= FarthestKm ? km
                : throw Asked.Bad("within", Wrong.Kilometres);
            return far is not null && place is null ? throw Asked.Bad("near", Wrong.NeededForWithin)
                : order == Order.Distance && place is null ? throw Asked.Bad("near", Wrong.NeededForDistance)
                : new Wanted(
                    ReadWords(Asked.Text(q, "q", TextRules.Query)), Asked.Text(kind, "kind", 60), place, far, Money(minPrice, "minPrice"), Money(maxPrice, "maxPrice"),
                    Asked.Choice(available, "available", ("true", true), ("false", false)) ?? false,
                    Asked.Choice(condition, "condition", [.. Enum.GetValues<ItemCondition>().Select(one => (Kinds.Words.Of(one), one))]),
                    order);
        }

        /// <summary>What stands within another word is found with it.</summary>
        private static string[] ReadWords(string? text)
        {
            var words = SearchText.Words(text);
            var needed = words.Where(word => !words.Any(other => other.Length > word.Length && other.Contains(word, StringComparison.Ordinal))).ToArray();
            return needed.Length <= MostWords ? needed : throw Asked.Bad("q", Wrong.TooManyWords(MostWords));
        }

        private static (double, double)? ReadPlace(string? near) =>
            near is null ? null
            : near.Split(',') is [var lat, var lng] && Number(lat) is { } north and >= -90 and <= 90 && Number(lng) is { } east and >= -180 and <= 180 ? (north, east)
            : throw Asked.Bad("near", Wrong.LatLng);

        private static double? Number(string text) => new DecimalNumber(text).Value;

        private static long? Money(WholeNumber? amount, string name) =>
            amount is null ? null : amount.Value ?? throw Asked.Bad(name, Wrong.MinorUnits);
    }

    /// <summary>
    /// The part of the world that a map shows, in degrees. It may lie across the date line: west is then greater than east.
    /// </summary>
    internal sealed record BoundingBox(double West, double South, double East, double North)
    {
        public bool IsAcrossDateLine => West > East;

        public double Width => IsAcrossDateLine ? 360 - West + East : East - West;

        public static BoundingBox? Read(string? text) =>
            text is null ? null
            : text.Split(',').Select(part => new DecimalNumber(part).Value).ToArray() is
                [
                    >= -180 and <= 180 and { } west, >= -90 and <= 90 and { } south,
                    >= -180 and <= 180 and { } east, >= -90 and <= 90 and { } north
                ]
                && south < north && west != east ? new BoundingBox(west, south, east, north)
            : throw Asked.Bad("bbox", Wrong.BoundingBox);
    }

    /// <summary>The conditions of a search as SQL, with their values.</summary>
    internal sealed class Conditions
    {
        private const string Counting = "l.kind, l.price, l.place, l.lat, l.lng";

        private readonly List<object?> values = [];
        private readonly List<string> conditions = [IsListed];
        private readonly List<string> words = [];
        private readonly List<string> indexed = [];
        private readonly List<string> beyond = [];
        private readonly List<string> prices = [];

        /// <param name="isForFacets">Then the kind is no condition, and the prices are one only for what is counted.</param>
        public Conditions(Wanted wanted, bool isForFacets = false)
        {
            var grams = SearchText.GramsOf(wanted.Words);
            if (grams.Length > 0)
            {
                indexed.Add($"l.grams @> {Value(grams)}::text[]");
            }

            foreach (var word in wanted.Words)
            {
                var has = $"l.words like {Value(SearchText.Pattern(word))}";
                words.Add(has);
                if (SearchText.GramsOf([word]).Length > 0)
                {
                    indexed.Add(has);
                }
            }

            if (wanted.Kind is { } kind && !isForFacets)
            {
                conditions.Add($"l.kind = {Value(kind)}");
            }

            if (wanted.MinPrice is { } least)
            {
                prices.Add($"l.price >= {Value(least)}");
            }

            if (wanted.MaxPrice is { } most)
            {
                prices.Add($"l.price <= {Value(most)}");
            }

            if (!isForFacets)
            {
                conditions.AddRange(prices);
            }

            if (wanted.OnlyAvailable)
            {
                conditions.Add("l.available > 0");
            }

            if (wanted.Condition is { } condition)
            {
                conditions.Add($"l.condition = {Value(Words.Of(condition))}");
            }

            if (wanted.Near is not { } near)
            {
                return;
            }

            var (lat, lng) = (Value(near.Lat), Value(near.Lng));
            Distance = $"(12742.0176 * asin(least(1, sqrt(power(sin(radians(l.lat - {lat}) / 2), 2) + cos(radians({lat})) * cos(radians(l.lat)) * power(sin(radians(l.lng - {lng}) / 2), 2)))))";
            if (wanted.Within is { } km)
            {
                // The box first, by the index; then the circle in it. Near the poles and across the date line there is no box in degrees of longitude.
                var high = km / KmPerDegree;
                conditions.Add($"l.lat between {Value(near.Lat - high)} and {Value(near.Lat + high)}");
                var wide = Math.Cos((Math.Abs(near.Lat) + high) * Math.PI / 180) is > 0.01 and var shrink ? high / shrink : 360;
                if (near.Lng - wide >= -180 && near.Lng + wide <= 180)
                {
                    conditions.Add($"l.lng between {Value(near.Lng - wide)} and {Value(near.Lng + wide)}");
                }

                conditions.Add($"{Distance} <= {Value(km)}");
            }

            if (wanted.Sort == SearchListings.Order.Distance)
            {
                conditions.Add("l.lat is not null");
            }
        }

        /// <summary>Only listings that have a place, in the box if there is one.</summary>
        public void AddPlaces(BoundingBox? box)
        {
            conditions.Add("l.lat is not null");
            if (box is null)
            {
                return;
            }

            conditions.Add($"l.lat between {Value(box.South)} and {Value(box.North)}");
            var (west, east) = (Value(box.West), Value(box.East));
            conditions.Add(box.IsAcrossDateLine ? $"(l.lng >= {west} or l.lng <= {east})" : $"l.lng between {west} and {east}");
        }

        private string Distance { get; } = "null::double precision";

        /// <summary>Whether the index names few listings that have the words, or must not be asked.</summary>
        public async Task<Scope> Scope(Storage storage, CancellationToken ct)
        {
            if (words.Count == 0)
            {
                return SearchListings.Scope.Everywhere;
            }

            if (indexed.Count == 0)
            {
                return SearchListings.Scope.AmongNewest;
            }

            var found = await Ask(storage, CountIndexed(), row => row.GetInt32(0), ct);
            return found[0] <= MostFound ? SearchListings.Scope.ByIndex : SearchListings.Scope.AmongNewest;
        }

        /// <summary>How many listings the index names, as far as it matters.</summary>
        /// <remarks>It has the values of the words only, which come first: their grams, and a pattern for each.</remarks>
        public Sql CountIndexed() => new(
            $"select count(*)::int from (select from listings l where {All(indexed)} limit {MostFound + 1}) found", [.. values.Take(words.Count + 1)]);

        public Sql SelectFound(Scope scope, Order sort, Paging part)
        {
            var order = OrderOf(sort, part);
            return new Sql($"select {Sqls.ListingColumns}, {Distance} as km from {Found(scope)} order by {order} limit {Value(part.Most + 1)}", [.. values]);
        }

        /// <summary>
        /// By kind: how many are found at the prices asked for, the lowest and highest price of all that are found; and in each row, how many
        /// were looked at in all.
        /// </summary>
        public Sql SelectFacets(Scope scope, int most) => new(
            $"""
            select l.kind, (count(*) filter (where {All(["l.found"], prices)}))::int, min(l.price) filter (where l.found), max(l.price) filter (where l.found),
                (sum(count(*)) over ())::int
            from {Counted(scope, most)}
            group by l.kind
            order by 2 desc, 1
            """,
            [.. values]);

        /// <summary>
        /// By place: its most frequent name, how many names it has, the middle of its listings and how many they are; and in each row, how
        /// many listings were looked at in all.
        /// </summary>
        public Sql SelectPlaces(Scope scope, int most, BoundingBox? box)
        {
            var place = box is null ? "l.place, l.lat, l.lng"
                : $"{Field($"l.lat - {Value(box.South)}", box.North - box.South)}, "
                    + Field(EastOf(box), box.Width);
            // On a map across the date line, -179 lies east of 179.
            var middle = box is null ? "avg(l.lng) filter (where l.found)"
                : $"((avg({EastOf(box)}) filter (where l.found) + {Value(box.West)} + 540)::numeric % 360 - 180)::double precision";
            return new Sql(
                $"""
                select mode() within group (order by l.place) filter (where l.found), (count(distinct l.place) filter (where l.found))::int,
                    avg(l.lat) filter (where l.found), {middle}, (count(*) filter (where l.found))::int, max(l.seen)
                from (select l.*, (count(*) over ())::int as seen from {Counted(scope, most)}) l
                group by {place}
                order by 5 desc, 1, 3, 4
                limit {MostPlaces + 1}
                """,
                [.. values]);

            string EastOf(BoundingBox of) => $"l.lng - {Value(of.West)} + case when l.lng < {Value(of.West)} then 360 else 0 end";

            string Field(string fromEdge, double degrees) =>
                $"least(floor(({fromEdge}) / {Value(Math.Max(degrees / FieldsAcross, LeastField))}), {FieldsAcross - 1})";
        }

        /// <summary>The listings that are found, as <c>l</c>.</summary>
        private string Found(Scope scope) => scope switch
        {
            // The database is kept from walking through all listings in their order until it has met enough that have the words.
            SearchListings.Scope.ByIndex => $"(select * from listings l where {All(indexed)} offset 0) l where {All(conditions, words, beyond)}",
            SearchListings.Scope.AmongNewest => $"(select * from listings l where {All(conditions)} order by l.id desc limit {MostLookedAt}) l where {All(words, beyond)}",
            _ => $"listings l where {All(conditions, beyond)}",
        };

        /// <summary>The listings that are looked at, as <c>l</c>, each with its kind, price and place, and whether it is found.</summary>
        private string Counted(Scope scope, int most) => scope == SearchListings.Scope.ByIndex
            ? $"(select {Counting}, true as found from {Found(scope)}) l"
            : $"(select {Counting}, {(words.Count == 0 ? "true" : All(words))} as found from listings l "
                + $"where {All(conditions)} order by l.id desc limit {most}) l";

        private static string All(params IEnumerable<string>[] conditions) => string.Join(" and ", conditions.SelectMany(some => some));

        private string Value(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }

        /// <summary>The order, and the condition that begins where an earlier part ended.</summary>
        private string OrderOf(Order order, Paging part)
        {
            switch (order)
            {
                case SearchListings.Order.Price:
                    After("l.price", ">", part.After<long, Guid>());
                    return "l.price, l.id desc";
                case SearchListings.Order.PriceDown:
                    After("l.price", "<", part.After<long, Guid>());
                    return "l.price desc, l.id desc";
                case SearchListings.Order.Distance:
                    After(Distance, ">", part.After<double, Guid>());
                    return "km, l.id desc";
                default:
                    if (part.After<Guid>() is { } last)
                    {
                        conditions.Add($"l.id < {Value(last)}");
                    }

                    return "l.id desc";
            }
        }

        private void After<T>(string what, string than, (T First, Guid Second)? last)
            where T : struct
        {
            if (last is { } row)
            {
                var first = Value(row.First);
                beyond.Add($"({what} {than} {first} or {what} = {first} and l.id < {Value(row.Second)})");
            }
        }
    }
}

/// <summary>Searches take their turn: the database of the views has more to do, and one client must not have it search all the time.</summary>
internal sealed class SearchTurns : IDisposable
{
    private readonly Shares turns = new(new ShareLimits { AtOnce = 6, Anonymous = 4, PerPerson = 2, PerAddress = 2, Queue = 64 });

    public ValueTask<IDisposable> Take(Asker asker, CancellationToken ct) => turns.Take(asker, ct);

    public void Dispose() => turns.Dispose();
}

/// <summary>A listing for people.</summary>
/// <param name="Rentable">Whether somebody can have it now.</param>
/// <param name="Place">Blurred, by some hundred metres; exact for its owner.</param>
/// <param name="Distance">Kilometres from the place asked for to the blurred one.</param>
/// <param name="OnOrder">Of a listing that counts its units, read by itself: units that open trades are about and that are not set aside yet.</param>
/// <param name="OpenTrade">Read by itself: the reader's own trade as its buyer that is not over; the newest of several.</param>
/// <param name="Condition">new, like-new, good or fair; null where the seller states none.</param>
/// <param name="ConditionLabel">The condition in the reader's language.</param>
internal sealed record ListingView(
    Guid Id, string Kind, string KindTitle, string Title, string Description, long Price, string? Per, string? PerLabel, string Currency, PersonRef Owner, string Status, bool Rentable, int Quantity, int Available,
    Place? Place, double? Distance, IReadOnlyList<Guid> Pictures, int Revision, DateTimeOffset Since, string? Condition,
    string? ConditionLabel, bool? Stale = null, int? OnOrder = null, Guid? OpenTrade = null)
{
    /// <param name="reader">Who reads it; null if not signed in.</param>
    public static ListingView Of(ListingRow row, double? km, Wording wording, Guid? reader = null)
    {
        var (shelf, language) = (wording.Shelf, wording.Language);
        var kind = shelf.Find(row.Kind);
        return new ListingView(
            row.Id, row.Kind, shelf.Texts.Title(row.Kind, language), row.Title, row.Description, row.Price, kind is null ? null : Words.Of(kind.Price), kind is null ? null : shelf.Texts.Per(kind.Price, language), row.Currency,
            wording.Person(row.Owner, row.OwnerName), row.Status, row is { Status: "registered", Available: > 0 }, row.Quantity, row.Available,
            PlaceFor(row, reader), km is null ? null : Math.Round(km.Value, 3),
            PicturesOf(row), row.Revision, row.Since, row.Condition,
            row.Condition is null ? null : shelf.Texts.Condition(row.Condition, language));
    }

    public static IReadOnlyList<Guid> PicturesOf(ListingRow row) => row.Pictures.Length == 0 ? [] : [.. row.Pictures.Split(',').Select(Guid.Parse)];

    private static Place? PlaceFor(ListingRow row, Guid? reader) =>
        (reader == row.Owner ? (row.ExactLat, row.ExactLng) : (row.Lat, row.Lng)) is ({ } lat, { } lng) ? new Place(row.Place ?? "", lat, lng) : null;
}

/// <summary>What a search would find, counted.</summary>
/// <param name="Partial">True when only the newest listings were counted, because there are more than a search looks at.</param>
internal sealed record Facets(int Count, bool Partial, IReadOnlyList<KindFacet> Kinds, long? MinPrice, long? MaxPrice);

/// <summary>Where what a search would find is.</summary>
/// <param name="Partial">True when there are more places, or when only the newest listings were counted.</param>
internal sealed record PlaceFacets(IReadOnlyList<PlaceFacet> Items, bool Partial);

/// <param name="Name">The name that most of the listings there give it.</param>
/// <param name="OtherNames">How many other names it has: places that are one on this map.</param>
/// <param name="Lat">Degrees north of the middle of the listings, by their public places.</param>
/// <param name="Lng">Degrees east.</param>
internal sealed record PlaceFacet(string Name, int OtherNames, double Lat, double Lng, int Count);

internal sealed record KindFacet(string Kind, string Title, int Count, long MinPrice, long MaxPrice);
