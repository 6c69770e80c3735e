using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Tests.Intending;

/// <summary>A process that stops gives its leases back, so that the next one need not wait until they have run out.</summary>
public sealed class Handing_over_intentions(TestPostgres postgres)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_leases_are_given_back_even_where_the_database_refuses_at_first()
    {
        await using var bed = await ModuleBed.Start(postgres, [new DeliveryModule()]);
        var storage = bed.StorageOf(Modules.Delivery);
        using var log = new Warnings();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(log));
        var intentions = new Intentions(
            storage, new NeverAnswered(), TimeProvider.System, new Faults(allowed: false),
            new IntentionSettings(TimeSpan.FromHours(1), TimeSpan.FromHours(1)), logs.CreateLogger<Intentions>());
        var stream = Ids.New();
        await storage.Do(Cause.New(), work =>
        {
            intentions.WriteLease(work, stream);
            return Task.CompletedTask;
        }, ct);
        _ = intentions.Carry(stream, revision: 1);

        await using var source = NpgsqlDataSource.Create(bed.AdminOf(Modules.Delivery));
        await using var foreign = await source.OpenConnectionAsync(ct);
        await using var transaction = await foreign.BeginTransactionAsync(ct);
        await using (var hold = new NpgsqlCommand("select from delivery.intentions for update", foreign))
        {
            await hold.ExecuteNonQueryAsync(ct);
        }

        var handingOver = intentions.HandOver();
        await ModuleBed.Until(() => Task.FromResult(log.Count), warnings => warnings > 0);
        Assert.False(handingOver.IsCompleted);
        await transaction.RollbackAsync(ct);
        await handingOver;

        var leases = await storage.Query(new Sql("select lease_until from intentions"), reader => reader.GetFieldValue<DateTimeOffset>(0), ct);
        Assert.True(Assert.Single(leases) <= DateTimeOffset.UtcNow);
    }

    /// <summary>An intention whose question is never answered.</summary>
    private sealed class NeverAnswered : IIntend, IQuestions
    {
        public Task<OpenIntention?> Load(Guid stream, CancellationToken ct) =>
            Task.FromResult<OpenIntention?>(new OpenIntention(1, DateTimeOffset.UtcNow, [(Modules.Payments, new Request
            {
                Stream = stream,
                Revision = 1,
                Verb = Verb.HoldPayment.Name,
                Asker = Modules.Delivery,
                Kind = "barter",
                Listing = stream,
                Seller = stream,
                Currency = "KRW",
            })], Cause.New()));

        public Task Settle(Guid stream, OpenIntention intention, Outcome outcome, CancellationToken ct) => throw new InvalidOperationException();

        public IQuestions Questions(string module) => this;

        public Task<Reply> Ask(Request question, CancellationToken ct) => Task.FromResult<Reply>(new Reply.Unknown("no answer arrived"));

        public Task<Reply> Void(Request question, CancellationToken ct) => Ask(question, ct);
    }

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref count);

        public void Dispose()
        {
        }
    }
}
