using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Operating;
using Jangteo.Payments.Providers;
using Jangteo.Payments.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Tests.Payments;

/// <summary>
/// Payments on a database of their own, with the sandbox's provider and bank, as the program runs them; messages are handed in and read by
/// the test.
/// </summary>
public sealed class Till(TestPostgres postgres) : IAsyncLifetime
{
    private ServiceProvider? services;
    private Loop[] loops = [];

    /// <summary>What the provider and the bank say instead of the truth about what they have done; null when they are honest.</summary>
    internal Func<Receipt, Receipt>? Lie { get; set; }

    /// <summary>Whether the bank cannot be reached to read its book.</summary>
    internal bool IsBookAway { get; set; }

    internal Alarms Alarms { get; } = new(TimeProvider.System);

    internal IServiceProvider Services => services!;

    internal Storage Storage => Services.GetRequiredKeyedService<Storage>(Modules.Payments);

    internal Storage Book => Services.GetRequiredKeyedService<Storage>(SandboxCards.Schema);

    internal IQuestions Questions { get; private set; } = null!;

    /// <summary>The state of all checks, after a look at everything.</summary>
    internal Task<Books> Books() => Watch().Look(all: true, "en", CancellationToken.None);

    internal IntegrityWatch Watch() => new(
        Storage, new Log(Storage, Services.GetRequiredService<ILoggerFactory>()), Services.GetRequiredService<CheckBooks>(), Alarms,
        new Texts(),
        Services.GetRequiredService<ILogger<IntegrityWatch>>())
    {
        Every = TimeSpan.FromMilliseconds(20),
    };

    public async ValueTask InitializeAsync()
    {
        var module = new PaymentsModule();
        AdminConnectionString = await postgres.NewDatabase([module]);
        var collection = new ServiceCollection().AddLogging(log => log.AddProvider(new ToTest())).AddSingleton(TimeProvider.System).AddSingleton<BusinessClock>().AddSingleton(new Settings()).AddSingleton(new Faults(allowed: true));
        foreach (var schema in (string[])[module.Name, SandboxCards.Schema])
        {
            collection.AddKeyedSingleton(schema, (provider, _) => new Storage(schema, Source(schema), provider.GetRequiredService<BusinessClock>()));
        }

        module.AddTo(collection);
        collection.AddSingleton(
            provider =>
                new ToldOtherwise(
                    provider.GetRequiredService<SandboxCards>(), provider.GetRequiredService<SandboxBank>(),
                    receipt => Lie?.Invoke(receipt) ?? receipt, () => IsBookAway));
        collection.AddSingleton<ICardProvider>(provider => provider.GetRequiredService<ToldOtherwise>());
        collection.AddSingleton<IBank>(provider => provider.GetRequiredService<ToldOtherwise>());
        services = collection.BuildServiceProvider();
        Questions = module.Answers(services);
        await StartLoops();
    }

    /// <summary>As after a start of the program.</summary>
    internal Task StartLoops()
    {
        loops = [.. new PaymentsModule().Loops(Services)];
        return Task.WhenAll(loops.Select(loop => loop.StartAsync(CancellationToken.None)));
    }

    /// <summary>As if the program had died.</summary>
    internal Task StopLoops() => Task.WhenAll(loops.Select(loop => loop.StopAsync(CancellationToken.None)));

    public async ValueTask DisposeAsync()
    {
        await StopLoops();
        await services!.DisposeAsync();
    }

    /// <summary>Hands requests in, as one batch.</summary>
    internal Task Hear(params Request[] requests) => Storage.Do(
        Cause.New(),
        work => Services.GetRequiredService<HearRequests>().Hear(work, [.. requests.Select(ToMessage)], CancellationToken.None),
        CancellationToken.None);

    /// <summary>The answers sent about a trade so far, in order.</summary>
    internal async Task<List<Answered>> Answers(Guid trade) =>
        await Storage.Query(
            new Sql("select message from outbox where stream = $1 and type = $2 order by id", trade, PaymentsMessages.Answered),
            reader => System.Text.Json.JsonSerializer.Deserialize<Message>(reader.GetString(0), Wire.Json)!.Read<Answered>(), CancellationToken.None);

    /// <summary>Asks until true.</summary>
    internal static async Task Until(Func<Task<bool>> isTrue)
    {
        for (var left = 500; !await isTrue(); left--)
        {
            Assert.True(left > 0, "It did not come true within ten seconds.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for an answer about a trade.</summary>
    internal Task Until(Guid trade, string answer) => Until(async () => (await Answers(trade)).Any(one => one.Event == answer));

    /// <summary>What the provider has of a charge.</summary>
    internal Task<string?> Charge(string key) => Book.Find(new Sql("select state from charges where key = $1", key), reader => reader.GetString(0), CancellationToken.None);

    /// <summary>Somebody pays in at the sandbox's bank.</summary>
    internal Task PayIn(string reference, long amount, Guid? id = null, string from = SandboxBank.Payer) =>
        Services.GetRequiredService<SandboxBank>().PayIn(id ?? Ids.New(), reference, amount, CancellationToken.None, from);

    /// <summary>State and fit of every deposit.</summary>
    internal Task<List<string>> Deposits() => Storage.Query(new Sql("select state || ' ' || fits from deposits"), reader => reader.GetString(0), CancellationToken.None);

    /// <summary>The keys of the errands that want an operator.</summary>
    internal Task<List<string>> Attention() => Storage.Query(new Sql("select key from errands where attention"), reader => reader.GetString(0), CancellationToken.None);

    /// <summary>To be everything's owner.</summary>
    internal string AdminConnectionString { get; private set; } = "";

    /// <summary>Runs a statement as the owner of everything.</summary>
    internal async Task AsOwner(string sql)
    {
        await using var source = NpgsqlDataSource.Create(AdminConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    internal Task<Payment?> Payment(Guid trade) => Booking.Find(Storage, trade, CancellationToken.None);

    /// <summary>The lines of a trade's journals, in order of writing: event, account without its owner, amount.</summary>
    internal Task<List<string>> Ledger(Guid trade) => Storage.Query(
        new Sql(
            "select j.event || ' ' || string_agg(split_part(e.account, ':', 1) || ' ' || e.amount, ', ' order by e.line) from journals j join entries e on e.journal = j.id where j.trade = $1 group by j.id, j.event order by j.id", trade),
        reader => reader.GetString(0), CancellationToken.None);

    private NpgsqlDataSource Source(string schema) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(AdminConnectionString)
        {
            Username = Migrations.Login(schema),
            SearchPath = $"{schema},public",
            MaxAutoPrepare = 100,
        }.ConnectionString);

    private static Message ToMessage(Request request) => new(
        Ids.New(), TradingMessages.Requests, Modules.Trading, request.Stream, new MessageContext(request.Stream), Ids.New(), Ids.New(), null, DateTimeOffset.UtcNow,
        System.Text.Json.JsonSerializer.SerializeToElement(request, Wire.Json));
}

/// <summary>The sandbox's provider and bank, which do what they are asked and may say something else of it.</summary>
internal sealed class ToldOtherwise(SandboxCards cards, SandboxBank bank, Func<Receipt, Receipt> tell, Func<bool> isBookAway)
    : ICardProvider, IBank
{
    public Task<ProviderAnswer> Charge(string key, string token, long amount, CancellationToken ct) =>
        Tell(cards.Charge(key, token, amount, ct));

    public Task<ProviderAnswer> Void(string key, CancellationToken ct) => cards.Void(key, ct);

    public Task<ProviderAnswer> Refund(string key, string chargeKey, long amount, CancellationToken ct) =>
        Tell(cards.Refund(key, chargeKey, amount, ct));

    public Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct) =>
        Tell(bank.Transfer(key, account, amount, ct));

    public Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct) =>
        bank.DepositsSince(position, most, ct);

    Task<IReadOnlyList<BookLine>> ICardProvider.Book(Guid[] subjects, CancellationToken ct) => cards.Book(subjects, ct);

    Task<IReadOnlyList<BookLine>> IBank.Book(Guid[] subjects, CancellationToken ct) =>
        isBookAway() ? throw new HttpRequestException("Connection refused") : bank.Book(subjects, ct);

    Task<IReadOnlyList<Guid>> ICardProvider.SubjectsAfter(Guid last, int most, CancellationToken ct) => cards.SubjectsAfter(last, most, ct);

    Task<IReadOnlyList<Guid>> IBank.SubjectsAfter(Guid last, int most, CancellationToken ct) => bank.SubjectsAfter(last, most, ct);

    private async Task<ProviderAnswer> Tell(Task<ProviderAnswer> truth)
    {
        var answer = await truth;
        return answer.Receipt is { } receipt ? answer with { Receipt = tell(receipt) } : answer;
    }
}

/// <summary>What trades ask for in these tests.</summary>
internal static class Asks
{
    public static Request Of(Guid trade, int revision, Verb verb, string? card = "ok", long amount = 3000, long fee = 90) => new()
    {
        Stream = trade,
        Revision = revision,
        Verb = verb.Name,
        Asker = Modules.Trading,
        Kind = "barter",
        Listing = Guid.Parse("00000000-0000-7000-8000-000000000001"),
        Seller = Guid.Parse("00000000-0000-7000-8000-000000000002"),
        Buyer = Guid.Parse("00000000-0000-7000-8000-000000000003"),
        Amount = amount,
        Fee = fee,
        Currency = "KRW",
        Card = verb == Verb.HoldPayment ? card : null,
        RefundAccount = "110-222-333",
    };
}

/// <summary>Shows what loops complain of in the output of the test that runs.</summary>
internal sealed class ToTest : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Current.SendDiagnosticMessage($"{formatter(state, exception)} {exception}");
}
