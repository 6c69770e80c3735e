using System.Net;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Jangteo.Tests.Messaging;

/// <summary>The database is full, in trouble, or not the one it was: nothing of that is held against a request or a message.</summary>
public sealed class What_it_stands_on(Town town) : IClassFixture<Town>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private Storage Speaker => town.Storage(Modules.Identity);

    [Theory]
    [InlineData("08006", true)]
    [InlineData("25006", true)]
    [InlineData("25P03", true)]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("53100", true)]
    [InlineData("53200", true)]
    [InlineData("55P03", true)]
    [InlineData("57014", true)]
    [InlineData("57P01", true)]
    [InlineData("58030", true)]
    [InlineData("XX000", true)]
    [InlineData("22003", false)]
    [InlineData("23505", false)]
    [InlineData("23514", false)]
    [InlineData("42601", false)]
    [InlineData("42P01", false)]
    public void A_fault_is_passing_by_the_class_of_its_state(string state, bool passes) => Assert.Equal(passes, PassingFault.Is(Of(state)));

    [Fact]
    public async Task A_question_that_fails_by_a_fault_of_the_program_is_not_taken_for_an_outage()
    {
        var inner = new Failing();
        var questions = new GuardedQuestions(Modules.Payments, inner, new Faults(allowed: false), new Settings().Questions,
            TimeProvider.System);
        var question = new Request
        {
            Stream = Ids.New(),
            Revision = 1,
            Verb = Verb.HoldPayment.Name,
            Asker = Modules.Trading,
            Kind = "barter",
            Listing = Ids.New(),
            Seller = Ids.New(),
            Buyer = Ids.New(),
            Amount = 1,
            Fee = 0,
            Currency = "KRW",
        };
        foreach (var state in (string[])["57P01", "53300"])
        {
            inner.Fault = Of(state);
            Assert.IsType<Reply.Unknown>(await questions.Ask(question, ct));
        }

        foreach (var state in (string[])["23505", "42703"])
        {
            inner.Fault = Of(state);
            await Assert.ThrowsAsync<PostgresException>(() => questions.Ask(question, ct));
        }
    }

    private sealed class Failing : IQuestions
    {
        public Exception Fault { get; set; } = new TimeoutException();

        public Task<Reply> Ask(Request question, CancellationToken ct) => Task.FromException<Reply>(Fault);

        public Task<Reply> Void(Request question, CancellationToken ct) => Task.FromException<Reply>(Fault);
    }

    [Theory]
    [InlineData("53100")]
    [InlineData("55P03")]
    [InlineData("25006")]
    public async Task However_often_the_database_refuses_no_message_is_parked(string state)
    {
        var refusing = new Refusing(state, times: 12);
        var receiver = new Receiver(
            Modules.Views, town.Storage(Modules.Views), refusing, new Faults(allowed: false), NullLogger<Receiver>.Instance);
        var message = Message(Ids.New());

        var failures = 0;
        while (await TryHear(receiver, message) == 0)
        {
            failures++;
        }

        Assert.Equal(12, failures);
        Assert.Equal(0, await Count(Modules.Views, $"select count(*) from aside where stream = '{message.Stream}'"));
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_parked_and_other_streams_go_on()
    {
        var stream = Ids.New();
        await town.Reopen(() => Speaker.Do(Cause.New(), work =>
        {
            work.Write(
                "insert into outbox (type, stream, receivers, seqs, correlation, message) values ($1, $2, '{notices,views}', '{1,1}', $2, 'this is no message')",
                IdentityMessages.PersonChanged, stream);
            return Task.CompletedTask;
        }, ct));
        var other = Ids.New();
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, other, Person(other));

        await Town.Until(async () => await Count(Modules.Views, $"select count(*) from inbox where stream = '{other}'") == 1);
        foreach (var module in new[] { Modules.Views, Modules.Notices })
        {
            await Town.Until(async () => await Count(module, $"select count(*) from aside where stream = '{stream}' and parked_at is not null and reason like 'Json%'") == 1);
        }

        var parked = (await town.Get("/api/operator/views/parked", Sora, isOperator: true)).Body.EnumerateArray()
            .Single(one => one.GetProperty("stream").GetGuid() == stream);
        using var sora = town.As(Sora, isOperator: true);
        using var letGo = await sora.PostAsync(
            $"/api/operator/views/parked/{parked.GetProperty("id").GetInt64()}/answer", new StringContent("""{"event":"","reason":"It cannot be read."}""", System.Text.Encoding.UTF8, "application/json"), ct);
        Assert.Equal(HttpStatusCode.NoContent, letGo.StatusCode);
        Assert.Equal(1, await Count(Modules.Views, $"select seq from inbox where stream = '{stream}'"));
    }

    [Fact]
    public async Task A_log_that_went_back_is_not_heard_and_an_operator_is_told()
    {
        var (kept, lost, instead) = (Ids.New(), Ids.New(), Ids.New());
        await town.Say(Modules.Catalog, CatalogMessages.Answered, kept, Answer(kept));
        await town.Say(Modules.Catalog, CatalogMessages.Answered, lost, Answer(lost));
        await town.Rest();
        var catalog = town.Storage(Modules.Catalog);
        await Town.Until(
            async () =>
                await Count(Modules.Views, "select position from reading where sender = 'catalog'") == await Count(
                    Modules.Catalog, "select position from relay"));

        // As a database that was saved before the last message and has said another since.
        await town.Reopen(() => town.Storage(Modules.Catalog).Do(Cause.New(), async work =>
        {
            work.Write("delete from streams where stream = $1", lost);
            work.Write("update batches set ids = array_remove(ids, (select id from outbox where stream = $1))", lost);
            work.Write("delete from batches where ids = '{}'");
            work.Write("delete from outbox where stream = $1", lost);
            work.Write("update relay set position = position - 1");
            await work.Flush(ct);
            work.Send(CatalogMessages.Answered, instead, Answer(instead), new MessageContext());
        }, ct));

        await Town.Until(() => Task.FromResult(OfLogs(Modules.Views).Count > 0));
        var alarm = Assert.Single(OfLogs(Modules.Views));
        Assert.False(alarm.IsReady);
        Assert.Contains("docs/operating.md", alarm.Text);
        Assert.Equal(0, await Count(Modules.Views, $"select count(*) from inbox where stream = '{instead}'"));

        // Restored to one point with the others, it is heard again.
        await town.Reopen(async () =>
        {
            foreach (var module in new[] { Modules.Views, Modules.Trading, Modules.Notices })
            {
                await town.Storage(module).Do(Cause.New(), work =>
                {
                    work.Write("update reading set position = position - 1, mark = null where sender = 'catalog'");
                    return Task.CompletedTask;
                }, ct);
            }
        });
        await Town.Until(async () => await Count(Modules.Views, $"select count(*) from inbox where stream = '{instead}'") == 1);
        await Town.Until(() => Task.FromResult(OfLogs(Modules.Views).Count == 0));

        // The checks of a module's data may find as well that what was lost has left something behind.
        List<Alarm> OfLogs(string module) =>
            [.. town.Services.GetRequiredService<Alarms>().Of(module).Where(alarm => alarm.Sort is Alarm.LogWentBack or Alarm.LogChanged)];
    }

    [Fact]
    public async Task What_waits_for_its_position_for_half_a_minute_makes_the_process_not_ready()
    {
        var alarms = new Alarms(TimeProvider.System);
        var machine = new MovedClock();
        var watch = new OutboxWatch(Speaker, byBroker: false, alarms, machine, NullLogger<OutboxWatch>.Instance).Loop;
        machine.Forward(TimeSpan.FromSeconds(31));
        await using (var open = await Speaker.Begin(Cause.New(), ct))
        {
            open.Send(IdentityMessages.PersonChanged, Ids.New(), Person(Ids.New()), new MessageContext());
            await open.Flush(ct);
            await town.Say(Modules.Identity, IdentityMessages.PersonChanged, Ids.New(), Person(Ids.New()));

            await watch.StartAsync(ct);
            await Town.Until(() => Task.FromResult(alarms.All.Count > 0));
            Assert.False(Assert.Single(alarms.All).IsReady);
            await watch.StopAsync(ct);
        }

        await town.Rest();
        watch = new OutboxWatch(Speaker, byBroker: false, alarms, machine, NullLogger<OutboxWatch>.Instance).Loop;
        await watch.StartAsync(ct);
        await Town.Until(() => Task.FromResult(alarms.All.Count == 0));
        await watch.StopAsync(ct);
    }

    private static PersonRef Sora => new(SandboxPeople.IdOf(SandboxPeople.Operator), SandboxPeople.Operator);

    private static PostgresException Of(string state) => new("It is so.", "ERROR", "ERROR", state);

    private static PersonChanged Person(Guid person) => new(person, "Somebody", "somebody@example.org", null, "en", false);

    private static Answered Answer(Guid stream) => new(stream, 1, Verb.TakeStock.Name, Verb.TakeStock.Yes, null);

    private Message Message(Guid person) => new(
        Ids.New(), IdentityMessages.PersonChanged, Modules.Identity, person, new MessageContext(), Ids.New(), Ids.New(), null,
        Speaker.Clock.Now,
        System.Text.Json.JsonSerializer.SerializeToElement(Person(person), Wire.Json))
    { Seq = 1 };

    private async Task<int> TryHear(Receiver receiver, Message message)
    {
        try
        {
            return await receiver.Hear([message], also: null, ct);
        }
        catch (PostgresException)
        {
            return 0;
        }
    }

    private Task<long> Count(string module, string sql) =>
        town.Storage(module)
            .Find(new Sql(sql), reader => Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture), ct);

    /// <summary>Fails as the database would, for some times.</summary>
    private sealed class Refusing(string state, int times) : IHear
    {
        private int left = times;

        public Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct) =>
            left-- > 0 ? throw Of(state) : Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());
    }
}
