using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Views.Operating;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Views;

/// <summary>Views and notices stopped and started again: what they missed they hear then, and nothing twice.</summary>
public sealed class Being_away
{
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
        Assert.True((await town.Services.GetRequiredService<ViewsBooks>().Check(CancellationToken.None)).Ok);
        Assert.True((await town.Services.GetRequiredService<Jangteo.Notices.NoticesBooks>().Check(CancellationToken.None)).Ok);
    }
}
