using System.Net;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Tests.Views;

/// <summary>GET /api/trades/{id}/timeline, and what operators see.</summary>
[Collection(nameof(InTown))]
public sealed class Telling_a_trade(Town town)
{
    [Fact]
    [Requirement("CS-N3.1")]
    [Requirement("CP-3")]
    public async Task State_and_history_are_in_one_place_and_what_one_request_led_to_has_its_correlation()
    {
        var tale = Tale.Of(town, "car-share");
        var correlation = Ids.New();
        await tale.Moves("rent", correlation);
        await town.Say(Modules.Delivery, DeliveryMessages.Answered, tale.Trade, new Answered(tale.Trade, 1, "deliver", "delivery-started"), tale.Context, correlation: correlation);
        await town.Say(
            Modules.Payments, PaymentsMessages.Posted, tale.Trade,
            new JournalsPosted(tale.Trade, [new Journal(Ids.New(), "card-hold", [new Entry("buyer:1", -3000), new Entry("escrow:1", 3000)], DateTimeOffset.UtcNow)]), tale.Context, correlation: correlation);
        await town.Rest();

        var lines = await Lines(tale, tale.Buyer);

        Assert.Equal(["answer", "command", "money", "notice"], lines.Select(What).Order());
        Assert.All(lines, line => Assert.Equal(correlation, line.GetProperty("correlation").GetGuid()));
        var command = lines.Single(line => What(line) == "command");
        Assert.Equal(("rent", "start", "accepted", "buyer"), (Text(command, "do"), Text(command, "from"), Text(command, "to"), Text(command, "actor")));
        Assert.Equal(["take-stock", "hold-payment", "deliver"], command.GetProperty("asked").EnumerateArray().Select(verb => verb.GetString()));
        Assert.Equal("The card was charged", Text(lines.Single(line => What(line) == "money"), "label"));
        Assert.Equal(3000, lines.Single(line => What(line) == "money").GetProperty("journals")[0].GetProperty("entries")[1].GetProperty("amount").GetInt64());
        Assert.Equal(tale.Seller.Id, lines.Single(line => What(line) == "notice").GetProperty("told")[0].GetProperty("person").GetProperty("id").GetGuid());
    }

    [Fact]
    [Requirement("CS-6", "only their own")]
    public async Task Only_its_parties_and_operators_learn_that_a_trade_exists()
    {
        var tale = await Tale.Of(town).Moves("request");
        await town.Rest();
        var path = $"/api/trades/{tale.Trade}/timeline";

        Assert.Equal(HttpStatusCode.OK, (await town.Get(path, tale.Seller)).Status);
        Assert.Equal(HttpStatusCode.OK, (await town.Get(path, tale.Operator, isOperator: true)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get(path, tale.Operator)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get($"/api/trades/{Ids.New()}/timeline", tale.Buyer)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await town.Get(path)).Status);
    }

    [Fact]
    public async Task A_start_that_was_refused_has_a_timeline_that_says_why()
    {
        var tale = await Tale.Of(town).Notes("not-begun", "request", "payment-declined");
        await town.Rest();

        var line = Assert.Single(await Lines(tale, tale.Buyer));

        Assert.Equal(("refusal", "payment-declined"), (What(line), Text(line, "code")));
        Assert.Equal(town.Shelf.Texts.Refusal("payment-declined", "en", "second-hand"), Text(line, "label"));
    }

    [Fact]
    public async Task An_operator_sees_quarrels_to_decide_kinds_with_counts_people_and_any_trade_explained()
    {
        var sora = new PersonRef(Ids.New(), "Sora");
        var tale = await Tale.Of(town).MovesAll("request", "accept", "contest");
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id, new PersonChanged(tale.Buyer.Id, "Minji", $"{tale.Buyer.Id:N}@gaon.example", null, "en", false));
        await town.Rest();

        var attention = (await town.Get("/api/operator/views/attention", sora, isOperator: true)).Body.GetProperty("items").EnumerateArray();
        Assert.Contains(attention, item => item.GetProperty("trade").ValueKind == JsonValueKind.String && item.GetProperty("trade").GetGuid() == tale.Trade && Text(item, "what") == "decide");
        var kinds = (await town.Get("/api/operator/views/kinds", sora, isOperator: true)).Body.GetProperty("items").EnumerateArray();
        Assert.True(kinds.Single(kind => Text(kind, "kind") == "second-hand").GetProperty("states").EnumerateArray().Single(state => Text(state, "state") == "disputed").GetProperty("count").GetInt32() >= 1);
        var person = Assert.Single((await town.Get($"/api/operator/views/people?q={tale.Buyer.Id:N}", sora, isOperator: true)).Body.GetProperty("items").EnumerateArray());
        Assert.Equal(1, person.GetProperty("bought").GetInt32());
        var explained = (await town.Get($"/api/operator/views/trades/{tale.Trade}", sora, isOperator: true)).Body;
        Assert.Equal("disputed", explained.GetProperty("trade").GetProperty("state").GetString());
        Assert.Equal(3, explained.GetProperty("timeline").EnumerateArray().Count(line => What(line) == "command"));
        Assert.Equal([tale.Trade], (await town.Get($"/api/operator/views/trades?person={tale.Buyer.Id}", sora, isOperator: true)).Body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task An_operator_sees_who_has_let_the_time_pass()
    {
        var tale = await Tale.Of(town, "neighborhood-rental").MovesAll("reserve", "confirm", "pay", "lend", "remind");
        await town.Rest();

        var attention = (await town.Get("/api/operator/views/attention", tale.Operator, isOperator: true)).Body.GetProperty("items").EnumerateArray();

        var late = Assert.Single(attention, item => Text(item, "what") == "late" && item.GetProperty("trade").GetGuid() == tale.Trade);
        Assert.Equal(tale.Seller.Id, late.GetProperty("person").GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("attention")]
    [InlineData("trades")]
    [InlineData("people")]
    [InlineData("kinds")]
    [InlineData("books")]
    [InlineData("parked")]
    public async Task To_others_the_rooms_of_operators_do_not_exist(string room)
    {
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get($"/api/operator/views/{room}", new PersonRef(Ids.New(), "Curious"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await town.Get($"/api/operator/views/{room}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await town.Get($"/api/operator/views/{room}", new PersonRef(Ids.New(), "Sora"), isOperator: true)).Status);
    }

    private static string? What(JsonElement line) => Text(line, "what");

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private async Task<List<JsonElement>> Lines(Tale tale, PersonRef asker) =>
        [.. (await town.Get($"/api/trades/{tale.Trade}/timeline", asker)).Body.GetProperty("items").EnumerateArray()];
}
