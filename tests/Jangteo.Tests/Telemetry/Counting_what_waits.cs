using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Telemetry;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Views;

namespace Jangteo.Tests.Telemetry;

/// <summary>What waits in a module, and for how long.</summary>
public sealed class Counting_what_waits(Town town) : IClassFixture<Town>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private Storage Speaker => town.Storage(Modules.Identity);

    [Fact]
    public async Task The_age_of_the_oldest_row_that_has_not_gone_out_is_read_from_the_id_of_its_message()
    {
        var said = DateTimeOffset.UtcNow;
        Waiting? waiting = null;
        await town.Reopen(async () =>
        {
            await Say();
            await Say();
            waiting = await Waiting.Of(Speaker, byBroker: false, said + TimeSpan.FromHours(1), ct);
        });
        await town.Rest();
        var gone = await Waiting.Of(Speaker, byBroker: false, said + TimeSpan.FromHours(1), ct);

        Assert.Equal(2, waiting!.Unsent);
        Assert.InRange(waiting.OldestUnsent, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.Equal((0, TimeSpan.Zero), (gone.Unsent, gone.OldestUnsent));
    }

    [Fact]
    public async Task Where_there_is_a_broker_what_it_does_not_have_has_not_gone_out()
    {
        await town.Reopen(Say);
        await town.Rest();
        var now = DateTimeOffset.UtcNow;
        await Speaker.Do(Cause.New(), work =>
        {
            work.Write("update relay set sent = position - 1");
            return Task.CompletedTask;
        }, ct);

        var waiting = await Waiting.Of(Speaker, byBroker: true, now + TimeSpan.FromHours(1), ct);

        Assert.Equal(1, waiting.Unsent);
        Assert.InRange(waiting.OldestUnsent, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task What_is_parked_and_what_waits_for_its_turn_are_counted_apart()
    {
        var views = town.Storage(Modules.Views);
        await RawMessages.Park(town.Storage, Modules.Views);
        await RawMessages.Park(town.Storage, Modules.Views);
        var person = new PersonChanged(Ids.New(), "Somebody", "somebody@example.org", null, "en", false);
        var early = new Message(
            Ids.New(), IdentityMessages.PersonChanged, Modules.Identity, person.Person, new MessageContext(), Ids.New(), Ids.New(), null,
            DateTimeOffset.UtcNow,
            JsonSerializer.SerializeToElement(person, Wire.Json));
        await RawMessages.Send(Speaker, Modules.Views, person.Person, JsonSerializer.Serialize(early, Wire.Json), seq: 7);
        await Town.Until(async () => (await Waiting.Of(views, byBroker: false, DateTimeOffset.UtcNow, ct)).Aside == 1);

        var waiting = await Waiting.Of(views, byBroker: false, DateTimeOffset.UtcNow, ct);
        await views.Do(Cause.New(), work =>
        {
            work.Write("delete from aside");
            return Task.CompletedTask;
        }, ct);

        Assert.Equal((1, 2), (waiting.Aside, waiting.Parked));
    }

    [Fact]
    public void The_trace_of_a_trade_is_its_id()
    {
        var trade = Ids.New();

        Assert.Equal(trade.ToString("N"), Spans.TraceOf(trade).ToHexString());
    }

    private Task Say() => Speaker.Do(Cause.New(), work =>
    {
        var person = Ids.New();
        work.Send(IdentityMessages.PersonChanged, person, new PersonChanged(person, "Somebody", "somebody@example.org", null, "en", false), new MessageContext());
        return Task.CompletedTask;
    }, ct);
}
