using System.Text;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RabbitMQ.Client;

namespace Jangteo.SystemTests.Broker;

/// <summary>What a module hears through a real RabbitMQ from the modules of another process, when something is wrong with it.</summary>
public sealed class HearingByBrokerTests(TestPostgres postgres) : IAsyncLifetime
{
    private readonly string folder = TestFolder.New();
    private readonly Listener listener = new(Modules.Views);
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private PrivateBroker broker = null!;
    private ModuleBed senders = null!;
    private ModuleBed receiver = null!;

    private Storage Views => receiver.StorageOf(Modules.Views);

    public async ValueTask InitializeAsync()
    {
        broker = await PrivateBroker.Start(folder, null, ct);
        string[] others = [.. Modules.All.Where(module => module != Modules.Views)];
        senders = await ModuleBed.Start(
            postgres, [.. others.Select(module => new Listener(module))], new Settings { Sandbox = false, Broker = broker.Address });
        receiver = await senders.Beside([listener], services =>
        {
            foreach (var module in others)
            {
                services.AddKeyedSingleton<ILog>(module, new LogOf(module, () => senders));
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        await senders.DisposeAsync();
        await broker.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_sender_that_was_restored_alone_is_noticed_and_an_unreadable_message_is_parked()
    {
        await AnUnreadableMessageIsParkedAndOthersAreHeard();
        await AMessageUnderANewEpochOfALogThatWentBackIsNotHeard();
    }

    private async Task AnUnreadableMessageIsParkedAndOthersAreHeard()
    {
        var (before, torn, after) = (Ids.New(), Ids.New(), Ids.New());
        await Say(before);
        await IsHeard(before);
        var headers = new Dictionary<string, object?> { ["position"] = 1L, ["stream"] = torn.ToString(), ["seq"] = 1 };
        var envelope = new BasicProperties { Persistent = true, AppId = Modules.Catalog, Type = CatalogMessages.Answered, Headers = headers };
        await Publish(torn, envelope, """{"id":"cut off""");
        await Publish(torn, new BasicProperties { Persistent = true }, "No envelope at all.");
        await Say(after);

        await IsHeard(after);
        var parked = await Shop.Eventually(
            () => Views.Query(
                new Sql("select sender, stream, reason from aside where parked_at is not null order by id"),
                row => (Sender: row.GetString(0), Stream: row.GetGuid(1), Reason: row.GetString(2)), ct),
            rows => rows.Count == 2);
        Assert.Equal([Modules.Catalog, ""], parked.Select(row => row.Sender));
        Assert.Equal(torn, parked[0].Stream);
        Assert.All(parked, row => Assert.Contains("JsonException", row.Reason));
        Assert.Equal([before, after], listener.Heard);
    }

    private async Task AMessageUnderANewEpochOfALogThatWentBackIsNotHeard()
    {
        var (lost, instead) = (Ids.New(), Ids.New());
        await Say(lost);
        await IsHeard(lost);
        await Shop.Eventually(() => Number(Views, "select position from reading where sender = 'catalog'"), position => position == 3);

        // The sender's process ends, its database goes back to before the last message, and it starts again: the receiver runs on.
        await senders.StartAgain(Restore);
        await Say(instead);

        var alarms = receiver.Services.GetRequiredService<Alarms>();
        var alarm = Assert.Single(await Shop.Eventually(() => Task.FromResult(alarms.Of(Modules.Views).ToList()), raised => raised.Count > 0));
        Assert.False(alarm.IsReady);
        Assert.Contains("log of catalog went back", alarm.Text);
        Assert.DoesNotContain(instead, listener.Heard);

        // The receiver is restored to the same point: what RabbitMQ has kept for it is heard.
        await Views.Do(Cause.New(), work =>
        {
            work.Write("update reading set position = 2, mark = null where sender = 'catalog'");
            return Task.CompletedTask;
        }, ct);
        await IsHeard(instead);
        Assert.Empty(alarms.All);
    }

    /// <summary>As the database was before the last message was sent.</summary>
    private void Restore()
    {
        using var source = NpgsqlDataSource.Create(senders.Admin);
        using var command = source.CreateCommand(
            """
            set search_path = catalog;
            delete from streams where stream = (select stream from outbox order by id desc limit 1);
            update batches set ids = array_remove(ids, (select max(id) from outbox));
            delete from batches where ids = '{}';
            delete from outbox where id = (select max(id) from outbox);
            update relay set position = position - 1, sent = sent - 1;
            """);
        command.ExecuteNonQuery();
    }

    private Task Say(Guid stream) => senders.StorageOf(Modules.Catalog).Do(Cause.New(), work =>
    {
        var answered = new Answered(stream, 1, Verb.TakeStock.Name, Verb.TakeStock.Yes);
        work.Send(CatalogMessages.Answered, stream, answered, new MessageContext());
        return Task.CompletedTask;
    }, ct);

    private Task IsHeard(Guid stream) =>
        Shop.Eventually(() => Task.FromResult(listener.Heard), heard => heard.Contains(stream), TimeSpan.FromMinutes(1));

    private Task<long> Number(Storage storage, string sql) => storage.Find(new Sql(sql), row => row.GetInt64(0), ct);

    /// <summary>Puts something into the receiver's queue that no module of ours has sent.</summary>
    private async Task Publish(Guid stream, BasicProperties properties, string body)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Address) }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), ct);
        var queue = Queues.NameOf(Modules.Views, Queues.PartitionOf(stream));
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, Encoding.UTF8.GetBytes(body), ct);
    }

    /// <summary>A module that remembers what it heard.</summary>
    private sealed class Listener(string name) : Module, IHear
    {
        private readonly List<Guid> heard = [];

        public override string Name => name;

        public override IEnumerable<Migration> Migrations => [];

        /// <summary>The streams of what it heard, in that order.</summary>
        public IReadOnlyList<Guid> Heard
        {
            get
            {
                lock (heard)
                {
                    return [.. heard];
                }
            }
        }

        public override IHear Hears(IServiceProvider services) => this;

        public Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
        {
            lock (heard)
            {
                heard.AddRange(messages.Select(message => message.Stream));
            }

            return Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());
        }
    }

    /// <summary>The log of a module of the other process, read from its database each time, as it would be over HTTP.</summary>
    private sealed class LogOf(string module, Func<ModuleBed> senders) : ILog
    {
        public string Module => module;

        private Log Now => new(senders().StorageOf(module), NullLoggerFactory.Instance);

        public Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct) => Now.Read(after, most, ct);

        public Task<Guid?> MarkAt(long position, CancellationToken ct) => Now.MarkAt(position, ct);

        public Task<IReadOnlyList<LogRow>> ReadStreams(Guid[] streams, int mostOfEach, CancellationToken ct) =>
            Now.ReadStreams(streams, mostOfEach, ct);

        public Task<long> End(CancellationToken ct) => Now.End(ct);

        public void Listen(Bell bell)
        {
            // It hears by the broker.
        }
    }
}
