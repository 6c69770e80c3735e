using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Jangteo.Kinds;

/// <summary>
/// Reads a <c>trade.yaml</c>, and the <c>listing.yaml</c> beside it: their form, word by word (K8). Whatever is wrong is noted and the reading
/// goes on, so that all mistakes are told at once.
/// </summary>
internal sealed partial class TableReader
{
    private const int MaxRows = 200;

    private static readonly string[] Columns = ["do", "from", "to", "by", "hears", "after", "first", "ask", "says"];

    /// <summary>Everything a row may hear: what modules answer, what Delivery says on its own, and the engine's own two.</summary>
    internal static readonly ImmutableArray<string> Heard =
        [.. Verb.All.SelectMany(verb => verb.No.Prepend(verb.Yes)), Verb.Delivered, Verb.SoldOut, Verb.TimedOut];

    private readonly MistakesOf mistakes;

    private TableReader(MistakesOf mistakes) => this.mistakes = mistakes;

    public static Kind? Read(string source, MistakesOf mistakes) => new TableReader(mistakes).ReadKind(source);

    /// <summary>Reads a <c>listing.yaml</c>.</summary>
    public static ImmutableArray<ListingField> ReadListingFields(string source, MistakesOf mistakes) =>
        new TableReader(mistakes).ReadListingFields(source);

    private Kind? ReadKind(string source)
    {
        var before = mistakes.Count;
        if (Yaml.Read(source, mistakes) is not { } file)
        {
            return null;
        }

        var fields = FieldsOf(file, "", ["kind", "version", "stock", "price", "needs", "listing", "tell", "moves"]);
        var kind = new Kind
        {
            Name = Name(fields.GetValueOrDefault("kind"), file.Line, "kind"),
            Version = Version(fields.GetValueOrDefault("version"), file.Line),
            Stock = Value<Stock>(fields.GetValueOrDefault("stock"), file.Line, "stock"),
            Price = Value<PriceUnit>(fields.GetValueOrDefault("price"), file.Line, "price"),
            Needs = Needs(fields.GetValueOrDefault("needs")),
            Listing = Listing(fields.GetValueOrDefault("listing")),
            Tell = Tell(fields.GetValueOrDefault("tell")),
            Moves = Moves(fields.GetValueOrDefault("moves"), file.Line),
            Hash = "",
            Source = source,
        };

        if (mistakes.Count == before)
        {
            CheckWhole(kind, fields);
        }

        return mistakes.Count == before ? kind with { Hash = HashOf(kind) } : null;
    }

    /// <summary>What can only be said once every word has been understood.</summary>
    private void CheckWhole(Kind kind, Dictionary<string, Node> fields)
    {
        var needs = fields.GetValueOrDefault("needs") ?? fields["price"];
        if (kind.Price != PriceUnit.Each && !kind.Needs.Contains(Need.Periods))
        {
            mistakes.Add(fields["price"].Line, $"a price per {Words.Of(kind.Price)} needs to know for how many; write periods under needs, or price: each");
        }

        if (kind.Stock == Stock.One && kind.Needs.Contains(Need.Quantity))
        {
            mistakes.Add(needs.Line, "of a single thing nobody can take several; leave quantity out of needs, or write stock: counted");
        }

        var deposit = kind.Moves.FirstOrDefault(move => move.First.Concat(move.Ask).Contains(Verb.ExpectDeposit));
        if (deposit is not null && !kind.Needs.Contains(Need.RefundAccount))
        {
            mistakes.Add(deposit.Line, "a deposit can only go back to an account that is known; write refund-account under needs");
        }

        var starts = kind.Moves.Where(move => move.From.Contains(Kind.Start)).ToList();
        if (starts.Count == 0)
        {
            mistakes.Add(fields["moves"].Line, "no row leaves start; write one, from: start, by: buyer");
        }

        foreach (var extra in starts.Skip(1))
        {
            mistakes.Add(extra.Line, $"row {extra.Do} leaves start, and so does {starts[0].Do} on line {starts[0].Line}; exactly one row may");
        }

        foreach (var start in starts)
        {
            if (start.By != Party.Buyer)
            {
                mistakes.Add(start.Line, $"row {start.Do} leaves start; only the buyer begins a trade: write by: buyer");
            }

            if (start.From.Length > 1)
            {
                mistakes.Add(start.Line, $"row {start.Do} leaves start and other states too; write from: start alone");
            }
        }
    }

    private ImmutableArray<Move> Moves(Node? node, int line)
    {
        if (node is not Sequence { Items.Count: > 0 } rows)
        {
            mistakes.Add(node?.Line ?? line, "there are no moves; write moves: and a list of rows");
            return [];
        }

        if (rows.Items.Count > MaxRows)
        {
            mistakes.Add(rows.Items[MaxRows].Line, $"there are more than {MaxRows} rows; a kind so large is several");
            return [];
        }

        return [.. rows.Items.Select(MoveOf)];
    }

    private Move MoveOf(Node node)
    {
        if (node is not Mapping row)
        {
            mistakes.Add(node.Line, "a row is a mapping; write { do: ..., from: ..., to: ..., by: ... }");
            return new Move("", [], "", Party.Buyer, null, null, [], [], [], node.Line);
        }

        var fields = FieldsOf(row, "a row", Columns);
        var name = Name(fields.GetValueOrDefault("do"), row.Line, "do");
        var from = From(fields.GetValueOrDefault("from"), row.Line);
        var to = Name(fields.GetValueOrDefault("to"), row.Line, "to");
        if (to == Kind.Start)
        {
            mistakes.Add(fields["to"].Line, "nothing leads back to start; name another state");
        }

        string[] triggers = [.. new[] { "by", "hears", "after" }.Where(fields.ContainsKey)];
        if (triggers.Length != 1)
        {
            mistakes.Add(row.Line, triggers.Length == 0
                ? $"row {name} says neither who does it nor what; write one of by, hears, after"
                : $"row {name} has {string.Join(" and ", triggers)}; write exactly one of by, hears, after");
        }

        Party? by = fields.TryGetValue("by", out var party) ? Value<Party>(party, row.Line, "by") : null;
        var hears = fields.TryGetValue("hears", out var heard) ? OneOf(heard, "hears", Heard) : null;
        TimeSpan? after = fields.TryGetValue("after", out var time) ? Duration(time) : null;

        var first = Verbs(fields.GetValueOrDefault("first"), "first");
        if (hears is not null && !first.IsEmpty)
        {
            mistakes.Add(fields["first"].Line, $"row {name} hears something that has happened, so it cannot ask first; write the verbs under ask");
        }

        return new Move(name, from, to, by, hears, after, first, Verbs(fields.GetValueOrDefault("ask"), "ask"), Says(fields.GetValueOrDefault("says")), row.Line);
    }

    private ImmutableArray<string> From(Node? node, int line)
    {
        if (node is null)
        {
            mistakes.Add(line, "from is missing; write the state, or the list of states, that the row leaves");
            return [];
        }

        var states = ListOf(node, "from", one => Name(one, one.Line, "from"));
        if (states.IsEmpty)
        {
            mistakes.Add(node.Line, "from is empty; write the state, or the list of states, that the row leaves");
        }

        return states;
    }

    private ImmutableArray<Verb> Verbs(Node? node, string column) =>
        node is null ? [] : [.. ListOf(node, column, one => VerbOf(one, column)).OfType<Verb>()];

    private Verb? VerbOf(Node node, string column)
    {
        if (node is Leaf { Text: var text } && text == Verb.ReleaseDeposit.Name)
        {
            mistakes.Add(node.Line, "release-deposit is the engine's own way to undo confirm-deposit; write refund");
            return null;
        }

        return OneOf(node, column, Verb.All.Select(verb => verb.Name)) is { Length: > 0 } word ? Verb.Find(word) : null;
    }

    private ImmutableArray<string> Says(Node? node) => node is null ? [] : ListOf(node, "says", Event);

    private string Event(Node node)
    {
        var text = Text(node, node.Line, "says");
        if (text.Length > 0 && !EventForm().IsMatch(text))
        {
            mistakes.Add(node.Line, $"\"{text}\" is not the name of an event; write it like OrderPlaced");
        }

        return text;
    }

    private ImmutableArray<Need> Needs(Node? node) => node is null ? [] : ListOf(node, "needs", NeedOf);

    private Need NeedOf(Node node)
    {
        if (node is Leaf { Text: "card" })
        {
            mistakes.Add(node.Line, "a card follows from hold-payment; leave it out of needs");
            return default;
        }

        return Value<Need>(node, node.Line, "needs");
    }

    private ListingRules Listing(Node? node)
    {
        if (node is null)
        {
            return ListingRules.None;
        }

        var fields = FieldsOf(node, "listing", ["registered", "deleted"]);
        return new ListingRules(
            ListingRuleOf(fields.GetValueOrDefault("registered"), "registered"),
            ListingRuleOf(fields.GetValueOrDefault("deleted"), "deleted"));
    }

    private ImmutableArray<ListingField> ReadListingFields(string source) =>
        Yaml.Read(source, mistakes) is { } file && FieldsOf(file, "", ["fields"]).GetValueOrDefault("fields") is { } fields
            ? ListOf(fields, "fields", one => Value<ListingField>(one, one.Line, "fields"))
            : [];

    private ListingRule ListingRuleOf(Node? node, string name)
    {
        if (node is null)
        {
            return ListingRule.None;
        }

        var fields = FieldsOf(node, name, ["first", "ask"]);
        return new ListingRule(Alarms(fields.GetValueOrDefault("first"), "first"), Alarms(fields.GetValueOrDefault("ask"), "ask"));
    }

    private ImmutableArray<Verb> Alarms(Node? node, string column)
    {
        var verbs = Verbs(node, column);
        if (verbs.FirstOrDefault(verb => verb != Verb.SendAlarm) is { } other)
        {
            mistakes.Add(node!.Line, $"a listing has no trade to {other.Name} for; write send-alarm");
        }

        return verbs;
    }

    private ImmutableDictionary<Party, ImmutableArray<Channel>> Tell(Node? node)
    {
        // Whoever is not named is told in the app: a trade that moves in silence is nobody's wish.
        var told = new Dictionary<Party, ImmutableArray<Channel>> { [Party.Buyer] = [Channel.App], [Party.Seller] = [Channel.App] };
        if (node is null)
        {
            return told.ToImmutableDictionary();
        }

        if (node is not Mapping parties)
        {
            mistakes.Add(node.Line, "tell must say the channels of each party; write { buyer: [app], seller: [app] }");
            return told.ToImmutableDictionary();
        }

        foreach (var (key, value) in parties.Entries)
        {
            if (key.Text == Words.Of(Party.Operator))
            {
                mistakes.Add(key.Line, "the operator is told by the list of what needs attention; leave him out of tell");
            }
            else if (OneOf(key, "tell", [Words.Of(Party.Buyer), Words.Of(Party.Seller)]) is { Length: > 0 } party)
            {
                told[Words.Find<Party>(party)!.Value] = ListOf(value, "tell", one => Value<Channel>(one, one.Line, "tell"));
            }
        }

        return told.ToImmutableDictionary();
    }

    private int Version(Node? node, int line)
    {
        var text = Text(node, line, "version");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0)
        {
            return version;
        }

        if (text.Length > 0)
        {
            mistakes.Add(node!.Line, $"\"{text}\" is not a version; write a whole number from 1");
        }

        return 0;
    }

    private TimeSpan? Duration(Node node)
    {
        var text = Text(node, node.Line, "after");
        if (text.Length == 0)
        {
            return null;
        }

        var duration = Words.Duration(text);
        if (duration is null)
        {
            mistakes.Add(node.Line, $"\"{text}\" is not a duration; write a number and one of d, h, m, s: 3d, 24h, 30m, 90s");
        }
        else if (duration > Words.LongestWait)
        {
            mistakes.Add(node.Line, $"\"{text}\" is longer than {Words.Of(Words.LongestWait)}; nobody waits so long");
        }

        return duration;
    }

    private string Name(Node? node, int line, string column)
    {
        var text = Text(node, line, column);
        if (text.Length > 0 && !NameForm().IsMatch(text))
        {
            mistakes.Add(node!.Line, $"\"{text}\" is not a name; write at most 40 small letters, digits and hyphens, like in-use");
        }

        return text;
    }

    private T Value<T>(Node? node, int line, string column)
        where T : struct, Enum
    {
        if (node is null)
        {
            mistakes.Add(line, $"{column} is missing; write one of {string.Join(", ", Words.All<T>())}");
            return default;
        }

        return Words.Find<T>(OneOf(node, column, Words.All<T>())) ?? default;
    }

    private string OneOf(Node node, string column, IEnumerable<string> known)
    {
        var text = Text(node, node.Line, column);
        if (text.Length == 0 || known.Contains(text))
        {
            return text;
        }

        mistakes.Add(node.Line, $"unknown word \"{text}\" under {column}; {Words.Suggest(text, known)}");
        return "";
    }

    private string Text(Node? node, int line, string column)
    {
        if (node is Leaf { Text.Length: > 0 } leaf)
        {
            return leaf.Text;
        }

        mistakes.Add(node?.Line ?? line, node is null or Leaf ? $"{column} is missing" : $"{column} must be one word");
        return "";
    }

    /// <summary>A list, or a single word that stands for a list of one.</summary>
    private ImmutableArray<T> ListOf<T>(Node node, string column, Func<Node, T> read)
    {
        var items = node is Sequence sequence ? sequence.Items : [node];
        foreach (var doubled in items.OfType<Leaf>().GroupBy(item => item.Text).Where(group => group.Count() > 1))
        {
            mistakes.Add(doubled.Last().Line, $"\"{doubled.Key}\" stands twice under {column}; write it once");
        }

        return [.. items.Select(read)];
    }

    private Dictionary<string, Node> FieldsOf(Node node, string where, string[] known)
    {
        var fields = new Dictionary<string, Node>();
        if (node is not Mapping mapping)
        {
            mistakes.Add(node.Line, $"{where} must be a mapping of {string.Join(", ", known)}");
            return fields;
        }

        foreach (var (key, value) in mapping.Entries)
        {
            if (known.Contains(key.Text))
            {
                fields[key.Text] = value;
            }
            else
            {
                mistakes.Add(key.Line, $"unknown column \"{key.Text}\"{(where.Length > 0 ? $" in {where}" : "")}; {Words.Suggest(key.Text, known)}");
            }
        }

        return fields;
    }

    /// <summary>
    /// The order of the rows counts, for the first that leaves a state is what it waits for; the order within from, needs and tell does
    /// not.
    /// </summary>
    private static string HashOf(Kind kind)
    {
        var text = new StringBuilder();
        text.Append($"kind {kind.Name} {kind.Version} {Words.Of(kind.Stock)} {Words.Of(kind.Price)}\n");
        text.Append($"needs {string.Join(' ', kind.Needs.Order().Select(Words.Of))}\n");
        text.Append($"registered {VerbsOf(kind.Listing.Registered.First)}/{VerbsOf(kind.Listing.Registered.Ask)}\n");
        text.Append($"deleted {VerbsOf(kind.Listing.Deleted.First)}/{VerbsOf(kind.Listing.Deleted.Ask)}\n");
        foreach (var (party, channels) in kind.Tell.OrderBy(pair => pair.Key))
        {
            text.Append($"tell {Words.Of(party)} {string.Join(' ', channels.Order().Select(Words.Of))}\n");
        }

        foreach (var move in kind.Moves)
        {
            var trigger = move.By is { } party ? $"by {Words.Of(party)}" : move.Hears is { } heard ? $"hears {heard}" : $"after {move.After!.Value.TotalSeconds}";
            text.Append($"row {move.Do} {string.Join(' ', move.From.Order(StringComparer.Ordinal))}/{move.To}/{trigger}/{VerbsOf(move.First)}/{VerbsOf(move.Ask)}/{string.Join(' ', move.Says)}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string VerbsOf(ImmutableArray<Verb> verbs) => string.Join(' ', verbs.Select(verb => verb.Name));

    [GeneratedRegex(@"^(?=.{1,40}\z)[a-z][a-z0-9]*(-[a-z0-9]+)*\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]{0,59}\z")]
    private static partial Regex EventForm();
}
