using System.Collections.Concurrent;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangteo.Tests.Messaging;

/// <summary>
/// Senders are other processes, and any of them may be away while the broker still has its messages. The town is its own: it hears senders that no other has.
/// </summary>
public sealed class Hearing_by_the_broker(Town town) : IClassFixture<Town>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private Storage Views => town.Storage(Modules.Views);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sender_that_cannot_be_asked_holds_back_only_its_own_messages(bool hangs)
    {
        var broker = new FakeBroker();
        var (absent, present) = (new LogOf("away") { IsAway = true, Hangs = hangs }, new LogOf("there"));
        // Both were heard before: under a new epoch each must be compared.
        await Views.Do(Cause.New(), work =>
        {
            work.Write(
                """
                insert into reading (sender, position) values ('away', 1), ('there', 1)
                on conflict (sender) do update set position = 1, mark = null, epoch = null
                """);
            return Task.CompletedTask;
        }, ct);
        var heard = new Heard();
        var receiver = new Receiver(Modules.Views, Views, heard, new Faults(allowed: false), NullLogger<Receiver>.Instance);
        var loops = new QueueReader(
            receiver, Views, broker.Connection, [absent, present], new Faults(allowed: false), new Alarms(TimeProvider.System),
            NullLogger<QueueReader>.Instance).Loops;
        await Task.WhenAll(loops.Select(loop => loop.StartAsync(ct)));
        try
        {
            await Town.Until(() => Task.FromResult(broker.IsHeard(Modules.Views)));
            var (held, others) = (Ids.New(), new[] { Ids.New(), Ids.New() });
            await broker.HandOut(Modules.Views, absent.Module, absent.Say(held), Ids.New());
            foreach (var other in others)
            {
                await broker.HandOut(Modules.Views, present.Module, present.Say(other), Ids.New());
                await Town.Until(() => Task.FromResult(heard.Has(other)));
            }

            Assert.False(heard.Has(held));
            await Town.Until(() => Task.FromResult(broker.Unacknowledged == 1));

            absent.IsAway = false;
            await Town.Until(() => Task.FromResult(heard.Has(held)));
            await Town.Until(() => Task.FromResult(broker.Unacknowledged == 0));
        }
        finally
        {
            await Task.WhenAll(loops.Select(loop => loop.StopAsync(CancellationToken.None)));
        }
    }

    private sealed class Heard : IHear
    {
        private readonly HashSet<Guid> streams = [];

        public bool Has(Guid stream)
        {
            lock (streams)
            {
                return streams.Contains(stream);
            }
        }

        public Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
        {
            lock (streams)
            {
                streams.UnionWith(messages.Select(message => message.Stream));
            }

            return Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());
        }
    }

    /// <summary>The log of another process, which refuses connections or accepts them and does not answer.</summary>
    private sealed class LogOf(string module) : ILog
    {
        private readonly ConcurrentDictionary<long, LogRow> rows = new();

        public string Module => module;

        public bool Hangs { get; init; }

        public volatile bool IsAway;

        public async Task<Guid?> MarkAt(long position, CancellationToken ct)
        {
            if (IsAway && Hangs)
            {
                await Task.Delay(Timeout.Infinite, ct);
            }

            if (IsAway)
            {
                throw new HttpRequestException("Connection refused");
            }

            return rows.TryGetValue(position, out var row) ? row.Mark : Guid.Empty;
        }

        /// <summary>Adds a message after the one that was there before.</summary>
        public LogRow Say(Guid stream)
        {
            const string type = PaymentsMessages.Answered;
            var message = new Message(
                Ids.New(), type, module, stream, new MessageContext(), Ids.New(), Ids.New(), null, DateTimeOffset.UtcNow,
                JsonSerializer.SerializeToElement(new { }));
            var position = rows.Count + 2L;
            return rows[position] = new LogRow(position, type, stream, [Modules.Views], [1], JsonSerializer.Serialize(message, Wire.Json));
        }

        public Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyList<LogRow>> ReadStreams(Guid[] streams, int mostOfEach, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<long> End(CancellationToken ct) => Task.FromResult(1L);

        public void Listen(Bell bell)
        {
        }
    }
}
