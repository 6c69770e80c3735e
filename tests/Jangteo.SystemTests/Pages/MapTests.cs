using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Tests.Beds;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Pages;

/// <summary>A market with real places, whose operator brings a map.</summary>
public sealed class MappedProgram : IAsyncLifetime
{
    private readonly string folder = TestFolder.New();

    public JangteoProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Program = await JangteoProgram.Start(
            ("Sandbox", "false"), ("KindsFolder", Path.Combine(JangteoProgram.Root, "tests", "Jangteo.SystemTests", "FreeOfCharge")),
            ("Map:File", MadeMap.In(folder)));

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Places outside of the sandbox: on the map of the operator, and without one.</summary>
public sealed partial class MapTests(MappedProgram mapped, SharedProgram shared, Browser browser) : IClassFixture<MappedProgram>
{
    private const int ThingsOfOnePage = 24;
    private const string CityHall = "서울시청 City Hall";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private JangteoProgram Program => mapped.Program;

    [Fact]
    public async Task The_map_is_served_in_ranges_which_browsers_keep()
    {
        var tiles = await Tiles();

        using var header = await Get(tiles, request => request.Headers.Range = new RangeHeaderValue(0, 126));

        Assert.Equal(HttpStatusCode.PartialContent, header.StatusCode);
        Assert.Equal(MadeMap.Bytes()[..127], await header.Content.ReadAsByteArrayAsync(ct));
        Assert.Equal(new ContentRangeHeaderValue(0, 126, MadeMap.Bytes().Length), header.Content.Headers.ContentRange);
        Assert.Equal("application/vnd.pmtiles", header.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", header.Headers.GetValues("Cache-Control").Single());
        Assert.NotNull(header.Headers.ETag);

        using var known = await Get(tiles, request => request.Headers.IfNoneMatch.Add(header.Headers.ETag));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);

        using var beyond = await Get(tiles, request => request.Headers.Range = new RangeHeaderValue(1_000_000, 1_000_001));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);

        Assert.Equal(MadeMap.Bytes(), await Program.Anonymous.GetByteArrayAsync(tiles, ct));
    }

    [Fact]
    public async Task Another_file_has_another_address()
    {
        using var other = await Program.Anonymous.GetAsync("/api/map/tiles/0123456789abcdef", ct);

        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task A_market_without_a_map_says_so()
    {
        var program = await shared.Running;

        var map = JsonNode.Parse(await program.Anonymous.GetStringAsync("/api/map", ct))!;

        Assert.Null(map["tiles"]);
    }

    [Fact]
    public async Task A_file_that_is_no_map_is_refused_at_the_start()
    {
        var file = Path.Combine(JangteoProgram.Root, "README.md");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JangteoProgram.Start(("Map:File", file)));

        Assert.Contains($"Map:File: {file} is no map of the format PMTiles, version 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thing_is_listed_by_its_coordinates_and_found_on_the_map_and_by_the_name_of_its_place()
    {
        await using var seller = await browser.Open(Program);
        await SignIn(seller);
        await seller.Go("/selling/new");
        await seller.Page.GetByRole(AriaRole.Radio, new() { Name = "Book lending" }).ClickAsync();
        await seller.Fill("Title", "A tall ladder");
        await seller.Fill("Price", "1000");
        await seller.Page.GetByRole(AriaRole.Combobox, new() { Name = "Place name" }).FillAsync(CityHall);
        await seller.Fill("Coordinates", "by the square");
        await seller.Reads("Enter latitude and longitude");
        await seller.Fill("Coordinates", "37.5665, 126.9780");
        await Expect(Map(seller).And(seller.Page.Locator("[aria-describedby]"))).ToBeVisibleAsync();
        // One finger scrolls the page, and not the map.
        await Expect(Map(seller)).ToHaveCSSAsync("touch-action", "pan-x pan-y");
        await seller.Click("List item");
        await seller.Reads("Everyone can see this listing.");

        await using var buyer = await browser.Open(Program);
        var drawn = buyer.Page.WaitForResponseAsync(answer =>
            answer.Status == 206 && answer.Headers["content-range"].StartsWith($"bytes {MadeMap.BeginOfTiles}-", StringComparison.Ordinal));
        await buyer.Go("/?map=1");
        await drawn;
        await Expect(Map(buyer)).ToBeVisibleAsync();
        await Expect(buyer.Page.Locator(".map .spot")).ToHaveTextAsync("1");
        await ScreensTests.HasNoViolations(buyer.Page);

        await buyer.Click($"{CityHall} · 1");
        await Expect(buyer.Page).ToHaveURLAsync(Near());
        await buyer.Reads("Within 3 km");
        await Expect(buyer.Page.GetByText(CityHall + " · 0 km")).ToBeVisibleAsync();

        await buyer.Go("/?q=시청");
        await buyer.Reads("A tall ladder");
    }

    [Fact]
    public async Task The_keyboard_chooses_the_middle_of_the_map()
    {
        await using var window = await browser.Open(Program);
        await window.Go("/?map=1&near=37.5600,126.9800");
        await Expect(window.Page.Locator(".map .here")).ToBeVisibleAsync();

        await Map(window).FocusAsync();
        await window.Page.Keyboard.PressAsync("ArrowUp");
        var chosen = await Shop.Eventually(
            async () =>
            {
                await window.Page.Keyboard.PressAsync("Enter");
                return double.TryParse(Near().Match(window.Page.Url).Groups["lat"].Value, CultureInfo.InvariantCulture, out var lat) ? lat : 0;
            },
            lat => lat > 37.561);

        Assert.InRange(chosen, 37.561, 37.7);
    }

    [Fact]
    public async Task Under_the_map_stands_whose_data_it_is_and_nothing_else_of_what_the_file_says_is_taken()
    {
        await using var window = await browser.Open(Program);
        await window.Go("/?map=1");

        await Expect(window.Link("© OpenStreetMap")).ToHaveAttributeAsync("href", "https://www.openstreetmap.org/copyright");
        await window.Reads("and others");
        await Expect(window.Page.Locator("main b")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_browser_that_cannot_draw_the_map_has_the_places_as_a_list()
    {
        await using var window = await browser.Open(Program, mayFail: true);
        await window.Page.AddInitScriptAsync("HTMLCanvasElement.prototype.getContext = () => null");

        await window.Go("/?map=1&near=37.5665,126.9780");

        await Expect(window.Page.GetByRole(AriaRole.List, new() { Name = "Places" })).ToBeAttachedAsync();
        await window.Reads("Within 3 km");
        await Expect(Map(window)).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("main [role=status][aria-label]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_map_of_the_sandbox_counts_what_is_on_later_pages_too()
    {
        var program = await shared.Running;
        await using var window = await browser.Open(program);

        await window.Go("/?map=1");

        var town = window.Page.GetByRole(AriaRole.Application, new() { Name = "Map" });
        await Expect(town).ToBeVisibleAsync();
        Assert.True(Sum(await town.Locator(".count").AllTextContentsAsync()) > ThingsOfOnePage);
        var listed = await window.Page.Locator(".spots button").AllTextContentsAsync();
        Assert.True(Sum(listed.Select(text => text.Split(" · ")[1])) > ThingsOfOnePage);

        static int Sum(IEnumerable<string> counts) => counts.Sum(count => int.Parse(count, CultureInfo.InvariantCulture));
    }

    private static ILocator Map(Window window) => window.Page.GetByRole(AriaRole.Region, new() { Name = "Map", Exact = true });

    private async Task<string> Tiles() => (string)JsonNode.Parse(await Program.Anonymous.GetStringAsync("/api/map", ct))!["tiles"]!;

    private async Task<HttpResponseMessage> Get(string path, Action<HttpRequestMessage> with)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        with(request);
        return await Program.Anonymous.SendAsync(request, ct);
    }

    /// <summary>Signs a new person up and in.</summary>
    internal static async Task SignIn(Window window)
    {
        var person = new { name = "Seller", email = $"{Guid.NewGuid():N}@example.com", password = "long enough to sign in" };
        await Send("/api/people", person);
        await Send("/api/session", new { person.email, person.password });

        async Task Send(string path, object body)
        {
            var answer = await window.Page.Context.APIRequest.PostAsync(path, new() { DataObject = body });
            Assert.True(answer.Ok, await answer.TextAsync());
        }
    }

    [GeneratedRegex(@"near=(?<lat>37\.5\d*)%2C(?<lng>126\.\d+)")]
    private static partial Regex Near();
}
