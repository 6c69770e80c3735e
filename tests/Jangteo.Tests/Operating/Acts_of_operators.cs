using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Tests.Operating;

/// <summary>Every act of an operator leaves one record, and nobody can change it.</summary>
[Collection(OperatedMarket.Tests)]
public sealed class Acts_of_operators(OperatedMarket market)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_changing_operator_route_leaves_exactly_one_record()
    {
        var routes = market.ChangingOperatorRoutes();
        Assert.True(routes.Count >= 18, string.Join('\n', routes));

        var wrong = new List<string>();
        foreach (var route in routes)
        {
            var module = route.Split('/')[3];
            var (path, body) = await market.Scene(route);
            var before = await market.Acts(module);

            var heard = await market.Bed.Post(path, route.Contains("/proposals/") ? OperatedMarket.Second : "sora", body);

            var added = (await market.Acts(module)).Except(before).ToList();
            if (heard.Status >= 300 || added.Count != 1)
            {
                wrong.Add($"{route}: {heard}, {added.Count} acts");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_record_says_who_did_what_to_what_from_where_to_where_and_why()
    {
        var deposit = await market.StrayTransfer(700);

        await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", "sora", new { reason = "Nobody expects it." }, ("X-Correlation-Id", "0190d0a0-0000-7000-8000-00000000beef"));

        var act = (await market.Bed.Get("/api/operator/payments/acts", "sora", ("Accept-Language", "en"))).Body!["items"]!.AsArray().First(one => (string?)one!["subject"] == deposit.ToString())!;
        Assert.Equal(
            ("sora", SandboxPeople.IdOf("sora").ToString(), "send-transfer-back", "An operator sent a bank transfer back", "done", "transfer", 700, "sandbox-payer", "sandbox-payer", "Nobody expects it.",
                "waiting", "sending-back", "0190d0a0-0000-7000-8000-00000000beef"),
            ((string?)act["name"], (string?)act["operator"], (string?)act["act"], (string?)act["label"], (string?)act["step"], (string?)act["subjectType"], (long)act["amount"]!, (string?)act["from"],
                (string?)act["to"], (string?)act["reason"], (string?)act["before"]!["state"], (string?)act["after"]!["state"], (string?)act["correlation"]));
    }

    [Fact]
    public async Task A_refused_act_leaves_no_record()
    {
        var before = await market.Acts(Modules.Payments);

        Assert.Equal("not-found", (await market.Bed.Post($"/api/operator/payments/deposits/{Guid.NewGuid()}/send-back", "sora", new { reason = "None." })).Problem);

        Assert.Equal(before, await market.Acts(Modules.Payments));
    }

    [Fact]
    public async Task A_command_of_operators_that_records_nothing_is_not_committed()
    {
        // A route that was written without its record: the program refuses to commit it, whoever wrote it.
        var commands = market.Bed.Services.GetRequiredKeyedService<Platform.Http.Commands>(Modules.Payments);
        var http = market.Http("/api/operator/payments/forgetful", "sora");

        await Assert.ThrowsAsync<InvalidOperationException>(() => commands.Run(http, null, (work, _, _) =>
        {
            work.Write("insert into unbooked (position, deposit, reason, at) values (-77, '{}', 'x', now())");
            return Task.FromResult<Platform.Http.Decided>(new Platform.Http.Decided.Now(Platform.Http.Answer.NoContent));
        }, ct));

        Assert.Empty(await market.Bed.StorageOf(Modules.Payments).Query(new Sql("select 1 from unbooked where position = -77"), _ => 0, ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public async Task An_act_that_moves_money_needs_a_reason(string? reason)
    {
        var deposit = await market.StrayTransfer(300);

        var heard = await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", "sora", reason is null ? new { } : new { reason });

        Assert.Equal(reason is null ? "malformed" : "invalid", heard.Problem);
    }

    [Fact]
    public async Task A_reason_of_more_than_a_thousand_characters_is_refused()
    {
        var deposit = await market.StrayTransfer(300);

        Assert.Equal(["reason"], (await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", "sora", new { reason = new string('x', 1001) })).Fields);
        Assert.Equal(200, (await market.Bed.Post($"/api/operator/payments/deposits/{deposit}/send-back", "sora", new { reason = new string('x', 1000) })).Status);
    }

    [Fact]
    public async Task The_database_refuses_to_change_or_delete_a_record()
    {
        await market.Bed.Post($"/api/operator/payments/deposits/{await market.StrayTransfer(300)}/send-back", "sora", new { reason = "Nobody expects it." });
        var storage = market.Bed.StorageOf(Modules.Payments);

        // The module's login may not even try ...
        foreach (var attempt in (string[])["update operator_acts set name = 'junho'", "delete from operator_acts", "truncate operator_acts"])
        {
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => storage.Query(new Sql(attempt), _ => 0, ct))).SqlState);
        }

        // ... and the owner of the table is refused by it, in every schema.
        foreach (var module in Modules.All)
        {
            foreach (var attempt in (string[])["update {0}.operator_acts set name = 'junho'", "delete from {0}.operator_acts", "truncate {0}.operator_acts"])
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => market.AsOwner(string.Format(null, attempt, module)));
                Assert.Equal(PostgresErrorCodes.IntegrityConstraintViolation, refused.SqlState);
            }
        }
    }

    [Fact]
    public async Task Nobody_but_operators_reads_the_records()
    {
        Assert.Equal("not-found", (await market.Bed.Get("/api/operator/payments/acts", "minji")).Problem);
    }

    [Fact]
    public async Task Records_are_read_in_parts_and_by_trade()
    {
        var trade = await market.Order();
        for (var count = 0; count < 3; count++)
        {
            await market.Bed.Post($"/api/operator/payments/deposits/{await market.StrayTransfer(100)}/match", "sora", new { trade, reason = "It is the buyer's." });
        }

        var first = await market.Bed.Get($"/api/operator/payments/acts?trade={trade}&limit=2", "sora");
        var second = await market.Bed.Get($"/api/operator/payments/acts?trade={trade}&limit=2&cursor={first["next"]}", "sora");

        Assert.Equal((2, 1), (first.Body!["items"]!.AsArray().Count, second.Body!["items"]!.AsArray().Count));
        Assert.All(first.Body["items"]!.AsArray().Concat(second.Body["items"]!.AsArray()), act => Assert.Equal(trade, (Guid)act!["trade"]!));
    }

    [Fact]
    public async Task The_parties_read_in_the_timeline_that_an_operator_acted_and_no_internals()
    {
        var trade = await market.Order();
        await market.Bed.Post($"/api/operator/payments/deposits/{await market.StrayTransfer(123)}/match", "sora", new { trade, reason = "Found by hand." });

        var line = await market.LineOf(trade, "minji", one => (string?)one["what"] == "operator", language: "ko");

        Assert.Equal(("운영자가 입금을 이 거래에 연결했어요", "operator", 123), ((string?)line["label"], (string?)line["actor"], (long)line["amount"]!));
        Assert.DoesNotContain("sora", line.ToJsonString());
        Assert.DoesNotContain("Found by hand", line.ToJsonString());
    }

    [Fact]
    public async Task A_decision_of_a_dispute_is_recorded_and_needs_a_reason()
    {
        var trade = await market.Disputed();

        Assert.Equal(["reason"], (await market.Bed.Post($"/api/trades/{trade}/side-with-buyer", "sora", new { })).Fields);
        Assert.Empty((await market.Bed.Get($"/api/operator/trading/acts?trade={trade}", "sora")).Body!["items"]!.AsArray());
        var decided = await market.Bed.Post($"/api/trades/{trade}/side-with-buyer", "sora", new { reason = "It never worked." });

        Assert.True(decided.Status < 300, decided.ToString());
        var act = Assert.Single((await market.Bed.Get($"/api/operator/trading/acts?trade={trade}", "sora")).Body!["items"]!.AsArray());
        Assert.Equal(
            ("decide-trade", "sora", "It never worked.", "disputed", "side-with-buyer"),
            ((string?)act!["act"], (string?)act["name"], (string?)act["reason"], (string?)act["before"]!["state"], (string?)act["to"]));
        var line = await market.LineOf(trade, "side-with-buyer", "minji");
        Assert.Equal(("operator", null), ((string?)line["actor"], line["person"]));
    }

    [Fact]
    public async Task An_operator_made_on_the_command_line_is_recorded_as_done_there()
    {
        await market.Bed.Post("/api/people", null, new { name = "Kim", email = "kim@example.com", password = "correct horse battery" });

        Assert.True(await Jangteo.Identity.MakingOperators.Add(market.Bed.StorageOf(Modules.Identity), "kim@example.com", ct));

        var act = (await market.Bed.Get("/api/operator/identity/acts", "sora")).Body!["items"]!.AsArray()[0]!;
        Assert.Equal(("add-operator", "command line", null, "person"), ((string?)act["act"], (string?)act["name"], (string?)act["operator"], (string?)act["subjectType"]));
    }
}
