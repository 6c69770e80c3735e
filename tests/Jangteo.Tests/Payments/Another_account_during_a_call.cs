using System.Collections.Concurrent;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Providers;
using Jangteo.Payments.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Payments;

/// <summary>
/// A bank refused a refund and is called again when the buyer gives another account. What that call comes to decides where the money goes,
/// and it goes there once.
/// </summary>
public sealed class Another_account_during_a_call(TestPostgres postgres)
{
    private const string First = "110-222";
    private const string Second = "330-444";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    /// <param name="byKey">The bank answers a key that it knows as it did before; else it refuses a known key with another account.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("I10")]
    public async Task The_bank_sends_to_the_first_account_and_the_answer_is_lost(bool byKey)
    {
        await using var scene = await Begin(byKey);

        scene.Bank.Finish(isSent: true);
        await scene.UntilRefunded();

        var key = scene.Key;
        Assert.Equal([(key, First), ($"{key}/1", First), ($"{key}/1", First)], scene.Bank.Calls);
        Assert.Equal([(First, 3000)], scene.Bank.Sent);
        await scene.IsSound();
    }

    [Fact]
    public async Task The_bank_refuses_the_first_account_again_and_the_money_goes_to_the_second()
    {
        await using var scene = await Begin(byKey: true);

        scene.Bank.Finish(isSent: false);
        await scene.UntilRefunded();

        Assert.Equal([(Second, 3000)], scene.Bank.Sent);
        await scene.IsSound();
    }

    /// <summary>The bank has refused a refund to the first account and is being called again, and the buyer has given the second.</summary>
    private async Task<Scene> Begin(bool byKey)
    {
        var bed = await ModuleBed.Start(
            postgres, [new PaymentsModule(), new Neighbours(Modules.Trading)], new Settings(), add: services =>
            {
                services.AddSingleton(provider => new LosingBank(provider.GetRequiredService<SandboxBank>(), byKey));
                services.AddSingleton<IBank>(provider => provider.GetRequiredService<LosingBank>());
            });
        var scene = new Scene(bed, Ids.New());
        var request = Asks.Of(scene.Trade, 1, Verb.ExpectDeposit) with
        {
            Buyer = SandboxPeople.IdOf("junho"),
            Seller = SandboxPeople.IdOf("minji"),
            RefundAccount = First,
        };
        await Send(request);
        var payment = await ModuleBed.Until(() => scene.Payment(), heard => heard["reference"].Length > 0);
        await bed.Services.GetRequiredService<SandboxBank>().PayIn(Ids.New(), payment["reference"], 3_000, ct);
        await ModuleBed.Until(() => scene.Payment(), heard => heard["seen"] == "3000");
        await Send(request with { Verb = Verb.Refund.Name, Revision = 3 });
        await ModuleBed.Until(() => scene.Payment(), heard => heard["refundRefused"] == "true");

        await Do("update errands set next_at = now()");
        await scene.Bank.IsCalledAgain.WaitAsync(TimeSpan.FromSeconds(30), ct);
        var given = await bed.Send(HttpMethod.Put, $"/api/payments/{scene.Trade}/refund-account", "junho", new { account = Second });
        Assert.Equal(200, given.Status);
        return scene;

        Task Send(Request asked) => bed.StorageOf(Modules.Trading).Do(Cause.New(), work =>
        {
            work.Send(TradingMessages.Requests, scene.Trade, asked, new MessageContext(scene.Trade), receiver: Modules.Payments);
            return Task.CompletedTask;
        }, ct);

        Task Do(string sql) => bed.StorageOf(Modules.Payments).Do(Cause.New(), work =>
        {
            work.Write(sql);
            return Task.CompletedTask;
        }, ct);
    }

    private sealed class Scene(ModuleBed bed, Guid trade) : IAsyncDisposable
    {
        public Guid Trade => trade;

        public LosingBank Bank => bed.Services.GetRequiredService<LosingBank>();

        public string Key => $"{trade}/3/refund";

        public Task<Heard> Payment() => bed.Get($"/api/payments/{trade}", "junho");

        public Task<Heard> UntilRefunded() => ModuleBed.Until(Payment, heard => heard["state"] == "refunded");

        public async Task IsSound()
        {
            var books = await bed.Get("/api/operator/payments/books?all=true", SandboxPeople.Operator);
            Assert.True((bool)books.Body!["ok"]!, books.ToString());
        }

        public ValueTask DisposeAsync() => bed.DisposeAsync();
    }

    /// <summary>Refuses its first call. The second waits for the test; then it is refused, or done without an answer.</summary>
    private sealed class LosingBank(SandboxBank sandbox, bool byKey) : IBank
    {
        private readonly ConcurrentDictionary<string, (string Account, long Amount, bool IsRefused)> known = new();
        private readonly ConcurrentQueue<(string Key, string Account)> calls = new();
        private readonly TaskCompletionSource calledAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<bool> finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsCalledAgain => calledAgain.Task;

        public IEnumerable<(string Key, string Account)> Calls => calls;

        public IEnumerable<(string Account, long Amount)> Sent =>
            known.Values.Where(one => !one.IsRefused).Select(one => (one.Account, one.Amount));

        public void Finish(bool isSent) => finish.SetResult(isSent);

        public async Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct)
        {
            calls.Enqueue((key, account));
            if (known.TryGetValue(key, out var before))
            {
                return before.IsRefused || (!byKey && before.Account != account)
                    ? new ProviderAnswer(Says.Refused)
                    : new ProviderAnswer(Says.Done, new Receipt(key, before.Amount, "KRW"));
            }

            switch (calls.Count)
            {
                case 1:
                    known[key] = (account, amount, true);
                    return new ProviderAnswer(Says.Refused);
                case 2:
                    calledAgain.SetResult();
                    var isSent = await finish.Task;
                    known[key] = (account, amount, !isSent);
                    return isSent ? throw new TimeoutException("The answer is lost.") : new ProviderAnswer(Says.Refused);
                default:
                    known[key] = (account, amount, false);
                    return new ProviderAnswer(Says.Done, new Receipt(key, amount, "KRW"));
            }
        }

        public Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct) =>
            sandbox.DepositsSince(position, most, ct);

        public async Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct) =>
        [
            .. await sandbox.Book(subjects, ct),
            .. known.Where(one => !one.Value.IsRefused).Select(one => new BookLine(Guid.Parse(one.Key.Split('/')[0]), -one.Value.Amount))
                .Where(line => subjects.Contains(line.Subject)),
        ];

        public Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct) => sandbox.SubjectsAfter(last, most, ct);
    }
}
