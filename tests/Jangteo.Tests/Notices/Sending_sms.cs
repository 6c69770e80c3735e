using System.Net;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Notices;

/// <summary>What reaches a phone.</summary>
[Collection(nameof(InTown))]
public sealed class Sending_sms(Town town)
{
    [Fact]
    [Requirement("WP-11", "one per change, none on replay")]
    public async Task Every_change_of_a_rental_is_one_sms_in_order_however_often_it_is_heard()
    {
        var tale = Tale.Of(town, "water-purifier", title: "Purifier");
        await Lives(tale.Buyer);
        town.Faults.Switch(Faults.MessagesShuffled, true);
        try
        {
            await tale.MovesAll("apply", "prepare", "ship", "install", "settle");
            await town.Rest();
        }
        finally
        {
            town.Faults.Switch(Faults.MessagesShuffled, false);
        }

        await tale.Moves("collect");
        await Town.Until(async () => (await Phone(tale.Buyer)).Count >= 6);
        Assert.Equal(["apply", "prepare", "ship", "install", "settle", "collect"], await Sent(tale));
        Assert.Equal(6, (await Phone(tale.Buyer)).Count);
    }

    [Fact]
    [Requirement("WP-11", "the SMS provider down blocks nothing")]
    [Requirement("WP-11", "sent when back, in order")]
    public async Task While_the_provider_is_down_everything_else_goes_on_and_when_it_is_back_the_sms_come_in_order()
    {
        var tale = Tale.Of(town, "water-purifier");
        await Lives(tale.Buyer);
        await town.Rest();
        town.Faults.Switch(Faults.SmsDown, true);
        try
        {
            await tale.MovesAll("apply", "prepare", "ship");
            await town.Rest();
            Assert.Empty(await Phone(tale.Buyer));
            Assert.Equal(3, (await town.Get("/api/notices", tale.Seller)).Body.GetProperty("items").GetArrayLength());
        }
        finally
        {
            town.Faults.Switch(Faults.SmsDown, false);
        }

        await tale.Moves("install");
        await Town.Until(async () => (await Phone(tale.Buyer)).Count == 4);
        Assert.Equal(["apply", "prepare", "ship", "install"], await Sent(tale));
    }

    [Fact]
    public async Task The_sms_is_in_the_language_of_its_reader()
    {
        var tale = Tale.Of(town, "water-purifier", title: "Purifier");
        await Lives(tale.Buyer, language: "ko");
        await tale.MovesAll("apply", "prepare");
        await Town.Until(async () => (await Phone(tale.Buyer)).Count == 2);

        var text = (await Phone(tale.Buyer))[0];

        Assert.Equal(Texts.Say(town.Shelf.Texts.Told("water-purifier", "prepare", Party.Buyer, "ko"), new Dictionary<string, string> { ["listing"] = "Purifier" }), text);
    }

    [Fact]
    public async Task A_deadline_is_said_in_the_time_zone_of_the_installation()
    {
        var tale = await Tale.Of(town).Moves("request");
        await town.Rest();

        var due = (await town.Get("/api/my/trades", tale.Seller)).Body.GetProperty("items")[0].GetProperty("next").EnumerateArray()
            .Min(next => next.GetProperty("at").GetDateTimeOffset());
        var text = (await town.Get("/api/notices", tale.Seller, language: "ko")).Body.GetProperty("items")[0].GetProperty("text")
            .GetString()!;

        // Of an installation whose language is ko: Korea, wherever the machine stands.
        Assert.Contains(Texts.When(due.ToOffset(TimeSpan.FromHours(9)), "ko"), text);
    }

    [Fact]
    public async Task Without_a_phone_an_sms_is_undeliverable_and_operators_see_it()
    {
        var tale = Tale.Of(town, "water-purifier");
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id, new PersonChanged(tale.Buyer.Id, tale.Buyer.Name, Mail(tale.Buyer), null, "en", false));
        await tale.MovesAll("apply");

        await Town.Until(async () => (await Undeliverable()).Contains(tale.Trade));

        Assert.Empty(await Phone(tale.Buyer));
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get("/api/operator/notices/undeliverable", tale.Seller)).Status);
    }

    [Fact]
    public async Task Somebody_not_yet_heard_of_is_told_when_he_is_and_keeps_nobody_waiting()
    {
        var late = await Tale.Of(town, "water-purifier").Moves("apply");
        var other = Tale.Of(town, "water-purifier");
        await Lives(other.Buyer);
        await other.Moves("apply");
        await Town.Until(async () => (await Phone(other.Buyer)).Count == 1);

        await Lives(late.Buyer);

        await Town.Until(async () => (await Phone(late.Buyer)).Count == 1);
    }

    [Fact]
    public async Task An_sms_goes_to_the_number_that_Identity_has_though_its_change_was_not_heard_yet()
    {
        var tale = Tale.Of(town, "water-purifier");
        await Lives(tale.Buyer);
        town.Change(new PersonChanged(tale.Buyer.Id, tale.Buyer.Name, Mail(tale.Buyer), "+821077777777", "en", false));

        await tale.Moves("apply");

        await Town.Until(async () => (await Numbers(tale)).Count == 1);
        Assert.Equal(["+821077777777"], await Numbers(tale));
    }

    [Fact]
    public async Task The_phone_of_nobody_is_not_found()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get($"/api/sandbox/phone?person={Ids.New()}")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await town.Get("/api/sandbox/phone")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await town.Get("/api/sandbox/mailbox?person=no-such-person")).Status);
    }

    private static string Mail(PersonRef person) => $"{person.Id:N}@gaon.example";

    private async Task Lives(PersonRef person, string language = "en") =>
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, person.Id, new PersonChanged(person.Id, person.Name, Mail(person), "+8210" + Random.Shared.NextInt64(10_000_000, 99_999_999), language, false));

    /// <summary>What is on the phone, newest first.</summary>
    private async Task<List<string>> Phone(PersonRef person)
    {
        var (status, body) = await town.Get($"/api/sandbox/phone?person={person.Id}");
        return status == HttpStatusCode.NotFound ? [] : [.. body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("text").GetString()!)];
    }

    /// <summary>Where the SMS of a trade went.</summary>
    private async Task<List<string>> Numbers(Tale tale)
    {
        var notices = await town.Services.GetRequiredKeyedService<Storage>(Modules.Notices).Query(
            new Sql("select id from notices where trade = $1 and channel = 'sms'", tale.Trade), row => row.GetGuid(0),
            TestContext.Current.CancellationToken);
        return await town.Services.GetRequiredKeyedService<Storage>(Jangteo.Notices.Sandbox.Phone.Schema).Query(
            new Sql("select recipient from messages where errand = any($1)", notices.ToArray()), row => row.GetString(0),
            TestContext.Current.CancellationToken);
    }

    /// <summary>The moves whose SMS arrived, in the order in which they did.</summary>
    private async Task<List<string>> Sent(Tale tale)
    {
        var moves = (await town.Storage(Modules.Notices).Query(new Sql("select id, what from notices where subject = $1 and channel = 'sms'", tale.Trade), reader => (reader.GetGuid(0), reader.GetString(1)), CancellationToken.None))
            .ToDictionary(row => row.Item1, row => row.Item2);
        return await town.Storage("phone").Query(new Sql("select errand from messages where errand = any($1) order by number", moves.Keys.ToArray()), reader => moves[reader.GetGuid(0)], CancellationToken.None);
    }

    private async Task<List<Guid>> Undeliverable() =>
        [.. (await town.Get("/api/operator/notices/undeliverable?limit=100", new PersonRef(Ids.New(), "Sora"), isOperator: true)).Body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("trade").GetGuid())];
}
