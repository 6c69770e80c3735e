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
    public async Task A_condition_narrows_the_search_down_and_what_it_counts()
    {
        var mark = Mark();
        var good = await Tale.Of(town, title: $"Kettle {mark}").Offers(condition: "good");
        var fair = await Tale.Of(town, title: $"Kettle {mark}").Offers(condition: "fair");
        var unsaid = await Tale.Of(town, title: $"Kettle {mark}").Offers();
        await town.Rest();

        var found = await Search($"q={mark}&condition=good");

        Assert.Equal([good.Listing], Ids(found));
        Assert.Equal(new[] { good.Listing, fair.Listing, unsaid.Listing }.Order(), Ids(await Search($"q={mark}")).Order());
        Assert.Equal(1, (await town.Get($"/api/listings/facets?q={mark}&condition=good")).Body.GetProperty("count").GetInt32());
        var shown = (await town.Get($"/api/listings/{good.Listing}")).Body;
        Assert.Equal(("good", "Good"), (shown.GetProperty("condition").GetString(), shown.GetProperty("conditionLabel").GetString()));
        Assert.Equal(JsonValueKind.Null, (await town.Get($"/api/listings/{unsaid.Listing}")).Body.GetProperty("condition").ValueKind);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await town.Get("/api/listings?condition=mint")).Status);
    }

    [Fact]
    public async Task A_listing_tells_its_buyer_of_the_trade_that_is_open_and_nobody_else()
    {
        var tale = await (await Tale.Of(town).Offers()).Moves("request");
        await town.Rest();

        Assert.Equal(tale.Trade, (await OpenTrade(tale.Buyer)).GetGuid());
        Assert.Equal(JsonValueKind.Null, (await OpenTrade(tale.Seller)).ValueKind);
        Assert.Equal(JsonValueKind.Null, (await OpenTrade(null)).ValueKind);

        await tale.Moves("reject");
        await town.Rest();
        Assert.Equal(JsonValueKind.Null, (await OpenTrade(tale.Buyer)).ValueKind);

        async Task<JsonElement> OpenTrade(PersonRef? reader) =>
            (await town.Get($"/api/listings/{tale.Listing}", reader)).Body.GetProperty("openTrade");
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

    [Theory]
    [InlineData("옛장터")]
    [InlineData("old market")]
    [InlineData("장터 bicycle")]
    public async Task The_name_of_a_place_is_searched_in_each_of_its_languages(string words)
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"Bicycle {mark}").Offers(place: new Place("Old Market 옛장터", 36.6202, 127.8111));
        await Tale.Of(town, title: $"Bicycle {mark}").Offers(place: new Place("Gaon Station 가온역", 36.6187, 127.8153));
        await town.Rest();

        Assert.Equal([tale.Listing], Ids(await Search($"q={Uri.EscapeDataString($"{words} {mark}")}")));
    }

    [Fact]
    public async Task A_listing_that_the_release_before_changed_is_filled_in_at_the_next_start()
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"Tent {mark}").Offers(place: new Place("Saemgol 샘골", 36.6281, 127.8127));
        await town.Rest();
        await town.Storage(Modules.Views).Do(Cause.New(), work =>
        {
            // It writes the words of title and description, and does not know the column that says of which revision they are.
            var words = Platform.Input.SearchText.Fold($"Tent {mark}");
            work.Write(
                "update listings set words_revision = revision - 1, words = $2, grams = string_to_array($3, ' ') where id = $1",
                tale.Listing, words, Platform.Input.SearchText.Grams(words));
            return Task.CompletedTask;
        }, ct);
        Assert.Empty(Ids(await Search($"q=샘골 {mark}")));

        await Jangteo.Views.SearchedWords.Fill(town.Storage(Modules.Views), ct);

        Assert.Equal([tale.Listing], Ids(await Search($"q=샘골 {mark}")));
    }

    [Fact]
    public async Task Listings_from_before_there_were_folded_words_are_filled_in_at_the_start()
    {
        var mark = Mark();
        var tale = await Tale.Of(town, title: $"ＯＬＤ 세탁기 {mark}").Offers();
        await town.Rest();
        await town.Storage(Modules.Views).Do(Cause.New(), work =>
        {
            work.Write("update listings set words = '', grams = '{}', words_revision = null where id = $1", tale.Listing);
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
    public async Task Places_count_all_that_is_found_wherever_one_looks_and_those_with_the_most_come_first()
    {
        var mark = Mark();
        for (var number = 0; number < 3; number++)
        {
            await Tale.Of(town, title: mark, price: 7000 * (number + 1)).Offers(place: new Place("Old Market", 36.6181, 127.8091));
        }

        await Tale.Of(town, title: mark).Offers(place: new Place("Bridge", 36.6163, 127.8098));
        await Tale.Of(town, "shopping-mall", title: mark).Offers(place: new Place("Seoul", 37.5665, 126.9780));
        await Tale.Of(town, title: mark).Offers();
        await (await Tale.Of(town, title: mark).Offers(place: new Place("Sold", 36.6, 127.8)))
            .Offers(available: 0, sold: 1, what: "stock-sold");
        await town.Rest();

        Assert.Equal(["Old Market 3", "Bridge 1", "Seoul 1"], await Places($"q={mark}"));
        Assert.Equal(["Seoul 1"], await Places($"q={mark}&kind=shopping-mall"));
        Assert.Equal(["Old Market 1"], await Places($"q={mark}&minPrice=20000&maxPrice=22000"));
    }

    [Fact]
    public async Task Places_that_lie_close_together_on_a_map_are_one()
    {
        var mark = Mark();
        await Tale.Of(town, title: mark).Offers(place: new Place("Old Market", 36.6181, 127.8091));
        await Tale.Of(town, title: mark).Offers(place: new Place("Old Market", 36.6181, 127.8091));
        await Tale.Of(town, title: mark).Offers(place: new Place("Bridge", 36.6163, 127.8098));
        await Tale.Of(town, title: mark).Offers(place: new Place("Seoul", 37.5665, 126.9780));
        await town.Rest();

        var country = (await town.Get($"/api/listings/places?q={mark}&bbox=124,33,132,39")).Body.GetProperty("items");
        var together = country[0];

        Assert.Equal(2, country.GetArrayLength());
        Assert.Equal(
            ("Old Market", 1, 3),
            (together.GetProperty("name").GetString(), together.GetProperty("otherNames").GetInt32(),
                together.GetProperty("count").GetInt32()));
        Assert.InRange(together.GetProperty("lat").GetDouble(), 36.6163, 36.6181);
        Assert.Equal(["Old Market 2", "Bridge 1"], await Places($"q={mark}&bbox=127.80,36.61,127.82,36.63"));
        Assert.Equal(["Seoul 1"], await Places($"q={mark}&bbox=126,37,127,38"));
    }

    [Fact]
    public async Task A_map_may_lie_across_the_date_line()
    {
        var mark = Mark();
        await Tale.Of(town, title: mark).Offers(place: new Place("Taveuni", -16.85, 179.97));
        await Tale.Of(town, title: mark).Offers(place: new Place("Vanua Balavu", -17.2, -178.95));
        await Tale.Of(town, title: mark).Offers(place: new Place("Seoul", 37.5665, 126.9780));
        await town.Rest();

        Assert.Equal(["Taveuni 1", "Vanua Balavu 1"], await Places($"q={mark}&bbox=179,-18,-178,-16"));
    }

    [Fact]
    public async Task No_more_places_are_named_than_a_map_can_show()
    {
        var mark = Mark();
        for (var number = 0; number <= Jangteo.Views.SearchListings.MostPlaces; number++)
        {
            await Tale.Of(town, title: mark).Offers(place: new Place($"Village {number}", 36 + (number * 0.01), 127));
        }

        await town.Rest();

        var (_, body) = await town.Get($"/api/listings/places?q={mark}");
        Assert.Equal(
            (Jangteo.Views.SearchListings.MostPlaces, true),
            (body.GetProperty("items").GetArrayLength(), body.GetProperty("partial").GetBoolean()));
    }

    [Theory]
    [InlineData("1,2,3")]
    [InlineData("a,b,c,d")]
    [InlineData("127,38,128,37")]
    [InlineData("127,37,127,38")]
    [InlineData("-181,37,127,38")]
    [InlineData("127,-91,128,38")]
    public async Task A_box_that_is_none_is_refused_by_its_name(string box)
    {
        var (status, body) = await town.Get($"/api/listings/places?bbox={box}");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("Must be west,south,east,north in degrees.", body.GetProperty("errors").GetProperty("bbox")[0].GetString());
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

    /// <summary>The places of a search, each with how much is there.</summary>
    private async Task<List<string>> Places(string query)
    {
        var (status, body) = await town.Get($"/api/listings/places?{query}");
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return [.. body.GetProperty("items").EnumerateArray().Select(place => $"{place.GetProperty("name")} {place.GetProperty("count")}")];
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
