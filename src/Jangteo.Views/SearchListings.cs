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

/// <summary>GET /api/listings: what is offered, by word, kind, price and distance. What is reserved or lent is shown as not available; what is sold or withdrawn is not shown.</summary>
internal static class SearchListings
{
    private const double KmPerDegree = 111.195;
    private const double FarthestKm = 20_038;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/listings").WithTags("listings");
        group.MapGet("", Search).SignInOptional().Occupies(Occupies.PlaceOrWait).WithName("searchListings").WithSummary("Listings by word, kind, price and distance; sort newest, price, -price or distance.");
        group.MapGet("/facets", Facets).AllowAnonymous().WithName("listingFacets").WithSummary("How many listings there are of each kind, and their prices.");
        group.MapGet("/{id:guid}", One).SignInOptional().Occupies(Occupies.PlaceOrWait).WithName("readListing").WithSummary("One listing.");
    }

    private static async Task<Ok<ViewPage<ListingView>>> Search(
        HttpContext http, Shelf shelf, Arrived arrived, [FromKeyedServices(Modules.Views)] Storage storage,
        string? q, string? kind, string? near, DecimalNumber? within, WholeNumber? minPrice, WholeNumber? maxPrice, string? available, string? sort, [AsParameters] Paging part, string? after, CancellationToken ct)
    {
        var wanted = Wanted.Read(q, kind, near, within, minPrice, maxPrice, available, sort);
        var stale = await arrived.WaitFor(http, after, ct);
        var language = Problems.Language(http);
        var query = new Conditions(wanted);
        var order = query.Order(wanted.Sort, part);
        var rows = await storage.Query(
            new Sql($"select {Sqls.ListingColumns}, {query.Distance} as km from listings l where {query.Where} order by {order} limit {query.Value(part.Most + 1)}", query.Values),
            reader => (Row: Sqls.Listing(reader), Km: reader.IsDBNull(21) ? (double?)null : reader.GetDouble(21)), ct);
        return TypedResults.Ok(ViewPage<ListingView>.Of(part.Of(rows, row => ListingView.Of(row.Row, row.Km, shelf, language), SortedBy(wanted.Sort)), stale));
    }

    private static async Task<Ok<Facets>> Facets(
        HttpContext http, Shelf shelf, [FromKeyedServices(Modules.Views)] Storage storage,
        string? q, string? kind, string? near, DecimalNumber? within, WholeNumber? minPrice, WholeNumber? maxPrice, string? available, CancellationToken ct)
    {
        var query = new Conditions(Wanted.Read(q, kind, near, within, minPrice, maxPrice, available, null));
        var language = Problems.Language(http);
        var kinds = await storage.Query(
            new Sql($"select l.kind, count(*)::int, min(l.price), max(l.price) from listings l where {query.Where} group by l.kind order by 2 desc, 1", query.Values),
            reader => new KindFacet(reader.GetString(0), shelf.Texts.Title(reader.GetString(0), language), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3)), ct);
        return TypedResults.Ok(new Facets(kinds.Sum(facet => facet.Count), kinds, kinds.Count == 0 ? null : kinds.Min(facet => facet.MinPrice), kinds.Count == 0 ? null : kinds.Max(facet => facet.MaxPrice)));
    }

    private static async Task<Ok<ListingView>> One(Guid id, HttpContext http, Shelf shelf, Arrived arrived, [FromKeyedServices(Modules.Views)] Storage storage, string? after, CancellationToken ct)
    {
        var stale = await arrived.WaitFor(http, after, ct);
        var row = await storage.Find(new Sql($"select {Sqls.ListingColumns} from listings l where l.id = $1", id), Sqls.Listing, ct);

        // A draft is its owner's own business; what was withdrawn can still be looked up by those who traded it.
        var caller = Caller.Of(http);
        if (row is null || (row.Status is "draft" or "registering" && row.Owner != caller?.Id && caller?.IsOperator != true))
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        return TypedResults.Ok(ListingView.Of(row, null, shelf, Problems.Language(http)) with { Stale = stale });
    }

    private static Func<(ListingRow Row, double? Km), object>[] SortedBy(Order order) => order switch
    {
        Order.Price or Order.PriceDown => [row => row.Row.Price, row => row.Row.Id],
        Order.Distance => [row => row.Km ?? 0, row => row.Row.Id],
        _ => [row => row.Row.Id],
    };

    private enum Order
    {
        Newest,
        Price,
        PriceDown,
        Distance,
    }

    private sealed record Wanted(string? Words, string? Kind, (double Lat, double Lng)? Near, double? Within, long? MinPrice, long? MaxPrice, bool OnlyAvailable, Order Sort)
    {
        public static Wanted Read(string? q, string? kind, string? near, DecimalNumber? within, WholeNumber? minPrice, WholeNumber? maxPrice, string? available, string? sort)
        {
            var place = ReadPlace(near);
            var order = Asked.Choice(sort, "sort", ("newest", Order.Newest), ("price", Order.Price), ("-price", Order.PriceDown), ("distance", Order.Distance)) ?? Order.Newest;
            var far = within is null ? (double?)null
                : within.Value is { } km and > 0 and <= FarthestKm ? km
                : throw Asked.Bad("within", Wrong.Kilometres);
            return far is not null && place is null ? throw Asked.Bad("near", Wrong.NeededForWithin)
                : order == Order.Distance && place is null ? throw Asked.Bad("near", Wrong.NeededForDistance)
                : new Wanted(
                    Asked.Text(q, "q", 120), Asked.Text(kind, "kind", 60), place, far, Money(minPrice, "minPrice"), Money(maxPrice, "maxPrice"),
                    Asked.Choice(available, "available", ("true", true), ("false", false)) ?? false, order);
        }

        private static (double, double)? ReadPlace(string? near) =>
            near is null ? null
            : near.Split(',') is [var lat, var lng] && Number(lat) is { } north and >= -90 and <= 90 && Number(lng) is { } east and >= -180 and <= 180 ? (north, east)
            : throw Asked.Bad("near", Wrong.LatLng);

        private static double? Number(string text) => new DecimalNumber(text).Value;

        private static long? Money(WholeNumber? amount, string name) =>
            amount is null ? null : amount.Value ?? throw Asked.Bad(name, Wrong.MinorUnits);
    }

    /// <summary>The conditions of a search as SQL, with their values.</summary>
    private sealed class Conditions
    {
        private readonly List<object?> values = [];
        private readonly List<string> conditions = ["l.status = 'registered'", "l.available + l.lent > 0"];

        public Conditions(Wanted wanted)
        {
            foreach (var word in wanted.Words?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                conditions.Add($@"l.words like '%' || replace(replace(replace(lower(normalize({Value(word)})), '\', '\\'), '%', '\%'), '_', '\_') || '%'");
            }

            if (wanted.Kind is { } kind)
            {
                conditions.Add($"l.kind = {Value(kind)}");
            }

            if (wanted.MinPrice is { } least)
            {
                conditions.Add($"l.price >= {Value(least)}");
            }

            if (wanted.MaxPrice is { } most)
            {
                conditions.Add($"l.price <= {Value(most)}");
            }

            if (wanted.OnlyAvailable)
            {
                conditions.Add("l.available > 0");
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

        public string Distance { get; } = "null::double precision";

        public string Where => string.Join(" and ", conditions);

        public object?[] Values => [.. values];

        public string Value(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }

        /// <summary>The order, and the condition that begins where an earlier part ended.</summary>
        public string Order(Order order, Paging part)
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

        private void After<T>(string what, string beyond, (T First, Guid Second)? last)
            where T : struct
        {
            if (last is { } row)
            {
                var first = Value(row.First);
                conditions.Add($"({what} {beyond} {first} or {what} = {first} and l.id < {Value(row.Second)})");
            }
        }
    }
}

/// <summary>A listing for people.</summary>
/// <param name="Rentable">Whether somebody can have it now.</param>
/// <param name="Distance">Kilometres from the place asked for.</param>
internal sealed record ListingView(
    Guid Id, string Kind, string KindTitle, string Title, string Description, long Price, string? Per, string? PerLabel, string Currency, PersonRef Owner, string Status, bool Rentable, int Quantity, int Available,
    Place? Place, double? Distance, IReadOnlyList<Guid> Pictures, int Revision, DateTimeOffset Since, bool? Stale = null)
{
    public static ListingView Of(ListingRow row, double? km, Shelf shelf, string language)
    {
        var kind = shelf.Find(row.Kind);
        return new ListingView(
            row.Id, row.Kind, shelf.Texts.Title(row.Kind, language), row.Title, row.Description, row.Price, kind is null ? null : Words.Of(kind.Price), kind is null ? null : shelf.Texts.Per(kind.Price, language), row.Currency,
            new PersonRef(row.Owner, row.OwnerName), row.Status, row is { Status: "registered", Available: > 0 }, row.Quantity, row.Available,
            row is { Lat: { } lat, Lng: { } lng } ? new Place(row.Place ?? "", lat, lng) : null, km is null ? null : Math.Round(km.Value, 3),
            row.Pictures.Length == 0 ? [] : [.. row.Pictures.Split(',').Select(Guid.Parse)], row.Revision, row.Since);
    }
}

/// <summary>What a search would find, counted.</summary>
internal sealed record Facets(int Count, IReadOnlyList<KindFacet> Kinds, long? MinPrice, long? MaxPrice);

internal sealed record KindFacet(string Kind, string Title, int Count, long MinPrice, long MaxPrice);
