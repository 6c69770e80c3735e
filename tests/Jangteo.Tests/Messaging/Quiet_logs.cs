using Jangteo.Platform;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Tests.Messaging;

/// <summary>A cause of trouble is said once a minute, with how often it came.</summary>
public sealed class Quiet_logs : IDisposable
{
    private readonly Kept kept = new();
    private readonly Clock clock = new();
    private readonly QuietLogs logs;

    public Quiet_logs() => logs = new QuietLogs(new LoggerFactory([kept]), clock);

    [Fact]
    public void A_dead_database_writes_one_line_a_minute_however_many_loops_and_requests_it_fails()
    {
        for (var second = 0; second < 130; second++)
        {
            for (var loop = 0; loop < 60; loop++)
            {
                logs.CreateLogger($"loop {loop}")
                    .LogWarning(
                        new NpgsqlException("Failed to connect", new System.Net.Sockets.SocketException(111)),
                        "{Loop} failed and goes on in {Rest}.", loop, TimeSpan.FromMilliseconds(second));
            }

            clock.Forward(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, kept.Lines.Count(line => line.Contains("failed and goes on", StringComparison.Ordinal)));
        Assert.Equal(["PostgreSQL SocketException: 3599 more within the last minute.", "PostgreSQL SocketException: 3599 more within the last minute."], kept.Lines.Where(line => line.Contains("more within", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_said_of_different_things_is_all_said()
    {
        var logger = logs.CreateLogger("receiver");
        foreach (var stream in Enumerable.Range(1, 5))
        {
            logger.LogError(new InvalidOperationException("A bug."), "parked {Stream}", stream);
            logger.LogError(new InvalidOperationException("A bug."), "parked {Stream}", stream);
        }

        logger.LogError("parked {Stream}", 1);
        Assert.Equal(6, kept.Lines.Count);
    }

    public void Dispose() => logs.Dispose();

    private sealed class Clock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Forward(TimeSpan by) => now += by.Ticks;
    }

    private sealed class Kept : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
