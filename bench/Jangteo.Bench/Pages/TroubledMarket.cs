using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Jangteo.Bench.Pages;

/// <summary>
/// What stands behind every dialog: things to withdraw and to enlarge, trades to decide about, and one of each trouble that asks for an
/// operator. What no client can bring about (a message that failed, a transfer that could not be booked) is put into the database.
/// </summary>
internal sealed class TroubledMarket(ServerUnderTest server, HttpClient seller, HttpClient buyer, HttpClient sora, CancellationToken ct)
{
    private const long NeedsTwoOperators = 2_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Guid Listing { get; private set; }

    public Guid Trade { get; private set; }

    public Guid Disputed { get; private set; }

    /// <param name="picture">A file that the thing shows.</param>
    public static async Task<TroubledMarket> Make(ServerUnderTest server, string picture, CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler();
        var (seller, _) = await server.SignIn(OnShow.Seller, handler, ct);
        var (buyer, _) = await server.SignIn(OnShow.Buyer, handler, ct);
        var (sora, _) = await server.SignIn(OnShow.Operator, handler, ct);
        using (seller)
        using (buyer)
        using (sora)
        {
            var market = new TroubledMarket(server, seller, buyer, sora, ct);
            await market.Trades(picture);
            await market.Troubles();
            return market;
        }
    }

    private async Task Trades(string picture)
    {
        Listing = await List("second-hand", "A lamp with a picture", 30_000, null);
        using var bytes = new ByteArrayContent(await File.ReadAllBytesAsync(picture, ct));
        bytes.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var added = await seller.PostAsync($"/api/listings/{Listing}/pictures", bytes, ct);
        added.EnsureSuccessStatusCode();

        Trade = await Accepted("A record player", 20_000);
        Disputed = await Accepted("A fan", 25_000);
        await Do(buyer, $"/api/trades/{Disputed}/contest", new JsonObject { ["reason"] = "It hums." });
    }

    private async Task Troubles()
    {
        // A refund that the bank refuses: the account of the buyer is closed.
        var tea = await List("shopping-mall", "Green tea", 9_000, 3);
        var order = await Ask(tea, 9_000, new JsonObject { ["quantity"] = 1, ["address"] = "12 Hill Street", ["refundAccount"] = "closed long ago" });
        var expected = await Until(buyer, $"/api/payments/{order}", payment => payment["reference"] is not null);
        await Do(buyer, "/api/sandbox/deposits", new JsonObject { ["reference"] = expected["reference"]!.DeepClone(), ["amount"] = 9_000 });
        await Until(buyer, $"/api/payments/{order}", payment => (long)payment["seen"]! == 9_000);
        await Do(buyer, $"/api/trades/{order}/cancel", []);
        await Until(sora, "/api/operator/payments/attention", errands => errands["items"]!.AsArray().Count > 0);

        await Unexpected(700);
        var unbooked = await Unexpected(900);
        var large = await Unexpected(NeedsTwoOperators);
        await Do(sora, $"/api/operator/payments/deposits/{large}/send-back", new JsonObject { ["reason"] = "Nothing expects it." });

        var purifier = await List("water-purifier", "A water purifier", 30_000, 2);
        var delivered = await Ask(purifier, 30_000, new JsonObject { ["periods"] = 12, ["address"] = "12 Hill Street", ["card"] = "ok" });
        await Until(buyer, $"/api/trades/{delivered}", trade => (string?)trade["delivery"] == "under-way");

        await using var database = NpgsqlDataSource.Create(server.Admin);
        await Execute(
            """
            insert into payments.unbooked (position, deposit, reason, at, unfit)
            select position,
                json_build_object(
                    'position', position, 'id', id, 'reference', reference, 'amount', amount, 'from', payer, 'currency', currency)::text,
                'It came again.', now(), true
            from payments.deposits where id = $1
            """, unbooked);
        await Execute(
            """
            insert into payments.errands
                (key, subject, revision, verb, what, amount, charge_key, correlation, causation, next_at, attention, problem)
            values ($1::text || '/999/hold-payment/void', $1, 999, 'hold-payment', 'void-charge', 0, $1::text || '/999/hold-payment', $1, $1,
                null, true, 'mismatched: 1 KRW is done')
            """, Disputed);
        await Execute(
            """
            insert into delivery.aside (sender, stream, seq, type, message, parked_at, reason)
            select 'trading', stream, 999, type, message, now(), 'It is refused.'
            from trading.outbox where stream = $1 and 'delivery' = any (receivers) order by id limit 1
            """, delivered);

        async Task Execute(string statement, Guid about)
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.Add(new() { Value = about });
            if (await command.ExecuteNonQueryAsync(ct) != 1)
            {
                throw new InvalidOperationException($"Nothing to show came of: {statement}");
            }
        }
    }

    private async Task<Guid> Accepted(string title, long price)
    {
        var trade = await Ask(await List("second-hand", title, price, null), price, new JsonObject { ["card"] = "ok" });
        await Do(seller, $"/api/trades/{trade}/accept", []);
        return trade;
    }

    /// <summary>A deposit that no trade expects; answers its id when it waits for an operator.</summary>
    private async Task<Guid> Unexpected(long amount)
    {
        var deposit = IdOf(await Do(buyer, "/api/sandbox/deposits", new JsonObject { ["reference"] = "nothing", ["amount"] = amount }));
        await Until(
            sora, "/api/operator/payments/deposits?limit=100", waiting => waiting["items"]!.AsArray().Any(one => (Guid)one!["id"]! == deposit));
        return deposit;
    }

    private async Task<Guid> List(string kind, string title, long price, int? quantity) =>
        IdOf(await Do(seller, "/api/listings", new JsonObject
        {
            ["kind"] = kind,
            ["title"] = title,
            ["description"] = "As good as new.",
            ["price"] = price,
            ["quantity"] = quantity,
        }));

    private async Task<Guid> Ask(Guid listing, long price, JsonObject terms)
    {
        // The market knows of a new listing a moment later.
        await Until(buyer, $"/api/listings/{listing}", _ => true);
        terms["listing"] = listing;
        terms["price"] = price;
        return IdOf(await Do(buyer, "/api/trades", terms));
    }

    private async Task<JsonNode> Do(HttpClient person, string path, JsonObject body)
    {
        using var answer = await person.PostAsJsonAsync(path, body, ct);
        var said = await answer.Content.ReadAsStringAsync(ct);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(said)! : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {said}");
    }

    private async Task<JsonNode> Until(HttpClient person, string path, Func<JsonNode, bool> isSo)
    {
        for (var began = DateTime.UtcNow; ; await Task.Delay(100, ct))
        {
            using var answer = await person.GetAsync(new Uri(path, UriKind.Relative), ct);
            var said = await answer.Content.ReadAsStringAsync(ct);
            if (answer.IsSuccessStatusCode && JsonNode.Parse(said)! is var node && isSo(node))
            {
                return node;
            }

            if (DateTime.UtcNow - began > Patience)
            {
                throw new TimeoutException($"{path} still says {(int)answer.StatusCode} {said}");
            }
        }
    }

    private static Guid IdOf(JsonNode said) => said["id"]!.GetValue<Guid>();
}
