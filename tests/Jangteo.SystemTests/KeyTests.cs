using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jangteo.SystemTests;

/// <summary>The Idempotency-Key over every route of the API document: a command that comes tomorrow must take one tomorrow.</summary>
public sealed class KeyTests(SharedProgram shared)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_POST_but_those_answered_with_a_token_and_signing_up_says_that_it_takes_a_key()
    {
        var routes = (await (await shared.Running).ApiDocument()).Routes;

        Assert.Equal(
            ["/api/people", "/api/people/me/password", "/api/session"],
            routes.Where(route => route.Method == "POST" && !route.TakesKey).Select(route => route.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_POST_that_says_it_takes_a_key_reads_it()
    {
        var program = await shared.Running;
        var document = await program.ApiDocument();
        var sora = await program.As("sora");

        var deaf = new List<string>();
        foreach (var route in document.Routes.Where(route => route.Method == "POST" && route.TakesKey))
        {
            // One that is too long is refused by whoever reads it, and by nobody else; so nothing comes of what is sent here.
            using var request = new HttpRequestMessage(HttpMethod.Post, Regex.Replace(route.Path, @"\{[^}]+\}", route.Path.Contains("/parked/") ? "1" : "0190d0a0-0000-7000-8000-00000000dead"));
            request.Headers.Add("Idempotency-Key", new string('k', 101));
            request.Content = route.Request is not null ? new StringContent(document.Sound(route.Request).ToJsonString(), Encoding.UTF8, "application/json")
                : new ByteArrayContent([1]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
            using var answer = await sora.SendAsync(request, ct);
            var said = await answer.Content.ReadAsStringAsync(ct);
            if ((int)answer.StatusCode != 422 || JsonNode.Parse(said)!["errors"]!["idempotencyKey"] is null)
                deaf.Add($"{route}: {(int)answer.StatusCode} {said}");
        }

        Assert.Empty(deaf);
    }

    [Fact]
    public async Task A_key_counts_for_the_trade_however_its_id_is_written()
    {
        var shop = new Shop(await shared.Running);
        var deal = await shop.Begun(await shop.List("second-hand"));
        var accepted = await deal.Seller.Post($"/api/trades/{deal.Id}/accept", key: "accept");

        var others = new List<Said>();
        foreach (var path in new[] { $"/api/trades/{deal.Id:N}/accept", $"/api/trades/{deal.Id.ToString().ToUpperInvariant()}/accept", $"/API/Trades/{deal.Id}/accept", $"/api/trades/{deal.Id}/%61ccept" })
            others.Add(await deal.Seller.Post(path, key: "accept"));

        Assert.Equal(200, accepted.Status);
        Assert.All(others, other => Assert.Equal(accepted.ToString(), other.ToString()));
    }
}
