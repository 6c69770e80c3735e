using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Jangteo.SystemTests.Pages;
using Microsoft.Playwright;

namespace Jangteo.SystemTests;

/// <summary>
/// A program with <c>Sandbox: false</c>, and with a kind in which no money moves: no provider is connected outside of the sandbox.
/// </summary>
public sealed class SeriousProgram : IAsyncLifetime
{
    public JangteoProgram Program { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Program = await JangteoProgram.Start(
            ("Sandbox", "false"), ("KindsFolder", Path.Combine(JangteoProgram.Root, "tests", "Jangteo.SystemTests", "FreeOfCharge")));

    public ValueTask DisposeAsync() => Program.DisposeAsync();
}

/// <summary>Outside of the sandbox none of its doors can be reached, by anybody.</summary>
public sealed class WithoutSandboxTests(SeriousProgram serious, SharedProgram shared, Browser browser) : IClassFixture<SeriousProgram>
{
    private const string Lender = "Lender";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    private JangteoProgram Program => serious.Program;

    [Fact]
    public async Task It_does_not_start_with_kinds_whose_payments_nothing_could_carry()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JangteoProgram.Start(("Sandbox", "false")));

        Assert.StartsWith("The program ended with 1 while starting:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Sandbox: second-hand asks hold-payment (trade.yaml:10, row request), and no card provider is connected; "
                + "only the sandbox has one: write Sandbox: true, or leave second-hand out of KindsFolder",
            refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_signs_in_by_name()
    {
        using var answer = await Program.Anonymous.PostAsJsonAsync("/api/session", new { person = "sora" }, ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("malformed", await Code(answer));
    }

    [Fact]
    public async Task None_of_the_sandboxs_routes_is_there_not_even_for_an_operator()
    {
        var program = Program;
        var operates = await NewOperator(program);
        var doors = (await (await shared.Running).ApiDocument()).Routes.Where(route => route.Path.StartsWith("/api/sandbox", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(doors);

        foreach (var door in doors)
        {
            foreach (var person in new[] { program.Anonymous, operates })
            {
                using var request = new HttpRequestMessage(new HttpMethod(door.Method), door.Path.Replace("{id}", "0190d0a0-0000-7000-8000-000000000000"));
                if (door.Request is not null)
                    request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                using var answer = await person.SendAsync(request, ct);
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{door} answered {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task The_api_document_knows_nothing_of_a_sandbox()
    {
        var document = await Program.ApiDocument();

        Assert.Empty(document.Routes.Where(route => route.Path.Contains("sandbox")));
        Assert.Null(document.Find("POST", "/api/session")!.Request!["properties"]?["person"]);
    }

    [Theory]
    [InlineData("/lab")]
    [InlineData("/tour")]
    public async Task The_pages_lead_to_no_lab_and_no_tour_and_show_nothing_where_they_would_be(string path)
    {
        await using var window = await browser.Open(Program);

        await window.Go(path);

        await window.Reads("only in the sandbox");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Lab", Exact = true })).ToHaveCountAsync(0);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Tour", Exact = true })).ToHaveCountAsync(0);
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Switch)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Without_a_map_a_place_is_given_by_its_coordinates_and_no_town_is_drawn()
    {
        await using var window = await browser.Open(Program);
        await MapTests.SignIn(window);
        await window.Go("/selling/new");
        await window.Page.GetByRole(AriaRole.Radio, new() { Name = "Book lending" }).ClickAsync();

        await window.Fill("Coordinates", "37.5665 126.978");
        await window.Page.GetByLabel("Coordinates").BlurAsync();

        await Assertions.Expect(window.Page.GetByLabel("Coordinates")).ToHaveValueAsync("37.5665, 126.978");
        await Assertions.Expect(window.Page.Locator("main [role=status][aria-label]")).ToHaveCountAsync(0);
        await Assertions.Expect(window.Page.Locator(".town, .map")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task There_are_no_people_but_those_who_signed_up()
    {
        var program = Program;
        var operates = await NewOperator(program);

        var people = JsonNode.Parse(await operates.GetStringAsync("/api/operator/identity/people?q=minji", ct))!["items"]!.AsArray();

        Assert.Empty(people);
    }

    [Fact]
    public async Task Nothing_is_for_sale_that_nobody_offered()
    {
        var listings = JsonNode.Parse(await Program.Anonymous.GetStringAsync("/api/listings?limit=100", ct))!["items"]!.AsArray();

        // Those that tests of this market have offered.
        Assert.All(listings, listing => Assert.Equal(Lender, (string?)listing!["owner"]!["name"]));
    }

    [Fact]
    public async Task Where_no_money_moves_a_thing_is_offered_and_lent_free_of_charge()
    {
        var (lender, reader) = (await SignUp(Lender), await SignUp("Reader"));

        var offered = await Post(
            lender, "/api/listings", new { kind = "book-lending", title = "A book for nothing", description = "", price = 0 }, 201);
        var trade = await Post(reader, "/api/trades", new { listing = (Guid)offered["id"]!, price = 0 }, 201);

        Assert.Equal(("borrowed", 0), ((string?)trade["state"], (int)trade["amount"]!));
        var page = await Shop.Eventually(
            () => reader.GetStringAsync($"/listings/{offered["id"]}", ct),
            page => page.Contains("A book for nothing", StringComparison.Ordinal));
        Assert.Contains("<meta name=\"description\" content=\"무료\" />", page);
    }

    [Fact]
    public async Task The_form_offers_a_thing_free_of_charge_where_the_kind_allows_it()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        using var signedUp = await Program.Anonymous.PostAsJsonAsync(
            "/api/people", new { name = Lender, email, password = "long enough to sign in" }, ct);
        var title = $"A book {Guid.NewGuid():n}";
        await using var window = await browser.Open(Program);
        await window.Go("/sign-in?then=/selling/new");
        await window.Fill("Email", email);
        await window.Page.GetByLabel("Password").First.FillAsync("long enough to sign in");
        await window.Page.Locator("form").GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await window.Fill("Title", title);
        await window.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Free of charge" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByLabel("Price")).ToBeDisabledAsync();

        await window.Click("List item");
        await window.Reads("Everyone can see this listing.");

        await window.Go("/");
        await Assertions.Expect(window.Link(title)).ToContainTextAsync("Free");
    }

    [Fact]
    public async Task Search_engines_are_told_what_there_is()
    {
        var robots = await Program.Anonymous.GetStringAsync("/robots.txt", ct);
        var sitemap = XDocument.Parse(await Program.Anonymous.GetStringAsync("/sitemap.xml", ct));

        Assert.Contains("\nDisallow: /api/\n", robots);
        Assert.EndsWith($"\nSitemap: {Program.Address}sitemap.xml\n", robots);
        Assert.Contains($"{Program.Address}", sitemap.Root!.Elements().Select(url => url.Value));
    }

    /// <summary>Somebody who signed up, and was made an operator from the command line of the running program.</summary>
    private async Task<HttpClient> NewOperator(JangteoProgram program)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        using var signedUp = await program.Anonymous.PostAsJsonAsync(
            "/api/people", new { name = "Boss", email, password = "long enough to sign in" }, ct);
        Assert.Equal(HttpStatusCode.Created, signedUp.StatusCode);
        await program.RunCommand("operator", "add", email);
        return await SignIn(program, email);
    }

    private async Task<HttpClient> SignUp(string name)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        using var signedUp = await Program.Anonymous.PostAsJsonAsync(
            "/api/people", new { name, email, password = "long enough to sign in" }, ct);
        Assert.Equal(HttpStatusCode.Created, signedUp.StatusCode);
        return await SignIn(Program, email);
    }

    private async Task<HttpClient> SignIn(JangteoProgram program, string email)
    {
        using var session = await program.Anonymous.PostAsJsonAsync("/api/session", new { email, password = "long enough to sign in" }, ct);
        var client = program.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(await session.Content.ReadAsStringAsync(ct))!["token"]!);
        return client;
    }

    private async Task<JsonNode> Post(HttpClient person, string path, object body, int status)
    {
        using var answer = await person.PostAsJsonAsync(path, body, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.True((int)answer.StatusCode == status, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<string?> Code(HttpResponseMessage answer) => (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["code"];
}
