using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Tests.Views;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Notices;

/// <summary>send-alarm, as a question before something counts and as a request after it.</summary>
[Collection(nameof(InTown))]
public sealed class Sending_alarms(Town town)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private IQuestions Notices => town.Services.GetRequiredKeyedService<IQuestions>(Modules.Notices);

    [Fact]
    public async Task Asked_many_times_at_once_by_one_key_the_alarm_is_sent_once_and_the_answer_is_always_yes()
    {
        var question = Alarm();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Notices.Ask(question, ct)));

        Assert.All(answers, answer => Assert.Equal(new Reply.Yes("alarm-sent"), answer));
        var notice = Assert.Single(await Told(question));
        Assert.Equal("Your listing Handcart has been registered.", notice.GetProperty("text").GetString());
        Assert.Equal(1, await Said(question));
    }

    [Fact]
    public async Task Another_attempt_is_another_key_and_another_alarm()
    {
        var first = Alarm();
        await Notices.Ask(first, ct);
        await Notices.Ask(first with { Revision = 7 }, ct);

        Assert.Equal(2, (await Told(first)).Count);
    }

    [Fact]
    public async Task Voided_before_it_was_sent_it_never_will_be()
    {
        var question = Alarm();

        Assert.Equal(new Reply.No("timed-out", "timed-out"), await Notices.Void(question, ct));

        Assert.Equal(new Reply.No("timed-out", "timed-out"), await Notices.Ask(question, ct));
        Assert.Equal(new Reply.No("timed-out", "timed-out"), await Notices.Void(question, ct));
        Assert.Empty(await Told(question));
    }

    [Fact]
    public async Task Voided_after_it_was_sent_the_answer_is_that_it_was()
    {
        var question = Alarm();
        await Notices.Ask(question, ct);

        Assert.Equal(new Reply.Yes("alarm-sent"), await Notices.Void(question, ct));
        Assert.Equal(new Reply.Yes("alarm-sent"), await Notices.Ask(question, ct));
        Assert.Single(await Told(question));
    }

    [Fact]
    public async Task Asked_and_voided_at_once_both_hear_the_same()
    {
        for (var round = 0; round < 10; round++)
        {
            var question = Alarm();

            var answers = await Task.WhenAll(Notices.Ask(question, ct), Notices.Void(question, ct), Notices.Ask(question, ct));

            Assert.Single(answers.Distinct());
            Assert.Equal(answers[0] is Reply.Yes ? 1 : 0, (await Told(question)).Count);
        }
    }

    [Fact]
    [Requirement("GD-13", "exactly one, also when notices were down")]
    public async Task Asked_for_by_request_the_alarm_is_sent_once_and_answered()
    {
        var request = Alarm("listing-deleted") with { Asker = Modules.Catalog };
        var context = new MessageContext(null, request.Kind, null, request.Seller, request.Listing);
        await town.Say(Modules.Catalog, CatalogMessages.Requests, request.Stream, request, context, to: Modules.Notices);
        await town.Say(Modules.Catalog, CatalogMessages.Requests, request.Stream, request, context, to: Modules.Notices);

        await Town.Until(() => Task.FromResult(town.HeardBy(Modules.Catalog).Count(message => message.Stream == request.Stream) == 2));

        Assert.All(
            town.HeardBy(Modules.Catalog).Where(message => message.Stream == request.Stream),
            message => Assert.Equal(new Answered(request.Stream, request.Revision, "send-alarm", "alarm-sent"), message.Read<Answered>()));
        Assert.Equal("Your listing Handcart has been deleted.", Assert.Single(await Told(request)).GetProperty("text").GetString());
    }

    private static Request Alarm(string subject = "listing-registered")
    {
        var listing = Ids.New();
        return new Request
        {
            Stream = listing,
            Revision = 1,
            Verb = "send-alarm",
            Asker = "catalog",
            Kind = "neighborhood-rental",
            Listing = listing,
            Seller = Ids.New(),
            Currency = "KRW",
            Subject = subject,
            Title = "Handcart",
        };
    }

    private async Task<List<JsonElement>> Told(Request alarm) =>
        [.. (await town.Get("/api/notices", new PersonRef(alarm.Seller, "Junho"))).Body.GetProperty("items").EnumerateArray()];

    private async Task<long> Said(Request alarm) =>
        await town.Storage(Modules.Notices).Find(new Platform.Storing.Sql("select count(*) from outbox where stream = $1 and type = $2", alarm.Stream, NoticesMessages.Told), reader => reader.GetInt64(0), ct);
}
