using System.Collections.Immutable;
using System.Text;

namespace Jangteo.Kinds;

/// <summary>
/// What people read, by language: the texts of the kinds over the engine's own. A text that is missing is never an exception here: the other
/// language stands in for it, and then the word itself. K7 refuses such a kind long before.
/// </summary>
public sealed class Texts
{
    /// <summary>The languages every text stands in.</summary>
    public static readonly string[] Languages = ["en", "ko"];

    /// <summary>What a template may name, in braces.</summary>
    public static readonly ImmutableArray<string> Placeholders = ["listing", "buyer", "seller", "amount", "until"];

    /// <summary>What the sentence about a wrong field, or the detail of a refusal, may name.</summary>
    internal static readonly ImmutableArray<string> PlaceholdersOfFields =
        ["least", "most", "choices", "named", "origin", "expected", "used", "added"];

    /// <summary>What the sentences about checks and alarms may name: the facts of what was found.</summary>
    internal static readonly ImmutableArray<string> PlaceholdersOfFindings =
    [
        "count", "module", "sender", "receiver", "position", "end", "seconds", "revision", "expected", "move", "from", "to", "state", "what",
        "available", "out", "sold", "had", "gone", "journal", "sum", "account", "balance", "entries", "standing", "escrow", "suspense",
        "refund", "paying", "held", "refunded", "paid", "fee", "amount", "counted", "seen", "back", "outside", "ledger", "started",
        "answers", "cancelled", "notice", "row", "members",
    ];

    private static readonly ImmutableArray<TextsOfOneLanguage> EngineTexts = [.. Languages.Select(TextsReader.ReadEngine)];

    private readonly ImmutableDictionary<(string Kind, string Language), TextsOfOneLanguage> ofKinds;

    /// <summary>The engine's own texts, before any kind is laid over them.</summary>
    public Texts()
        : this(ImmutableDictionary<(string, string), TextsOfOneLanguage>.Empty)
    {
    }

    private Texts(ImmutableDictionary<(string, string), TextsOfOneLanguage> ofKinds) => this.ofKinds = ofKinds;

    internal Texts With(string kind, TextsOfOneLanguage texts) => new(ofKinds.SetItem((kind, texts.Language), texts));

    /// <summary>What a kind is called.</summary>
    public string Title(string kind, string language) => Find(kind, "title", language) ?? kind;

    /// <summary>What a kind calls a party: renter, item manager, customer.</summary>
    public string Party(string kind, Party party, string language) => Find(kind, $"parties.{Words.Of(party)}", language) ?? Words.Of(party);

    /// <summary>The label of a state.</summary>
    public string State(string kind, string state, string language) => Find(kind, $"states.{state}.label", language) ?? state;

    /// <summary>What a state waits for, as a template, said to a party; the label of a state that waits for nothing.</summary>
    public string Waits(string kind, string state, Party reader, string language) =>
        SaidTo(reader, kind, $"states.{state}.waits", language) ?? State(kind, state, language);

    /// <summary>What stands on the button of a move.</summary>
    public string Move(string kind, string move, string language) => Find(kind, $"moves.{move}.label", language) ?? move;

    /// <summary>What a move is called when it has happened; what stands on its button where the kind has no other word for it.</summary>
    public string Done(string kind, string move, string language) => Find(kind, $"moves.{move}.done", language) ?? Move(kind, move, language);

    /// <summary>What a party is told when a move has happened, as a template.</summary>
    public string Told(string kind, string move, Party reader, string language) =>
        SaidTo(reader, kind, $"moves.{move}.told", language) ?? Move(kind, move, language);

    /// <summary>Whether a kind tells each party of a move in a text of its own.</summary>
    public bool IsToldByParty(string kind, string move, string language) =>
        Told(kind, move, Kinds.Party.Buyer, language) != Told(kind, move, Kinds.Party.Seller, language);

    /// <summary>The sentence of a refusal. A kind may say it in its own words.</summary>
    public string Refusal(string code, string language, string? kind = null) => Find(kind, $"refusals.{code}", language) ?? code;

    /// <summary>What is to be said of a refusal beyond its sentence, as a template.</summary>
    public string Detail(string word, string language) => Find(null, $"details.{word}", language) ?? word;

    /// <summary>What is wrong with a field, as a template: half a sentence beside its name.</summary>
    public string Wrong(string word, string language) => Find(null, $"wrong.{word}", language) ?? word;

    /// <summary>The label of what a move needs: card, quantity, periods, address, refund-account, reason, note.</summary>
    public string Need(string need, string language) => Find(null, $"needs.{need}", language) ?? need;

    /// <summary>held, expected, refunding, refunded, paying-out, paid-out, fee.</summary>
    public string MoneyWord(string word, string language) => Find(null, $"money.{word}", language) ?? word;

    /// <summary>
    /// What both sides are told of a bank transfer, as a template: transfer-seen, transfer-short, transfer-over, transfer-returned. A kind
    /// may say it in its own words.
    /// </summary>
    public string Transfer(string kind, string happened, string language) => Find(kind, $"transfers.{happened}", language) ?? happened;

    /// <summary>What the seller is told by an alarm, as a template: listing-registered, listing-deleted.</summary>
    public string Alarm(string subject, string language) => Find(null, $"alarms.{subject}", language) ?? subject;

    /// <summary>draft, registering, registered, taken, gone, withdrawn: how it stands with a listing.</summary>
    public string ListingWord(string word, string language) => Find(null, $"listing.{word}", language) ?? word;

    /// <summary>none, taken, sold, written-off.</summary>
    public string StockWord(string word, string language) => Find(null, $"stock.{word}", language) ?? word;

    /// <summary>none, under-way, arrived, cancelled.</summary>
    public string DeliveryWord(string word, string language) => Find(null, $"delivery.{word}", language) ?? word;

    /// <summary>each, hour, day, month: what a price is per.</summary>
    public string Per(PriceUnit unit, string language) => Find(null, $"per.{Words.Of(unit)}", language) ?? Words.Of(unit);

    /// <summary>What stands in place of a price of 0.</summary>
    private string FreeOfCharge(string language) => Find(null, "per.free", language) ?? "0";

    /// <summary>What a thing costs and what that is for: ₩3,000 an hour and 3,000원 (시간당), or that it is free of charge.</summary>
    internal string Price(long amount, string currency, PriceUnit unit, string language)
    {
        var price = amount == 0 ? FreeOfCharge(language) : Money(amount, language, currency);
        return amount == 0 || unit == PriceUnit.Each ? price
            : language == "ko" ? $"{price} ({Per(unit, language)})"
            : $"{price} {Per(unit, language)}";
    }

    /// <summary>new, like-new, good, fair: the condition of a thing.</summary>
    public string Condition(string condition, string language) => Find(null, $"conditions.{condition}", language) ?? condition;

    /// <summary>An answer or event as half a sentence: the payment is held.</summary>
    public string Answer(string answer, string language) => Find(null, $"answers.{answer}", language) ?? answer;

    /// <summary>What happened in the ledger: card-hold, pay-out-done.</summary>
    public string Journal(string happened, string language) => Find(null, $"journals.{happened}", language) ?? happened;

    /// <summary>What an operator did, as a sentence: match-transfer, answer-parked.</summary>
    public string Act(string act, string language) => Find(null, $"acts.{act}", language) ?? act;

    /// <summary>A sort of thing that needs an operator: parked, transfer; and the subject of a mail about them.</summary>
    public string Attention(string what, string language) => Find(null, $"attention.{what}", language) ?? what;

    /// <summary>What a check of a module's data is called: the invariant's id and a few words.</summary>
    public string Check(string code, string language) => Find(null, $"checks.{code}", language) ?? code;

    /// <summary>What a check has found, as a template.</summary>
    public string Finding(string word, string language) => Find(null, $"findings.{word}", language) ?? word;

    /// <summary>What is wrong in a process and what to do, as a template.</summary>
    public string OperatorAlarm(string sort, string language) => Find(null, $"operator-alarms.{sort}", language) ?? sort;

    /// <summary>A duration for people: 3 days, 24시간.</summary>
    public static string Duration(TimeSpan duration, string language)
    {
        var word = Words.Of(duration);
        var (count, unit) = (word[..^1], word[^1]);
        return language == "ko"
            ? count + unit switch { 'd' => "일", 'h' => "시간", 'm' => "분", _ => "초" }
            : $"{count} {unit switch { 'd' => "day", 'h' => "hour", 'm' => "minute", _ => "second" }}{(count == "1" ? "" : "s")}";
    }

    /// <summary>What the <see cref="Placeholders"/> of a template about a trade are filled with.</summary>
    /// <param name="amount">In minor units of <paramref name="currency"/>.</param>
    /// <param name="until">The next deadline, written in <paramref name="zone"/>; null leaves its placeholder as it is.</param>
    public static Dictionary<string, string> Values(
        string listing, string buyer, string seller, long amount, string currency, DateTimeOffset? until, TimeZoneInfo zone, string language)
    {
        var values = new Dictionary<string, string>
        {
            ["listing"] = listing,
            ["buyer"] = buyer,
            ["seller"] = seller,
            ["amount"] = Money(amount, language, currency),
        };
        if (until is { } deadline)
        {
            values["until"] = When(TimeZoneInfo.ConvertTime(deadline, zone), language);
        }

        return values;
    }

    /// <summary>Fills the placeholders of a template. One that has no value stays as written, so that it is seen.</summary>
    public static string Say(string template, IReadOnlyDictionary<string, string> values)
    {
        var said = new StringBuilder(template.Length + 32);
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf('{', at);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            said.Append(template, at, open - at);
            var name = template[(open + 1)..close];
            said.Append(values.TryGetValue(name, out var value) ? value : template[open..(close + 1)]);
            at = close + 1;
        }

        return said.Append(template, at, template.Length - at).ToString();
    }

    /// <summary>
    /// An amount of money for people, from minor units of the currency: 3,000원, ₩3,000; of a currency we have no sign for, USD 30.00 and
    /// JPY 3,000.
    /// </summary>
    public static string Money(long amount, string language, string currency = "KRW")
    {
        var written = Currencies.Write(amount, currency);
        return currency != "KRW" ? $"{currency} {written}"
            : language == "ko" ? $"{written}원"
            : amount < 0 ? $"-₩{written[1..]}" : $"₩{written}";
    }

    /// <summary>A moment for people, in the offset it is given in: Nov 23, 12:30 and 11월 23일 12:30.</summary>
    public static string When(DateTimeOffset moment, string language) =>
        language == "ko" ? $"{moment.Month}월 {moment.Day}일 {moment:HH:mm}" : $"{moment:MMM d, HH:mm}";

    /// <summary>Whether a text stands in this very language: of the kind or, failing that, of the engine.</summary>
    internal bool Has(string? kind, string key, string language) => In(kind, key, language) is not null;

    /// <summary>Whether there is a text to a party, or one to all.</summary>
    internal bool Has(string kind, string key, Party reader, string language) => In(kind, key, reader, language) is not null;

    private string? SaidTo(Party reader, string kind, string key, string language) =>
        FirstOf(language, one => In(kind, key, reader, one));

    /// <summary>A kind's own text comes before the engine's, whichever of the two is said to one party.</summary>
    private string? In(string kind, string key, Party reader, string language)
    {
        var toOne = $"{key}.{Words.Of(reader)}";
        var (own, engine) = (OfKind(kind, language), OfEngine(language));
        return own?.GetValueOrDefault(toOne) ?? own?.GetValueOrDefault(key) ?? engine?.GetValueOrDefault(toOne) ?? engine?.GetValueOrDefault(key);
    }

    private string? Find(string? kind, string key, string language) => FirstOf(language, one => In(kind, key, one));

    /// <summary>A text in a language; where there is none, in another.</summary>
    private static string? FirstOf(string language, Func<string, string?> textIn) =>
        textIn(language) ?? Languages.Where(other => other != language).Select(textIn).FirstOrDefault(text => text is not null);

    private string? In(string? kind, string key, string language) =>
        (kind is null ? null : OfKind(kind, language)?.GetValueOrDefault(key)) ?? OfEngine(language)?.GetValueOrDefault(key);

    private ImmutableDictionary<string, string>? OfKind(string kind, string language) => ofKinds.GetValueOrDefault((kind, language))?.Words;

    private static ImmutableDictionary<string, string>? OfEngine(string language) =>
        EngineTexts.FirstOrDefault(one => one.Language == language)?.Words;

    /// <summary>The codes of refusals that the engine has a sentence for.</summary>
    internal static IEnumerable<string> RefusalCodes { get; } = [.. EngineTexts[0].Words.Keys.Where(key => key.StartsWith("refusals.", StringComparison.Ordinal)).Select(key => key["refusals.".Length..]).Order(StringComparer.Ordinal)];
}
