using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Jangteo.Bench.Pages;

/// <summary>What there is to be seen at a market of samples: one of its things, and a trade of it that waits for its buyer.</summary>
internal sealed record OnShow(Guid Listing, Guid Trade)
{
    public const string Seller = "minji", Buyer = "junho", Operator = "sora";

    public static async Task<OnShow> Make(ServerUnderTest server, CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler();
        var (seller, _) = await server.SignIn(Seller, handler, ct);
        var (buyer, _) = await server.SignIn(Buyer, handler, ct);
        using (seller)
        using (buyer)
        {
            var things = (await seller.GetFromJsonAsync<JsonNode>("/api/listings?kind=second-hand", ct))!["items"]!.AsArray();
            var thing = things.First(one => (string?)one!["owner"]!["name"] == Seller)!;
            var trade = await Do(buyer, "/api/trades", new JsonObject { ["listing"] = thing["id"]!.DeepClone(), ["price"] = thing["price"]!.DeepClone(), ["card"] = "ok" }, ct);
            await Do(seller, $"/api/trades/{trade}/accept", [], ct);
            return new OnShow(things.First(one => (string?)one!["owner"]!["name"] != Buyer && one != thing)!["id"]!.GetValue<Guid>(), trade);
        }
    }

    private static async Task<Guid> Do(HttpClient person, string path, JsonObject body, CancellationToken ct)
    {
        using var answer = await person.PostAsJsonAsync(path, body, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(ct))!["id"]!.GetValue<Guid>();
    }
}
