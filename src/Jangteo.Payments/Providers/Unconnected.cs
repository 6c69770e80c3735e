namespace Jangteo.Payments.Providers;

/// <summary>Stands where no provider and no bank are connected: nothing can be charged, sent or seen.</summary>
internal sealed class Unconnected : ICardProvider, IBank
{
    public Task<ProviderAnswer> Charge(string key, string token, long amount, CancellationToken ct) =>
        Task.FromResult(new ProviderAnswer(Says.OutOfReach));

    public Task<ProviderAnswer> Void(string key, CancellationToken ct) => Task.FromResult(new ProviderAnswer(Says.OutOfReach));

    public Task<ProviderAnswer> Refund(string key, string chargeKey, long amount, CancellationToken ct) =>
        Task.FromResult(new ProviderAnswer(Says.OutOfReach));

    public Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct) =>
        Task.FromResult(new ProviderAnswer(Says.OutOfReach));

    public Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct) => Task.FromResult<IReadOnlyList<BankDeposit>>([]);

    public Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct) => Task.FromResult<IReadOnlyList<BookLine>>([]);

    public Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct) => Task.FromResult<IReadOnlyList<Guid>>([]);
}
