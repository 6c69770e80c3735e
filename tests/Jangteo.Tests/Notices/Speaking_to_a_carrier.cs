using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Platform;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangteo.Tests.Notices;

/// <summary>
/// The protocol of docs/extending/carriers.md, from the side of Notices. What both sides say stands in services/courier/contract, which the
/// tests of the courier read as well.
/// </summary>
public sealed class Speaking_to_a_carrier : IClassFixture<TownWithCarrier>
{
    private static readonly JsonNode Contract = JsonNode.Parse(Repository.Read("services/courier/contract/carrier.json"))!;

    private readonly TownWithCarrier away;
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public Speaking_to_a_carrier(TownWithCarrier away)
    {
        this.away = away;
        away.Carrier.TakeAll();
    }

    public static TheoryData<string> Sends => [.. Names("sends")];

    public static TheoryData<string> Reports => [.. Names("reports")];

    [Theory]
    [MemberData(nameof(Sends))]
    [Requirement("CP-11")]
    [Requirement("CP-13", "contract tests on both sides")]
    public async Task Notices_asks_as_recorded_and_understands_the_recorded_answer(string name)
    {
        var recorded = Recorded("sends", name);
        var (request, answer) = (recorded["request"]!, recorded["answer"]!);
        using var courier = new RecordedCarrier();
        using var carrier = new Carrier(
            new CarrierSettings { Address = "http://courier:8090", Secret = (string)Contract["secret"]! }, courier, NullLogger<Carrier>.Instance);
        courier.Answers.Enqueue(answer);
        if ((int)answer["status"]! == 409)
        {
            courier.Answers.Enqueue(Recorded("sends", "asked for")["answer"]!);
        }

        var said = request["body"] is { } body ? await Send(carrier, body) : await Find(carrier, (string)request["path"]!);

        Assert.Equal((string)request["method"]!, courier.Asked[0].Method);
        Assert.Equal((string)request["path"]!, courier.Asked[0].Path);
        Assert.Equal($"Bearer {Contract["secret"]}", courier.Asked[0].Authorization);
        Assert.True(JsonNode.DeepEquals(request["body"], courier.Asked[0].Body), $"{courier.Asked[0].Body}");
        if ((int)answer["status"]! == 409)
        {
            Assert.Equal(("GET", "/sends/" + request["body"]!["key"]), (courier.Asked[1].Method, courier.Asked[1].Path));
            Assert.Equal("Sent", said);
        }
        else
        {
            Assert.Equal((string)recorded["means"]!, said);
        }
    }

    [Fact]
    [Requirement("WP-11", "one per change, none on replay")]
    public async Task A_message_whose_provider_did_not_answer_is_not_sent_again_and_operators_see_it()
    {
        var (town, standIn) = (away.Town, away.Carrier);
        standIn.State = "unknown";
        var before = standIn.Asked.Count;

        var tale = await Applied(town);
        await Town.Until(async () => await Status(town, tale, "apply") == Notice.Unknown);
        standIn.State = "accepted";
        await tale.Moves("prepare");
        await Town.Until(async () => await Status(town, tale, "prepare") == Notice.Sent);

        Assert.Equal(["told.water-purifier.apply.buyer", "told.water-purifier.prepare.buyer"], standIn.Asked.Skip(before).Select(asked => (string?)asked["template"]!["name"]));
        var listed = (await town.Get("/api/operator/notices/undeliverable", tale.Operator, isOperator: true)).Body.GetProperty("items");
        Assert.Equal("unknown", Assert.Single(listed.EnumerateArray(), item => item.GetProperty("trade").GetGuid() == tale.Trade).GetProperty("status").GetString());
        var needs = await town.Services.GetRequiredKeyedService<INeedAttention>(Modules.Notices).Attention(ct);
        Assert.Equal((tale.Trade, "sms: apply"), Assert.Single(needs.Where(need => need.What == "unknown-message" && need.Trade == tale.Trade).Select(need => (need.Trade!.Value, need.Detail))));
        Assert.Contains("provider", town.Shelf.Texts.Attention("unknown-message", "en"), StringComparison.Ordinal);
        Assert.True((await town.Books(Modules.Notices)).Ok);
    }

    [Fact]
    [Requirement("WP-11", "the SMS provider down blocks nothing")]
    [Requirement("CP-11", "removed: the core goes on, messages wait")]
    public async Task While_the_carrier_takes_nothing_messages_wait_and_then_go_out_in_order()
    {
        var (town, standIn) = (away.Town, away.Carrier);
        standIn.State = null;
        var before = standIn.Asked.Count;
        var tale = await Applied(town);
        await tale.MovesAll("prepare", "ship");
        await town.Rest();
        await Town.Until(() => Task.FromResult(standIn.Asked.Count > before + 1));
        Assert.Equal(3, (await town.Get("/api/notices", tale.Seller)).Body.GetProperty("items").GetArrayLength());

        standIn.State = "accepted";

        await Town.Until(async () => await Status(town, tale, "ship") == Notice.Sent);
        Assert.Equal(
            ["told.water-purifier.apply.buyer", "told.water-purifier.prepare.buyer", "told.water-purifier.ship.buyer"],
            standIn.Asked.Skip(before).Select(asked => (string)asked["template"]!["name"]!).Distinct());
        Assert.All(standIn.Asked.Skip(before).GroupBy(asked => (string)asked["template"]!["name"]!), same => Assert.Single(same.DistinctBy(asked => (string)asked["key"]!)));
    }

    [Theory]
    [MemberData(nameof(Reports))]
    [Requirement("CP-11")]
    public async Task A_recorded_report_is_taken_once_from_the_carrier_alone(string name)
    {
        var recorded = Recorded("reports", name);
        var (town, standIn) = (away.Town, away.Carrier);
        var before = standIn.Asked.Count;
        standIn.State = name == "found" ? "unknown" : "accepted";
        var tale = await Applied(town);
        await Town.Until(async () => await Status(town, tale, "apply") is Notice.Sent or Notice.Unknown);
        var report = recorded["request"]!["body"]!.DeepClone();
        report["key"] = (string)standIn.Asked[before]["key"]!;

        Assert.Equal(HttpStatusCode.Unauthorized, await Push(town, recorded, report, "another secret of both"));
        var answers = new[] { await Push(town, recorded, report), await Push(town, recorded, report) };

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode)(int)recorded["answer"]!["status"]!, answer));
        Assert.Equal((string)recorded["means"]!, await Status(town, tale, "apply"));
        // One that was overtaken changes nothing.
        report["revision"] = 1;
        report["state"] = "unknown";
        await Push(town, recorded, report);
        Assert.Equal((string)recorded["means"]!, await Status(town, tale, "apply"));
        report["key"] = Guid.NewGuid().ToString();
        Assert.Equal(HttpStatusCode.NotFound, await Push(town, recorded, report));
        Assert.True((await town.Books(Modules.Notices)).Ok);
    }

    [Fact]
    public async Task Without_a_carrier_nobody_reports()
    {
        await using var town = new Town();
        await town.InitializeAsync();

        Assert.Equal(HttpStatusCode.NotFound, await Push(town, Recorded("reports", "delivered"), new JsonObject(), ""));
    }

    [Fact]
    public async Task A_message_that_the_carrier_does_not_take_holds_up_only_those_to_the_same_person()
    {
        var (town, standIn) = (away.Town, away.Carrier);
        const string number = "+821055555555";
        standIn.NotTo = [number];
        try
        {
            var stuck = await (await Applied(town, number)).Moves("prepare");
            var other = await (await Applied(town)).Moves("prepare");

            await Town.Until(async () => await Status(town, other, "prepare") == Notice.Sent);
            Assert.Equal(Notice.Sent, await Status(town, other, "apply"));
            Assert.Equal((Notice.Waiting, Notice.Waiting), (await Status(town, stuck, "apply"), await Status(town, stuck, "prepare")));
            var before = standIn.Asked.Count;
            standIn.NotTo = [];

            await Town.Until(async () => await Status(town, stuck, "prepare") == Notice.Sent);
            Assert.Equal(
                ["apply", "prepare"],
                standIn.Asked.Skip(before).Where(asked => (string)asked["to"]! == number).Select(asked => ((string)asked["template"]!["name"]!).Split('.')[2])
                    .Distinct());
        }
        finally
        {
            standIn.NotTo = [];
        }
    }

    [Fact]
    public async Task Many_people_whose_messages_are_not_taken_hold_up_nobody_else()
    {
        var (town, standIn) = (away.Town, away.Carrier);
        string[] numbers = [.. Enumerable.Range(0, 7).Select(number => $"+82105556666{number}")];
        standIn.NotTo = numbers;
        var stuck = new List<Tale>();
        try
        {
            foreach (var number in numbers)
            {
                stuck.Add(await Applied(town, number));
            }

            var other = await Applied(town);

            await Town.Until(async () => await Status(town, other, "apply") == Notice.Sent);
        }
        finally
        {
            standIn.NotTo = [];
        }

        foreach (var tale in stuck)
        {
            await Town.Until(async () => await Status(town, tale, "apply") == Notice.Sent);
        }
    }

    [Fact]
    public async Task A_carrier_that_answers_with_a_page_is_asked_again()
    {
        var (town, standIn) = (away.Town, away.Carrier);
        const string number = "+821077777777";
        standIn.AnswersPages = true;
        var tale = await Applied(town, number);
        await Town.Until(() => Task.FromResult(standIn.Asked.Count(asked => (string)asked["to"]! == number) > 1));
        Assert.Equal(Notice.Waiting, await Status(town, tale, "apply"));

        standIn.AnswersPages = false;

        await Town.Until(async () => await Status(town, tale, "apply") == Notice.Sent);
        Assert.Single(standIn.Asked.Where(asked => (string)asked["to"]! == number).DistinctBy(asked => (string)asked["key"]!));
    }

    [Fact]
    public async Task A_message_that_is_another_now_and_of_which_the_carrier_knows_nothing_more_is_sent_again()
    {
        using var courier = new RecordedCarrier();
        using var carrier = new Carrier(
            new CarrierSettings { Address = "http://courier:8090", Secret = (string)Contract["secret"]! }, courier, NullLogger<Carrier>.Instance);
        courier.Answers.Enqueue(new JsonObject { ["status"] = 409 });
        courier.Answers.Enqueue(new JsonObject { ["status"] = 404 });

        Assert.Equal(nameof(Sending.Down), await Send(carrier, Recorded("sends", "accepted")["request"]!["body"]!));
    }

    /// <summary>A trade whose buyer has a phone and has applied.</summary>
    private static async Task<Tale> Applied(Town town, string phone = "+821012345678")
    {
        var tale = Tale.Of(town, "water-purifier", title: "Purifier");
        await town.Say(
            Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id,
            new PersonChanged(tale.Buyer.Id, tale.Buyer.Name, $"{tale.Buyer.Id:N}@gaon.example", phone, "en", false));
        return await tale.Moves("apply");
    }

    private Task<string?> Status(Town town, Tale tale, string what) => town.Storage(Modules.Notices).Find(
        new Sql("select status from notices where trade = $1 and what = $2 and channel = 'sms'", tale.Trade, what),
        row => row.GetString(0), ct);

    private async Task<HttpStatusCode> Push(Town town, JsonNode recorded, JsonNode report, string? secret = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri(town.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret ?? (string)Contract["secret"]!);
        using var answer = await client.PostAsJsonAsync(new Uri((string)recorded["request"]!["path"]!, UriKind.Relative), report, ct);
        return answer.StatusCode;
    }

    private async Task<string> Send(Carrier carrier, JsonNode body)
    {
        var (key, to, text) = (Guid.Parse((string)body["key"]!), (string)body["to"]!, (string)body["text"]!);
        var sending = (string)body["channel"]! == Notice.Email
            ? await carrier.Send(key, to, (string)body["subject"]!, text, ct)
            : await carrier.Send(key, to, text, TemplateOf(body["template"])!, ct);
        return sending.ToString();
    }

    private async Task<string> Find(Carrier carrier, string path) =>
        await carrier.Find(Guid.Parse(path.Split('/')[^1]), ct) is { } word
            ? word.Status == Notice.Sent ? nameof(Sending.Sent) : word.Status
            : nameof(Sending.Unknown);

    private static MessageTemplate? TemplateOf(JsonNode? template) => template is null ? null : new MessageTemplate(
        (string)template["name"]!, (string)template["language"]!,
        template["values"]!.AsObject().ToDictionary(value => value.Key, value => (string)value.Value!));

    private static IEnumerable<string> Names(string list) => Contract[list]!.AsArray().Select(one => (string)one!["name"]!);

    private static JsonNode Recorded(string list, string name) => Contract[list]!.AsArray().Single(one => (string)one!["name"]! == name)!;

    /// <summary>Answers what is recorded, and keeps what it was asked.</summary>
    private sealed class RecordedCarrier : HttpMessageHandler
    {
        public Queue<JsonNode> Answers { get; } = new();

        public List<(string Method, string Path, string Authorization, JsonNode? Body)> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
            Asked.Add((request.Method.Method, request.RequestUri!.AbsolutePath, $"{request.Headers.Authorization}", body));
            var recorded = Answers.Dequeue();
            var answer = new HttpResponseMessage((HttpStatusCode)(int)recorded["status"]!) { Content = JsonContent.Create(recorded["body"]) };
            if (recorded["retryAfter"] is { } after)
            {
                answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds((int)after));
            }

            return answer;
        }
    }
}

/// <summary>A town whose SMS go to a carrier outside.</summary>
public sealed class TownWithCarrier : IAsyncLifetime
{
    internal CarrierStandIn Carrier { get; private set; } = null!;

    internal Town Town { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Carrier = await CarrierStandIn.Start();
        Town = new Town { Carrier = new CarrierSettings { Address = Carrier.Address, Secret = CarrierStandIn.Secret } };
        await Town.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Town.DisposeAsync();
        await Carrier.DisposeAsync();
    }
}
