using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Tests.Operating;

/// <summary>Every module in one process, in the sandbox, with two operators: scenes in which an operator has something to do.</summary>
public sealed class OperatedMarket(TestPostgres postgres) : IAsyncLifetime
{
    /// <summary>The tests that share it.</summary>
    public const string Tests = "Operated market";

    /// <summary>The name of the second operator; the first is sora.</summary>
    public const string Second = SandboxPeople.SecondOperator;

    /// <summary>An act on more than this needs both.</summary>
    public const long Threshold = 50_000;

    public const string OperatorEmail = "operators@example.com";

    private int count;

    internal ModuleBed Bed { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Bed = await ModuleBed.Start(postgres, [.. Target.Of("all")], new Settings
        {
            OperatorEmail = OperatorEmail,
            Payments = new PaymentsSettings { TwoOperatorsAbove = (int)Threshold },
            Trading = new TradingSettings { AttentionAfter = TimeSpan.FromHours(1) },
        });
    }

    public ValueTask DisposeAsync() => Bed.DisposeAsync();

    /// <summary>The routes under /api/operator that change something, as they are mapped.</summary>
    internal List<string> ChangingOperatorRoutes() =>
    [
        .. Bed.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/operator/", StringComparison.Ordinal)
                && endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Any(method => method != "GET"))
            .Select(endpoint => endpoint.RoutePattern.RawText!).Order(StringComparer.Ordinal),
    ];

    /// <summary>A situation for a route: its path and body. A route that is not here needs its scene before it can be tested.</summary>
    internal async Task<(string Path, object? Body)> Scene(string route) => route.Split('/')[4..] switch
    {
        ["parked", _, "retry"] => (route.Replace("{id:long}", await Park(route.Split('/')[3]), StringComparison.Ordinal), null),
        ["parked", _, "answer"] => (route.Replace("{id:long}", await Park(route.Split('/')[3]), StringComparison.Ordinal), new { @event = "none", reason = "It says nothing." }),
        ["deposits", _, "match"] => ($"/api/operator/payments/deposits/{await StrayTransfer(400)}/match", new { trade = await Order(), reason = "It is the buyer's." }),
        ["deposits", _, "send-back"] => ($"/api/operator/payments/deposits/{await StrayTransfer(400)}/send-back", new { reason = "Nobody expects it." }),
        ["deposits", "unbooked", "retry"] => (route, new { position = await KeepUnbooked(await StrayTransfer(400)), reason = "The ledger was full." }),
        ["deposits", "unbooked", "settle"] => (
            route, new { position = await KeepUnbooked(await StrayTransfer(400), isUnfit: true), reason = "The bank has sent it back." }),
        ["attention", "settle"] => (route, new { key = $"{await MismatchedRefund()}", reason = "The bank has corrected it." }),
        ["attention", "retry"] => (route, new { key = $"{await RefusedRefund()}", reason = "The bank was closed." }),
        ["trades", _, "notes"] => ($"/api/operator/trading/trades/{await Order()}/notes", new { note = "The buyer called." }),
        ["people", _, "suspend"] => ($"/api/operator/identity/people/{await Person()}/suspend", new { reason = "They sold what was not theirs." }),
        ["people", _, "restore"] => ($"/api/operator/identity/people/{await Person()}/restore", new { reason = "It was theirs after all." }),
        ["proposals", _, var decision] when route.Split('/')[3] == Modules.Trading =>
            ($"/api/operator/trading/proposals/{(await ProposedDecision()).Proposal}/{decision}", new { reason = "I looked at it." }),
        ["proposals", _, var decision] => ($"/api/operator/payments/proposals/{await Proposed()}/{decision}", new { reason = "I looked at it." }),
        _ => throw new NotImplementedException($"{route}: write a scene in which it can be called."),
    };

    /// <summary>A person of the sandbox whom no other scene needs.</summary>
    private async Task<string> Person() =>
        (await Bed.Post("/api/session", null, new { person = string.Create(CultureInfo.InvariantCulture, $"passer-by {Interlocked.Increment(ref count)}") })).Body!["person"]!["id"]!.GetValue<string>();

    /// <summary>The ids of the acts recorded in a module.</summary>
    internal async Task<List<Guid>> Acts(string module) =>
        await Bed.StorageOf(module).Query(new Sql("select id from operator_acts order by id"), reader => reader.GetGuid(0), TestContext.Current.CancellationToken);

    /// <summary>A bank transfer that names no trade.</summary>
    /// <param name="from">The account that the bank says it comes from.</param>
    internal async Task<Guid> StrayTransfer(long amount, string from = SandboxBank.Payer)
    {
        var id = Ids.New();
        await Bed.Services.GetRequiredService<SandboxBank>().PayIn(id, "for nothing", amount, CancellationToken.None, from);
        await ModuleBed.Until(() => Find($"select state from deposits where id = '{id}'"), found => found == "waiting");
        return id;
    }

    /// <summary>A trade of junho with minji that expects a bank transfer.</summary>
    /// <param name="refundAccount">The account that the buyer gives.</param>
    internal async Task<Guid> Order(long price = 10_000, string refundAccount = "110-222")
    {
        var listing = await Bed.Post("/api/listings", "minji", new { kind = "shopping-mall", title = "Tea", description = "Green.", price, quantity = 3 });
        Assert.Equal(201, listing.Status);
        var trade = await Bed.Post("/api/trades", "junho", new { listing = listing.Id, price, quantity = 1, address = "12 Hill Street", refundAccount });
        Assert.True(trade.Status == 201, trade.ToString());
        await ModuleBed.Until(() => Bed.Get($"/api/payments/{trade.Id}", "junho"), heard => heard.Status == 200 && heard["reference"].Length > 0);
        return trade.Id;
    }

    /// <summary>The key of a refund that the bank refuses, because the buyer's account is closed.</summary>
    internal async Task<string> RefusedRefund(long price = 10_000, string refundAccount = "closed-1")
    {
        var trade = await Order(price, refundAccount);
        var reference = (await Bed.Get($"/api/payments/{trade}", "junho"))["reference"];
        await Bed.Services.GetRequiredService<SandboxBank>().PayIn(Ids.New(), reference, price, CancellationToken.None);
        await ModuleBed.Until(() => Bed.Get($"/api/payments/{trade}", "junho"), heard => heard["seen"] == price.ToString(CultureInfo.InvariantCulture));
        Assert.InRange((await Bed.Post($"/api/trades/{trade}/cancel", "junho", new { })).Status, 200, 202);
        return (await ModuleBed.Until(() => Find($"select key from errands where subject = '{trade}' and attention"), found => found is not null))!;
    }

    /// <summary>The key of a refund of which the bank reports for ever something else than was asked for.</summary>
    internal async Task<string> MismatchedRefund(long price = 10_000)
    {
        var key = await RefusedRefund(price);
        await AsOwner(
            $"update payments.errands set problem = 'mismatched: 1 KRW is done', next_at = null, attention = true where key = '{key}'");
        return key;
    }

    /// <summary>An act on more than one operator may move alone, proposed by sora.</summary>
    internal async Task<Guid> Proposed()
    {
        var heard = await Bed.Post($"/api/operator/payments/deposits/{await StrayTransfer(Threshold + 1)}/send-back", "sora", new { reason = "Nobody expects it." });
        Assert.True(heard.Status == 202, heard.ToString());
        return Guid.Parse(heard["proposal"]);
    }

    /// <summary>A decision for the buyer about more than one operator may decide about, proposed by sora.</summary>
    internal async Task<(Guid Trade, Guid Proposal)> ProposedDecision()
    {
        var trade = await Disputed(Threshold + 1);
        var heard = await Bed.Post($"/api/trades/{trade}/side-with-buyer", "sora", new { reason = "It never worked." });
        Assert.True(heard.Status == 202, heard.ToString());
        return (trade, heard.Body!["proposal"]!["proposal"]!.GetValue<Guid>());
    }

    /// <summary>A trade that waits for an operator to decide its dispute.</summary>
    internal async Task<Guid> Disputed(long price = 9_000)
    {
        var radio = new { kind = "second-hand", title = "Radio", description = "Works.", price };
        var listing = await Bed.Post("/api/listings", "minji", radio);
        var trade = await Bed.Post("/api/trades", "junho", new { listing = listing.Id, price, card = "ok" });
        Assert.True(trade.Status == 201, trade.ToString());
        Assert.InRange((await Bed.Post($"/api/trades/{trade.Id}/accept", "minji", new { })).Status, 200, 202);
        await ModuleBed.Until(() => Bed.Get($"/api/trades/{trade.Id}", "junho"), heard => heard["state"] == "accepted");
        Assert.InRange((await Bed.Post($"/api/trades/{trade.Id}/contest", "junho", new { })).Status, 200, 202);
        await ModuleBed.Until(() => Bed.Get($"/api/trades/{trade.Id}", "junho"), heard => heard["state"] == "disputed");
        return trade.Id;
    }

    /// <summary>The one line in which a person reads that a trade was moved, when the timeline has it.</summary>
    internal Task<JsonNode> LineOf(Guid trade, string move, string reader) =>
        LineOf(trade, reader, one => (string?)one["what"] == "command" && (string?)one["do"] == move);

    /// <summary>Waits for the one line of a trade's timeline that fits. The views may not know the trade itself yet, either.</summary>
    internal async Task<JsonNode> LineOf(Guid trade, string reader, Func<JsonNode, bool> isIt, string language = "en") =>
        Assert.Single(await ModuleBed.Until(
            async () =>
            {
                var timeline = await Bed.Get($"/api/trades/{trade}/timeline", reader, ("Accept-Language", language));
                return (timeline.Body?["items"]?.AsArray() ?? []).Where(one => isIt(one!)).ToList();
            },
            found => found.Count > 0))!;

    internal Task<string?> Find(string sql) => Bed.StorageOf(Modules.Payments).Find(new Sql(sql), reader => reader.GetString(0), TestContext.Current.CancellationToken);

    /// <summary>The account to which the sandbox's bank sent the money of an errand.</summary>
    internal Task<string?> SentTo(string key) => Bed.StorageOf(SandboxCards.Schema).Find(
        new Sql("select account from transfers where (key = $1 or starts_with(key, $1 || '/')) and not refused", key), reader => reader.GetString(0), TestContext.Current.CancellationToken);

    /// <summary>Runs a statement as the owner of everything.</summary>
    internal async Task AsOwner(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Bed.Admin);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A request as a person, for what is below the routes.</summary>
    internal HttpContext Http(string path, string person)
    {
        var caller = new Caller(SandboxPeople.IdOf(person), person, SandboxPeople.IsOperator(person));
        var http = new DefaultHttpContext { User = Bed.Services.GetRequiredService<Sessions>().Read(Bed.Services.GetRequiredService<Sessions>().Begin(caller).Token)! };
        http.Request.Method = "POST";
        http.Request.Path = path;
        return http;
    }

    /// <summary>A message that a module could not read, under the number at which an operator finds it.</summary>
    internal async Task<string> Park(string module) =>
        (await RawMessages.Park(Bed.StorageOf, module)).ToString(CultureInfo.InvariantCulture);

    private async Task<long> KeepUnbooked(Guid deposit, bool isUnfit = false) => await Bed.StorageOf(Modules.Payments).Find(
        new Sql(
            """
            insert into unbooked (position, deposit, reason, at, unfit)
            select position,
                json_build_object(
                    'position', position, 'id', id, 'reference', reference, 'amount', amount, 'from', payer, 'currency', currency)::text,
                'It came again.', now(), $2
            from deposits where id = $1
            returning position
            """,
            deposit, isUnfit),
        reader => reader.GetInt64(0), TestContext.Current.CancellationToken);
}

[CollectionDefinition(OperatedMarket.Tests)]
public sealed class TestsOfTheOperatedMarket : ICollectionFixture<OperatedMarket>;
