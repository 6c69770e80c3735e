using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.Stories;

/// <summary>How the playing of a story came out.</summary>
/// <param name="Differs">What was otherwise than the story says, with its line; null when all was as told.</param>
/// <param name="Endings">The endings in which its trades were seen to end.</param>
/// <param name="State">The last state that was seen.</param>
public sealed record Played(Story Story, string? Differs, ImmutableArray<Ending> Endings, string State, TimeSpan Took)
{
    public bool IsAsTold => Differs is null;
}

/// <summary>Plays stories on a running market, through HTTP and nothing else, so that it cannot tell how many processes the market is.</summary>
/// <param name="texts">What people are told, to know it again on the phone and in the mailbox, where words are all there is.</param>
public sealed partial class StoryPlayer(Market market, Texts texts, TimeProvider machine)
{
    /// <summary>How long anything may take that happens by itself: the bound within which a market without faults comes to rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>An unknown question is asked again for a minute before it is voided.</summary>
    private static readonly TimeSpan PatienceForSettling = TimeSpan.FromSeconds(80);

    /// <summary>Plays one story on a listing of its own, and stops at the first thing that differs.</summary>
    /// <param name="reached">Told before each step, by its place in the story, and of the state seen last.</param>
    public async Task<Played> Play(Story story, IWorld world, Action<int, string>? reached, CancellationToken ct)
    {
        var began = machine.GetTimestamp();
        var playing = new Playing(story, market, world, texts, machine);
        var at = 0;
        try
        {
            await playing.Begin(ct);
            if (!story.Steps.OfType<Step.Lists>().Any(step => step.What == "register"))
            {
                await playing.Register([], ct);
            }

            for (; at < story.Steps.Length; at++)
            {
                reached?.Invoke(at, playing.State);
                await playing.Take(story.Steps[at], ct);
            }

            await playing.ComeToRest(ct);
        }
        catch (DifferenceException difference)
        {
            var step = at < story.Steps.Length ? story.Steps[at] : null;
            return Over($"{story.File}:{step?.Line ?? story.Line}: {step?.Text ?? "after the end"}: {difference.Message}");
        }
#pragma warning disable CA1031 // The edge of a playing: whatever else fails is told of this story as well, and the others are played on.
        catch (Exception fault) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return Over($"{story.File}:{story.Line}: {fault.Message}");
        }

        return Over(null);

        Played Over(string? differs) => new(story, differs, playing.Endings, playing.State, machine.GetElapsedTime(began));
    }

    /// <summary>One playing: the listing it made, and the latest trade of each buyer.</summary>
    private sealed partial class Playing(Story story, Market market, IWorld world, Texts texts, TimeProvider machine)
    {
        private readonly Dictionary<string, string> trades = [];

        /// <summary>The person a name in the story stands for, where a race has exchanged two of them.</summary>
        private readonly Dictionary<string, string> parts = [];

        private readonly List<(string Buyer, string Trade)> everyTrade = [];
        private ImmutableArray<Ending> endings = [];
        private string? listing;
        private DateTimeOffset began;

        public string State { get; private set; } = "";

        public ImmutableArray<Ending> Endings => endings;

        public Task Take(Step step, CancellationToken ct) => Cast(step) switch
        {
            Step.Act { Trade: null } act => Start(act, ct),
            Step.Act act => Move(act, ct),
            Step.Lists { What: "register" } lists => Register(lists.Refused, ct),
            Step.Lists { What: "delete" } lists => ChangeListing(lists, HttpMethod.Delete, null, ct),
            Step.Lists lists => ChangeListing(lists, HttpMethod.Patch, Changes(lists.Given), ct),
            Step.Readdress readdress => Readdress(readdress, ct),
            Step.Arrived arrived => Arrive(arrived, ct),
            Step.Deposit deposit => Transfer(deposit, ct),
            Step.SentBack back => ExpectSentBack(back, ct),
            Step.Forward forward => world.Forward(forward.Span, ct),
            Step.Switch fault => world.Switch(fault.Fault, fault.On, ct),
            Step.Wins wins => Race(wins, ct),
            Step.Ends ends => ExpectEnd(ends, ct),
            Step.Expect expect => ExpectState(expect, ct),
            Step.Told told => ExpectTold(told, ct),
            Step.Left left => ExpectLeft(left, ct),
            _ => throw new UnreachableException($"a step of no known sort: {step}"),
        };

        /// <summary>What was sent before this moment of business time belongs to an earlier playing.</summary>
        public async Task Begin(CancellationToken ct)
        {
            var clock = await market.Get(story.Offer.Owner, "/api/sandbox/clock", ct);
            began = clock.Body?["now"]?.GetValue<DateTimeOffset>() ?? throw new DifferenceException($"the clock cannot be read: {clock}");
        }

        /// <summary>Registers the listing, or tries the draft of it again.</summary>
        public async Task Register(ImmutableArray<string> refused, CancellationToken ct)
        {
            var offer = story.Offer;
            if (listing is not null)
            {
                await Command(offer.Owner, $"/api/listings/{listing}/register", [], refused, 1, ct);
                return;
            }

            var body = new JsonObject
            {
                ["kind"] = story.Kind.Name,
                ["title"] = offer.Title,
                ["description"] = $"For the story \"{story.Name}\".",
                ["price"] = offer.Price,
            };
            if (offer.Quantity is { } quantity)
            {
                body["quantity"] = quantity;
            }

            var heard = await Command(offer.Owner, "/api/listings", body, refused, 1, ct);
            listing = heard.Body?["id"]?.GetValue<string>() ?? heard.Body?["listing"]?["id"]?.GetValue<string>() ?? heard.Body?["draft"]?.GetValue<string>()
                ?? throw new DifferenceException($"the answer names no listing: {heard}");
        }

        /// <summary>When the story has been told, all its trades are over and nothing of them is left lying about: no money held, no stock taken, escrow empty.</summary>
        public async Task ComeToRest(CancellationToken ct)
        {
            foreach (var (buyer, trade) in everyTrade)
            {
                await Until(
                    () => ReadTrade(buyer, trade, ct),
                    view => !story.Kind.IsFinal(StateOf(view)) ? $"the trade of {buyer} is not over but {StateOf(view)}" : string.Join(", ", LeftOver(view)) is { Length: > 0 } left ? $"the trade of {buyer} is over, and yet {left}" : null,
                    ct);
                await Until(
                    () => market.Get(buyer, $"/api/payments/{trade}", ct),
                    log => string.Join(", ", LeftInTheLedger(log)) is { Length: > 0 } left ? $"in the ledger of the trade of {buyer} {left}" : null,
                    ct);
            }
        }

        private async Task Start(Step.Act act, CancellationToken ct)
        {
            var body = Start(act.Given);
            if (act.Refused.Contains(Refusals.SoldOut))
            {
                await KnowsOfStock(act, body, ct);
            }

            var heard = await CommandDespite(act, "/api/trades", body, ct);
            if (act.Refused.IsEmpty)
            {
                var id = heard.Body?["id"]?.GetValue<string>() ?? throw new DifferenceException($"the answer names no trade: {heard}");
                if (everyTrade.Any(other => other.Trade == id))
                {
                    throw new DifferenceException($"{act.Who} was answered the trade {id}, which has been started before");
                }

                everyTrade.Add((act.Who, id));
                trades[act.Who] = id;
                See(heard.Body);
            }
        }

        /// <summary>
        /// Waits until Trading refuses a new trade because too little is left or the listing is gone. Trading hears of it a moment after the
        /// listing shows it, and until then would begin a trade. The attempts name a wrong price, so Trading refuses each of them either way.
        /// </summary>
        private async Task KnowsOfStock(Step.Act act, JsonObject start, CancellationToken ct)
        {
            var atWrongPrice = start.DeepClone().AsObject();
            atWrongPrice["price"] = start["price"]!.GetValue<long>() + 1;
            await Until(
                () => market.Send(act.Who, HttpMethod.Post, "/api/trades", atWrongPrice, Guid.NewGuid().ToString("n"), null, ct),
                heard => act.Refused.Contains(heard.Refusal ?? "")
                    ? null : $"answered {heard}, and not refused with {string.Join(" or ", act.Refused)}",
                ct);
        }

        private JsonObject Start(Given given)
        {
            var kind = story.Kind;
            var body = new JsonObject { ["listing"] = listing, ["price"] = given.Price ?? story.Offer.Price };
            foreach (var need in kind.Needs)
            {
                var (name, value) = need switch
                {
                    Need.Quantity => ("quantity", (JsonNode)(given.Quantity ?? 1)),
                    Need.Periods => ("periods", given.Periods ?? 1),
                    Need.Address => ("address", given.Address ?? "12 Solbat-gil, Gaon 가온시 솔밭길 12"),
                    _ => ("refundAccount", given.RefundAccount ?? "Gaon Bank 가온은행 110-222-333444"),
                };
                body[name] = value;
            }

            if (NeedsCard(kind.StartMove) || given.Card is not null)
            {
                body["card"] = given.Card ?? "ok";
            }

            if (given.Note is not null)
            {
                body["note"] = given.Note;
            }

            return body;
        }

        private async Task Move(Step.Act act, CancellationToken ct)
        {
            var body = new JsonObject();
            if (story.Kind.Moves.Any(row => row.Do == act.Move && NeedsCard(row)) || act.Given.Card is not null)
            {
                body["card"] = act.Given.Card ?? "ok";
            }

            if (act.Given.Reason is not null)
            {
                body["reason"] = act.Given.Reason;
            }

            See((await CommandDespite(act, $"/api/trades/{TradeOf(act.Trade!)}/{act.Move}", body, ct)).Body);
        }

        private static bool NeedsCard(Move row) => row.First.Contains(Verb.HoldPayment) || row.Ask.Contains(Verb.HoldPayment);

        private static JsonObject Changes(Given given)
        {
            var changes = new JsonObject();
            if (given.Price is { } price)
            {
                changes["price"] = price;
            }

            if (given.Quantity is { } quantity)
            {
                changes["quantity"] = quantity;
            }

            return changes;
        }

        private async Task ChangeListing(Step.Lists lists, HttpMethod method, JsonObject? changes, CancellationToken ct)
        {
            // The view may lag behind what the owner has just heard; a stale revision is read again until the bound.
            var deadline = machine.GetTimestamp();
            while (true)
            {
                var view = await market.Get(lists.Who, $"/api/listings/{listing}", ct);
                var revision = view.Body?["revision"]?.GetValue<int>();
                var heard = await market.Send(lists.Who, method, $"/api/listings/{listing}", changes, null, revision is { } number ? $"\"{number}\"" : null, ct);
                if (lists.Refused.IsEmpty ? heard.IsYes : lists.Refused.Contains(heard.Refusal ?? ""))
                {
                    return;
                }

                if (heard.Refusal is not ("stale" or "in-progress" or "too-many-requests" or "not-found") && heard.Status < 500 || machine.GetElapsedTime(deadline) > Patience)
                {
                    throw new DifferenceException($"answered {heard}");
                }

                await Task.Delay(heard.RetryAfter ?? TimeSpan.FromMilliseconds(100), ct);
            }
        }

        private async Task Readdress(Step.Readdress readdress, CancellationToken ct)
        {
            var trade = TradeOf(readdress.Trade);
            await Command(
                readdress.Who, $"/api/trades/{trade}/address", new JsonObject { ["address"] = readdress.Address }, readdress.Refused, 1, ct,
                method: HttpMethod.Put);
            var seen = (await market.Get(story.Offer.Owner, $"/api/trades/{trade}", ct)).Body?["address"]?.GetValue<string>();
            if (readdress.Refused.IsEmpty != (seen == readdress.Address))
            {
                throw new DifferenceException($"the seller sees the address {seen}");
            }
        }

        private Task<Heard> Arrive(Step.Arrived arrived, CancellationToken ct) => Command(arrived.Who, $"/api/deliveries/{TradeOf(arrived.Trade)}/arrived", [], arrived.Refused, 1, ct);

        private async Task Transfer(Step.Deposit deposit, CancellationToken ct)
        {
            var trade = TradeOf(deposit.Trade);
            var log = await Until(
                () => market.Get(deposit.Trade, $"/api/payments/{trade}", ct),
                heard => heard.Body?["reference"] is null ? $"the payment of the trade has no reference: {heard}" : null,
                ct);
            await Command(deposit.Trade, "/api/sandbox/deposits", new JsonObject { ["reference"] = log.Body!["reference"]!.GetValue<string>(), ["amount"] = deposit.Amount }, [], 1, ct);
        }

        private Task<Heard> ExpectSentBack(Step.SentBack back, CancellationToken ct) => Until(
            () => market.Get(back.Trade, $"/api/payments/{TradeOf(back.Trade)}", ct),
            heard => heard.Body?["sentBack"]?.GetValue<long>() is { } amount && amount == back.Amount ? null : $"of the deposit {heard.Body?["sentBack"]} went back: {heard}",
            ct);

        private async Task ExpectState(Step.Expect expect, CancellationToken ct)
        {
            var trade = TradeOf(expect.Trade);
            See((await Until(() => ReadTrade(expect.Trade, trade, ct), heard => string.Join(", ", Differences(heard, expect)) is { Length: > 0 } differs ? differs : null, ct)).Body);
        }

        /// <summary>A step with each name replaced by the person it stands for.</summary>
        private Step Cast(Step step) => step switch
        {
            Step.Act act => act with { Who = PlayerOf(act.Who), Trade = act.Trade is { } trade ? PlayerOf(trade) : null },
            Step.Readdress readdress => readdress with { Who = PlayerOf(readdress.Who), Trade = PlayerOf(readdress.Trade) },
            Step.Arrived arrived => arrived with { Who = PlayerOf(arrived.Who), Trade = PlayerOf(arrived.Trade) },
            Step.Deposit deposit => deposit with { Trade = PlayerOf(deposit.Trade) },
            Step.SentBack back => back with { Trade = PlayerOf(back.Trade) },
            Step.Expect expect => expect with { Trade = PlayerOf(expect.Trade) },
            Step.Wins wins => wins with { Trade = PlayerOf(wins.Trade), Against = PlayerOf(wins.Against) },
            Step.Told told => told with { Who = PlayerOf(told.Who), Trade = PlayerOf(told.Trade) },
            _ => step,
        };

        private string PlayerOf(string name) => parts.GetValueOrDefault(name, name);

        private async Task Race(Step.Wins wins, CancellationToken ct)
        {
            string? winner = null;
            await Until(
                async () =>
                {
                    var first = await ReadTrade(wins.Trade, TradeOf(wins.Trade), ct);
                    var second = await ReadTrade(wins.Against, TradeOf(wins.Against), ct);
                    winner = StateOf(first) == wins.State ? wins.Trade : StateOf(second) == wins.State ? wins.Against : null;
                    return first;
                },
                first => winner is null ? $"neither is {wins.State}; the first is {StateOf(first)}" : null, ct);
            if (winner == wins.Against)
            {
                (parts[wins.Trade], parts[wins.Against]) = (wins.Against, wins.Trade);
            }
        }

        private async Task ExpectEnd(Step.Ends ends, CancellationToken ct)
        {
            await ExpectState(ends, ct);
            var trade = TradeOf(ends.Trade);
            var last = "";
            await Until(
                () => market.Get(ends.Trade, $"/api/trades/{trade}/timeline", ct),
                heard =>
                {
                    var move = (heard.Body?["items"]?.AsArray() ?? []).LastOrDefault(line => line?["to"]?.GetValue<string>() == ends.State && line["do"] is not null);
                    last = move is null ? "no move" : $"{move["do"]} from {move["from"]}";
                    return last == $"{ends.Move} from {ends.From}" ? null : $"it ended by {last}, not by {ends.Move} from {ends.From}";
                },
                ct);
            endings = endings.Add(new Ending(story.Kind.Name, ends.Move, ends.From));
        }

        private async Task ExpectTold(Step.Told told, CancellationToken ct)
        {
            var trade = TradeOf(told.Trade);
            Func<JsonNode, bool> isIt = told.Channel == "app" ? notice => notice["trade"]?.GetValue<string>() == trade && notice["what"]?.GetValue<string>() == told.Move : Says(told.Move);
            var path = told.Channel switch
            {
                "app" => "/api/notices?limit=100",
                "sms" => $"/api/sandbox/phone?person={told.Who}",
                _ => $"/api/sandbox/mailbox?person={told.Who}",
            };
            await Until(
                () => market.Get(told.Who, path, ct),
                heard =>
                {
                    var times = heard.Body?["items"]?.AsArray().Count(item => isIt(item!));
                    return times == told.Times ? null : times is null ? heard.ToString() : string.Create(CultureInfo.InvariantCulture, $"told {times} times");
                },
                ct);
        }

        /// <summary>Knows a message on the phone or in the mailbox by its words, in whatever language, since the story began.</summary>
        private Func<JsonNode, bool> Says(string move)
        {
            var said = Texts.Languages.SelectMany(language => Verb.Transfers.Contains(move)
                ? [texts.Transfer(story.Kind.Name, move, language)]
                : new[] { Party.Buyer, Party.Seller }.Select(party => texts.Told(story.Kind.Name, move, party, language)));
            var sentences = said.Distinct().Select(sentence => new Regex(
                $"^{AnyPlaceholder().Replace(Regex.Escape(sentence), Filled)}$", RegexOptions.CultureInvariant)).ToList();
            return message => message["at"]!.GetValue<DateTimeOffset>() >= began && sentences.Any(sentence => sentence.IsMatch(message["text"]!.GetValue<string>()));

            string Filled(Match hole) => hole.Value.Contains("listing", StringComparison.Ordinal) ? Regex.Escape(story.Offer.Title) : ".*";
        }

        private Task<Heard> ExpectLeft(Step.Left left, CancellationToken ct) => Until(
            () => market.Get(story.Offer.Owner, $"/api/listings/{listing}", ct),
            heard => heard.Body?["available"]?.GetValue<int>() is { } units && units == left.Units ? null : $"{heard.Body?["available"]} are left",
            ct);

        private async Task<Heard> ReadTrade(string buyer, string trade, CancellationToken ct)
        {
            var heard = await market.Get(buyer, $"/api/trades/{trade}", ct);
            See(heard.Body);
            return heard;
        }

        private IEnumerable<string> Differences(Heard heard, Step.Expect expect)
        {
            if (heard.Status != 200)
            {
                yield return heard.ToString();
                yield break;
            }

            if (StateOf(heard) != expect.State)
            {
                yield return $"the state is {StateOf(heard)}, not {expect.State}";
            }

            foreach (var (word, amount) in expect.Money.Amounts)
            {
                if (MoneyOf(heard, word) != amount)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{word} is {MoneyOf(heard, word)}, not {amount}");
                }
            }

            if (expect.Stock is not null && heard.Body!["stock"]?.GetValue<string>() != expect.Stock)
            {
                yield return $"the stock is {heard.Body["stock"]}, not {expect.Stock}";
            }

            if (expect.Delivery is not null && heard.Body!["delivery"]?.GetValue<string>() != expect.Delivery)
            {
                yield return $"the delivery is {heard.Body["delivery"]}, not {expect.Delivery}";
            }
        }

        private static IEnumerable<string> LeftOver(Heard heard)
        {
            foreach (var word in (string[])["held", "expected", "refunding", "payingOut"])
            {
                if (MoneyOf(heard, word) is var amount and not 0)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{word} is {amount}");
                }
            }

            if (heard.Body?["stock"]?.GetValue<string>() == "taken")
            {
                yield return "its stock is taken";
            }

            if (heard.Body?["delivery"]?.GetValue<string>() == "under-way")
            {
                yield return "its delivery is under way";
            }
        }

        /// <summary>What stands in accounts that must be empty when a trade is over: everything but the outside worlds and the platform's fee.</summary>
        private static IEnumerable<string> LeftInTheLedger(Heard log)
        {
            if (log.Status != 200)
            {
                // Whoever never came to paying has no pay log.
                return log.Status == 404 ? [] : [log.ToString()];
            }

            var entries = log.Body!["log"]!.AsArray().SelectMany(line => line!["entries"]!.AsArray())
                .Select(entry => (Account: entry!["account"]!.GetValue<string>().Split(':')[0], Amount: entry["amount"]!.GetValue<long>())).ToList();
            return entries.GroupBy(entry => entry.Account).Select(account => (Name: account.Key, Sum: account.Sum(entry => entry.Amount)))
                .Where(account => account.Sum != 0 && account.Name is not ("platform-fee" or "buyer-outside" or "seller-outside" or "payer-outside"))
                .Append((Name: "everything together", Sum: entries.Sum(entry => entry.Amount))).Where(account => account.Sum != 0)
                .Select(account => string.Create(CultureInfo.InvariantCulture, $"{account.Name} is {account.Sum}"));
        }

        /// <summary>Asks again, as another command, while refused with a code that will not be in the way for long.</summary>
        private async Task<Heard> CommandDespite(Step.Act act, string path, JsonObject body, CancellationToken ct)
        {
            var began = machine.GetTimestamp();
            while (true)
            {
                var heard = await Command(act.Who, path, body, act.Refused.AddRange(act.Despite), act.Clicks, ct, mayBeYes: act.Refused.IsEmpty);
                if (!act.Despite.Contains(heard.Refusal ?? ""))
                {
                    return heard;
                }

                if (machine.GetElapsedTime(began) > Patience)
                {
                    throw new DifferenceException($"still answered {heard}");
                }

                await Task.Delay(50, ct);
            }
        }

        /// <summary>
        /// Sends a command as a careful client does: again under the same key while it is pending or held off, until it is settled as the story says.
        /// </summary>
        private async Task<Heard> Command(
            string who, string path, JsonObject body, ImmutableArray<string> refused, int clicks, CancellationToken ct, bool mayBeYes = false,
            HttpMethod? method = null)
        {
            var key = Guid.NewGuid().ToString("n");
            var answers = await Task.WhenAll(
                Enumerable.Range(0, clicks).Select(_ => Settle(who, method ?? HttpMethod.Post, path, body, key, refused, ct)));
            var first = answers[0];
            if (answers.FirstOrDefault(other => other.Status != first.Status || other.Text != first.Text) is { } other)
            {
                throw new DifferenceException($"the same command under the same key was answered {first} and {other}");
            }

            return refused.IsEmpty || (mayBeYes && first.IsYes)
                ? first.IsYes ? first : throw new DifferenceException($"answered {first}")
                : refused.Contains(first.Refusal ?? "") ? first : throw new DifferenceException($"answered {first}, and not refused with {string.Join(" or ", refused)}");
        }

        private async Task<Heard> Settle(
            string who, HttpMethod method, string path, JsonObject body, string key, ImmutableArray<string> refused, CancellationToken ct)
        {
            var began = machine.GetTimestamp();
            while (true)
            {
                var heard = await market.Send(who, method, path, body, key, null, ct);
                var mayStillSettle = heard.Status == 202 || heard.Refusal is "in-progress" or "too-many-requests" || heard.Status == 503;
                if (!mayStillSettle || refused.Contains(heard.Refusal ?? ""))
                {
                    return heard;
                }

                if (machine.GetElapsedTime(began) > (heard.Status == 202 ? PatienceForSettling : Patience))
                {
                    throw new DifferenceException($"after {machine.GetElapsedTime(began).TotalSeconds:0} s still {heard}");
                }

                await Task.Delay(heard.RetryAfter ?? TimeSpan.FromMilliseconds(100), ct);
            }
        }

        /// <summary>Asks until nothing is wrong any more, and says what still is when patience ends.</summary>
        private async Task<Heard> Until(Func<Task<Heard>> ask, Func<Heard, string?> wrong, CancellationToken ct)
        {
            var began = machine.GetTimestamp();
            for (var pause = 15; ; pause = Math.Min(pause * 2, 150))
            {
                var heard = await ask();
                if (wrong(heard) is not { } what)
                {
                    return heard;
                }

                if (machine.GetElapsedTime(began) > Patience)
                {
                    throw new DifferenceException(what);
                }

                await Task.Delay(heard.RetryAfter ?? TimeSpan.FromMilliseconds(pause), ct);
            }
        }

        private string TradeOf(string buyer) => trades.GetValueOrDefault(buyer) ?? throw new DifferenceException($"{buyer} has no trade");

        private void See(JsonNode? trade) => State = trade?["state"]?.GetValue<string>() ?? State;

        private static string StateOf(Heard heard) => heard.Body?["state"]?.GetValue<string>() ?? "";

        private static long? MoneyOf(Heard heard, string word) => heard.Body?["money"]?[word]?.GetValue<long>();

        /// <summary>A placeholder as it looks once the text around it has been escaped.</summary>
        [GeneratedRegex(@"\\\{[a-z]+\}")]
        private static partial Regex AnyPlaceholder();
    }
}
