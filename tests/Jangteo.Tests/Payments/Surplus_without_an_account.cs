using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Payments;

/// <summary>A surplus waits while no account is known to which it could go back.</summary>
public sealed class Surplus_without_an_account(TestPostgres postgres)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("I2")]
    [Requirement("MA-2")]
    public async Task It_is_sent_out_when_the_buyer_gives_an_account()
    {
        await using var bed = await ModuleBed.Start(postgres, [new PaymentsModule(), new Neighbours(Modules.Trading)], new Settings());
        var (trade, buyer) = (Ids.New(), "junho");
        var request = Asks.Of(trade, 1, Verb.ExpectDeposit) with
        {
            Buyer = SandboxPeople.IdOf(buyer),
            Seller = SandboxPeople.IdOf("minji"),
            RefundAccount = null,
        };
        await Send(request);
        var payment = await ModuleBed.Until(() => bed.Get($"/api/payments/{trade}", buyer), heard => heard["reference"].Length > 0);

        await bed.Services.GetRequiredService<SandboxBank>().PayIn(Ids.New(), payment["reference"], 3_250, ct, from: "");
        await ModuleBed.Until(() => Deposit(), state => state == "waiting");
        Assert.Equal("", await Sent());
        var given = await bed.Send(HttpMethod.Put, $"/api/payments/{trade}/refund-account", buyer, new { account = "330-444" });
        Assert.Equal(200, given.Status);

        await ModuleBed.Until(() => Deposit(), state => state == "matched");
        await ModuleBed.Until(() => Sent(), sent => sent == "330-444 250");
        var confirm = request with { Verb = Verb.ConfirmDeposit.Name, Revision = 3 };
        Assert.Equal(new Reply.Yes("deposit-confirmed", 3_000), await bed.QuestionsTo(Modules.Payments).Ask(confirm, ct));
        await Send(request with { Verb = Verb.PayOut.Name, Revision = 5 });
        await ModuleBed.Until(() => Ledger("seller-outside"), paid => paid == 2_910);
        // 3,250 arrived: 2,910 paid out, 90 kept, 250 sent back.
        Assert.Equal((90, -3_000), (await Ledger("platform-fee"), await Ledger("buyer-outside")));
        Assert.Equal((0, 0), (await Ledger("bank-suspense"), await Ledger("escrow")));

        Task Send(Request asked) => bed.StorageOf(Modules.Trading).Do(Cause.New(), work =>
        {
            work.Send(TradingMessages.Requests, trade, asked, new MessageContext(trade), receiver: Modules.Payments);
            return Task.CompletedTask;
        }, ct);

        Task<string?> Deposit() =>
            bed.StorageOf(Modules.Payments).Find(
                new Sql("select state from deposits where trade = $1", trade), row => row.GetString(0), ct);

        Task<string?> Sent() => bed.StorageOf(SandboxCards.Schema).Find(
            new Sql("select coalesce(string_agg(account || ' ' || amount, ', '), '') from transfers where not refused and account = '330-444'"),
            row => row.GetString(0), ct);

        Task<long> Ledger(string account) => bed.StorageOf(Modules.Payments).Find(
            new Sql("select coalesce(sum(amount), 0)::bigint from entries where split_part(account, ':', 1) = $1", account),
            row => row.GetInt64(0), ct);
    }
}
