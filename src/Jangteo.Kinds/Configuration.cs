namespace Jangteo.Kinds;

/// <summary>What Payments has of a trade.</summary>
internal enum MoneyIs { Nowhere, Expected, Held, PaidOut }

/// <summary>What Catalog has given a trade.</summary>
internal enum StockIs { Free, Taken, Sold, WrittenOff }

/// <summary>What Delivery does for a trade. A cancelled delivery is none: another may start.</summary>
internal enum DeliveryIs { None, UnderWay, Arrived }

/// <summary>What the modules really hold for a trade, whatever the trade itself has heard of it.</summary>
/// <param name="Money">At Payments.</param>
/// <param name="Stock">At Catalog.</param>
/// <param name="Delivery">At Delivery.</param>
/// <param name="Given">Whether stock was ever taken or a delivery ever arrived.</param>
internal readonly record struct Holdings(MoneyIs Money, StockIs Stock, DeliveryIs Delivery, bool Given)
{
    public bool HasMoney => Money is MoneyIs.Held or MoneyIs.Expected;

    /// <summary>What every answer to a verb leaves behind (the table of verbs in DESIGN §3); nothing when what the verb needs is not so.</summary>
    public IEnumerable<(string Answer, Holdings After)> Do(Verb verb) => verb.Name switch
    {
        "hold-payment" => Money == MoneyIs.Nowhere ? [(verb.Yes, this with { Money = MoneyIs.Held }), (verb.No[0], this)] : [],
        "expect-deposit" => Money == MoneyIs.Nowhere ? [(verb.Yes, this with { Money = MoneyIs.Expected })] : [],
        "confirm-deposit" => Money == MoneyIs.Expected ? [(verb.Yes, this with { Money = MoneyIs.Held }), (verb.No[0], this)] : [],
        "release-deposit" => Money == MoneyIs.Held ? [(verb.Yes, this with { Money = MoneyIs.Expected })] : [],
        "refund" => Money != MoneyIs.PaidOut ? [(verb.Yes, this with { Money = MoneyIs.Nowhere })] : [],
        "pay-out" => Money == MoneyIs.Held ? [(verb.Yes, this with { Money = MoneyIs.PaidOut })] : [],
        "take-stock" => Stock == StockIs.Free ? [(verb.Yes, this with { Stock = StockIs.Taken, Given = true }), (verb.No[0], this)] : [],
        "give-back-stock" => [(verb.Yes, Stock == StockIs.Taken ? this with { Stock = StockIs.Free } : this)],
        "sell-stock" => Stock == StockIs.Taken ? [(verb.Yes, this with { Stock = StockIs.Sold })] : [],
        "write-off-stock" => Stock == StockIs.Taken ? [(verb.Yes, this with { Stock = StockIs.WrittenOff })] : [],
        "deliver" => Delivery == DeliveryIs.None ? [(verb.Yes, this with { Delivery = DeliveryIs.UnderWay })] : [],
        "cancel-delivery" => Delivery == DeliveryIs.Arrived ? [(verb.No[0], this)] : [(verb.Yes, this with { Delivery = DeliveryIs.None })],
        "finish-delivery" => [(verb.Yes, Delivery == DeliveryIs.UnderWay ? this with { Delivery = DeliveryIs.Arrived, Given = true } : this)],
        "send-alarm" => [(verb.Yes, this)],
        _ => throw new InvalidOperationException($"The verb {verb.Name} has no meaning here: say what it needs and leaves behind."),
    };

    /// <summary>What a verb needs and what is so instead, as the middle of a sentence.</summary>
    public string Instead(Verb verb) => verb.Name switch
    {
        "hold-payment" or "expect-deposit" => $"it needs nothing in escrow, and money is {Of(Money)}",
        "confirm-deposit" => $"it needs an expected deposit, and money is {Of(Money)}",
        "refund" => "the seller has been paid, and no refund comes after a pay-out",
        "pay-out" or "release-deposit" => $"it needs money held, and money is {Of(Money)}",
        "take-stock" => $"the trade has had its stock, which is {Of(Stock)}",
        "sell-stock" or "write-off-stock" => $"it needs stock taken, and stock is {Of(Stock)}",
        _ => $"it needs no delivery, and one {(Delivery == DeliveryIs.Arrived ? "has arrived" : "is under way")}",
    };

    private static string Of(MoneyIs money) => money switch
    {
        MoneyIs.Nowhere => "neither expected nor held",
        MoneyIs.Expected => "expected",
        MoneyIs.Held => "held",
        _ => "paid out",
    };

    private static string Of(StockIs stock) => stock switch
    {
        StockIs.Free => "not taken",
        StockIs.Taken => "taken",
        StockIs.Sold => "sold",
        _ => "written off",
    };
}

/// <summary>
/// Everything that decides what can happen next to one trade: its state, its open intention, what the modules really hold, and what is under way between them.
/// </summary>
/// <param name="State">The state of the trade.</param>
/// <param name="NotBegun">Whether its start was refused.</param>
/// <param name="Row">The row whose intention is open, by its place in the table, or -1.</param>
/// <param name="Asked">How many of its questions have been answered yes.</param>
/// <param name="Holdings">What the modules hold.</param>
/// <param name="Mail">What is under way, a queue for each module.</param>
/// <param name="BelievesItHasStock">What the trade has heard of its stock; it decides whether sold-out concerns it.</param>
/// <param name="Otherwise">
/// The row of time's own that is taken when a question of the open intention is answered no, by its place in the table, or -1.
/// </param>
internal readonly record struct Configuration(
    string State, bool NotBegun, int Row, int Asked, Holdings Holdings, Mail Mail, bool BelievesItHasStock, int Otherwise = -1)
{
    public bool IntentionIsOpen => Row >= 0;

    /// <summary>The trade, having heard an answer, believes it.</summary>
    public Configuration Believe(string answer) => answer switch
    {
        // While its giving back is unanswered, the trade counts the stock as gone.
        "stock-taken" => Mail.Concerns(Modules.Catalog, Verb.GiveBackStock) ? this : this with { BelievesItHasStock = true },
        "stock-given-back" => this with { BelievesItHasStock = false },
        _ => this,
    };
}

/// <summary>
/// Requests under way to each module and its answers under way back, in the order of asking: answers not yet heard, then requests not yet carried out. Each is
/// one letter of a string, so that two configurations can be compared.
/// </summary>
internal readonly record struct Mail(string Payments, string Catalog, string Delivery, string Notices)
{
    public static readonly Mail None = new("", "", "", "");

    public static readonly string[] Correspondents = [Modules.Payments, Modules.Catalog, Modules.Delivery, Modules.Notices];

    private const char FirstRequest = 'a';
    private const char FirstAnswer = 'A';

    private static readonly Verb[] Requests = [.. Verb.All, Verb.ReleaseDeposit];

    /// <summary>What modules tell without having been sent a request for it: a delivery has arrived, and what a question was promised has been done.</summary>
    private static readonly (string Event, Verb Of)[] Told = [(Verb.Delivered, Verb.Deliver), (Verb.Refund.Yes, Verb.Refund), (Verb.PayOut.Yes, Verb.PayOut)];

    private static readonly (string Event, Verb Of)[] Answers = [.. Requests.SelectMany(verb => verb.No.Prepend(verb.Yes).Select(answer => (answer, verb))), .. Told];

    private static readonly char FirstTold = (char)(FirstAnswer + Answers.Length - Told.Length);

    public string Of(string module) => module switch
    {
        Modules.Payments => Payments,
        Modules.Catalog => Catalog,
        Modules.Delivery => Delivery,
        _ => Notices,
    };

    public Mail Request(Verb verb) => With(verb.Module, Of(verb.Module) + (char)(FirstRequest + Array.IndexOf(Requests, verb)));

    /// <summary>
    /// The answers of a module that the trade may hear next, by their place in its queue: the oldest. Of Payments any, for they answer when the provider or
    /// the bank is done, and one may be slower than the next.
    /// </summary>
    public IEnumerable<(int At, string Answer)> Unheard(string module)
    {
        var queue = Of(module);
        for (var at = 0; at < queue.Length && queue[at] < FirstRequest && (at == 0 || module == Modules.Payments); at++)
        {
            // Of two alike the older: which of them is heard makes no difference that anybody could see.
            var answer = Answers[queue[at] - FirstAnswer].Event;
            if (!queue.Take(at).Any(earlier => Answers[earlier - FirstAnswer].Event == answer))
            {
                yield return (at, answer);
            }
        }
    }

    /// <summary>The oldest request that a module has not carried out, or null.</summary>
    public Verb? Undone(string module)
    {
        var at = Of(module).AsSpan().IndexOfAnyInRange(FirstRequest, (char)(FirstRequest + Requests.Length));
        return at < 0 ? null : Requests[Of(module)[at] - FirstRequest];
    }

    public Mail Hear(string module, int at) => With(module, Of(module).Remove(at, 1));

    /// <summary>The oldest request has been carried out: its answer takes its place.</summary>
    public Mail Answer(string module, string answer)
    {
        var queue = Of(module);
        var at = queue.AsSpan().IndexOfAnyInRange(FirstRequest, (char)(FirstRequest + Requests.Length));
        return With(module, string.Concat(queue.AsSpan(0, at), [Letter(answer)], queue.AsSpan(at + 1)));
    }

    /// <summary>
    /// A module tells what nobody asked it for just now; it stands behind the answers and before the requests not yet carried out. Told again before it was
    /// heard, it says no more than once.
    /// </summary>
    public Mail Tell(string module, string told)
    {
        var queue = Of(module);
        var letter = (char)(FirstTold + Array.FindIndex(Told, one => one.Event == told));
        var at = queue.AsSpan().IndexOfAnyInRange(FirstRequest, (char)(FirstRequest + Requests.Length));
        return queue.Contains(letter) ? this : With(module, queue.Insert(at < 0 ? queue.Length : at, letter.ToString()));
    }

    /// <summary>How many requests to a module the trade has no answer to yet.</summary>
    public int Waiting(string module) => Of(module).Count(letter => !IsTold(letter));

    /// <summary>Whether a request of this verb is under way, or an answer to one.</summary>
    public bool Concerns(string module, Verb verb) => Of(module).Any(letter => VerbOf(letter) == verb);

    /// <summary>Whether an answer is to an earlier attempt than another of the same verb that is under way: it says nothing about that one.</summary>
    public bool IsSuperseded(string module, int at)
    {
        var queue = Of(module);
        return queue.Skip(at + 1).Any(letter => !IsTold(letter) && VerbOf(letter) == VerbOf(queue[at]));
    }

    public bool AllCarriedOut => Correspondents.All(Idle);

    private bool Idle(string module) => Undone(module) is null;

    private static Verb VerbOf(char letter) => letter >= FirstRequest ? Requests[letter - FirstRequest] : Answers[letter - FirstAnswer].Of;

    private static bool IsTold(char letter) => letter >= FirstTold && letter < FirstRequest;

    private static char Letter(string answer) => (char)(FirstAnswer + Array.FindIndex(Answers, one => one.Event == answer));

    private Mail With(string module, string queue) => module switch
    {
        Modules.Payments => this with { Payments = queue },
        Modules.Catalog => this with { Catalog = queue },
        Modules.Delivery => this with { Delivery = queue },
        _ => this with { Notices = queue },
    };
}
