using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.SystemTests.OpenApi;

namespace Jangteo.SystemTests;

/// <summary>Who may what, over every route of the API document: a route that comes tomorrow is tried tomorrow.</summary>
public sealed class WhoMayTests(SharedProgram shared)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_wants_somebody_signed_in_refuses_nobody()
    {
        var program = await shared.Running;

        Assert.Empty(await Others(program.Anonymous, 401, (await program.ApiDocument()).Routes.Where(route => route.NeedsSignIn)));
    }

    [Fact]
    public async Task What_is_for_operators_nobody_else_finds()
    {
        var program = await shared.Running;

        Assert.Empty(await Others(await program.As("a stranger"), 404, (await program.ApiDocument()).Routes.Where(route => route.Path.StartsWith("/api/operator", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_trade_is_found_by_its_parties_and_operators_only()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var kind = (string)JsonNode.Parse(await program.Anonymous.GetStringAsync("/api/kinds", ct))!["items"]![0]!["kind"]!;
        var deal = await shop.Begun(await shop.List(kind));
        var routes = (await program.ApiDocument()).Routes.Where(route => Regex.IsMatch(route.Path, @"^/api/(trades/\{id\}|payments/\{trade\}|deliveries/\{trade\})")).ToList();

        Assert.True(routes.Count >= 4);
        Assert.Empty(await Others(await program.As("a stranger"), 404, routes, deal.Id.ToString()));
        Assert.Equal(200, (await deal.Buyer.Get($"/api/trades/{deal.Id}")).Status);
        Assert.Equal(200, (await deal.Seller.Get($"/api/trades/{deal.Id}")).Status);
        Assert.Equal(200, (await (await shop.Operator).Get($"/api/trades/{deal.Id}")).Status);
    }

    [Fact]
    public async Task A_listing_is_changed_by_its_owner_only()
    {
        var program = await shared.Running;
        var shop = new Shop(program);
        var kind = (string)JsonNode.Parse(await program.Anonymous.GetStringAsync("/api/kinds", ct))!["items"]![0]!["kind"]!;
        var thing = await shop.List(kind);
        var routes = (await program.ApiDocument()).Routes.Where(route => route.Path.StartsWith("/api/listings/{id}", StringComparison.Ordinal) && route.Method != "GET" && route.Request is not null).ToList();

        Assert.NotEmpty(routes);
        Assert.Empty(await Others(await program.As("a stranger"), 403, routes, thing.Id.ToString()));
    }

    /// <summary>The routes that answer something else, with what they answer.</summary>
    private async Task<List<string>> Others(HttpClient person, int expected, IEnumerable<ApiRoute> routes, string id = "0190d0a0-0000-7000-8000-00000000dead")
    {
        var document = await (await shared.Running).ApiDocument();
        var others = new List<string>();
        foreach (var route in routes)
        {
            var path = Regex.Replace(route.Path, @"\{[^}]+\}", route.Path.Contains("/parked/") ? "1" : id);
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), path);
            if (route.Request is not null)
                request.Content = new StringContent(document.Sound(route.Request).ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await person.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if ((int)answer.StatusCode != expected)
                others.Add($"{route}: {(int)answer.StatusCode}");
        }

        return others;
    }
}
