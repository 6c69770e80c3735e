using System.Net;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Platform;
using Jangteo.Tests.Views;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Notices;

/// <summary>Who is told what, when a trade moves.</summary>
[Collection(nameof(InTown))]
public sealed class Telling_people(Town town)
{
    [Fact]
    public async Task Every_move_tells_everybody_but_the_one_who_made_it()
    {
        var tale = await Tale.Of(town, title: "Wool coat").MovesAll("request", "accept");
        await town.Rest();

        Assert.Equal("request", Assert.Single((await Told(tale.Seller)).GetProperty("items").EnumerateArray()).GetProperty("what").GetString());
        Assert.Equal("accept", Assert.Single((await Told(tale.Buyer)).GetProperty("items").EnumerateArray()).GetProperty("what").GetString());
    }

    [Fact]
    public async Task What_nobody_commanded_tells_both()
    {
        var tale = await Tale.Of(town).MovesAll("request", "lapse");
        await town.Rest();

        Assert.Equal("lapse", (await Told(tale.Buyer)).GetProperty("items")[0].GetProperty("what").GetString());
        Assert.Equal("lapse", (await Told(tale.Seller)).GetProperty("items")[0].GetProperty("what").GetString());
    }

    [Fact]
    public async Task A_notice_is_read_in_the_language_in_which_it_is_asked_for_and_nothing_in_it_is_left_open()
    {
        var tale = await Tale.Of(town, "shopping-mall", title: "Acacia honey", price: 18000).MovesAll("order", "open-payment");
        await town.Rest();

        var english = (await Told(tale.Buyer, "en")).GetProperty("items")[0].GetProperty("text").GetString()!;
        var korean = (await Told(tale.Buyer, "ko")).GetProperty("items")[0].GetProperty("text").GetString()!;

        Assert.StartsWith("Your order of Acacia honey is ready for payment. Please transfer ₩18,000 by ", english, StringComparison.Ordinal);
        Assert.StartsWith("Acacia honey 주문을 결제할 수 있어요. ", korean, StringComparison.Ordinal);
        Assert.EndsWith("까지 18,000원 입금해 주세요.", korean, StringComparison.Ordinal);
        Assert.DoesNotContain('{', english + korean);
    }

    [Fact]
    public async Task What_is_unread_is_counted_until_it_is_read()
    {
        var tale = await Tale.Of(town).MovesAll("request", "lapse");
        await town.Rest();
        var notices = await Told(tale.Seller);
        Assert.Equal(2, notices.GetProperty("unread").GetInt32());

        var older = notices.GetProperty("items")[1].GetProperty("id").GetGuid();
        Assert.Equal(1, (await town.Post("/api/notices/read", new { upTo = older }, tale.Seller)).Body.GetProperty("count").GetInt32());
        Assert.Equal([false, true], (await Told(tale.Seller)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("read").GetBoolean()));
        Assert.Equal(0, (await town.Post("/api/notices/read", new { }, tale.Seller)).Body.GetProperty("count").GetInt32());
        Assert.Equal(0, (await town.Post("/api/notices/read", new { upTo = older }, tale.Seller)).Body.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Nobody_reads_or_marks_the_notices_of_others()
    {
        var tale = await Tale.Of(town).Moves("request");
        await town.Rest();
        var id = (await Told(tale.Seller)).GetProperty("items")[0].GetProperty("id").GetGuid();

        Assert.Empty((await Told(tale.Operator)).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, (await town.Post("/api/notices/read", new { upTo = id }, tale.Buyer)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await town.Get("/api/notices")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await town.Get("/api/notices?limit=0", tale.Buyer)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await town.Get("/api/notices?cursor=-1", tale.Buyer)).Status);
    }

    [Fact]
    public async Task Page_by_page_every_notice_comes_once_newest_first()
    {
        var me = new PersonRef(Ids.New(), "Me");
        for (var number = 0; number < 5; number++)
        {
            await Tale.Of(town, seller: me, title: $"Thing {number}").Moves("request");
        }

        await town.Rest();
        var texts = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = (await town.Get($"/api/notices?limit=2{(next.Length > 0 ? "&cursor=" + next : "")}", me)).Body;
            texts.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("text").GetString()!));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(["Thing 4", "Thing 3", "Thing 2", "Thing 1", "Thing 0"], texts.Select(text => text[text.IndexOf("Thing", StringComparison.Ordinal)..][..7]));
    }

    [Fact]
    public async Task What_people_were_told_is_said_to_the_views()
    {
        var tale = await Tale.Of(town, "water-purifier").Moves("apply");
        await town.Rest();

        var said = await town.Storage(Modules.Notices).Query(
            new Platform.Storing.Sql("select message from outbox where stream = $1 and type = $2", tale.Trade, NoticesMessages.Told), reader => JsonSerializer.Deserialize<Message>(reader.GetString(0), Wire.Json)!.Read<Told>(), CancellationToken.None);

        var told = Assert.Single(said);
        Assert.Equal([(tale.Buyer.Id, "sms", "waiting"), (tale.Seller.Id, "app", "told")], told.Tellings.Select(telling => (telling.Person, telling.Channel, telling.Status)));
    }

    [Fact]
    public async Task Whoever_could_not_wait_for_the_end_of_his_own_move_is_told_of_it()
    {
        var moved = Tale.Of(town).Moved("request");

        Assert.Equal([moved.Seller.Id], WhoIsTold.Of(town.Shelf.Find(moved.Kind), moved).Select(notice => notice.Person));
        Assert.Equal([moved.Buyer.Id, moved.Seller.Id], WhoIsTold.Of(town.Shelf.Find(moved.Kind), moved with { Waited = moved.Buyer.Id }).Select(notice => notice.Person));
        await Task.CompletedTask;
    }

    [Fact]
    [Requirement("GD-N1.1", "a time-out is not a no")]
    public async Task Whoever_could_not_wait_is_told_of_a_no_too_and_whoever_heard_it_is_not()
    {
        var gone = await Tale.Of(town).Moves("request");
        await gone.Notes("refused", "accept", "timed-out", waited: gone.Seller.Id);
        var there = await Tale.Of(town).Moves("request");
        await there.Notes("refused", "accept", "timed-out");
        await town.Rest();

        var notice = (await Told(gone.Seller)).GetProperty("items")[0];
        Assert.Equal($"Accept: {town.Shelf.Texts.Refusal("timed-out", "en", "second-hand")}", notice.GetProperty("text").GetString());
        Assert.Equal(1, (await Told(there.Seller)).GetProperty("items").GetArrayLength());
        Assert.True((await town.Books(Modules.Notices)).Ok);
    }

    [Fact]
    public async Task What_a_buyer_repeats_by_bank_transfers_is_the_same_to_the_seller_and_is_not_sent_each_time()
    {
        var tale = await Tale.Of(town, "shopping-mall").MovesAll("order");
        var noted = new TradeNoted(
            tale.Trade, "shopping-mall", 1, 2, "ordered", "noted", null, "bank", null, null, null, [], tale.Buyer.Id, tale.Seller.Id, Ids.New(),
            new Money(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "none", "none", DateTimeOffset.UtcNow,
            Transfer: new TransferNews("transfer-short", 1, "Tea", "Buyer", "Seller", "KRW", null));

        var first = WhoIsTold.Of(town.Shelf.Find("shopping-mall"), noted).ToList();
        var second = WhoIsTold.Of(town.Shelf.Find("shopping-mall"), noted with { Revision = 3 }).ToList();

        Assert.Contains(first, notice => notice.Person == tale.Buyer.Id);
        Assert.Contains(first, notice => notice.Person == tale.Seller.Id);
        Assert.Equal(first.Count, second.Count);
        Assert.All(first.Zip(second), pair => Assert.True(pair.First.IsLike(pair.Second), $"{pair.First}"));
    }

    [Fact]
    public async Task A_kind_that_is_on_the_shelf_no_more_still_tells_its_parties()
    {
        var moved = Tale.Of(town).Moved("request") with { Kind = "forgotten" };

        var notice = Assert.Single(WhoIsTold.Of(null, moved));

        Assert.Equal((moved.Seller.Id, "app"), (notice.Person, notice.Channel));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task The_books_agree_with_every_move_there_was()
    {
        await Tale.Of(town).MovesAll("request", "accept", "finish");
        await Tale.Of(town, "water-purifier").MovesAll("apply", "prepare", "ship", "install");
        await town.Rest();

        var books = (await town.Get("/api/operator/notices/books", new PersonRef(Ids.New(), "Sora"), isOperator: true)).Body;

        Assert.True(books.GetProperty("ok").GetBoolean(), books.ToString());
        Assert.Equal(5, books.GetProperty("checks").GetArrayLength());
    }

    [Fact]
    [Requirement("I9")]
    public async Task The_books_find_a_notice_that_is_missing_and_one_that_is_made_up()
    {
        var tale = await Tale.Of(town).MovesAll("request", "accept");
        await town.Rest();
        await Run("update notices set person = $2 where subject = $1 and person = $3 returning 1");

        var missing = Assert.Single((await town.Books(Modules.Notices)).Checks, check => !check.Ok);
        await Run("update notices set person = $3 where subject = $1 and person = $2 returning 1");
        await Run(
            """
            insert into notices (subject, cause, what, person, channel, id, trade, listing, kind, status, at, facts, other)
            select subject, cause, what, $2, channel, gen_random_uuid(), trade, listing, kind, status, at, facts, other from notices where subject = $1 and person = $3
            returning 1
            """);
        var madeUp = Assert.Single((await town.Books(Modules.Notices)).Checks, check => !check.Ok);
        await Run("delete from notices where subject = $1 and person = $2 and $3 is not null returning 1");

        Assert.Contains($"never told: {tale.Trade}/1 request to {tale.Seller.Id}", missing.Detail, StringComparison.Ordinal);
        Assert.Contains($"told for no reason: {tale.Trade}/1 request to {tale.Operator.Id}", madeUp.Detail, StringComparison.Ordinal);

        Task Run(string sql) => town.Storage(Modules.Notices).Query(new Platform.Storing.Sql(sql, tale.Trade, tale.Operator.Id, tale.Seller.Id), reader => 0, CancellationToken.None);
    }

    private async Task<JsonElement> Told(PersonRef person, string language = "en") => (await town.Get("/api/notices", person, language: language)).Body;
}
