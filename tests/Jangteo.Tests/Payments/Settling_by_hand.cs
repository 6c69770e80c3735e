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

/// <summary>What no retry can settle is settled by an operator by hand, and the books are right afterwards.</summary>
public sealed class Settling_by_hand(TestPostgres postgres) : IAsyncLifetime
{
    private const string Attention = "/api/operator/payments/attention";
    private const string Unbooked = "/api/operator/payments/deposits/unbooked";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private ModuleBed bed = null!;

    public async ValueTask InitializeAsync() => bed = await ModuleBed.Start(
        postgres, [new PaymentsModule(), new Neighbours(Modules.Trading)], new Settings(),
        add: services => services.AddSingleton<IBank>(provider => new OddBank(provider.GetRequiredService<SandboxBank>())));

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    [Fact]
    [Requirement("I1")]
    [Requirement("I2")]
    public async Task A_mismatch_that_comes_again_for_ever_is_booked_as_done_when_an_operator_has_settled_it()
    {
        var (refunded, paidOut, stray) = (Ids.New(), Ids.New(), Ids.New());
        await Paid(refunded);
        var paid = await Paid(paidOut);
        var confirm = paid with { Verb = Verb.ConfirmDeposit.Name, Revision = 3 };
        await bed.QuestionsTo(Modules.Payments).Agree(confirm, ct);
        await Bank.PayIn(stray, "for nothing", 700, ct);
        await Until("deposits", stray, "state", "waiting");
        await Send(paid with { Stream = refunded, Verb = Verb.Refund.Name, Revision = 4 });
        await Send(paid with { Verb = Verb.PayOut.Name, Revision = 4 });
        var sentBack = await bed.Post($"/api/operator/payments/deposits/{stray}/send-back", "sora", new { reason = "Not ours." });
        Assert.Equal(200, sentBack.Status);
        string[] keys = [$"{refunded}/4/refund", $"{paidOut}/4/pay-out", $"{stray}/0/send-back"];
        await Mismatched(3);

        // The bank says the same again.
        Assert.Equal(204, (await bed.Post($"{Attention}/retry", "sora", new { key = keys[0], reason = "The bank was asked." })).Status);
        await Mismatched(3);
        foreach (var key in keys)
        {
            Assert.Equal(204, (await Settle(key)).Status);
            Assert.Equal("not-found", (await Settle(key)).Problem);
        }

        Assert.Equal("refunded", (await bed.Get($"/api/payments/{refunded}", "junho"))["state"]);
        Assert.Equal("paid-out", (await bed.Get($"/api/payments/{paidOut}", "junho"))["state"]);
        await Until("deposits", stray, "state", "sent-back");
        var books = await Books();
        Assert.True((bool)books.Body!["ok"]!, books.ToString());
    }

    [Fact]
    public async Task What_is_still_tried_cannot_be_settled()
    {
        var trade = Ids.New();
        var paid = await Paid(trade, "closed-1");
        await Send(paid with { Verb = Verb.Refund.Name, Revision = 4 });
        var key = $"{trade}/4/refund";
        await ModuleBed.Until(() => bed.Get(Attention, "sora"), heard => heard.ToString().Contains(key, StringComparison.Ordinal));

        Assert.Equal("not-now", (await Settle(key)).Problem);
    }

    [Fact]
    [Requirement("I10")]
    public async Task A_transfer_in_another_currency_is_closed_when_an_operator_has_settled_it_at_the_bank()
    {
        var id = Ids.New();
        await Bank.PayIn(id, OddBank.Dollars, 700, ct);
        await ModuleBed.Until(() => bed.Get(Unbooked, "sora"), heard => heard.ToString().Contains(id.ToString(), StringComparison.Ordinal));
        var item = Assert.Single((await bed.Get(Unbooked, "sora")).Body!["items"]!.AsArray())!;
        Assert.Equal(("USD", true), ((string)item["currency"]!, (bool)item["settleable"]!));
        Assert.False((bool)(await Books()).Body!["ok"]!);
        var body = new { position = (long)item["position"]!, reason = "The bank has sent it back." };
        Assert.Equal("not-now", (await bed.Post($"{Unbooked}/retry", "sora", body)).Problem);

        Assert.Equal(204, (await bed.Post($"{Unbooked}/settle", "sora", body)).Status);

        Assert.Empty((await bed.Get(Unbooked, "sora")).Body!["items"]!.AsArray());
        Assert.Equal("not-found", (await bed.Post($"{Unbooked}/settle", "sora", body)).Problem);
        Assert.True((bool)(await Books()).Body!["ok"]!, (await Books()).ToString());
        // The bank's book shows that it went back; and any other amount is still found.
        await Bank.Transfer($"{id}/by-hand", "payer", 700, ct);
        Assert.True((bool)(await Books()).Body!["ok"]!, (await Books()).ToString());
        await Bank.Transfer($"{id}/by-hand-again", "payer", 700, ct);
        Assert.False((bool)(await Books()).Body!["ok"]!);
    }

    [Fact]
    public async Task A_transfer_that_can_be_booked_cannot_be_settled()
    {
        await bed.StorageOf(Modules.Payments).Do(Cause.New(), work =>
        {
            var deposit = new BankDeposit(77, Ids.New(), "x", 700, "payer", "KRW");
            Jangteo.Payments.Unbooked.Write(work, deposit, new InvalidOperationException("A fault."), work.Now);
            return Task.CompletedTask;
        }, ct);

        Assert.Equal("not-now", (await bed.Post($"{Unbooked}/settle", "sora", new { position = 77, reason = "It is settled." })).Problem);
    }

    private SandboxBank Bank => bed.Services.GetRequiredService<SandboxBank>();

    private Task<Heard> Settle(string key) => bed.Post($"{Attention}/settle", "sora", new { key, reason = "The bank has corrected it." });

    private Task<Heard> Books() => bed.Get("/api/operator/payments/books?all=true", "sora");

    /// <summary>A trade whose transfer has arrived.</summary>
    private async Task<Request> Paid(Guid trade, string account = "110-222")
    {
        var request = Asks.Of(trade, 1, Verb.ExpectDeposit) with
        {
            Buyer = SandboxPeople.IdOf("junho"),
            Seller = SandboxPeople.IdOf("minji"),
            RefundAccount = account,
        };
        await Send(request);
        var payment = await ModuleBed.Until(() => bed.Get($"/api/payments/{trade}", "junho"), heard => heard["reference"].Length > 0);
        await Bank.PayIn(Ids.New(), payment["reference"], 3_000, ct);
        await ModuleBed.Until(() => bed.Get($"/api/payments/{trade}", "junho"), heard => heard["seen"] == "3000");
        return request;
    }

    private Task Send(Request asked) => bed.StorageOf(Modules.Trading).Do(Cause.New(), work =>
    {
        work.Send(TradingMessages.Requests, asked.Stream, asked, new MessageContext(asked.Stream), receiver: Modules.Payments);
        return Task.CompletedTask;
    }, ct);

    private Task Mismatched(int count) => ModuleBed.Until(
        async () => (await bed.Get(Attention, "sora")).Body!["items"]!.AsArray().Count(item => (bool)item!["settleable"]!),
        found => found == count);

    private Task Until(string table, Guid id, string column, string value) => ModuleBed.Until(
        () => bed.StorageOf(Modules.Payments)
            .Find(new Sql($"select {column} from {table} where id = $1", id), row => row.GetString(0), ct),
        found => found == value);

    /// <summary>The sandbox's bank, which reports every transfer out, and some that come in, in another currency.</summary>
    private sealed class OddBank(SandboxBank bank) : IBank
    {
        public const string Dollars = "dollars";

        public async Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct) =>
            await bank.Transfer(key, account, amount, ct) is { Receipt: { } receipt } answer
                ? answer with { Receipt = receipt with { Currency = "USD" } } : new ProviderAnswer(Says.Refused);

        public async Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct) =>
        [
            .. (await bank.DepositsSince(position, most, ct))
                .Select(one => one.Reference == Dollars ? one with { Currency = "USD" } : one),
        ];

        public Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct) => bank.Book(subjects, ct);

        public Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct) => bank.SubjectsAfter(last, most, ct);
    }
}
