using System.Collections.Concurrent;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform;

/// <summary>
/// Says each cause of trouble once a minute, with how often it came: a dead database fails every loop and every request several times a
/// second, and a log that repeats it hides everything else. Whatever is logged without a fault, or with one that is new, is said at once
/// and unchanged.
/// </summary>
public sealed class QuietLogs : ILoggerFactory
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(5);

    private readonly LoggerFactory inner;
    private readonly TimeProvider machine;
    private readonly ConcurrentDictionary<string, Cause> causes = new();
    private readonly ITimer timer;

    public QuietLogs(LoggerFactory inner, TimeProvider machine)
    {
        (this.inner, this.machine) = (inner, machine);
        timer = machine.CreateTimer(_ => SayWhatWasHeldBack(), null, LooksEvery, LooksEvery);
    }

    public ILogger CreateLogger(string categoryName) => new Quiet(this, inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        timer.Dispose();
        inner.Dispose();
    }

    /// <summary>Whether this is the first of its cause within a minute.</summary>
    private bool IsFirst(string key, ILogger logger)
    {
        var cause = causes.GetOrAdd(key, _ => new Cause());
        lock (cause)
        {
            var now = machine.GetTimestamp();
            if (cause.SaidAt is { } said && machine.GetElapsedTime(said, now) < Every)
            {
                cause.HeldBack++;
                return false;
            }

            SayCount(key, cause);
            (cause.SaidAt, cause.Logger) = (now, logger);
            return true;
        }
    }

    private void SayWhatWasHeldBack()
    {
        foreach (var (key, cause) in causes)
        {
            lock (cause)
            {
                if (cause.SaidAt is { } said && machine.GetElapsedTime(said) >= Every)
                {
                    SayCount(key, cause);
                    causes.TryRemove(key, out _);
                }
            }
        }
    }

    private static void SayCount(string key, Cause cause)
    {
        if (cause.HeldBack > 0)
        {
            cause.Logger?.LogWarning("{Cause}: {Count} more within the last minute.", key, cause.HeldBack);
            cause.HeldBack = 0;
        }
    }

    /// <summary>
    /// A passing fault is its own cause wherever it strikes; any other is told apart by what was said of it, the time it rests excepted.
    /// </summary>
    private static string KeyOf<T>(T state, Exception fault) =>
        PassingFault.Is(fault) ? PassingFault.CauseOf(fault)
        : state is IEnumerable<KeyValuePair<string, object?>> said ? $"{string.Join(' ', said.Where(one => one.Value is not TimeSpan).Select(one => one.Value))}: {fault.GetType().Name}: {fault.Message}"
        : $"{state}: {fault.GetType().Name}: {fault.Message}";

    private sealed class Cause
    {
        public long? SaidAt { get; set; }

        public long HeldBack { get; set; }

        public ILogger? Logger { get; set; }
    }

    private sealed class Quiet(QuietLogs logs, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is null || logLevel < LogLevel.Warning || !inner.IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
            else if (logs.IsFirst(KeyOf(state, exception), inner))
            {
                // Where a passing fault struck says nothing of its cause: one line instead of its stack.
                var isPassing = PassingFault.Is(exception);
                inner.Log(
                    logLevel, eventId, state, isPassing ? null : exception,
                    isPassing ? (text, _) =>
                        $"{formatter(text, exception)} {PassingFault.CauseOf(exception)}: {exception.Message}" : formatter);
            }
        }
    }
}
