using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Catalog;

/// <summary>Kinds whose table wants an alarm before a registration counts, and one after a deletion.</summary>
public sealed class Registering_with_an_alarm(TestPostgres postgres)
{
    [Fact]
    [Requirement("GD-12")]
    public async Task It_is_registered_once_the_alarm_was_sent_and_one_alarm_it_is()
    {
        await using var shop = await Shop.Open(postgres);

        var offered = await shop.Offer("minji", shop.AlarmedKind);

        Assert.Equal((201, "registered", "2"), (offered.Status, offered["status"], offered["revision"]));
        var asked = Assert.Single(shop.Alarms.Asked);
        Assert.Equal((offered.Id, 1, "send-alarm", "catalog", "listing-registered", "Brass kettle"), (asked.Stream, asked.Revision, asked.Verb, asked.Asker, asked.Subject, asked.Title));
        var told = await shop.Said(CatalogMessages.ListingChanged);
        Assert.Equal(["draft", "registered"], told.Select(message => message.Read<ListingChanged>().What));
        Assert.All(told, message => Assert.Equal(asked.Correlation, message.Correlation));
    }

    [Fact]
    [Requirement("GD-N1.2")]
    [Requirement("GD-N2.4")]
    public async Task While_alarms_are_out_of_reach_the_draft_is_kept_and_can_be_tried_again()
    {
        await using var shop = await Shop.Open(postgres);
        shop.Alarms.Answering = _ => Task.FromResult<Reply>(new Reply.Unreachable(TimeSpan.FromSeconds(5), "down"));

        var refused = await shop.Offer("minji", shop.AlarmedKind);
        var draft = refused.Body!["listing"]!["id"]!.ToString();
        var again = await shop.Bed.Post($"/api/listings/{draft}/register", "minji");
        shop.Alarms.Answering = null;
        var registered = await shop.Bed.Post($"/api/listings/{draft}/register", "minji");
        var twice = await shop.Bed.Post($"/api/listings/{draft}/register", "minji");

        Assert.Equal((503, "alarm-unavailable", "5"), (refused.Status, refused.Problem, refused.Headers["Retry-After"]));
        Assert.Equal("draft", refused.Body!["listing"]!["status"]!.ToString());
        Assert.Equal("alarm-unavailable", again.Problem);
        Assert.Equal((200, "registered"), (registered.Status, registered["status"]));
        Assert.Equal((200, registered["revision"]), (twice.Status, twice["revision"]));
    }

    [Fact]
    public async Task Of_a_draft_nothing_is_taken_and_nobody_else_learns_of_it()
    {
        await using var shop = await Shop.Open(postgres);
        shop.Alarms.Answering = _ => Task.FromResult<Reply>(new Reply.Unreachable(TimeSpan.FromSeconds(5), "down"));
        var draft = Guid.Parse((await shop.Offer("minji", shop.AlarmedKind)).Body!["listing"]!["id"]!.ToString());

        Assert.Null(await shop.Find(draft));
        Assert.IsType<Reply.No>(await shop.Stock.Ask(shop.Ask(draft, "take-stock"), TestContext.Current.CancellationToken));
        Assert.Equal("not-found", (await shop.Bed.Post($"/api/listings/{draft}/register", "junho")).Problem);
        Assert.Equal("withdrawn", (await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{draft}", "minji"))["status"]);
        Assert.Equal("listing-withdrawn", (await shop.Bed.Post($"/api/listings/{draft}/register", "minji")).Problem);
        Assert.Empty(await shop.Said(CatalogMessages.Requests));
    }

    [Fact]
    public async Task An_answer_that_takes_long_is_pending_and_the_end_stands_under_the_same_key()
    {
        await using var shop = await Shop.Open(postgres, new Settings { Sandbox = false, Trading = new TradingSettings { AnswerWithin = TimeSpan.FromMilliseconds(200) } });
        var answer = new TaskCompletionSource<Reply>();
        shop.Alarms.Answering = _ => answer.Task;

        var pending = await shop.Offer("minji", shop.AlarmedKind, null, ("Idempotency-Key", "slow"));
        var meanwhile = await shop.Bed.Send(HttpMethod.Patch, $"/api/listings/{pending.Id}", "minji", new { price = 5 });
        answer.SetResult(new Reply.Yes("alarm-sent"));
        var ended = await ModuleBed.Until(() => shop.Offer("minji", shop.AlarmedKind, null, ("Idempotency-Key", "slow")), heard => heard.Status != 409);

        Assert.Equal((202, "registering", "register"), (pending.Status, pending["status"], pending.Body!["pending"]!["do"]!.ToString()));
        Assert.Equal((409, "in-progress"), (meanwhile.Status, meanwhile.Problem));
        Assert.Equal((201, "registered", pending.Id), (ended.Status, ended["status"], ended.Id));
    }

    [Fact]
    public async Task An_alarm_whose_answer_was_lost_is_asked_for_by_the_same_key_until_it_is_known()
    {
        await using var shop = await Shop.Open(postgres);
        var lost = 0;
        shop.Alarms.Answering = _ => Task.FromResult<Reply>(Interlocked.Increment(ref lost) <= 2 ? new Reply.Unknown("lost") : new Reply.Yes("alarm-sent"));

        var offered = await shop.Offer("minji", shop.AlarmedKind);

        Assert.Equal((201, "registered"), (offered.Status, offered["status"]));
        Assert.Equal(3, shop.Alarms.Asked.Count);
        Assert.Single(shop.Alarms.Asked.Select(asked => asked.Key).Distinct());
    }

    [Fact]
    public async Task What_never_becomes_known_is_voided_and_the_draft_is_kept()
    {
        var impatient = new TradingSettings { AskAgainFor = TimeSpan.FromMilliseconds(200) };
        await using var shop = await Shop.Open(postgres, new Settings { Sandbox = false, Trading = impatient });
        shop.Alarms.Answering = _ => Task.FromResult<Reply>(new Reply.Unknown("lost"));

        var refused = await shop.Offer("minji", shop.AlarmedKind);

        Assert.Equal((409, "timed-out"), (refused.Status, refused.Problem));
        Assert.Equal("draft", refused.Body!["listing"]!["status"]!.ToString());
    }

    [Fact]
    public async Task A_registration_that_was_begun_by_a_process_that_died_is_carried_on_by_the_next()
    {
        var settings = new Settings { Sandbox = false, Trading = new TradingSettings { AnswerWithin = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromMilliseconds(300) } };
        await using var shop = await Shop.Open(postgres, settings);
        shop.Alarms.Answering = _ => new TaskCompletionSource<Reply>().Task;
        var pending = await shop.Offer("minji", shop.AlarmedKind);

        await shop.Bed.StartAgain(() => shop.Alarms.Answering = null);

        await ModuleBed.Until(() => shop.Find(pending.Id), listing => listing is { Status: "registered" });
        Assert.Single(shop.Alarms.Asked.Select(asked => asked.Key).Distinct());
        await shop.BooksAreInOrder();
    }

    [Fact]
    [Requirement("GD-13")]
    [Requirement("GD-13", "exactly one, also when notices were down")]
    [Requirement("GD-2", "with notices down")]
    [Requirement("GD-N2.3")]
    public async Task A_deletion_is_done_at_once_and_its_alarm_is_asked_for_once_when_notices_are_back()
    {
        await using var shop = await Shop.Open(postgres, new Settings { Sandbox = true });
        var listing = (await shop.Offer("minji", shop.AlarmedKind)).Id;
        shop.Bed.Faults.Switch(Faults.DownOf(Modules.Notices), true);

        var withdrawn = await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        await shop.Bed.Send(HttpMethod.Delete, $"/api/listings/{listing}", "minji");
        Assert.Equal((200, "withdrawn"), (withdrawn.Status, withdrawn["status"]));
        shop.Bed.Faults.Switch(Faults.DownOf(Modules.Notices), false);

        await ModuleBed.Until(() => shop.Find(listing), found => found.Revision == 4);
        var asked = Assert.Single(shop.Alarms.Heard, message => message.Type == CatalogMessages.Requests).Read<Request>();
        Assert.Equal((listing, "send-alarm", "listing-deleted", Modules.Catalog), (asked.Stream, asked.Verb, asked.Subject, asked.Asker));
        Assert.Equal(["draft", "registered", "withdrawn", "alarm-sent"], (await shop.Said<ListingChanged>(CatalogMessages.ListingChanged)).Where(told => told.Listing == listing).Select(told => told.What));
    }
}
