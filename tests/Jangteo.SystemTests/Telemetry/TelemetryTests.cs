using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Jangteo.Tests;
using Jangteo.Tests.Deploy;
using Npgsql;

namespace Jangteo.SystemTests.Telemetry;

/// <summary>What the program tells of itself while people trade, some of it goes wrong, and all of them trust it with secrets.</summary>
public sealed class TelemetryTests(TelemetryTests.Day day) : IClassFixture<TelemetryTests.Day>
{
    private const string Ours = "Jangteo";

    [Fact]
    public void A_trade_is_one_trace_through_every_module_and_message()
    {
        var trace = InTrace(day.Finished).Where(span => span.Source == Ours).Select(span => span.Name).ToHashSet();

        Assert.Empty(new[]
        {
            "ask for a trade", "trading carries an intention", "ask payments: hold-payment", "call the provider: charge", "act on a trade", "ask catalog: take-stock", "payments hears trading.request.v1",
            "catalog hears trading.request.v1", "call the bank: pay-out", "trading hears payments.answered.v1", "notices hears trading.trade-moved.v1", "views hears trading.trade-moved.v1",
            "views hears payments.posted.v1", "trading hears catalog.listing-changed.v1",
        }.Except(trace));
    }

    [Fact]
    public void Nothing_that_is_about_a_trade_stands_in_another_trace()
    {
        foreach (var trade in new[] { day.Finished, day.Declined, day.Lapsed })
        {
            Assert.Empty(day.Spans.Where(span => span.Source == Ours && span.Tag("jangteo.trade") == trade.ToString() && span.Trace != trade.ToString("N")).Select(span => span.Name));
        }
    }

    [Fact]
    public void What_follows_from_something_is_its_child_and_only_what_people_and_time_begin_has_no_parent()
    {
        foreach (var trade in new[] { day.Finished, day.Lapsed })
        {
            var trace = InTrace(trade);
            var ids = trace.Select(span => span.Id).ToHashSet();

            Assert.Empty(trace.Where(span => span.Parent.Length > 0 && !ids.Contains(span.Parent)).Select(span => span.Name));
            // The bank is called whenever it can be; nobody waits for it.
            Assert.Empty(trace.Where(span => span.Parent.Length == 0).Select(span => span.Name)
                .Except(["ask for a trade", "act on a trade", "time makes lapse", "call the bank: pay-out", "call the provider: refund-charge"]));
        }
    }

    [Fact]
    public void A_command_is_linked_with_the_request_that_brought_it()
    {
        var request = Assert.Single(day.Spans, span => span.Name == "POST /api/trades/{id:guid}/{move}" && span.Tag("jangteo.correlation") == Day.Correlation);

        Assert.Equal(("200", day.Finished.ToString()), (request.Tag("http.response.status_code"), request.Tag("jangteo.trade")));
        Assert.Contains(InTrace(day.Finished), span => span.Name == "act on a trade" && span.Linked.Contains(request.Trace));
    }

    [Fact]
    public void The_correlation_of_a_request_is_on_all_that_follows_from_it()
    {
        var followed = InTrace(day.Finished).Where(span => span.Tag("jangteo.correlation") == Day.Correlation).Select(span => span.Name).ToHashSet();

        Assert.Empty(new[] { "act on a trade", "payments hears trading.request.v1", "call the bank: pay-out", "trading hears payments.answered.v1", "views hears payments.posted.v1" }.Except(followed));
    }

    [Theory]
    [InlineData("jangteo.backup.age")]
    [InlineData("jangteo.outbox.unsent", "jangteo.module")]
    [InlineData("jangteo.outbox.oldest_unsent", "jangteo.module")]
    [InlineData("jangteo.intentions.open", "jangteo.module")]
    [InlineData("jangteo.intentions.oldest", "jangteo.module")]
    [InlineData("jangteo.messages.aside", "jangteo.module")]
    [InlineData("jangteo.messages.parked", "jangteo.module")]
    [InlineData("jangteo.breaker.state", "jangteo.asker", "jangteo.module")]
    [InlineData("jangteo.queue.lag", "jangteo.sender", "jangteo.receiver")]
    [InlineData("jangteo.trades", "jangteo.kind", "jangteo.state")]
    [InlineData("jangteo.attention", "jangteo.module")]
    [InlineData("jangteo.memory.limit")]
    [InlineData("process.uptime")]
    [InlineData("jangteo.process.start_time")]
    public void A_figure_is_told_by_what_it_is_asked_for(string name, params string[] tags)
    {
        var told = day.Figures.Where(figure => figure.Name == name).ToList();

        Assert.NotEmpty(told);
        Assert.All(told, figure => Assert.Equal(tags.Order(), figure.Tags.Keys.Order()));
        Assert.All(told, figure => Assert.True(figure.Value >= 0));
    }

    [Fact]
    [Requirement("CP-8", "HPA per service with a metric that is emitted")]
    public void Every_metric_that_alerts_the_dashboard_and_the_scaling_of_services_name_is_emitted()
    {
        var emitted = day.Metrics.SelectMany(metric => metric.Names.Select(name => (name, metric.Tags)))
            .ToDictionary(pair => pair.name, pair => pair.Tags);

        Assert.True(Watched.OfProgram.Count > 30, "Hardly anything is watched: were the files read?");
        foreach (var watched in Watched.OfProgram)
        {
            Assert.NotEmpty(watched.Metrics);
            Assert.All(
                watched.Metrics,
                metric => Assert.True(emitted.ContainsKey(metric.Metric), $"{watched.Where}: {metric.Metric} is not emitted"));
            Assert.All(
                watched.Metrics,
                metric => Assert.Empty(
                    metric.Labels.Except(emitted[metric.Metric]).Select(label => $"{watched.Where}: {metric.Metric} has no {label}")));
            Assert.Empty(
                watched.Groups.Where(label => !watched.Metrics.Any(metric => emitted[metric.Metric].Contains(label)))
                    .Select(label => $"{watched.Where}: nothing has {label}"));
        }
    }

    [Fact]
    public void What_waits_for_an_operator_is_counted()
    {
        Assert.Contains(day.Figures, Day.IsWaitingAtViews);
    }

    [Fact]
    public void What_was_parked_is_counted_and_what_is_mended_no_more()
    {
        var parked = day.Figures.Where(Day.IsParkedAtViews).Select(figure => figure.Value).ToList();

        Assert.Contains(parked, count => count > 0);
        Assert.Equal(0, parked[^1]);
    }

    [Fact]
    public void An_intention_that_waits_is_counted_and_a_module_that_does_not_answer_opens_its_breaker()
    {
        Assert.Contains(day.Figures, figure => figure.Name == "jangteo.intentions.open" && figure.Tags["jangteo.module"] == "trading" && figure.Value > 0);
        Assert.Contains(day.Figures, figure => figure.Name == "jangteo.breaker.state" && figure.Tags["jangteo.module"] == "payments" && figure.Value == 2);
    }

    [Fact]
    public void What_a_receiver_has_not_come_to_is_its_lag()
    {
        Assert.Contains(day.Figures, Day.IsLagOfViews);
        Assert.Equal(0, day.Figures.Last(figure => figure.Name == "jangteo.queue.lag" && figure.Tags["jangteo.receiver"] == "views").Value);
    }

    [Fact]
    public void Trades_are_counted_by_kind_and_state()
    {
        Assert.Contains(day.Figures, Day.IsFinished);
    }

    [Fact]
    public void A_line_of_the_log_says_the_trade_and_the_correlation_it_is_about()
    {
        var failed = Assert.Single(day.Lines, line => line.Text.Contains("parked") && line.Words.GetValueOrDefault("Type") == "trading.trade-moved.v1");
        var refused = Assert.Single(day.Lines, line => line.Text == $"POST /api/trades/{day.Finished}/finish failed.");

        Assert.Equal(day.Lapsed.ToString(), failed.Words["jangteo.trade"]);
        Assert.Equal((day.Finished.ToString(), Day.FailedCorrelation), (refused.Words["jangteo.trade"], refused.Words["jangteo.correlation"]));
        Assert.True(Guid.TryParse(failed.Words["jangteo.correlation"], out _));
    }

    [Fact]
    public void No_card_password_token_cookie_or_key_is_in_any_byte()
    {
        var bytes = day.Bytes.Select(body => Encoding.UTF8.GetString(body)).ToList();

        Assert.True(bytes.Any(body => body.Contains(day.Finished.ToString())), "The bytes are not what was told.");
        Assert.True(day.Secrets.Count > 8);
        Assert.Empty(day.Secrets.Where(secret => bytes.Any(body => body.Contains(secret, StringComparison.OrdinalIgnoreCase))));
    }

    private List<Traced> InTrace(Guid trade) => [.. day.Spans.Where(span => span.Trace == trade.ToString("N"))];

    /// <summary>A day at a market of its own, told to a collector and over before the first test looks.</summary>
    public sealed class Day : IAsyncLifetime
    {
        internal const string Kind = "second-hand";
        internal const string Correlation = "0190d0a0-0000-7000-8000-00000000c0de";
        internal const string FailedCorrelation = "0190d0a0-0000-7000-8000-00000000fa11";

        private readonly List<string> secrets = [];

        internal Guid Finished { get; private set; }

        internal Guid Declined { get; private set; }

        internal Guid Lapsed { get; private set; }

        internal IReadOnlyList<string> Secrets => secrets;

        internal IReadOnlyList<byte[]> Bytes { get; private set; } = [];

        internal IReadOnlyList<Traced> Spans { get; private set; } = [];

        internal IReadOnlyList<Measured> Figures { get; private set; } = [];

        internal IReadOnlyList<Emitted> Metrics { get; private set; } = [];

        internal IReadOnlyList<Logged> Lines { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            await using var collector = await Collector.Start();
            await using var program = await JangteoProgram.Start(
                ("Telemetry:Endpoint", collector.Endpoint), ("Telemetry:Every", "100ms"), ("Questions:Breaker:MinimumThroughput", "2"), ("Questions:Breaker:Break", "1s"),
                // Nothing here is in a hurry, and machines are sometimes busy.
                ("Questions:Timeout", "10s"), ("Trading:AnswerWithin", "20s"));
            await Play(program, new Shop(program), collector);
            Assert.Equal(0, await program.Stop());
            (Bytes, Spans, Figures, Metrics, Lines) =
                (collector.Bytes, collector.Spans, collector.Figures, collector.Metrics, collector.Lines);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task Play(JangteoProgram program, Shop shop, Collector collector)
        {
            var seller = await SignedUp(program, "seller");
            var buyer = await SignedUp(program, "buyer");
            var thing = await shop.List(Kind, seller: seller);

            var deal = await shop.Begun(thing, buyer);
            Finished = deal.Id;
            Assert.Equal(200, (await deal.SellerDoes("accept", key: NewSecret("key"))).Status);
            await FailToFinish(program, deal);
            buyer.Http.DefaultRequestHeaders.Add("X-Correlation-Id", Correlation);
            Assert.Equal(200, (await deal.BuyerDoes("finish", key: NewSecret("key"))).Status);
            buyer.Http.DefaultRequestHeaders.Remove("X-Correlation-Id");
            await shop.At(deal, trade => (long)trade["money"]!["paidOut"]! > 0);

            var declined = await shop.Ask(buyer, await shop.List(Kind, seller: seller), card: NewSecret("card"), key: NewSecret("key"));
            Assert.Equal(409, declined.Status);

            await LapseUnseen(program, shop, collector, await shop.Begun(await shop.List(Kind, seller: seller), buyer));
            await OfferWhileNobodyHears(shop, collector, seller);
            await AskWhileNobodyAnswers(shop, collector, buyer, await shop.List(Kind, seller: seller));
            await shop.AtRest();
            Declined = await Found(program, "select id from trading.trades where state = 'start' order by id limit 1");
            await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => figures.LastOrDefault(IsParkedAtViews)?.Value == 0 && figures.Any(IsFinished));
        }

        /// <summary>What the program must not tell: made up here, and looked for later.</summary>
        private string NewSecret(string what)
        {
            var secret = $"{what}-{Guid.NewGuid():N}";
            secrets.Add(secret);
            return secret;
        }

        /// <summary>Somebody with a password, a token, and a cookie that a page sends along.</summary>
        private async Task<Visitor> SignedUp(JangteoProgram program, string name)
        {
            var client = program.NewClient();
            var (email, password) = ($"{name}@example.com", NewSecret("password"));
            using var person = await client.PostAsJsonAsync("/api/people", new { name, email, password });
            using var wrong = await client.PostAsJsonAsync("/api/session", new { email, password = NewSecret("wrong") });
            using var session = await client.PostAsJsonAsync("/api/session", new { email, password });
            var token = (string)JsonNode.Parse(await session.Content.ReadAsStringAsync())!["token"]!;
            // That of the session, and that of the device.
            var cookies = session.Headers.GetValues("Set-Cookie").Select(one => one.Split(';')[0]).ToList();
            Assert.Equal(["jangteo-device", "jangteo-session"], cookies.Select(one => one.Split('=')[0]).Order(StringComparer.Ordinal));
            var cookie = cookies.Single(one => one.StartsWith("jangteo-session=", StringComparison.Ordinal));
            secrets.Add(token);
            secrets.AddRange(cookies.Select(one => one.Split('=')[1]));
            using var page = new HttpRequestMessage(HttpMethod.Get, "/api/people/me") { Headers = { { "Cookie", cookie } } };
            using var me = await client.SendAsync(page);
            Assert.True(me.IsSuccessStatusCode);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return new Visitor(name, client);
        }

        /// <summary>A command that fails as a mistake of ours would.</summary>
        private async Task FailToFinish(JangteoProgram program, Deal deal)
        {
            await Run(program, "alter table trading.history rename to history_elsewhere");
            deal.Buyer.Http.DefaultRequestHeaders.Add("X-Correlation-Id", FailedCorrelation);
            Assert.Equal(500, (await deal.BuyerDoes("finish", key: NewSecret("key"))).Status);
            deal.Buyer.Http.DefaultRequestHeaders.Remove("X-Correlation-Id");
            await Run(program, "alter table trading.history_elsewhere rename to history");
        }

        /// <summary>Time ends a trade while the views cannot write lines; an operator has them hear of it when they can.</summary>
        private async Task LapseUnseen(JangteoProgram program, Shop shop, Collector collector, Deal deal)
        {
            Lapsed = deal.Id;
            await shop.AtRest();
            await Run(program, "alter table views.lines rename to lines_elsewhere");
            await shop.Forward("4d");
            await shop.At(deal, trade => (long)trade["money"]!["refunded"]! > 0);
            var sora = await shop.Operator;
            await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => figures.Any(figure => IsParkedAtViews(figure) && figure.Value > 0));
            await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => figures.Any(IsWaitingAtViews));
            await Run(program, "alter table views.lines_elsewhere rename to lines");
            await Shop.Eventually(
                async () =>
                {
                    var parked = (await sora.Get("/api/operator/views/parked")).Body!.AsArray();
                    foreach (var message in parked)
                        await sora.Post($"/api/operator/views/parked/{message!["id"]}/retry");
                    return parked.Count;
                },
                count => count == 0);
        }

        /// <summary>What is said is not read for a while.</summary>
        private static async Task OfferWhileNobodyHears(Shop shop, Collector collector, Visitor seller)
        {
            await shop.Switch("messages-held", on: true);
            await shop.List(Kind, seller: seller);
            await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => figures.Any(IsLagOfViews));
            await shop.Switch("messages-held", on: false);
        }

        internal static bool IsFinished(Measured figure) => figure is { Name: "jangteo.trades", Value: 1 } && figure.Tags["jangteo.kind"] == Kind && figure.Tags["jangteo.state"] == "finished";

        internal static bool IsParkedAtViews(Measured figure) => figure.Name == "jangteo.messages.parked" && figure.Tags["jangteo.module"] == "views";

        internal static bool IsWaitingAtViews(Measured figure) => figure is { Name: "jangteo.attention", Value: > 0 }
            && figure.Tags["jangteo.module"] == "views";

        internal static bool IsLagOfViews(Measured figure) =>
            figure is { Name: "jangteo.queue.lag", Value: > 0 } && figure.Tags["jangteo.sender"] == "catalog" && figure.Tags["jangteo.receiver"] == "views";

        /// <summary>Payments do not answer until their breaker opens.</summary>
        private async Task AskWhileNobodyAnswers(Shop shop, Collector collector, Visitor buyer, Thing thing)
        {
            await shop.Switch("payments-time-out-before", on: true);
            var asked = shop.Ask(buyer, thing, card: NewSecret("card"), key: NewSecret("key"));
            await Shop.Eventually(() => Task.FromResult(collector.Figures), figures => figures.Any(figure => figure.Name == "jangteo.breaker.state" && figure.Value == 2));
            await shop.Switch("payments-time-out-before", on: false);
            await asked;
        }

        private static async Task Run(JangteoProgram program, string sql)
        {
            await using var database = await Database(program);
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        private static async Task<Guid> Found(JangteoProgram program, string sql)
        {
            await using var database = await Database(program);
            await using var command = database.CreateCommand(sql);
            return (Guid)(await command.ExecuteScalarAsync())!;
        }

        private static async Task<NpgsqlDataSource> Database(JangteoProgram program) =>
            NpgsqlDataSource.Create((string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(program.Folder, "run.json")))!["database"]!);
    }
}
