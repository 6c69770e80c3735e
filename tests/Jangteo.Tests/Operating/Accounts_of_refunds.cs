using Jangteo.Payments.Sandbox;
using Jangteo.Platform.Input;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Operating;

/// <summary>Money goes to a new account only if the person it belongs to gave it.</summary>
[Collection(OperatedMarket.Tests)]
public sealed class Accounts_of_refunds(OperatedMarket market)
{
    [Fact]
    public async Task An_operator_cannot_send_a_transfer_to_an_account_of_their_own_choosing()
    {
        var deposit = await market.StrayTransfer(700);

        var heard = await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", "sora", new { account = "sora-1", reason = "I keep it." });

        Assert.Equal((409, "account-not-given"), (heard.Status, heard.Problem));
        Assert.Equal("waiting", await market.Find($"select state from deposits where id = '{deposit}'"));
    }

    [Fact]
    public async Task An_operator_cannot_send_a_refund_to_an_account_of_their_own_choosing()
    {
        var key = await market.RefusedRefund();

        Assert.Equal("account-not-given", (await Retry(key, "sora-1")).Problem);

        Assert.Equal("closed-1", await market.Find($"select account from errands where key = '{key}'"));
    }

    [Fact]
    public async Task A_refund_may_go_to_where_the_money_came_from()
    {
        var key = await market.RefusedRefund();

        Assert.Equal(204, (await Retry(key, SandboxBank.Payer)).Status);

        await Done(key);
    }

    [Fact]
    public async Task An_account_that_the_bank_writes_in_another_composition_is_the_same_account()
    {
        const string typed = "가온은행 110-222";
        var reported = Unicode.Decompose(typed);
        Assert.NotEqual(typed, reported);
        var deposit = await market.StrayTransfer(700, reported);

        var heard = await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", "sora", new { account = typed, reason = "Nobody expects it." });

        Assert.True(heard.Status == 200, heard.ToString());
        await ModuleBed.Until(() => market.Find($"select state from deposits where id = '{deposit}'"), state => state == "sent-back");
        // In the bank's own spelling: it may know no other.
        Assert.Equal(reported, await market.SentTo($"{deposit}/0/send-back"));
    }

    [Fact]
    public async Task The_buyer_gives_another_account_and_the_refund_goes_there_at_once()
    {
        var key = await market.RefusedRefund();
        var trade = key.Split('/')[0];
        var payment = await market.Bed.Get($"/api/payments/{trade}", "junho");
        Assert.Equal(("closed-1", "true"), (payment["refundAccount"], payment["refundRefused"]));

        Assert.Equal(200, (await Give(trade, "junho", "330-444")).Status);

        await Done(key);
        await ModuleBed.Until(() => market.Bed.Get($"/api/payments/{trade}", "junho"), heard => heard["state"] == "refunded");
        Assert.Equal("330-444", await market.SentTo(key));
    }

    [Fact]
    public async Task An_operator_may_then_send_it_to_the_account_that_the_buyer_gave()
    {
        var key = await market.RefusedRefund();
        await Give(key.Split('/')[0], "junho", "closed-2");
        await ModuleBed.Until(() => market.Find($"select key from errands where key = '{key}' and account = 'closed-2' and attention"), found => found is not null);

        Assert.Equal(204, (await Retry(key, "closed-2")).Status);
    }

    [Fact]
    public async Task Nobody_but_the_buyer_gives_the_account()
    {
        var trade = await market.Order();

        Assert.Equal("not-yours", (await Give($"{trade}", "minji", "330-444")).Problem);
        Assert.Equal("not-yours", (await Give($"{trade}", "sora", "330-444")).Problem);
        Assert.Equal("not-found", (await Give($"{trade}", "a stranger", "330-444")).Problem);
        Assert.Equal("unauthenticated", (await Give($"{trade}", null, "330-444")).Problem);
        Assert.Equal(["account"], (await Give($"{trade}", "junho", " ")).Fields);
        Assert.Equal("110-222", (await market.Bed.Get($"/api/payments/{trade}", "junho"))["refundAccount"]);
        Assert.Equal("", (await market.Bed.Get($"/api/payments/{trade}", "minji"))["refundAccount"]);
    }

    private Task<Heard> Retry(string key, string account) => market.Bed.Post("/api/operator/payments/attention/retry", "sora", new { key, account, reason = "The account was closed." });

    private Task<Heard> Give(string trade, string? person, string account) => market.Bed.Send(HttpMethod.Put, $"/api/payments/{trade}/refund-account", person, new { account });

    private Task<string?> Done(string key) => ModuleBed.Until(() => market.Find($"select key from errands where key = '{key}'"), found => found is null);
}
