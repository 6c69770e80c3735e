using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Tests.Views;

/// <summary>The views are made of events: a copy made anew is the same, row by row.</summary>
[Collection(nameof(InTown))]
public sealed class Rebuilding_the_views(Town town)
{
    private static readonly string[] Tables = ["listings", "trades", "lines", "alarms", "people", "suspended_people"];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CP-2")]
    [Requirement("GD-11", "rebuild")]
    public async Task Rebuilt_equals_live_row_by_row_and_goes_on_hearing()
    {
        await Fill();
        var before = await Rows();
        var told = await Count(Modules.Notices, "outbox");
        await town.Storage(Modules.Views).Query(new Sql("update trades set state = 'nonsense' where id = (select min(id::text)::uuid from trades) returning 1"), reader => 0, ct);

        var heard = await Rebuild();

        Assert.Equal(before, await Rows());
        Assert.Equal(told, await Count(Modules.Notices, "outbox"));
        Assert.Contains(heard, progress => progress is { Sender: Modules.Trading } && progress.Position == progress.Of);
        var tale = await Tale.Of(town).Moves("request");
        Assert.Equal("requested", (await town.Get($"/api/my/trades?after=trading:{tale.Trade}:1", tale.Seller)).Body.GetProperty("items")[0].GetProperty("state").GetString());
    }

    [Fact]
    [Requirement("CP-2")]
    public async Task While_a_copy_is_made_nothing_that_is_said_gets_lost()
    {
        await Fill();
        var tales = Enumerable.Range(0, 10).Select(_ => Tale.Of(town)).ToList();
        var going = Task.WhenAll(tales.Select(tale => tale.MovesAll("request", "accept", "finish")));

        await Rebuild();

        await going;
        await town.Rest();
        foreach (var tale in tales)
        {
            Assert.Equal("finished", (await town.Get("/api/my/trades", tale.Buyer)).Body.GetProperty("items")[0].GetProperty("state").GetString());
        }

        var books = await town.Books(Modules.Views);
        Assert.True(books.Ok, string.Join("; ", books.Checks));
    }

    [Fact]
    [Requirement("CP-2")]
    public async Task A_rebuilding_says_how_many_rows_were_otherwise_before()
    {
        await Fill();
        await Rebuild();

        var untouched = await Compare();
        await town.Storage(Modules.Views).Query(new Sql("update trades set state = 'nonsense' where id = (select min(id::text)::uuid from trades) returning 1"), reader => 0, ct);
        await town.Storage(Modules.Views).Query(new Sql("delete from people where id = (select min(id::text)::uuid from people) returning 1"), reader => 0, ct);
        var damaged = await Compare();

        var rows = (await Rows()).Count;
        Assert.Equal(new Compared(0, rows), untouched);
        Assert.Equal(new Compared(2, rows), damaged);
        Assert.Equal(new Compared(0, rows), await Compare());
    }

    [Fact]
    public async Task The_books_compare_every_view_with_a_fresh_fold_of_its_events()
    {
        await Fill();

        var books = await town.Books(Modules.Views);

        Assert.True(books.Ok, string.Join("; ", books.Checks));
        Assert.Equal(Tables, books.Checks.Select(check => check.Code["I8-".Length..].Replace('-', '_')));
        Assert.All(books.Checks, check => Assert.Matches("^[1-9][0-9]* checked$", check.Detail));
    }

    [Theory]
    [InlineData("update trades set facts = replace(facts, '\"amount\":3000', '\"amount\":3001') where id = $1 returning 1", "trades")]
    [InlineData("delete from lines where trade = $1 returning 1", "lines")]
    [InlineData("update listings set available = available + 1 where id = (select listing from trades where id = $1) returning 1", "listings")]
    [Requirement("I8")]
    public async Task The_books_find_a_row_that_no_event_made(string harm, string table)
    {
        var tale = await (await Tale.Of(town).Offers()).MovesAll("request", "accept");
        await town.Rest();
        await town.Storage(Modules.Views).Query(new Sql(harm, tale.Trade), reader => 0, ct);

        var books = await town.Books(Modules.Views);

        Assert.Equal($"I8-{table}", Assert.Single(books.Checks, check => !check.Ok).Code);
        await Rebuild();
        Assert.True((await town.Books(Modules.Views)).Ok);
    }

    private async Task Fill()
    {
        var tale = await (await Tale.Of(town, "neighborhood-rental").Offers()).MovesAll("reserve", "confirm", "pay", "lend", "return");
        await tale.Notes("heard", heard: "paid-out");
        await tale.Offers(available: 0, lent: 1, what: "stock-taken");
        await town.Say(Modules.Identity, IdentityMessages.PersonChanged, tale.Buyer.Id, new PersonChanged(tale.Buyer.Id, "Minji", "minji@gaon.example", "+821012345678", "ko", false));
        await town.Say(Modules.Identity, IdentityMessages.PersonSuspended, tale.Buyer.Id, new PersonSuspended(tale.Buyer.Id, true));
        await town.Say(Modules.Identity, IdentityMessages.PersonSuspended, tale.Seller.Id, new PersonSuspended(tale.Seller.Id, true));
        await town.Say(Modules.Identity, IdentityMessages.PersonSuspended, tale.Seller.Id, new PersonSuspended(tale.Seller.Id, false));
        await town.Say(Modules.Notices, NoticesMessages.Told, tale.Listing, new Told(null, tale.Listing, "listing-registered", 1, [new Telling(Ids.New(), tale.Seller.Id, "app", "told")], DateTimeOffset.UtcNow));
        await Tale.Of(town).Notes("not-begun", "request", "payment-declined");
        await Tale.Of(town, "water-purifier").MovesAll("apply", "prepare", "cancel", "keep", "settle");
        await town.Rest();
    }

    private async Task<List<Rebuilding>> Rebuild()
    {
        var heard = new List<Rebuilding>();
        await Run(heard.Add, compare: false);
        return heard;
    }

    private Task<Compared?> Compare() => Run(_ => { }, compare: true);

    private Task<Compared?> Run(Action<Rebuilding> say, bool compare) => RebuildViews.Run(
        town.Admin, [.. MessageTypes.SendersHeardBy(Modules.Views).Select(sender => town.Services.GetRequiredKeyedService<Log>(sender))],
        town.Services.GetRequiredService<BusinessClock>(), town.Services.GetRequiredService<ILoggerFactory>(), say, ct, compare);

    private async Task<List<string>> Rows()
    {
        var rows = new List<string>();
        foreach (var table in Tables)
        {
            rows.AddRange(await town.Storage(Modules.Views).Query(new Sql($"select row_to_json(t)::text from {table} t order by 1"), reader => table + reader.GetString(0), ct));
        }

        return rows;
    }

    private async Task<long> Count(string module, string table) => await town.Storage(module).Find(new Sql($"select count(*) from {table}"), reader => reader.GetInt64(0), ct);
}
