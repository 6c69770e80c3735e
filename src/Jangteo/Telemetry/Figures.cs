using System.Diagnostics.Metrics;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;

namespace Jangteo.Telemetry;

/// <summary>
/// The figures that say whether all is well: what waits and for how long, which questions are refused, how many trades there are. They are counted when they
/// are collected, some small queries for each module; no request pays for them.
/// </summary>
internal sealed class Figures : IDisposable
{
    /// <summary>One collection asks for each figure in turn; what was counted for the first is good for the last.</summary>
    private static readonly TimeSpan SameCollection = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What grows with the business, such as all trades there ever were, is counted so seldom that it costs no more than this part of the time.</summary>
    private const int OneIn = 100;

    private readonly Meter meter = new(Spans.Source);
    private readonly IReadOnlyList<Storage> storages;
    private readonly IReadOnlyList<(string Asker, GuardedQuestions Asked)> questions;
    private readonly ILag behind;
    private readonly TimeProvider machine;
    private readonly ILogger log;

    public Figures(IReadOnlyList<Module> modules, IServiceProvider services)
    {
        storages = [.. modules.Select(module => services.GetRequiredKeyedService<Storage>(module.Name))];
        questions = [.. modules.SelectMany(asker => MessageTypes.AskedBy(asker.Name).Select(asked => (asker.Name, (GuardedQuestions)services.GetRequiredKeyedService<IQuestions>(asked))))];
        behind = services.GetService<BrokerConnection>() is { } broker ? new LagOfBroker(broker, storages)
            : new LagOfLogs([.. modules.Select(module => services.GetRequiredKeyedService<ILog>(module.Name))], storages);
        machine = services.GetRequiredService<TimeProvider>();
        log = services.GetRequiredService<ILogger<Figures>>();

        var byBroker = behind is LagOfBroker;
        var waiting = Kept(async ct => (IReadOnlyList<Waiting>)await Task.WhenAll(storages.Select(storage => Waiting.Of(storage, byBroker, machine.GetUtcNow(), ct))));
        OfModules("jangteo.outbox.unsent", "{message}", "Rows of a module's outbox that have not gone out.", waiting, module => module.Unsent);
        OfModules("jangteo.outbox.oldest_unsent", "s", "For how long the oldest of them has waited.", waiting, module => (long)module.OldestUnsent.TotalSeconds);
        OfModules("jangteo.intentions.open", "{move}", "Moves whose questions are not settled.", waiting, module => module.Intentions);
        OfModules("jangteo.intentions.oldest", "s", "For how long the oldest of them has been open.", waiting, module => (long)module.OldestIntention.TotalSeconds);
        OfModules("jangteo.messages.aside", "{message}", "Messages that wait for their turn.", waiting, module => module.Aside);
        OfModules("jangteo.messages.parked", "{message}", "Messages that failed for good and wait for an operator.", waiting, module => module.Parked);
        var alarms = services.GetRequiredService<Alarms>();
        meter.CreateObservableGauge(
            "jangteo.alarms", () => modules.Select(module => new Measurement<long>(alarms.Of(module.Name).Count(), new KeyValuePair<string, object?>("jangteo.module", module.Name))), "{alarm}",
            "What is wrong in a module and wants an operator; GET /api/operator/rest says what.");
        meter.CreateObservableGauge("jangteo.breaker.state", Breakers, "{state}", "Whether a module is asked by another: 0 closed, 1 half open, 2 open, 3 isolated.");
        var lag = Kept(behind.Look);
        meter.CreateObservableGauge(
            "jangteo.queue.lag", () => lag().Select(one => new Measurement<long>(one.Unread, new("jangteo.sender", one.Sender), new("jangteo.receiver", one.Receiver))), "{message}",
            "Messages of a sender that a receiver has not come to yet.");
        var attention = Kept(
            async ct => (IReadOnlyList<(string Module, int Count)>)await Task.WhenAll(modules.Select(async module =>
                (module.Name, (await services.GetRequiredKeyedService<INeedAttention>(module.Name).Attention(ct)).Count))),
            rests: OneIn);
        meter.CreateObservableGauge(
            "jangteo.attention", () => attention()
                .Select(one => new Measurement<long>(one.Count, new KeyValuePair<string, object?>("jangteo.module", one.Module))), "{item}",
            $"What waits for an operator in a module, at most {AttentionLists.Most} of each sort; /api/operator/views/attention lists it.");
        var common = services.GetRequiredKeyedService<Storage>(Hosting.Common);
        var backup =
            Kept<DateTimeOffset>(
                async ct => await common.Query(new Sql("select at from last_backup"), row => row.GetFieldValue<DateTimeOffset>(0), ct),
                    rests: OneIn);
        meter.CreateObservableGauge(
            "jangteo.backup.age", () => backup().Select(at => new Measurement<long>((long)(machine.GetUtcNow() - at).TotalSeconds)), "s",
            "How old the last backup is; before the first one, for how long there has been none.");
        ObserveProcess(Hosting.LivenessOf(services).MostMemory);
        foreach (var figure in modules.SelectMany(module => module.Figures(services)))
        {
            meter.CreateObservableGauge(figure.Name, Kept(figure.Count, rests: OneIn), figure.Unit, figure.Says);
        }
    }

    public void Dispose() => meter.Dispose();

    /// <param name="most">Of memory; see <see cref="Liveness.MostMemory"/>.</param>
    private void ObserveProcess(long most)
    {
        var began = machine.GetTimestamp();
        meter.CreateObservableGauge(
            "process.uptime", () => (long)machine.GetElapsedTime(began).TotalSeconds, "s", "For how long the process has run.");
        var started = machine.GetUtcNow().ToUnixTimeSeconds();
        meter.CreateObservableGauge(
            "jangteo.process.start_time", () => started, "s", "When the process was started, in seconds since 1970: each start has another.");
        if (most < long.MaxValue)
        {
            meter.CreateObservableGauge("jangteo.memory.limit", () => most, "By", "With more memory than this the process has to be replaced.");
        }
    }

    private void OfModules(string name, string unit, string says, Func<IReadOnlyList<Waiting>> waiting, Func<Waiting, long> value) =>
        meter.CreateObservableGauge(name, () => waiting().Select(module => new Measurement<long>(value(module), new KeyValuePair<string, object?>("jangteo.module", module.Module))), unit, says);

    private IEnumerable<Measurement<long>> Breakers() =>
        questions.Select(pair => new Measurement<long>(
            pair.Asked.State.CircuitState switch
            {
                Polly.CircuitBreaker.CircuitState.Closed => 0,
                Polly.CircuitBreaker.CircuitState.HalfOpen => 1,
                Polly.CircuitBreaker.CircuitState.Open when !pair.Asked.IsResting => 1,
                Polly.CircuitBreaker.CircuitState.Open => 2,
                _ => 3,
            }, new("jangteo.asker", pair.Asker), new KeyValuePair<string, object?>("jangteo.module", pair.Asked.Module)));

    /// <summary>Counts, unless it has done so a moment ago. Collecting happens on a thread of its own, one after the other, and may block.</summary>
    /// <param name="rests">So many times as long as it took to count it is not counted again.</param>
    private Func<IReadOnlyList<T>> Kept<T>(Func<CancellationToken, Task<IReadOnlyList<T>>> count, int rests = 0)
    {
        IReadOnlyList<T> kept = [];
        long? counted = null;
        var took = TimeSpan.Zero;
        return () =>
        {
            if (counted is { } then && machine.GetElapsedTime(then) is var age && (age < SameCollection || age < took * rests))
            {
                return kept;
            }

            var began = machine.GetTimestamp();
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                kept = count(patience.Token).GetAwaiter().GetResult();
            }
            catch (Exception away) when (PassingFault.Is(away) || away is Npgsql.NpgsqlException or ObjectDisposedException or RabbitMQ.Client.Exceptions.RabbitMQClientException)
            {
                // No figure is better than one of before: who reads them sees that there is none.
                log.LogDebug(away, "Figures could not be counted.");
                kept = [];
            }

            // The first takes longer than any after it: connections are opened and code is compiled.
            took = counted is null ? TimeSpan.Zero : machine.GetElapsedTime(began);
            counted = machine.GetTimestamp();
            return kept;
        };
    }
}
