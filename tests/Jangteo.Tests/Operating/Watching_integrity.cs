using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Operating;

/// <summary>Each module checks its own data by itself, as far as it has changed, and alarms.</summary>
public sealed partial class Watching_integrity(WatchedMarket market) : IClassFixture<WatchedMarket>
{
    /// <summary>What no watch of the program clears.</summary>
    private const string About = "a test";

    private const string Attention = "/api/operator/views/attention";

    private static readonly Dictionary<string, (string Damage, string Check)> Damages = new()
    {
        [Modules.Trading] = ("update trading.history set state = 'gone' where trade = '{id}' and what = 'moved'", "I4-legal-states"),
        [Modules.Payments] = ("update payments.balances set amount = amount + 5 where account = 'escrow:{id}'", "I1-balances"),
        [Modules.Delivery] =
            ("update delivery.shipments set answers = replace(answers, '2/deliver=', '1/deliver=') where trade = '{id}'", "I4-started-was-asked"),
        [Modules.Notices] = ("delete from notices.notices where subject = '{id}'", "I9-every-move-told"),
        [Modules.Views] = ("delete from views.lines where trade = '{id}'", "I8-lines"),
    };

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Modules.Trading)]
    [InlineData(Modules.Payments)]
    [InlineData(Modules.Delivery)]
    [InlineData(Modules.Notices)]
    [InlineData(Modules.Views)]
    public async Task Damage_is_found_by_itself_when_its_subject_changes_and_otherwise_by_a_look_at_everything(string module)
    {
        var (damage, check) = Damages[module];
        var (changed, unchanged) = (await market.Subject(module), await market.Subject(module));
        await market.Rest();
        await market.AsOwner(damage, changed);
        await market.AsOwner(damage, unchanged);
        var looking = market.WatchOf(module).Loop;
        await looking.StartAsync(ct);

        await market.Change(module, changed);

        await ModuleBed.Until(() => market.Offenders(module), found => found.Contains(changed));
        Assert.DoesNotContain(unchanged, await market.Offenders(module));
        await ModuleBed.Until(() => Alarms(module, "en"), alarms => alarms.Count == 1);
        await looking.StopAsync(ct);

        var books = await ModuleBed.Until(
            () => market.Bed.Get($"/api/operator/{module}/books?all=true", "sora"), heard => heard.Status == 200);
        Assert.Contains(books.Body!["checks"]!.AsArray(), one => (string)one!["code"]! == check && !(bool)one["ok"]!);
        Assert.Contains(unchanged, await market.Offenders(module));
    }

    [Fact]
    public async Task A_transfer_that_pays_for_nothing_is_watched_too()
    {
        var transfer = Ids.New();
        await market.Bed.Services.GetRequiredService<Jangteo.Payments.Sandbox.SandboxBank>().PayIn(transfer, "for nothing", 700, ct);
        await ModuleBed.Until(() => Waiting(transfer), waits => waits == 1);
        await market.Rest();
        await market.AsOwner("update payments.balances set amount = amount + 5 where account = 'bank-suspense:{id}'", transfer);
        Assert.DoesNotContain(transfer, await market.Offenders(Modules.Payments));

        var sentBack = await market.Bed.Post(
            $"/api/operator/payments/deposits/{transfer}/send-back", "sora", new { reason = "It pays for nothing." });
        Assert.Equal(200, sentBack.Status);
        await market.WatchOf(Modules.Payments).Look(all: false, "en", ct);

        Assert.Contains(transfer, await market.Offenders(Modules.Payments));
    }

    [Fact]
    public async Task Data_that_cannot_be_read_is_found_and_keeps_nothing_else_from_being_checked()
    {
        var (unreadable, damaged) = (await market.Subject(Modules.Views), await market.Subject(Modules.Views));
        await market.Rest();
        await market.AsOwner("update views.lines set line = '{' where trade = '{id}'", unreadable);
        await market.AsOwner("delete from views.lines where trade = '{id}'", damaged);
        await market.Change(Modules.Views, unreadable);
        await market.Change(Modules.Views, damaged);
        await market.Rest();

        var found = await market.Offenders(Modules.Views);

        Assert.Contains(unreadable, found);
        Assert.Contains(damaged, found);
    }

    [Fact]
    public async Task What_was_put_right_is_right_again_and_its_alarm_ends()
    {
        var listing = await market.Listing();
        await market.Rest();
        await market.AsOwner("update catalog.listings set available = available - 1, out = out + 1 where id = '{id}'", listing);
        var watch = market.WatchOf(Modules.Catalog);
        Assert.False((await watch.Look(all: true, "en", ct)).Ok);
        Assert.Single(await Alarms(Modules.Catalog, "en"));

        await market.AsOwner("update catalog.listings set available = available + 1, out = out - 1 where id = '{id}'", listing);

        Assert.True((await watch.Look(all: false, "en", ct)).Ok);
        Assert.Empty(await Alarms(Modules.Catalog, "en"));
    }

    [Fact]
    public async Task Checks_are_named_and_explained_in_the_language_of_the_reader_and_coded_in_none()
    {
        foreach (var module in market.Watched)
        {
            var (english, korean, usual) = (await Read(module.Name, "en"), await Read(module.Name, "ko"), await Read(module.Name, null));

            Assert.Equal(english.Select(check => check.Code), korean.Select(check => check.Code));
            // The request names no language, so the answer is in the market's, which is Korean here.
            Assert.Equal(korean.Select(check => check.Name), usual.Select(check => check.Name));
            Assert.All(english, check => Assert.DoesNotMatch("[가-힣]", check.Name + check.Detail));
            Assert.All(korean, check => Assert.Matches("[가-힣]", check.Name));
        }
    }

    [Fact]
    public void Every_check_and_every_sort_of_alarm_has_its_text_in_every_language()
    {
        var texts = new Texts();
        var codes = market.Watched.Select(module => module.Integrity(market.Bed.Services)!)
            .SelectMany(one => one.Checks.Concat(one.ChecksOfNow)).ToList();

        Assert.Equal(codes.Order(StringComparer.Ordinal), Keys("checks", "en"));
        Assert.All(codes, code => Assert.All(Texts.Languages, language =>
            Assert.StartsWith($"{code.Split('-')[0]} ", texts.Check(code, language), StringComparison.Ordinal)));
        Assert.Equal(Alarm.Sorts.Order(StringComparer.Ordinal), Keys("operator-alarms", "en"));
        foreach (var section in (string[])["checks", "findings", "operator-alarms"])
        {
            Assert.Equal(Keys(section, "en"), Keys(section, "ko"));
            Assert.All(Keys(section, "en"), key => Assert.Equal(Holes($"{section}.{key}", "en"), Holes($"{section}.{key}", "ko")));
        }

        static IEnumerable<string> Keys(string section, string language) => TextsReader.ReadEngine(language).Words.Keys
            .Where(key => key.StartsWith($"{section}.", StringComparison.Ordinal))
            .Select(key => key[(section.Length + 1)..]).Order(StringComparer.Ordinal);

        static IEnumerable<string> Holes(string key, string language) =>
            Hole().Matches(TextsReader.ReadEngine(language).Words[key]).Select(hole => hole.Value).Distinct().Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Alarms_of_every_module_need_attention_in_the_language_of_the_reader_until_they_end()
    {
        var alarms = market.Bed.Services.GetRequiredService<Alarms>();
        foreach (var module in Modules.All)
        {
            var facts = new Dictionary<string, string> { ["module"] = module, ["seconds"] = "47" };
            alarms.Raise(module, About, Alarm.Unsent, isReady: true, facts);
            Assert.Contains(await Alarms(module, "en"),
                detail => detail.StartsWith($"The oldest message of {module} has waited for 47 s", StringComparison.Ordinal));
            Assert.Contains(await Alarms(module, "ko"),
                detail => detail.StartsWith($"{module}의 가장 오래된 메시지가 47초째", StringComparison.Ordinal));
            // Another process asks for the same.
            var forOthers = await market.Bed.Services.GetRequiredKeyedService<INeedAttention>(module).Attention(ct);
            Assert.Contains(forOthers, item => item is { What: "alarm", Subject: About });

            alarms.Clear(module, About);
            Assert.DoesNotContain(await Alarms(module, "en"), detail => detail.Contains("47 s", StringComparison.Ordinal));
        }
    }

    private async Task<List<string>> Alarms(string module, string language) =>
    [
        .. (await market.Bed.Get(Attention, "sora", ("Accept-Language", language))).Body!["items"]!.AsArray()
            .Where(item => (string)item!["what"]! == "alarm" && (string)item["module"]! == module).Select(item => (string)item!["detail"]!),
    ];

    private async Task<List<(string Code, string Name, string Detail)>> Read(string module, string? language)
    {
        var books = await market.Bed.Get($"/api/operator/{module}/books", "sora", language is null ? [] : [("Accept-Language", language)]);
        return
        [
            .. books.Body!["checks"]!.AsArray()
                .Select((JsonNode? check) => ((string)check!["code"]!, (string)check["name"]!, (string)check["detail"]!)),
        ];
    }

    private Task<long> Waiting(Guid transfer) =>
        market.Bed.StorageOf(Modules.Payments).Find(
            new Sql("select count(*) from deposits where id = $1", transfer), row => row.GetInt64(0), ct);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();
}
