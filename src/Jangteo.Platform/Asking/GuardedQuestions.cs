using System.Diagnostics;
using System.Diagnostics.Metrics;
using Jangteo.Contracts;
using Polly;
using Polly.CircuitBreaker;

namespace Jangteo.Platform.Asking;

/// <summary>
/// Questions to one module, with what every question across a border needs: a bound on how many are asked at once, a time-out, a circuit breaker, and in the sandbox a switch that times out
/// before or after the effect. The asker cannot tell whether the module is in this process.
/// </summary>
public sealed class GuardedQuestions : IQuestions
{
    private static readonly Histogram<double> Took = Spans.Meter.CreateHistogram<double>("jangteo.question.duration", "s", "How long questions between modules take, by what was answered.");

    private readonly IQuestions inner;
    private readonly Faults faults;
    private readonly string module;
    private readonly ResiliencePipeline<Reply> breaker;
    private readonly QuestionSettings settings;
    private readonly SemaphoreSlim places;
    private DateTimeOffset openUntil;
    private long asked;
    private long heldOff;

    public GuardedQuestions(string module, IQuestions inner, Faults faults, QuestionSettings settings, TimeProvider machine)
    {
        this.module = module;
        this.inner = inner;
        this.faults = faults;
        this.settings = settings;
        places = new SemaphoreSlim(settings.AtOnce);
        State = new CircuitBreakerStateProvider();
        breaker = new ResiliencePipelineBuilder<Reply> { TimeProvider = machine }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<Reply>
            {
                FailureRatio = settings.Breaker.FailureRatio,
                MinimumThroughput = settings.Breaker.MinimumThroughput,
                SamplingDuration = settings.Breaker.Sampling,
                BreakDuration = settings.Breaker.Break,
                StateProvider = State,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is Reply.Unknown or Reply.Unreachable),
                OnOpened = opened =>
                {
                    openUntil = machine.GetUtcNow() + opened.BreakDuration;
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
        Machine = machine;
    }

    /// <summary>closed, open, half-open or isolated. It stays open until the first question after its break.</summary>
    public CircuitBreakerStateProvider State { get; }

    /// <summary>Whether the module is asked nothing now.</summary>
    public bool IsResting => State.CircuitState == CircuitState.Open && openUntil > Machine.GetUtcNow();

    public string Module => module;

    /// <summary>How many questions the module was sent since the start.</summary>
    public long Asked => Interlocked.Read(ref asked);

    /// <summary>How many were answered here, so that it was not troubled: the breaker was open, or it had enough to answer.</summary>
    public long HeldOff => Interlocked.Read(ref heldOff);

    private TimeProvider Machine { get; }

    public Task<Reply> Ask(Request question, CancellationToken ct) => Guard("ask", question, token => inner.Ask(question, token), ct);

    public Task<Reply> Void(Request question, CancellationToken ct) => Guard("void", question, token => inner.Void(question, token), ct);

    /// <summary>
    /// Not reached at all counts for the breaker, so that the next callers are held off at once. Reached does not: a module can be there
    /// and still fail every question.
    /// </summary>
    public async Task<Reply.Unreachable?> Reach(CancellationToken ct)
    {
        if (IsResting)
        {
            Interlocked.Increment(ref heldOff);
            return Resting();
        }

        var away = await TryReach(ct);
        if (away is not null)
        {
            await Guard(_ => Task.FromResult<Reply>(away), ct);
        }

        return away;
    }

    private async Task<Reply.Unreachable?> TryReach(CancellationToken ct)
    {
        if (faults.IsOn(Faults.DownOf(module)))
        {
            return SwitchedOff();
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(settings.Timeout);
        try
        {
            return await inner.Reach(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Reply.Unreachable(TimeSpan.FromSeconds(1), $"{module} did not answer within {settings.Timeout.TotalSeconds} s");
        }
    }

    private async Task<Reply> Guard(string what, Request question, Func<CancellationToken, Task<Reply>> ask, CancellationToken ct)
    {
        using var span = Spans.Within($"{what} {module}: {question.Verb}", ActivityKind.Client);
        var began = Stopwatch.GetTimestamp();
        var reply = await Guard(ask, ct);
        var said = reply switch { Reply.Yes => "yes", Reply.No no => no.Code, Reply.Unknown => "unknown", _ => "unreachable" };
        Took.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("jangteo.module", module), new("jangteo.verb", question.Verb), new("jangteo.reply", said));
        span?.SetTag("jangteo.reply", said);
        span?.SetStatus(reply is Reply.Unknown or Reply.Unreachable ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        return reply;
    }

    private async Task<Reply> Guard(Func<CancellationToken, Task<Reply>> ask, CancellationToken ct)
    {
        if (!await places.WaitAsync(TimeSpan.Zero, ct))
        {
            Interlocked.Increment(ref heldOff);
            return new Reply.Unreachable(TimeSpan.FromSeconds(1), $"{module} has enough to answer");
        }

        try
        {
            return await breaker.ExecuteAsync(async token => await InTime(ask, token), ct);
        }
        catch (BrokenCircuitException)
        {
            Interlocked.Increment(ref heldOff);
            return Resting();
        }
        finally
        {
            places.Release();
        }
    }

    private Reply.Unreachable Resting()
    {
        var left = openUntil - Machine.GetUtcNow();
        return new Reply.Unreachable(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), $"{module} is given a rest");
    }

    private Reply.Unreachable SwitchedOff() => new(settings.Breaker.Break, $"{module} is switched off");

    private async Task<Reply> InTime(Func<CancellationToken, Task<Reply>> ask, CancellationToken ct)
    {
        if (faults.IsOn(Faults.DownOf(module)))
        {
            return SwitchedOff();
        }

        if (faults.IsOn(Faults.TimesOutBefore(module)))
        {
            return new Reply.Unknown($"{module} was not heard before the effect");
        }

        Interlocked.Increment(ref asked);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(settings.Timeout);
        try
        {
            var reply = await ask(limit.Token).WaitAsync(settings.Timeout, ct);
            return faults.IsOn(Faults.TimesOutAfter(module)) ? new Reply.Unknown($"{module} was not heard after the effect") : reply;
        }
        catch (Exception fault) when (Storing.PassingFault.Is(fault) && !ct.IsCancellationRequested)
        {
            return new Reply.Unknown($"{module}: {fault.Message}");
        }
    }
}

/// <summary>When a breaker opens: at this share of failures among at least so many calls within the sampling time; and for how long.</summary>
public sealed record BreakerSettings(double FailureRatio, int MinimumThroughput, TimeSpan Sampling, TimeSpan Break);
