using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Payments;

/// <summary>
/// What a bank reports of transfers is checked. A report that cannot be true is not booked and is shown to operators; correct transfers
/// beside it are booked.
/// </summary>
public sealed class A_bank_that_lies(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfers_listed_twice_count_once_and_impossible_ones_wait_for_an_operator()
    {
        await till.StopLoops();
        var (trade, other) = (Ids.New(), Ids.New());
        await till.Hear(Asks.Of(trade, 1, Verb.ExpectDeposit), Asks.Of(other, 1, Verb.ExpectDeposit));
        var (reference, otherReference) = ((await till.Payment(trade))!.Reference!, (await till.Payment(other))!.Reference!);
        var twice = new BankDeposit(1, Ids.New(), reference, 1000, "payer", "KRW");
        var bank = new Bank(
            twice,
            twice with { Position = 2 },
            twice with { Position = 3, Amount = 2000 },
            new BankDeposit(4, Ids.New(), reference, 2000, "payer", "USD"),
            new BankDeposit(5, Ids.New(), reference, -2000, "payer", "KRW"),
            new BankDeposit(6, Ids.New(), $"{reference} {otherReference}", 2000, "payer", "KRW"),
            new BankDeposit(7, Ids.New(), otherReference, 3000, "payer", "KRW"));

        var loop = ActivatorUtilities.CreateInstance<WatchDeposits>(till.Services, bank).Loop(new Bell());
        await loop.StartAsync(ct);
        await Till.Until(async () => (await till.Payment(other))!.Seen == 3000);
        await loop.StopAsync(ct);

        Assert.Equal(1000, (await till.Payment(trade))!.Seen);
        Assert.Equal(["matched short", "matched whole", "waiting ambiguous"], (await till.Deposits()).Order(StringComparer.Ordinal));
        var reasons = await till.Storage.Query(
            new Sql("select position || ': ' || reason from unbooked order by position"), reader => reader.GetString(0), ct);
        Assert.Equal(
            [
                $"3: the bank says 2000 KRW with {reference}, and said 1000 KRW with {reference} of the same transfer before",
                "4: the bank says 2000 USD, and only amounts of KRW above 0 can be booked",
                "5: the bank says -2000 KRW, and only amounts of KRW above 0 can be booked",
            ],
            reasons);
        await till.StartLoops();
    }

    private sealed class Bank(params BankDeposit[] statement) : IBank
    {
        public Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<BankDeposit>>([.. statement.Where(transfer => transfer.Position > position).Take(most)]);

        public Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct) =>
            Task.FromResult(new ProviderAnswer(Says.OutOfReach));

        public Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct) => Task.FromResult<IReadOnlyList<BookLine>>([]);

        public Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<Guid>>([]);
    }
}
