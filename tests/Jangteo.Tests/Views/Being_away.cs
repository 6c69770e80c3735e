using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Tests.Views;

/// <summary>Views and notices stopped and started again: what they missed they hear then, and nothing twice.</summary>
public sealed class Being_away
{
    [Fact]
    public async Task A_message_that_fails_for_good_parks_its_stream_and_nothing_else_until_an_operator_lets_it_go()
    {
        await using var town = new Town();
        await town.InitializeAsync();
        var (broken, sound, sora) = (Tale.Of(town), Tale.Of(town), new PersonRef(Ids.New(), "Sora"));
        await town.Say(Modules.Trading, TradingMessages.Moved, broken.Trade, new { nonsense = true }, broken.Context);
        await broken.Moves("request");
        await sound.Moves("request");

        Assert.Equal("requested", await StateOf(town, sound));
        var parked = await Town.Found(async () => (await town.Get("/api/operator/views/parked", sora, isOperator: true)).Body.EnumerateArray().Cast<System.Text.Json.JsonElement?>().SingleOrDefault());
        Assert.Equal(broken.Trade, parked.GetProperty("stream").GetGuid());
        Assert.Contains((await town.Get("/api/operator/views/attention", sora, isOperator: true)).Body.GetProperty("items").EnumerateArray(), item => item.GetProperty("what").GetString() == "parked");
        Assert.True((await town.Books(Modules.Views)).Ok);

        using var client = town.As(sora, isOperator: true);
        using var letGo = await client.PostAsync(new Uri($"/api/operator/views/parked/{parked.GetProperty("id").GetInt64()}/answer", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(new { @event = "none", reason = "It says nothing." }), TestContext.Current.CancellationToken);

        Assert.True(letGo.IsSuccessStatusCode, await letGo.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("requested", await StateOf(town, broken));
    }

    [Fact]
    public async Task Outside_the_sandbox_there_is_no_phone_to_look_at_and_no_carrier_that_pretends()
    {
        await using var town = new Town { Sandbox = false };
        await town.InitializeAsync();
        var tale = Tale.Of(town, "water-purifier");
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id, new PersonChanged(tale.Buyer.Id, "Minji", "minji@gaon.example", "+821012345678", "en", false));
        await tale.Moves("apply");

        await Town.Until(async () => (await town.Get("/api/operator/notices/undeliverable", new PersonRef(Ids.New(), "Sora"), isOperator: true)).Body.GetProperty("items").GetArrayLength() == 1);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await town.Get("/api/sandbox/phone?person=Minji", tale.Buyer)).Status);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await town.Get("/api/sandbox/mailbox?person=Minji", tale.Buyer)).Status);
    }

    [Fact]
    [Requirement("CP-2")]
    [Requirement("CP-13")]
    [Requirement("WP-11", "one per change, none on replay")]
    public async Task What_was_said_while_they_were_stopped_is_heard_when_they_are_back_and_nothing_twice()
    {
        await using var town = new Town();
        await town.InitializeAsync();
        var tale = Tale.Of(town, "water-purifier");
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id, new PersonChanged(tale.Buyer.Id, "Minji", "minji@gaon.example", "+821012345678", "en", false));
        await tale.MovesAll("apply", "prepare");
        await town.Rest();

        await town.Reopen(() => tale.MovesAll("ship", "install"));

        await town.Rest();
        Assert.Equal("installed", Assert.Single((await town.Get("/api/my/trades", tale.Buyer)).Body.GetProperty("items").EnumerateArray()).GetProperty("state").GetString());
        Assert.Equal(4, (await town.Get($"/api/trades/{tale.Trade}/timeline", tale.Buyer)).Body.GetProperty("items").EnumerateArray().Count(line => line.GetProperty("do").GetString() is not null && line.GetProperty("to").GetString() is not null));
        await Town.Until(async () => (await town.Get("/api/sandbox/phone?person=Minji")).Body.GetProperty("items").GetArrayLength() == 4);
        Assert.True((await town.Books(Modules.Views)).Ok);
        Assert.True((await town.Books(Modules.Notices)).Ok);
    }

    private static async Task<string?> StateOf(Town town, Tale tale) =>
        (await town.Get($"/api/my/trades?after=trading:{tale.Trade}:1", tale.Seller)).Body.GetProperty("items")[0].GetProperty("state").GetString();
}
