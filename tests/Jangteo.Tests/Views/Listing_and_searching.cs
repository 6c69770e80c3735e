using System.Net;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;

namespace Jangteo.Tests.Views;

/// <summary>GET /api/listings: what people find.</summary>
[Collection(nameof(InTown))]
public sealed class Listing_and_searching(Town town)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("wool")]
    [InlineData("WOO")]
    [InlineData("ool co")]
    [InlineData("울코트")]
    [InlineData("코트")]
    public async Task A_word_is_found_within_a_text_in_any_language(string word)
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"Wool coat 울코트 {mark}").Offers();
        await town.Rest();

        var found = await Search($"q={Uri.EscapeDataString($"{word} {mark}")}");

        Assert.Equal([tale.Listing], Ids(found));
    }

    [Fact]
    public async Task A_word_written_in_pieces_is_found_whole()
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"자전거 {mark}").Offers();
        await town.Rest();

        var found = await Search($"q={Uri.EscapeDataString("\u110c\u1161\u110c\u1165\u11ab\u1100\u1165 " + mark)}");

        Assert.Equal([tale.Listing], Ids(found));
    }

    [Theory]
    [InlineData("ＷＯＯＬ")]
    [InlineData("Straße")]
    [InlineData("울코")]
    [InlineData("울\u3000코")]
    [InlineData("\u00a0울코트\u2003")]
    [InlineData("㎏")]
    [InlineData("cafe\u0301")]
    [InlineData("CAFÉ")]
    public async Task Width_case_composition_and_the_kind_of_white_space_do_not_matter(string word)
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"wool STRASSE 울코트 3KG Café {mark}").Offers();
        await town.Rest();

        Assert.Equal([tale.Listing], Ids(await Search($"q={Uri.EscapeDataString($"{word} {mark}")}")));
    }

    [Fact]
    public async Task A_title_that_changes_is_found_by_its_new_words_only()
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"자전거 {mark}").Offers();
        await tale.Offers(title: $"책상 {mark}", what: "edited");
        await town.Rest();

        Assert.Equal([tale.Listing], Ids(await Search($"q=책상 {mark}")));
        Assert.Empty(Ids(await Search($"q=자전 {mark}")));
    }

    [Fact]
    public async Task A_word_of_two_syllables_is_found_by_the_index()
    {
        await Tale.Of(town, title: $"냉장고 {Mark()}").Offers();
        await town.Rest();

        // Of a table this small every row would be read, index or not.
        var plan = await town.Storage(Modules.Views).Do(Cause.New(), async work =>
        {
            await work.Query(new Sql("select set_config('enable_seqscan', 'off', true)"), row => row.GetString(0), ct);
            return await work.Query(
                new Sql("explain select id from listings where grams @> $1::text[]", new object?[] { new[] { "냉장" } }),
                row => row.GetString(0), ct);
        }, ct);
        Assert.Contains(plan, line => line.Contains("listings_grams"));
    }

    [Fact]
    public async Task Listings_from_before_there_were_folded_words_are_filled_in_at_the_start()
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"ＯＬＤ 세탁기 {mark}").Offers();
        await town.Rest();
        await town.Storage(Modules.Views).Do(Cause.New(), work =>
        {
            work.Write("update listings set words = '', grams = '{}' where id = $1", tale.Listing);
            return Task.CompletedTask;
        }, ct);
        Assert.Empty(Ids(await Search($"q=세탁 {mark}")));

        await Jangteo.Views.SearchedWords.Fill(town.Storage(Modules.Views), ct);

        Assert.Equal([tale.Listing], Ids(await Search($"q=세탁 old {mark}")));
    }

    [Fact]
    public async Task What_a_suspended_person_offers_is_not_on_offer_until_the_suspension_ends()
    {
        var mark = Mark();
        var tale = await (await Tale.Of(town, title: $"Tandem {mark}").Offers()).Moves("request");
        await town.Rest();
        Assert.Equal([tale.Listing], Ids(await Search($"q={mark}")));

        await Say(isSuspended: true);
        Assert.Empty(Ids(await Search($"q={mark}")));
        Assert.Empty(Ids(await Search($"q=tandem {mark}&sort=price")));
        Assert.Equal(0, (await town.Get($"/api/listings/facets?q={mark}")).Body.GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, await See(null));
        Assert.Equal(HttpStatusCode.NotFound, await See(new PersonRef(Guid.NewGuid(), "Haneul")));
        Assert.Equal(HttpStatusCode.OK, await See(tale.Buyer));
        Assert.Equal(HttpStatusCode.OK, await See(tale.Operator, isOperator: true));

        // What is told of the listing meanwhile does not bring it back.
        await tale.Offers(available: 0, lent: 1, what: "stock-taken");
        await town.Rest();
        Assert.Empty(Ids(await Search($"q={mark}")));

        await Say(isSuspended: false);
        Assert.Equal([tale.Listing], Ids(await Search($"q={mark}")));
        Assert.Equal(HttpStatusCode.OK, await See(null));

        async Task<HttpStatusCode> See(PersonRef? person, bool isOperator = false) =>
            (await town.Get($"/api/listings/{tale.Listing}", person, isOperator)).Status;

        async Task Say(bool isSuspended)
        {
            var said = new PersonSuspended(tale.Seller.Id, isSuspended);
            await town.Say(Modules.Identity, IdentityMessages.PersonSuspended, tale.Seller.Id, said);
            await town.Rest();
        }
    }

    [Theory]
    [InlineData("100%")]
    [InlineData("a_b")]
    [InlineData(@"c\d")]
    [InlineData("o'neill")]
    public async Task Signs_that_mean_something_to_the_database_are_words_like_others(string word)
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"{word} {mark}").Offers();
        await Tale.Of(town, title: $"1000 axb cd oneill {mark}").Offers();
        await town.Rest();

        Assert.Equal([tale.Listing], Ids(await Search($"q={Uri.EscapeDataString($"{word} {mark}")}")));
    }

    [Fact]
    public async Task Kind_and_price_narrow_a_search_and_it_can_be_sorted_by_price()
    {
        var mark = Mark();
        var dear = await Tale.Of(town, title: mark, price: 9000).Offers();
        var cheap = await Tale.Of(town, title: mark, price: 1000).Offers();
        var middle = await Tale.Of(town, title: mark, price: 5000).Offers();
        await Tale.Of(town, "shopping-mall", title: mark, price: 4000).Offers();
        await town.Rest();

        Assert.Equal([cheap.Listing, middle.Listing, dear.Listing], Ids(await Search($"q={mark}&kind=second-hand&sort=price")));
        Assert.Equal([dear.Listing, middle.Listing], Ids(await Search($"q={mark}&kind=second-hand&minPrice=5000&sort=-price")));
        Assert.Equal([middle.Listing, cheap.Listing, dear.Listing], Ids(await Search($"q={mark}&kind=second-hand")));
    }

    [Fact]
    public async Task What_is_near_is_found_by_distance_in_kilometres()
    {
        var mark = Mark();
        var here = await Tale.Of(town, title: mark).Offers(place: new Place("Old Market", 36.6202, 127.8111));
        var near = await Tale.Of(town, title: mark).Offers(place: new Place("Solbat-gil", 36.6395, 127.8214));
        await Tale.Of(town, title: mark).Offers(place: new Place("Far", 37.5665, 126.9780));
        await Tale.Of(town, title: mark).Offers();
        await town.Rest();

        var found = await Search($"q={mark}&near=36.6202,127.8111&within=5&sort=distance");

        Assert.Equal([here.Listing, near.Listing], Ids(found));
        Assert.InRange(found.GetProperty("items")[1].GetProperty("distance").GetDouble(), 2.2, 2.4);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("price")]
    [InlineData("-price")]
    [InlineData("distance")]
    public async Task Page_by_page_everything_comes_once(string sort)
    {
        var mark = Mark();
        for (var number = 0; number < 7; number++)
        {
            await Tale.Of(town, title: mark, price: 1000 + (number / 2)).Offers(place: new Place("Gaon", 36.62 + (number / 3 * 0.01), 127.81));
        }

        await town.Rest();
        var all = Ids(await Search($"q={mark}&near=36.6,127.8&sort={sort}"));
        var paged = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = await Search($"q={mark}&near=36.6,127.8&sort={sort}&limit=2{(next.Length > 0 ? "&cursor=" + next : "")}");
            paged.AddRange(Ids(page));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(7, all.Count);
        Assert.Equal(all, paged);
    }

    [Fact]
    [Requirement("GD-5", "event late")]
    [Requirement("GD-5", "doubled")]
    [Requirement("GD-5", "after the cancellation")]
    public async Task What_is_reserved_is_shown_as_not_rentable_and_rentable_again_when_it_is_given_back()
    {
        var mark = Mark();
        var tale = await Tale.Of(town, "neighborhood-rental", title: mark).Offers();
        await tale.Offers(available: 0, lent: 1, what: "stock-taken");
        await town.Rest();
        Assert.False((await Search($"q={mark}")).GetProperty("items")[0].GetProperty("rentable").GetBoolean());
        Assert.Empty(Ids(await Search($"q={mark}&available=true")));

        await tale.Offers(available: 1, what: "stock-given-back");
        await town.Rest();

        Assert.True((await Search($"q={mark}")).GetProperty("items")[0].GetProperty("rentable").GetBoolean());
    }

    [Fact]
    public async Task What_is_sold_withdrawn_or_a_draft_is_not_found()
    {
        var mark = Mark();
        await (await Tale.Of(town, title: mark).Offers()).Offers(available: 0, sold: 1, what: "stock-sold");
        await (await Tale.Of(town, title: mark).Offers()).Offers("withdrawn");
        var draft = await Tale.Of(town, title: mark).Offers("draft");
        await town.Rest();

        Assert.Empty(Ids(await Search($"q={mark}")));
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get($"/api/listings/{draft.Listing}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await town.Get($"/api/listings/{draft.Listing}", draft.Seller)).Status);
    }

    [Fact]
    public async Task Facets_count_what_a_search_would_find()
    {
        var mark = Mark();
        await Tale.Of(town, title: mark, price: 2000).Offers();
        await Tale.Of(town, title: mark, price: 7000).Offers();
        await Tale.Of(town, "shopping-mall", title: mark, price: 4000).Offers();
        await town.Rest();

        var facets = (await town.Get($"/api/listings/facets?q={mark}", language: "ko")).Body;

        Assert.Equal(3, facets.GetProperty("count").GetInt32());
        var first = facets.GetProperty("kinds")[0];
        Assert.Equal(("second-hand", town.Shelf.Texts.Title("second-hand", "ko"), 2, 2000L, 7000L), (first.GetProperty("kind").GetString(), first.GetProperty("title").GetString(), first.GetProperty("count").GetInt32(), first.GetProperty("minPrice").GetInt64(), first.GetProperty("maxPrice").GetInt64()));
    }

    [Fact]
    public async Task Facets_show_what_else_could_be_chosen()
    {
        var mark = Mark();
        await Tale.Of(town, title: mark, price: 2000).Offers();
        await Tale.Of(town, title: mark, price: 7000).Offers();
        await Tale.Of(town, "shopping-mall", title: mark, price: 4000).Offers();
        await town.Rest();

        Assert.Equal((2, "second-hand 2, shopping-mall 1", 2000L, 7000L), await Facets("kind=second-hand"));
        Assert.Equal((1, "second-hand 1", 2000L, 7000L), await Facets("kind=second-hand&maxPrice=3000"));
        Assert.Equal((2, "second-hand 1, shopping-mall 1", 2000L, 7000L), await Facets("minPrice=3000"));
        Assert.Equal((0, "second-hand 1, shopping-mall 0", 4000L, 4000L), await Facets("kind=shopping-mall&minPrice=5000"));

        async Task<(int Count, string Kinds, long Lowest, long Highest)> Facets(string chosen)
        {
            var facets = (await town.Get($"/api/listings/facets?q={mark}&{chosen}")).Body;
            return (
                facets.GetProperty("count").GetInt32(),
                string.Join(", ", facets.GetProperty("kinds").EnumerateArray().Select(kind => $"{kind.GetProperty("kind")} {kind.GetProperty("count")}")),
                facets.GetProperty("minPrice").GetInt64(), facets.GetProperty("maxPrice").GetInt64());
        }
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("near=here", "near")]
    [InlineData("near=91,0", "near")]
    [InlineData("near=1,1&within=0", "within")]
    [InlineData("within=3", "near")]
    [InlineData("minPrice=-1", "minPrice")]
    [InlineData("maxPrice=1.5", "maxPrice")]
    [InlineData("sort=best", "sort")]
    [InlineData("sort=distance", "near")]
    [InlineData("after=yesterday", "after")]
    [InlineData("after=payments:018f0000-0000-7000-8000-000000000000:1", "after")]
    public async Task A_bad_value_is_refused_by_its_name(string query, string field)
    {
        var (status, body) = await town.Get($"/api/listings?{query}");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("invalid", body.GetProperty("code").GetString());
        Assert.True(body.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    [Requirement("CP-2")]
    public async Task Who_has_just_written_finds_what_he_wrote()
    {
        var tale = Tale.Of(town, title: Mark());
        var waiting = town.Get($"/api/listings?q={tale.Title}&after=catalog:{tale.Listing}:1", tale.Seller);

        await tale.Offers();

        var found = (await waiting).Body;
        Assert.Equal([tale.Listing], Ids(found));
        Assert.Equal(JsonValueKind.Null, found.GetProperty("stale").ValueKind);
    }

    [Fact]
    public async Task A_token_that_does_not_arrive_is_answered_with_what_there_is_and_a_word_about_it()
    {
        var begun = DateTime.UtcNow;

        var found = (await town.Get($"/api/listings?after=catalog:{Platform.Ids.New()}:1", new PersonRef(Platform.Ids.New(), "Minji")))
            .Body;

        Assert.True(found.GetProperty("stale").GetBoolean());
        Assert.InRange(DateTime.UtcNow - begun, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(30));
    }

    private static string Mark() => "m" + Guid.NewGuid().ToString("N");

    private async Task<JsonElement> Search(string query)
    {
        var (status, body) = await town.Get("/api/listings?" + query);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    private static List<Guid> Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];
}
