using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Npgsql;

namespace Jangteo.Tests.Operating;

/// <summary>Above Payments:TwoOperatorsAbove one operator proposes and another decides.</summary>
[Collection(OperatedMarket.Tests)]
public sealed class Two_operators(OperatedMarket market)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_than_the_limit_is_proposed_and_moves_nothing()
    {
        var deposit = await market.StrayTransfer(OperatedMarket.Threshold + 1);

        var heard = await SendBack(deposit, "sora");

        Assert.Equal(202, heard.Status);
        Assert.Equal("waiting", await StateOf(deposit));
        var open = Assert.Single((await market.Bed.Get("/api/operator/payments/proposals", OperatedMarket.Second)).Body!["items"]!.AsArray(), one => (string?)one!["subject"] == deposit.ToString());
        Assert.Equal(("send-transfer-back", "sora", "Nobody expects it.", OperatedMarket.Threshold + 1), ((string?)open!["act"], (string?)open["proposedBy"]!["name"], (string?)open["reason"], (long)open["amount"]!));
        Assert.Equal(["proposed"], await StepsOf(deposit));
    }

    [Fact]
    public async Task The_limit_itself_needs_no_second_operator()
    {
        var deposit = await market.StrayTransfer(OperatedMarket.Threshold);

        Assert.Equal(200, (await SendBack(deposit, "sora")).Status);
        Assert.Equal(["done"], await StepsOf(deposit));
    }

    [Fact]
    public async Task A_second_operator_confirms_and_both_acts_are_recorded()
    {
        var (deposit, proposal) = await Proposed();

        var heard = await Decide(proposal, "confirm", OperatedMarket.Second);

        Assert.Equal(204, heard.Status);
        await ModuleBed.Until(() => StateOf(deposit), state => state == "sent-back");
        Assert.Equal(["proposed", "confirmed"], await StepsOf(deposit));
        Assert.Equal("not-now", (await Decide(proposal, "confirm", OperatedMarket.Second)).Problem);
    }

    [Fact]
    public async Task Who_proposed_it_neither_confirms_nor_declines_it()
    {
        var (deposit, proposal) = await Proposed();

        Assert.Equal("second-operator", (await Decide(proposal, "confirm", "sora")).Problem);
        Assert.Equal("second-operator", (await Decide(proposal, "decline", "sora")).Problem);

        Assert.Equal("waiting", await StateOf(deposit));
        // The database refuses it too.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => market.AsOwner($"update payments.proposals set state = 'confirmed', decided_by = proposed_by where id = '{proposal}'"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Fact]
    public async Task A_declined_proposal_moves_nothing_and_another_can_be_made()
    {
        var (deposit, proposal) = await Proposed();

        Assert.Equal(204, (await Decide(proposal, "decline", OperatedMarket.Second)).Status);

        Assert.Equal("waiting", await StateOf(deposit));
        Assert.Equal(["proposed", "declined"], await StepsOf(deposit));
        Assert.Equal("not-now", (await Decide(proposal, "confirm", OperatedMarket.Second)).Problem);
        Assert.Equal(202, (await SendBack(deposit, "sora")).Status);
    }

    [Fact]
    public async Task Of_two_proposals_for_one_thing_the_second_is_refused()
    {
        var (deposit, _) = await Proposed();
        var trade = await market.Order();

        Assert.Equal("already-proposed", (await SendBack(deposit, OperatedMarket.Second)).Problem);
        Assert.Equal("already-proposed", (await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/match", OperatedMarket.Second, new { trade, reason = "It is junho's." })).Problem);
    }

    [Fact]
    public async Task An_expired_proposal_is_neither_listed_nor_confirmed_and_gives_way_to_a_new_one()
    {
        var (deposit, proposal) = await Proposed();
        await market.AsOwner($"update payments.proposals set expires_at = at where id = '{proposal}'");

        Assert.DoesNotContain((await market.Bed.Get("/api/operator/payments/proposals?limit=100", "sora")).Body!["items"]!.AsArray(), one => (string?)one!["id"] == proposal.ToString());
        Assert.Equal("not-now", (await Decide(proposal, "confirm", OperatedMarket.Second)).Problem);
        Assert.Equal(202, (await SendBack(deposit, OperatedMarket.Second)).Status);
        Assert.Equal(["expired", "proposed", "proposed"], (await StepsOf(deposit)).Order());
    }

    [Fact]
    public async Task A_proposal_that_nobody_decides_expires_by_itself_and_that_is_recorded()
    {
        var (deposit, proposal) = await Proposed();
        await market.AsOwner($"update payments.proposals set expires_at = at where id = '{proposal}'");

        await ModuleBed.Until(() => StepsOf(deposit), steps => steps is ["proposed", "expired"]);

        Assert.Equal("expired", await market.Find($"select state from proposals where id = '{proposal}'"));
        var acts = (await market.Bed.Get("/api/operator/payments/acts", "sora")).Body!["items"]!.AsArray();
        var act = acts.First(one => (string?)one!["subject"] == deposit.ToString())!;
        Assert.Equal(("expired", "time", null), ((string?)act["step"], (string?)act["name"], (string?)act["operator"]));
    }

    [Fact]
    public async Task A_decision_about_more_than_the_limit_is_proposed_and_the_money_stays_held()
    {
        var (trade, proposal) = await market.ProposedDecision();

        Assert.Equal(("disputed", OperatedMarket.Threshold + 1), await StateOfTrade(trade));
        var proposals = await market.Bed.Get("/api/operator/trading/proposals", OperatedMarket.Second, ("Accept-Language", "en"));
        var open = proposals.Body!["items"]!.AsArray().Single(one => (Guid)one!["id"]! == proposal)!;
        Assert.Equal(
            ("trading", "decide-trade", trade, "sora", "It never worked.", OperatedMarket.Threshold + 1),
            ((string?)open["module"], (string?)open["act"], (Guid)open["trade"]!, (string?)open["proposedBy"]!["name"],
                (string?)open["reason"], (long)open["amount"]!));
        Assert.NotEqual("side-with-buyer", (string?)open["to"]);
        Assert.Contains($"proposal trading {proposal}", await Attention());
        Assert.Equal("already-proposed", (await Side(trade, "side-with-seller", OperatedMarket.Second)).Problem);
        Assert.Equal("second-operator", (await DecideTrade(proposal, "confirm", "sora")).Problem);
        Assert.Equal(("disputed", OperatedMarket.Threshold + 1), await StateOfTrade(trade));
    }

    [Fact]
    public async Task A_second_operator_confirms_a_decision_and_the_money_moves_once()
    {
        var (trade, proposal) = await market.ProposedDecision();

        var heard = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => DecideTrade(proposal, "confirm", OperatedMarket.Second)));

        Assert.Single(heard, one => one.Status == 204);
        Assert.All(heard.Where(one => one.Status != 204), one => Assert.Equal("not-now", one.Problem));
        var ended = await ModuleBed.Until(
            () => market.Bed.Get($"/api/trades/{trade}", "junho"),
            one => (long?)one.Body?["money"]?["refunded"] == OperatedMarket.Threshold + 1);
        Assert.Equal("undone", ended["state"]);
        var acts = (await market.Bed.Get($"/api/operator/trading/acts?trade={trade}", "sora")).Body!["items"]!.AsArray();
        Assert.Equal(
            [("confirmed", OperatedMarket.Second), ("proposed", "sora")], acts.Select(act => ((string)act!["step"]!, (string)act["name"]!)));
        var line = await market.LineOf(trade, "side-with-buyer", "junho");
        Assert.Equal("It never worked.", (string?)line["reason"]);
    }

    [Fact]
    public async Task A_declined_decision_changes_nothing_and_another_can_be_proposed()
    {
        var (trade, proposal) = await market.ProposedDecision();

        Assert.Equal(204, (await DecideTrade(proposal, "decline", OperatedMarket.Second)).Status);

        Assert.Equal(("disputed", OperatedMarket.Threshold + 1), await StateOfTrade(trade));
        Assert.Equal(202, (await Side(trade, "side-with-seller", OperatedMarket.Second)).Status);
    }

    [Fact]
    public async Task An_operator_who_is_a_party_does_not_confirm_the_decision_about_their_own_trade()
    {
        var price = OperatedMarket.Threshold + 1;
        await market.Bed.Post("/api/session", null, new { person = OperatedMarket.Second });
        var radio = new { kind = "second-hand", title = "Radio", description = "Works.", price };
        var listing = await market.Bed.Post("/api/listings", OperatedMarket.Second, radio);
        var trade = (await market.Bed.Post("/api/trades", "junho", new { listing = listing.Id, price, card = "ok" })).Id;
        await market.Bed.Post($"/api/trades/{trade}/accept", OperatedMarket.Second, new { });
        await ModuleBed.Until(() => market.Bed.Post($"/api/trades/{trade}/contest", "junho", new { }), heard => heard.Status == 200);
        var proposal = (await Side(trade, "side-with-seller", "sora")).Body!["proposal"]!["proposal"]!.GetValue<Guid>();

        Assert.Equal("not-yours", (await DecideTrade(proposal, "confirm", OperatedMarket.Second)).Problem);
    }

    [Fact]
    public async Task A_decision_about_a_trade_that_has_moved_since_is_not_made()
    {
        var (trade, proposal) = await market.ProposedDecision();
        await market.AsOwner($"update trading.proposals set input = jsonb_set(input::jsonb, '{{revision}}', '1')::text where id = '{proposal}'");

        Assert.Equal("not-now", (await DecideTrade(proposal, "confirm", OperatedMarket.Second)).Problem);
        Assert.Equal(("disputed", OperatedMarket.Threshold + 1), await StateOfTrade(trade));
    }

    [Fact]
    public async Task A_charge_of_an_unknown_amount_is_settled_by_two_operators()
    {
        var key = await market.MismatchedRefund();
        await market.AsOwner($"update payments.errands set what = 'void-charge', amount = 0 where key = '{key}'");

        var heard = await market.Bed.Post("/api/operator/payments/attention/settle", "sora", new { key, reason = "The provider has voided it." });

        Assert.Equal(202, heard.Status);
    }

    [Fact]
    public async Task Two_confirmations_at_once_are_one()
    {
        var (deposit, proposal) = await Proposed();

        var heard = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Decide(proposal, "confirm", OperatedMarket.Second)));

        Assert.Single(heard, one => one.Status == 204);
        Assert.All(heard.Where(one => one.Status != 204), one => Assert.Equal("not-now", one.Problem));
        Assert.Equal(["proposed", "confirmed"], await StepsOf(deposit));
    }

    [Fact]
    public async Task What_cannot_be_done_any_more_is_refused_on_confirmation()
    {
        var (deposit, proposal) = await Proposed();
        await market.AsOwner($"update payments.deposits set state = 'sent-back' where id = '{deposit}'");

        Assert.Equal("not-now", (await Decide(proposal, "confirm", OperatedMarket.Second)).Problem);
        Assert.Equal(["proposed"], await StepsOf(deposit));
    }

    [Fact]
    public async Task A_large_refund_that_was_refused_needs_two_operators()
    {
        var key = await market.RefusedRefund(OperatedMarket.Threshold + 10);

        var proposed = await market.Bed.Post("/api/operator/payments/attention/retry", "sora", new { key, account = SandboxPayer, reason = "The account was closed." });
        Assert.Equal(202, proposed.Status);
        Assert.Equal(204, (await Decide(Guid.Parse(proposed["proposal"]), "confirm", OperatedMarket.Second)).Status);

        await ModuleBed.Until(() => market.Find($"select key from errands where key = '{key}'"), found => found is null);
    }

    [Fact]
    public async Task A_large_refund_that_is_settled_by_hand_needs_two_operators()
    {
        var key = await market.MismatchedRefund(OperatedMarket.Threshold + 10);

        var settle = new { key, reason = "The bank has corrected it." };
        var proposed = await market.Bed.Post("/api/operator/payments/attention/settle", "sora", settle);
        Assert.Equal(202, proposed.Status);
        Assert.NotNull(await market.Find($"select key from errands where key = '{key}'"));
        Assert.Equal(204, (await Decide(Guid.Parse(proposed["proposal"]), "confirm", OperatedMarket.Second)).Status);

        Assert.Null(await market.Find($"select key from errands where key = '{key}'"));
    }

    private async Task<(string State, long Held)> StateOfTrade(Guid trade)
    {
        var heard = await market.Bed.Get($"/api/trades/{trade}", "junho");
        return (heard["state"], heard.Body!["money"]!["held"]!.GetValue<long>());
    }

    private async Task<IEnumerable<string>> Attention() =>
        (await market.Bed.Get("/api/operator/views/attention", "sora")).Body!["items"]!.AsArray()
            .Select(item => $"{item!["what"]} {item["module"]} {item["subject"]}");

    private Task<Heard> Side(Guid trade, string move, string person) =>
        market.Bed.Post($"/api/trades/{trade}/{move}", person, new { reason = "Both sides were heard." });

    private Task<Heard> DecideTrade(Guid proposal, string decision, string person) =>
        market.Bed.Post($"/api/operator/trading/proposals/{proposal}/{decision}", person, new { reason = "I looked at it." });

    private const string SandboxPayer = Jangteo.Payments.Sandbox.SandboxBank.Payer;

    private async Task<(Guid Deposit, Guid Proposal)> Proposed()
    {
        var deposit = await market.StrayTransfer(OperatedMarket.Threshold + 1);
        return (deposit, Guid.Parse((await SendBack(deposit, "sora"))["proposal"]));
    }

    private Task<Heard> SendBack(Guid deposit, string person) => market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", person, new { reason = "Nobody expects it." });

    private Task<Heard> Decide(Guid proposal, string decision, string person) =>
        market.Bed.Post($"/api/operator/payments/proposals/{proposal}/{decision}", person, new { reason = "I looked at it." });

    private Task<string?> StateOf(Guid deposit) => market.Find($"select state from deposits where id = '{deposit}'");

    private async Task<List<string>> StepsOf(Guid deposit) => await market.Bed.StorageOf(Modules.Payments).Query(
        new Sql("select step from operator_acts where subject_type = 'transfer' and subject = $1 order by id", deposit.ToString()), reader => reader.GetString(0), ct);
}
