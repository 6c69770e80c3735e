using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Messaging;
using RabbitMQ.Client;

namespace Jangteo.Tests.Messaging;

/// <summary>A broker as the client library shows it: it hands out what a test puts into a queue, and notes what is acknowledged.</summary>
internal sealed class FakeBroker
{
    private readonly ConcurrentDictionary<string, IAsyncBasicConsumer> consumers = new();
    private readonly object guard = new();
    private readonly List<ulong> open = [];
    private readonly TaskCompletionSource confirms = new();
    private ulong last;
    private volatile bool isSilent;

    public BrokerConnection Connection => new(Fake<IConnectionFactory>((method, _) => method switch
    {
        nameof(IConnectionFactory.CreateConnectionAsync) => Task.FromResult(Fake<IConnection>(OnConnection)),
        _ => null,
    }));

    /// <summary>How many messages were handed out and not acknowledged.</summary>
    public int Unacknowledged
    {
        get
        {
            lock (guard)
            {
                return open.Count;
            }
        }
    }

    /// <summary>How many messages were published.</summary>
    public int Published { get; private set; }

    /// <summary>From now on nothing that is published is confirmed, until <see cref="Confirm"/>.</summary>
    public void FallSilent() => isSilent = true;

    public void Confirm()
    {
        isSilent = false;
        confirms.TrySetResult();
    }

    public bool IsHeard(string receiver) => consumers.Count == Queues.Partitions
        && consumers.Keys.All(queue => queue.StartsWith($"jangteo.{receiver}.", StringComparison.Ordinal));

    /// <summary>Hands a row of a log out to the receiver.</summary>
    public Task HandOut(string receiver, string sender, LogRow row, Guid epoch)
    {
        ulong tag;
        lock (guard)
        {
            open.Add(tag = ++last);
        }

        var properties = new BasicProperties
        {
            Type = row.Type,
            AppId = sender,
            Headers = new Dictionary<string, object?>
            {
                ["position"] = row.Position,
                ["epoch"] = Encoding.UTF8.GetBytes(epoch.ToString()),
                ["stream"] = Encoding.UTF8.GetBytes(row.Stream.ToString()),
                ["seq"] = row.SeqFor(receiver)!.Value,
            },
        };
        var queue = Queues.NameOf(receiver, Queues.PartitionOf(row.Stream));
        return consumers[queue].HandleBasicDeliverAsync("", tag, false, "", queue, properties, Encoding.UTF8.GetBytes(row.Text),
            CancellationToken.None);
    }

    private object? OnConnection(string method, object?[] arguments) => method switch
    {
        "get_IsOpen" => true,
        nameof(IConnection.CreateChannelAsync) => Task.FromResult(Fake<IChannel>(OnChannel)),
        _ => null,
    };

    private object? OnChannel(string method, object?[] arguments)
    {
        switch (method)
        {
            case "get_IsOpen":
                return true;
            case nameof(IChannel.QueueDeclareAsync):
                return Task.FromResult(new QueueDeclareOk((string)arguments[0]!, 0, 0));
            case nameof(IChannel.BasicConsumeAsync):
                var queue = (string)arguments[0]!;
                consumers[queue] = arguments.OfType<IAsyncBasicConsumer>().Single();
                return Task.FromResult(queue);
            case nameof(IChannel.BasicAckAsync):
                Acknowledge((ulong)arguments[0]!, (bool)arguments[1]!);
                return ValueTask.CompletedTask;
            case nameof(IChannel.BasicPublishAsync):
                Published++;
                return isSilent ? new ValueTask(confirms.Task) : ValueTask.CompletedTask;
            default:
                return null;
        }
    }

    private void Acknowledge(ulong tag, bool multiple)
    {
        lock (guard)
        {
            open.RemoveAll(one => one == tag || (multiple && one < tag));
        }
    }

    private static T Fake<T>(Func<string, object?[], object?> answer)
        where T : class
    {
        var fake = DispatchProxy.Create<T, Answering>();
        ((Answering)(object)fake).Answer = answer;
        return fake;
    }

    /// <summary>Answers calls of an interface; one that is not of interest is answered with nothing, at once.</summary>
    public class Answering : DispatchProxy
    {
        public Func<string, object?[], object?> Answer { get; set; } = (_, _) => null;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Answer(targetMethod!.Name, args ?? []) ?? NothingOf(targetMethod.ReturnType);

        private static object? NothingOf(Type type) => type == typeof(Task) ? Task.CompletedTask
            : type == typeof(void) || !type.IsValueType ? null
            : Activator.CreateInstance(type);
    }
}
