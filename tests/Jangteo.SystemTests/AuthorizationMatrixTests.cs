using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.SystemTests.OpenApi;

namespace Jangteo.SystemTests;

/// <summary>Every operation of the API document, tried by every sort of client: each cell of the matrix has one expected answer.</summary>
public sealed class AuthorizationMatrixTests(AuthorizationMatrixTests.Market market) : IClassFixture<AuthorizationMatrixTests.Market>
{
    private const string NoSuchId = "0190d0a0-0000-7000-8000-00000000dead";
    private const string SignIn = "POST /api/session";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    /// <summary>Who sends a request.</summary>
    public enum Client
    {
        Anonymous,
        Stranger,
        Buyer,
        Seller,
        Operator,

        /// <summary>Suspended by an operator, with a token from before. Without the suspension they would be the seller.</summary>
        Suspended,
        Revoked,
        Expired,
    }

    /// <summary>What a client gets.</summary>
    private enum Access
    {
        /// <summary>The operation is carried out, or refused for another reason than who asks.</summary>
        Allowed,

        /// <summary>401 <c>unauthenticated</c>.</summary>
        SignInFirst,

        /// <summary>403 <c>suspended</c>: the right way to sign in, and a person who may not.</summary>
        Suspended,

        /// <summary>403 <c>not-yours</c>: the client may know of it, and may not do it.</summary>
        NotYours,

        /// <summary>404 <c>not-found</c>: the client must not learn that it exists.</summary>
        Hidden,
    }

    public static TheoryData<Client> Clients => [.. Enum.GetValues<Client>()];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Each_operation_is_answered_as_the_client_may_have_it(Client client)
    {
        var document = await market.Program.ApiDocument();
        var cells = new List<string>();
        var wrong = new List<string>();
        // What ends a session or takes something away comes last.
        foreach (var route in document.Routes.OrderBy(route => route.Method == "DELETE").ThenBy(route => route.Path == "/api/session"))
        {
            var expected = Expected(route, client);
            var (status, code) = await Send(document, route, client);
            cells.Add($"{route}: {expected}");
            if (!IsAsExpected(route, expected, status, code))
                wrong.Add($"{route} by {client}: {status} {code}, expected {expected}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(document.Routes.Count, cells.Count);
    }

    [Fact]
    public async Task Every_operation_with_an_id_says_who_may_have_it()
    {
        var unsaid = (await market.Program.ApiDocument()).Routes.Where(route => route.Parameters > 0 && !IsForOperators(route) && RuleOf(route) is null);

        Assert.Empty(unsaid.Select(route => route.ToString()));
    }

    /// <summary>Operations about one thing, and who of the signed-in may have them; for the others what the document says of signing in is all.</summary>
    private static readonly (string Route, Func<Client, Access> Rule)[] Rules =
    [
        ("GET /api/kinds/{kind}", _ => Access.Allowed),
        ("GET /api/listings/{id}", _ => Access.Allowed),
        ("GET /api/pictures/{id}", _ => Access.Allowed),
        ("GET /api/listings/{id}/pictures/{picture}", _ => Access.Allowed),
        ("GET /api/listings/{id}/pictures/cover", _ => Access.Allowed),
        ("GET /api/map/tiles/{version}", _ => Access.Allowed),
        ("GET /api/trades/{id}", Parties),
        ("GET /api/trades/{id}/pictures/{picture}", Parties),
        ("GET /api/trades/{id}/timeline", Parties),
        ("GET /api/trades/{id}/dispute", Parties),
        ("POST /api/trades/{id}/dispute/pictures", client => client == Client.Operator ? Access.NotYours : Parties(client)),
        ("GET /api/trades/{id}/dispute/pictures/{picture}", Parties),
        ("GET /api/payments/{trade}", Parties),
        ("PUT /api/payments/{trade}/refund-account", BuyerOfTrade),
        ("PUT /api/trades/{id}/address", BuyerOfTrade),
        // The move that is sent is the seller's.
        ("POST /api/trades/{id}/{move}", client => Parties(client) == Access.Allowed && client != Client.Seller ? Access.NotYours : Parties(client)),
        ("POST /api/deliveries/{trade}/arrived", client => client == Client.Seller ? Access.Allowed : client == Client.Buyer ? Access.NotYours : Access.Hidden),
        ("DELETE /api/listings/{id}/place", OwnerOfListing),
        ("POST /api/listings/{id}/register", OwnerOfListing),
        ("PATCH /api/listings/{id}", OwnerOfListing),
        ("DELETE /api/listings/{id}", OwnerOfListing),
        ("POST /api/listings/{id}/pictures", OwnerOfListing),
        ("PUT /api/listings/{id}/pictures", OwnerOfListing),
        ("DELETE /api/listings/{id}/pictures/{picture}", OwnerOfListing),
    ];

    private static Access Parties(Client client) => client is Client.Buyer or Client.Seller or Client.Operator ? Access.Allowed : Access.Hidden;

    private static Access BuyerOfTrade(Client client) => client == Client.Buyer ? Access.Allowed : Parties(client) == Access.Allowed ? Access.NotYours : Access.Hidden;

    private static Access OwnerOfListing(Client client) => client == Client.Seller ? Access.Allowed : Access.NotYours;

    private static bool IsForOperators(ApiRoute route) => route.Path.StartsWith("/api/operator/", StringComparison.Ordinal);

    private static Func<Client, Access>? RuleOf(ApiRoute route) => Rules.FirstOrDefault(rule => rule.Route == route.ToString()).Rule;

    private static Access Expected(ApiRoute route, Client client) =>
        client == Client.Suspended && route.ToString() == SignIn ? Access.Suspended
        : client is Client.Anonymous or Client.Suspended or Client.Revoked or Client.Expired
            ? route.NeedsSignIn ? Access.SignInFirst : Access.Allowed
        : IsForOperators(route) ? client == Client.Operator ? Access.Allowed : Access.Hidden
        : RuleOf(route)?.Invoke(client) ?? Access.Allowed;

    private static bool IsAsExpected(ApiRoute route, Access expected, int status, string? code) => expected switch
    {
        Access.SignInFirst => (status, code) is (401, "unauthenticated"),
        Access.Suspended => (status, code) is (403, "suspended"),
        Access.NotYours => (status, code) is (403, "not-yours"),
        Access.Hidden => (status, code) is (404, "not-found"),
        // Strangers are answered 404 by the routes of operators, so an operator must be answered anything else.
        _ => status is not (401 or 403) && status < 500
            && (status != 404
                || (!IsForOperators(route) && (route.Parameters == 0 || route.Path.Contains("pictures/", StringComparison.Ordinal)
                    || route.Path.Contains("/map/", StringComparison.Ordinal)))),
    };

    private async Task<(int Status, string? Code)> Send(ApiDescription document, ApiRoute route, Client client)
    {
        var isAboutListing = route.Path.Contains("/listings/", StringComparison.Ordinal);
        var path = Regex.Replace(route.Path, @"\{(\w+)\}", part => part.Groups[1].Value switch
        {
            "kind" => "second-hand",
            "move" => "accept",
            "picture" => NoSuchId,
            _ when route.Path.Contains("/parked/", StringComparison.Ordinal) => "1",
            _ when route.Path.Contains("/people/", StringComparison.Ordinal) => market.Person.ToString(),
            _ when IsForOperators(route) && !route.Path.Contains("/trades/", StringComparison.Ordinal) => NoSuchId,
            _ when route.Path.Contains("/pictures/", StringComparison.Ordinal) && !isAboutListing => NoSuchId,
            "trade" => (client == Client.Suspended ? market.DeliveredOfSuspended : market.Delivered).ToString(),
            _ when isAboutListing => market.ListingFor(client, route.Method).ToString(),
            _ => (client == Client.Suspended ? market.TradeOfSuspended : market.Trade).ToString(),
        });
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), path);
        if (market.Tokens[client] is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (client == Client.Suspended && route.ToString() == SignIn)
            request.Content = JsonContent.Create(new { person = market.SuspendedName });
        else if (route.Request is not null)
            request.Content = new StringContent(document.Sound(route.Request).ToJsonString(), Encoding.UTF8, "application/json");
        else if (route.Path.EndsWith("/pictures", StringComparison.Ordinal))
            request.Content = new ByteArrayContent([1]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        // Operators are asked about what is there. A key that is too long is refused to a person who may do this, and nothing comes of it.
        if (route.Method != "GET" && IsForOperators(route))
            request.Headers.Add("Idempotency-Key", new string('k', 101));
        // Stale, so that nothing is taken away.
        if (route.Method == "DELETE" && isAboutListing)
            request.Headers.TryAddWithoutValidation("If-Match", "\"999\"");
        using var answer = await market.ProgramOf(client).Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        var status = (int)answer.StatusCode;
        return (status, status >= 400 ? (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))?["code"] : null);
    }

    /// <summary>A program with a trade that waits for its seller and one that is being delivered, and a token of each sort of client.</summary>
    public sealed class Market : IAsyncLifetime
    {
        /// <summary>In which sessions are over after a moment.</summary>
        private JangteoProgram hasty = null!;

        private Guid hastyListing;

        internal JangteoProgram Program { get; private set; } = null!;

        private Guid Listing { get; set; }

        internal Guid Trade { get; private set; }

        internal Guid Delivered { get; private set; }

        internal Guid Person { get; private set; }

        internal string SuspendedName { get; private set; } = "";

        private Guid ListingOfSuspended { get; set; }

        internal Guid TradeOfSuspended { get; private set; }

        internal Guid DeliveredOfSuspended { get; private set; }

        internal Dictionary<Client, string?> Tokens { get; } = new() { [Client.Anonymous] = null };

        public async ValueTask InitializeAsync()
        {
            Program = await JangteoProgram.Start(("Limits:PerPersonPerSecond", "0"));
            hasty = await JangteoProgram.Start(("Sessions:People", "1s"), ("Limits:PerPersonPerSecond", "0"));
            var shop = new Shop(Program);
            var deal = await shop.Begun(await shop.List("second-hand"));
            var delivered = await shop.Begun(await shop.List("water-purifier", quantity: 1, seller: deal.Seller), deal.Buyer);
            await shop.At(delivered, trade => (string?)trade["delivery"] == "under-way");
            (Listing, Trade, Delivered) = (deal.Thing.Id, deal.Id, delivered.Id);
            Keep(Client.Buyer, deal.Buyer.Http);
            Keep(Client.Seller, deal.Seller.Http);
            Keep(Client.Operator, (await shop.Operator).Http);
            Keep(Client.Stranger, await Program.As("a stranger"));

            Person = (Guid)JsonNode.Parse(await deal.Buyer.Http.GetStringAsync("/api/people/me"))!["id"]!;
            await Shop.Eventually(
                async () => (int)(await (await shop.Operator).Http.GetAsync($"/api/operator/views/trades/{Trade}")).StatusCode, status => status == 200);

            await Suspend(shop, deal.Buyer);

            var ended = await Program.As("whose session ended");
            Keep(Client.Revoked, ended);
            using var end = await ended.DeleteAsync("/api/session?everywhere=true");
            end.EnsureSuccessStatusCode();

            var other = new Shop(hasty);
            hastyListing = (await other.List("second-hand", seller: await other.Operator)).Id;
            var expires = await hasty.As("whose session expires");
            Keep(Client.Expired, expires);
            await Shop.Eventually(async () => (int)(await expires.GetAsync("/api/people/me")).StatusCode, status => status == 401);
        }

        /// <summary>Reads are of a listing that everybody may read; the rest is about the client's own, where they have one.</summary>
        internal Guid ListingFor(Client client, string method) =>
            client == Client.Expired ? hastyListing : client == Client.Suspended && method != "GET" ? ListingOfSuspended : Listing;

        internal JangteoProgram ProgramOf(Client client) => client == Client.Expired ? hasty : Program;

        public async ValueTask DisposeAsync()
        {
            await Program.DisposeAsync();
            await hasty.DisposeAsync();
        }

        /// <summary>A seller with a listing, a trade that waits for them and a delivery that is under way, who is then suspended.</summary>
        private async Task Suspend(Shop shop, Visitor buyer)
        {
            var seller = await shop.Somebody("suspended");
            var deal = await shop.Begun(await shop.List("second-hand", seller: seller), buyer);
            var delivered = await shop.Begun(await shop.List("water-purifier", quantity: 1, seller: seller), buyer);
            await shop.At(delivered, trade => (string?)trade["delivery"] == "under-way");
            (SuspendedName, ListingOfSuspended) = (seller.Name, deal.Thing.Id);
            (TradeOfSuspended, DeliveredOfSuspended) = (deal.Id, delivered.Id);
            Keep(Client.Suspended, seller.Http);
            await shop.Suspend(seller);
        }

        private void Keep(Client client, HttpClient http) => Tokens[client] = http.DefaultRequestHeaders.Authorization!.Parameter;
    }
}
