using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jangteo.Stories;

namespace Jangteo.Bench.Chaos;

/// <summary>
/// A buyer and a seller who trade at random, one trade after the other, and write down what they were told. What was not answered they ask again under the same key; what is
/// slow they leave for later, and ask for until they know.
/// </summary>
/// <param name="seed">Decides everything they do themselves; the rest is what the market answers.</param>
/// <param name="kinds">What they trade in, as <c>GET /api/kinds/{kind}</c> says it.</param>
/// <param name="pace">How long they wait before the next step.</param>
internal sealed class Pair(int seed, IReadOnlyList<JsonNode> kinds, TimeSpan pace)
{
    private const int LongestTrade = 12;
    private const int WrongShown = 5;

    private static readonly string[] Cards = ["ok", "ok", "ok", "ok", "declined", "times-out-after-charging"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestBreath = TimeSpan.FromMilliseconds(500);

    private readonly Random random = new(seed);
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"pair{seed}x");
    private readonly Queue<Command> owed = new();
    private Command? current;
    private Thing? thing;
    private Guid? trade;
    private string? reference;
    private DateTime sentAt;
    private int steps;
    private int keys;

    /// <summary>Every move that was answered with success: its trade, and the revision and state it had then.</summary>
    public List<(Guid Trade, int Revision, string State)> Told { get; } = [];

    /// <summary>Every trade that was spoken of in an answer, also in one that said no.</summary>
    public HashSet<Guid> Known { get; } = [];

    /// <summary>Listings that were answered with success.</summary>
    public List<Guid> Listed { get; } = [];

    /// <summary>How many trades were begun with success.</summary>
    public int Started { get; private set; }

    /// <summary>How often nobody answered, or only that nobody knows.</summary>
    public int Unanswered { get; private set; }

    /// <summary>The first answer, or fault, that made a command count as unanswered.</summary>
    public string? FirstUnanswered { get; private set; }

    /// <summary>Answers that nobody should get, whatever has died: the first few.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>True while something was sent and not answered for good.</summary>
    public bool Waits => current is not null || owed.Count > 0;

    /// <summary>What is still waited for.</summary>
    public IEnumerable<string> WaitsFor => owed.Concat(current is null ? [] : [current]).Select(command => $"{command.Path} under {command.Key} of {Person(command.By)}: {command.Said}");

    /// <summary>Trades for as long as something may be begun, and then until everything is answered.</summary>
    public async Task Trade(Market market, Func<bool> begins, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && (begins() || Waits))
        {
            try
            {
                await Step(market, begins(), ct);
                await Rest(pace, ct);
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or JsonException || (gone is TaskCanceledException && !ct.IsCancellationRequested))
            {
                // Somebody on the way died. Whether it was done is asked by the same key.
                Unanswered++;
                FirstUnanswered ??= gone.ToString();
                await Rest(Breath, ct);
            }
        }
    }

    /// <summary>What was answered with success and is not there, or not so.</summary>
    public async Task<IReadOnlyList<string>> FindLost(Market market, CancellationToken ct)
    {
        var lost = new List<string>();
        foreach (var told in Told.GroupBy(told => told.Trade))
        {
            var found = await market.Get(World.Operator, $"/api/trades/{told.Key}", ct);
            var lines = (await market.Get(World.Operator, $"/api/trades/{told.Key}/timeline", ct)).Body?["items"]?.AsArray() ?? [];
            foreach (var (_, revision, state) in told)
            {
                if (!found.IsYes || (int)found.Body!["revision"]! < revision)
                {
                    lost.Add($"trade {told.Key} was answered with {state} at revision {revision} and is {(found.IsYes ? $"at {found.Body!["revision"]}" : found.ToString())}");
                }
                else if (!lines.Any(line => (int?)line!["revision"] <= revision && (string?)line["to"] == state))
                {
                    lost.Add($"trade {told.Key} was answered with {state} at revision {revision}, and no such move is in its timeline");
                }
            }
        }

        foreach (var listing in Listed)
        {
            if (await market.Get(World.Operator, $"/api/listings/{listing}", ct) is { IsYes: false } no)
            {
                lost.Add($"listing {listing} was answered with success and is {no}");
            }
        }

        return lost;
    }

    private async Task Step(Market market, bool mayBegin, CancellationToken ct)
    {
        if (current is null)
        {
            current = mayBegin ? await Next(market, ct) : owed.TryDequeue(out var asked) ? asked : null;
            sentAt = DateTime.UtcNow;
        }

        if (current is null)
        {
            await Rest(Breath, ct);
            return;
        }

        var command = current;
        var heard = await market.Post(Person(command.By), command.Path, command.Body.DeepClone().AsObject(), ct, command.Key);
        if (heard.Status is 202 or 502 or 503 or 504 || heard.Refusal == "in-progress")
        {
            // Begun, or not, or somebody is out of reach: the same key hears the end of it.
            if (heard.Status is 502 or 503 or 504)
            {
                Unanswered++;
                FirstUnanswered ??= $"{command.Path}: {heard}";
            }

            command.Said = heard.ToString();
            if (!mayBegin || DateTime.UtcNow - sentAt > Patience)
            {
                owed.Enqueue(command);
                (current, trade) = (null, null);
            }

            await Rest(heard.RetryAfter is { } later && later < LongestBreath ? later : heard.RetryAfter is null ? Breath : LongestBreath, ct);
            return;
        }

        current = null;
        Hear(command, heard);
    }

    private void Hear(Command command, Heard heard)
    {
        if (heard.Status >= 500 && Wrong.Count < WrongShown)
        {
            Wrong.Add($"{command.Path} with {command.Body.ToJsonString()} was answered {heard}");
        }

        if (((heard.Body?["trade"] as JsonObject)?["id"] ?? heard.Body?["id"])?.GetValue<Guid>() is { } spokenOf)
        {
            Known.Add(spokenOf);
        }

        if (!heard.IsYes)
        {
            return;
        }

        var id = heard.Body!["id"]?.GetValue<Guid>() ?? Guid.Empty;
        if (command.Path == "/api/listings")
        {
            thing = new Thing(id, command.Kind!, (long)command.Body["price"]!);
            Listed.Add(id);
        }
        else if (command.Path.StartsWith("/api/trades", StringComparison.Ordinal))
        {
            trade = id;
            Started += command.Path == "/api/trades" ? 1 : 0;
            Told.Add((id, (int)heard.Body["revision"]!, (string)heard.Body["state"]!));
        }
    }

    private async Task<Command?> Next(Market market, CancellationToken ct)
    {
        if (trade is null || steps++ > LongestTrade)
        {
            (trade, reference, steps) = (null, null, 0);
            return thing is null ? ToList() : ToAsk(thing);
        }

        var party = random.Next(20) switch { < 10 => "buyer", < 19 => "seller", _ => World.Operator };
        var now = (await market.Get(Person(party), $"/api/trades/{trade}", ct)).Body;
        if (now?["youMay"]?.AsArray() is not { } may)
        {
            return null;
        }

        if ((string?)now["delivery"] == "under-way" && random.Next(2) == 0)
        {
            return new Command("seller", $"/api/deliveries/{trade}/arrived", [], NextKey());
        }

        if ((long)now["money"]!["expected"]! > 0 && reference is null)
        {
            reference = (string?)(await market.Get(Person("buyer"), $"/api/payments/{trade}", ct)).Body?["reference"];
            if (reference is not null)
            {
                return new Command("buyer", "/api/sandbox/deposits", new JsonObject { ["reference"] = reference, ["amount"] = (long)now["amount"]! }, NextKey());
            }
        }

        if (may.Count == 0)
        {
            return null;
        }

        var move = may[random.Next(may.Count)]!;
        var body = new JsonObject();
        if (move["needs"]!.AsArray().Any(need => (string?)need!["name"] == "card"))
        {
            body["card"] = Cards[random.Next(Cards.Length)];
        }

        if (move["needs"]!.AsArray().Any(need => (string?)need!["name"] == "reason"))
        {
            body["reason"] = "Both sides were heard.";
        }

        return new Command(party, $"/api/trades/{trade}/{(string)move["do"]!}", body, NextKey());
    }

    private Command ToList()
    {
        var kind = kinds[random.Next(kinds.Count)];
        var body = new JsonObject { ["kind"] = (string)kind["kind"]!, ["title"] = "A thing of the storm", ["description"] = "As good as new.", ["price"] = 1_000L * (1 + random.Next(20)) };
        if ((string?)kind["stock"] == "counted")
        {
            body["quantity"] = 1 + random.Next(2);
        }

        return new Command("seller", "/api/listings", body, NextKey()) { Kind = kind };
    }

    private Command ToAsk(Thing of)
    {
        thing = null;
        var body = new JsonObject { ["listing"] = of.Id, ["price"] = of.Price };
        foreach (var need in of.Kind["begin"]!["needs"]!.AsArray())
        {
            body[(string)need!["name"]!] = (string)need["name"]! switch { "card" => Cards[random.Next(Cards.Length)], "quantity" => 1, "periods" => 1 + random.Next(3), _ => "12 Hill Street" };
        }

        return new Command("buyer", "/api/trades", body, NextKey());
    }

    private string Person(string party) => party == World.Operator ? party : name + party;

    private string NextKey() => string.Create(CultureInfo.InvariantCulture, $"{name}{keys++}");

    private static async Task Rest(TimeSpan time, CancellationToken ct) => await Task.Delay(time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Something for which a trade can be begun.</summary>
    private sealed record Thing(Guid Id, JsonNode Kind, long Price);

    private sealed record Command(string By, string Path, JsonObject Body, string Key)
    {
        /// <summary>What is listed by it.</summary>
        public JsonNode? Kind { get; init; }

        /// <summary>The last that was heard of it.</summary>
        public string? Said { get; set; }
    }
}
