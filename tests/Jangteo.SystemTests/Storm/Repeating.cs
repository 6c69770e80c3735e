using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Jangteo.Contracts;

namespace Jangteo.SystemTests.Storm;

/// <summary>A command, how often it was sent at once, and the one answer to all of them.</summary>
internal sealed record Sent(string By, string Path, string Key, int Times, string Answer, Func<Visitor, Task<Said>> Post)
{
    public async Task<string> Again(Visitor visitor) => (await Post(visitor)).ToString();
}

/// <summary>A buyer and a seller, and an operator, who send every command several times at once. All pairs use the same keys: they are other people's.</summary>
internal sealed class Repeating(Shop shop, Parking parking, int number, ConcurrentBag<Sent> sent)
{
    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNIyPjxHwAFrALA3nhCawAAAABJRU5ErkJggg==");

    private readonly Random random = new(number);
    private readonly (string Module, string Event) parksAt = Parking.Places[number % Parking.Places.Length];

    public static string Name(string role, int number) => string.Create(CultureInfo.InvariantCulture, $"again{role}{number}x");

    /// <summary>What makes one deal unlike another: its kind, and the module that was given an answer by hand.</summary>
    public string Story(Deal deal) => deal.Thing.Kind == "shopping-mall" ? $"{deal.Thing.Kind}, parked at {parksAt.Module}" : deal.Thing.Kind;

    /// <summary>How often something was answered by hand in a deal: only requests have answers.</summary>
    public int AnswersByHand(Deal deal) => deal.Thing.Kind == "shopping-mall" && parksAt.Event != Parking.Nothing ? 1 : 0;

    public async Task<Deal> OrdersAndReceives()
    {
        var deal = await Begins("shopping-mall");
        await shop.At(deal, "awaiting-deposit");
        var reference = (string)(await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!["reference"]!;
        if (number % 2 == 0)
            await Send(deal.Buyer, "/api/sandbox/deposits", new JsonObject { ["reference"] = reference, ["amount"] = deal.Thing.Price }, "deposit");
        else
            await PaysWithoutSayingFor(deal);
        // Until the bank's statement has been read the answer is no, and it is the answer of that key.
        await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == deal.Thing.Price);
        await Send(deal.Seller, $"/api/trades/{deal.Id}/confirm-deposit", [], "move");
        await shop.At(deal, "shipping");
        await Send(deal.Seller, $"/api/deliveries/{deal.Id}/arrived", [], "arrived");
        await shop.At(deal, "arrived");
        await Send(deal.Buyer, $"/api/trades/{deal.Id}/confirm-receipt", [], "move");
        await Send(deal.Buyer, "/api/notices/read", [], "read");
        await Shop.Eventually(async () => (await deal.Buyer.Get($"/api/trades/{deal.Id}")).Body!, trade => (long)trade["money"]!["paidOut"]! > 0 && (string?)trade["stock"] == "sold");
        await LetsGoWhatWasParked(deal);
        return deal;
    }

    public async Task<Deal> BuysAThing()
    {
        var deal = await Begins("second-hand");
        await Send(deal.Seller, $"/api/listings/{deal.Thing.Id}/pictures", "picture", visitor => visitor.PostPicture($"/api/listings/{deal.Thing.Id}/pictures", Png, "picture"));
        await Send(deal.Seller, $"/api/trades/{deal.Id}/accept", [], "move");
        await Send(deal.Buyer, $"/api/trades/{deal.Id}/finish", [], "move");
        return deal;
    }

    public async Task<Deal> BorrowsAThing()
    {
        var deal = await Begins("neighborhood-rental");
        await shop.At(deal, "reserved");
        await Send(deal.Buyer, $"/api/trades/{deal.Id}/pay", Deal.Card("declined"), "declined");
        await Send(deal.Buyer, $"/api/trades/{deal.Id}/pay", Deal.Card(), "move");
        await Send(deal.Buyer, $"/api/trades/{deal.Id}/cancel-payment", [], "move");
        await Send(deal.Buyer, $"/api/trades/{deal.Id}/pay", Deal.Card(), "again");
        await Send(deal.Seller, $"/api/trades/{deal.Id}/lend", [], "move");
        await Send(deal.Seller, $"/api/trades/{deal.Id}/return", [], "move");
        await Send(deal.Seller, "/api/sandbox/clock", new JsonObject { ["forward"] = "1s" }, "clock");
        return deal;
    }

    /// <summary>Money that no trade expects comes once, and goes back once.</summary>
    public async Task PaysForNothing()
    {
        var sora = await shop.Operator;
        var deposit = await Arrives(await shop.Named(Name("buyer", number)), 700);
        await Send(
            sora, "/api/operator/payments/deposits/unbooked/retry",
            new JsonObject { ["position"] = await parking.KeepUnbooked(deposit), ["reason"] = "Try again." }, Name("unbooked", number));
        await Send(
            sora, $"/api/operator/payments/deposits/{deposit}/send-back", new JsonObject { ["reason"] = "Nobody expects it." }, "back");
        await IsPaidBackThoughTheAccountIsClosed();
        await NeedsTwoOperators();
    }

    /// <summary>An operator settles by hand a transfer that can never be booked, and a voiding that the provider reports otherwise.</summary>
    public async Task IsSettledByHand(Guid trade)
    {
        var sora = await shop.Operator;
        var deposit = await Arrives(await shop.Named(Name("buyer", number)), 700);
        var settle = new JsonObject { ["position"] = await parking.KeepUnbooked(deposit, isUnfit: true), ["reason"] = "The bank has it." };
        await Send(sora, "/api/operator/payments/deposits/unbooked/settle", settle, "settle a transfer");
        await Send(
            sora, $"/api/operator/payments/deposits/{deposit}/send-back", new JsonObject { ["reason"] = "Nobody expects it." }, "back");
        var body = new JsonObject { ["key"] = await parking.KeepMismatch(trade), ["reason"] = "The provider has corrected it." };
        var proposed = await Send(sora, "/api/operator/payments/attention/settle", body, "settle a voiding");
        await Send(
            await shop.Named(SandboxPeople.SecondOperator), $"/api/operator/payments/proposals/{(Guid)proposed.Body!["proposal"]!}/confirm",
            new JsonObject { ["reason"] = "I looked at it." }, "confirm the voiding");
    }

    /// <summary>More than one operator may move alone: proposed by one, declined and then confirmed by another.</summary>
    private async Task NeedsTwoOperators()
    {
        var (sora, second) = (await shop.Operator, await shop.Named(SandboxPeople.SecondOperator));
        var deposit = await Arrives(await shop.Named(Name("buyer", number)), 2_000_000);
        foreach (var decision in (string[])["decline", "confirm"])
        {
            var proposed = await sora.Post(
                $"/api/operator/payments/deposits/{deposit}/send-back", new JsonObject { ["reason"] = "Nobody expects it." });
            Assert.Equal(202, proposed.Status);
            await Send(
                second, $"/api/operator/payments/proposals/{(Guid)proposed.Body!["proposal"]!}/{decision}",
                new JsonObject { ["reason"] = "I looked at it." }, decision);
        }
    }

    /// <summary>
    /// A dispute about as much: the buyer shows a picture, an operator writes a note, and the decision of one operator is declined and then
    /// confirmed by another.
    /// </summary>
    public async Task IsDecidedByTwoOperators()
    {
        var (sora, second) = (await shop.Operator, await shop.Named(SandboxPeople.SecondOperator));
        var deal = await shop.Begun(await shop.List("second-hand", 2_000_000), await shop.Named(Name("payer", number)));
        await Shop.Eventually(() => deal.SellerDoes("accept", key: "accept"), said => said.Status == 200);
        await Shop.Eventually(() => deal.BuyerDoes("contest", key: "contest"), said => said.Status == 200);
        var pictures = $"/api/trades/{deal.Id}/dispute/pictures";
        await Send(deal.Buyer, pictures, "picture of a dispute", visitor => visitor.PostPicture(pictures, Png, "picture of a dispute"));
        await Send(
            sora, $"/api/operator/trading/trades/{deal.Id}/notes", new JsonObject { ["note"] = "I asked for a second picture." }, "note");
        foreach (var decision in (string[])["decline", "confirm"])
        {
            var proposed = await sora.Post($"/api/trades/{deal.Id}/side-with-buyer", new JsonObject { ["reason"] = "It never worked." });
            Assert.Equal(202, proposed.Status);
            var path = $"/api/operator/trading/proposals/{(Guid)proposed.Body!["proposal"]!["proposal"]!}/{decision}";
            await Send(second, path, new JsonObject { ["reason"] = "I looked at it." }, $"{decision} a decision");
        }

        await shop.At(deal, trade => (long?)trade["money"]?["refunded"] == deal.Thing.Price);
    }

    /// <summary>An operator has a refused refund tried again, to where it came from; that is one refund.</summary>
    private async Task IsPaidBackThoughTheAccountIsClosed()
    {
        var (sora, buyer) = (await shop.Operator, await shop.Named(Name("payer", number)));
        var thing = await shop.List("shopping-mall", 900, 3);
        var order = new JsonObject { ["listing"] = thing.Id, ["price"] = 900, ["quantity"] = 1, ["address"] = "12 Hill Street", ["refundAccount"] = "closed long ago" };
        var deal = new Deal((await buyer.Post("/api/trades", order)).Id, thing, buyer);
        await shop.Deposit(deal, 900);
        await Shop.Eventually(async () => (await buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (long)payment["seen"]! == 900);
        await deal.BuyerDoes("cancel");
        var errand = (await Shop.Eventually(
            async () =>
                (await sora.Get("/api/operator/payments/attention?limit=100")).Body!["items"]!.AsArray()
                    .FirstOrDefault(one => (Guid)one!["subject"]! == deal.Id),
            found => found is not null))!;
        var retry =
            new JsonObject { ["key"] = (string)errand["key"]!, ["account"] = "sandbox-payer", ["reason"] = "The account was closed." };
        await Send(sora, "/api/operator/payments/attention/retry", retry, Name("retry", number));
        await Shop.Eventually(
            async () => (await buyer.Get($"/api/payments/{deal.Id}")).Body!, payment => (string?)payment["state"] == "refunded");
    }

    /// <summary>Done by one who is alone, for a fault is everybody's: a draft that could not be registered is tried again, and a fault that is switched off stays off.</summary>
    public async Task RegistersADraft()
    {
        var (sora, seller) = (await shop.Operator, await shop.Named(Name("drafter", number)));
        var listing = Listing("neighborhood-rental");
        await Send(sora, "/api/sandbox/faults", new JsonObject { ["alarms-down"] = true }, "on");
        var drafts = (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => seller.Post("/api/listings", listing, "list")))).Select(refused => (Guid)refused.Body!["listing"]!["id"]!).Distinct();
        var draft = Assert.Single(drafts);
        await Send(sora, "/api/sandbox/faults", new JsonObject { ["alarms-down"] = false }, "off");
        await Send(seller, $"/api/listings/{draft}/register", [], "register");

        await sora.Post("/api/sandbox/faults", new JsonObject { ["alarms-down"] = true }, "on");

        Assert.DoesNotContain((await sora.Get("/api/sandbox/faults")).Body!["items"]!.AsArray(), fault => (bool)fault!["on"]!);
        Assert.Single(await Shop.Eventually(async () => (await seller.Get("/api/notices")).Body!["items"]!.AsArray(), notices => notices.Count > 0), notice => (Guid)notice!["listing"]! == draft);
    }

    /// <summary>A person is suspended and let in again; neither happens once more when it is sent again.</summary>
    public async Task IsSuspendedAndRestored()
    {
        var (sora, person) = (await shop.Operator, await shop.Named(Name("suspended", number)));
        var path = $"/api/operator/identity/people/{(Guid)(await person.Get("/api/people/me")).Body!["id"]!}";
        await Send(sora, $"{path}/suspend", new JsonObject { ["reason"] = "Others complained." }, "suspend");
        await Send(sora, $"{path}/restore", new JsonObject { ["reason"] = "It was a mistake." }, "restore");
        Assert.Equal(204, (await sora.Post($"{path}/suspend", new JsonObject { ["reason"] = "Others complained." }, "suspend")).Status);
        Assert.Null((await sora.Get(path)).Body!["suspendedAt"]);
    }

    /// <summary>Names a place to die at, and sends a command that comes by there.</summary>
    public async Task Dies(string place)
    {
        await Send(await shop.Operator, "/api/sandbox/death", new JsonObject { ["at"] = place }, "death");
        await Storming.IfAnswered(async () => await (await shop.Named(Name("drafter", number))).Post("/api/listings", Listing("neighborhood-rental"), "dies"));
    }

    private async Task PaysWithoutSayingFor(Deal deal)
    {
        var deposit = await Arrives(deal.Buyer, deal.Thing.Price);
        await Send(
            await shop.Operator, $"/api/operator/payments/deposits/{deposit}/match",
            new JsonObject { ["trade"] = deal.Id, ["reason"] = "The buyer wrote nothing." }, "match");
    }

    /// <summary>What is tried again while its cause is there is parked again; what is answered by hand is answered once.</summary>
    private async Task LetsGoWhatWasParked(Deal deal)
    {
        var sora = await shop.Operator;
        var id = await parking.Park(parksAt.Module, deal.Id);
        var parked = string.Create(CultureInfo.InvariantCulture, $"/api/operator/{parksAt.Module}/parked/{id}");
        await Send(sora, $"{parked}/retry", [], "retry");
        await parking.IsParkedAgain(parksAt.Module, deal.Id, id);
        await Send(sora, $"{parked}/answer", new JsonObject { ["event"] = parksAt.Event, ["reason"] = "It was so." }, "answer");
    }

    /// <summary>A deposit of which nobody can tell what it is for.</summary>
    private async Task<Guid> Arrives(Visitor payer, long amount)
    {
        var sora = await shop.Operator;
        var deposit = await Send(payer, "/api/sandbox/deposits", new JsonObject { ["reference"] = "nothing", ["amount"] = amount }, string.Create(CultureInfo.InvariantCulture, $"{amount} for nothing"));
        await Shop.Eventually(async () => (await sora.Get("/api/operator/payments/deposits?limit=100")).Body!["items"]!.AsArray(), waiting => waiting.Any(one => (Guid)one!["id"]! == deposit.Id));
        return deposit.Id;
    }

    private async Task<Deal> Begins(string kind)
    {
        var (buyer, seller) = (await shop.Named(Name("buyer", number)), await shop.Named(Name("seller", number)));
        var thing = new Thing((await Send(seller, "/api/listings", Listing(kind), $"list {kind}")).Id, kind, 10_000, seller);
        var trade = new JsonObject { ["listing"] = thing.Id, ["price"] = thing.Price };
        foreach (var need in (await buyer.Get($"/api/kinds/{kind}")).Body!["begin"]!["needs"]!.AsArray())
        {
            trade[(string)need!["name"]!] = (string)need["name"]! switch { "card" => "ok", "quantity" or "periods" => 1, _ => "12 Hill Street" };
        }

        return new Deal((await Send(buyer, "/api/trades", trade, $"ask {kind}")).Id, thing, buyer);
    }

    private static JsonObject Listing(string kind)
    {
        var listing = new JsonObject { ["kind"] = kind, ["title"] = "A thing", ["description"] = "As good as new.", ["price"] = 10_000 };
        if (kind == "shopping-mall")
            listing["quantity"] = 1;
        return listing;
    }

    private Task<Said> Send(Visitor visitor, string path, JsonObject body, string key) => Send(visitor, path, key, one => one.Post(path, body, key));

    private async Task<Said> Send(Visitor visitor, string path, string key, Func<Visitor, Task<Said>> post)
    {
        var times = random.Next(2, 6);
        var answers = await Task.WhenAll(Enumerable.Range(0, times).Select(_ => Shop.Eventually(() => post(visitor), IsSettled)));
        Assert.Single(answers.Select(answer => answer.ToString()).Distinct());
        Assert.True(answers[0].Status < 300 || key == "declined", $"{path}: {answers[0]}");
        sent.Add(new Sent(visitor.Name, path, key, times, answers[0].ToString(), post));
        return answers[0];
    }

    /// <summary>
    /// Whether an answer is final. A client sends the same key again when its move is still under way (202 without a proposal) or the
    /// program asks it to try later (503).
    /// </summary>
    private static bool IsSettled(Said said) =>
        said.Status != 503 && (said.Status != 202 || said.Body?["proposal"] is not null) && said.Code != "in-progress";
}
