using System.Collections.Immutable;
using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Stories;

/// <summary>Reads a <c>stories.yaml</c>, word by word: what a kind does not know cannot stand in its stories. All mistakes are told at once, each with its line.</summary>
public sealed class StoryReader
{
    public const string File = "stories.yaml";

    private static readonly string[] StockWords = ["none", "taken", "sold", "written-off"];
    private static readonly string[] DeliveryWords = ["none", "under-way", "arrived", "cancelled"];
    private static readonly string[] Triggers =
        ["does", "lists", "changes", "marks", "told", "deposit", "sent-back", "forward", "fault", "expect", "wins", "ends", "left"];

    private readonly Kind kind;
    private readonly MistakesOf mistakes;

    /// <summary>The buyer whose trade was started last in the story being read: meant where a step names none.</summary>
    private string? latest;

    private StoryReader(Kind kind, MistakesOf mistakes)
    {
        this.kind = kind;
        this.mistakes = mistakes;
    }

    /// <summary>The stories of every kind in a folder of kinds; a kind without the file has none.</summary>
    public static Reading<IReadOnlyList<Story>> ReadAll(string folder, Shelf shelf)
    {
        var stories = new List<Story>();
        var mistakes = ImmutableArray.CreateBuilder<Mistake>();
        foreach (var kind in shelf.All)
        {
            var path = $"{folder.TrimEnd('/')}/{kind.Name}/{File}";
            if (!System.IO.File.Exists(path))
            {
                continue;
            }

            var read = Read(System.IO.File.ReadAllText(path), path, kind);
            stories.AddRange(read.Value ?? []);
            mistakes.AddRange(read.Mistakes);
        }

        return new Reading<IReadOnlyList<Story>>(stories, mistakes.ToImmutable());
    }

    /// <summary>The stories of one file.</summary>
    /// <param name="file">Its name, for the mistakes.</param>
    public static Reading<IReadOnlyList<Story>> Read(string source, string file, Kind kind)
    {
        var mistakes = new MistakesOf(file);
        var stories = new StoryReader(kind, mistakes).ReadFile(source);
        return mistakes.Count == 0 ? new(stories, []) : new(null, mistakes.Found);
    }

    private List<Story> ReadFile(string source)
    {
        var stories = new List<Story>();
        if (Yaml.Read(source, mistakes) is not { } file)
        {
            return stories;
        }

        foreach (var node in Items(Fields(file, "stories").GetValueOrDefault("stories"), file.Line, "stories"))
        {
            if (node is not Mapping story)
            {
                mistakes.Add(node.Line, "a story is a mapping: write story, listing and steps");
                continue;
            }

            stories.Add(ReadStory(story));
        }

        foreach (var twice in stories.GroupBy(story => story.Name).SelectMany(group => group.Skip(1)))
        {
            mistakes.Add(twice.Line, $"there is a story of the name \"{twice.Name}\" already; give it another");
        }

        return stories;
    }

    private Story ReadStory(Mapping story)
    {
        latest = null;
        var fields = Fields(story, "story", "shows", "listing", "steps");
        var name = Text(fields, "story", story.Line);
        var shows = fields.TryGetValue("shows", out var ids) ? Texts(ids) : [];
        var offer = ReadOffer(fields.GetValueOrDefault("listing"), story.Line);
        var steps = Items(fields.GetValueOrDefault("steps"), story.Line, "steps").Select(ReadStep).OfType<Step>().ToImmutableArray();
        return new Story(mistakes.File, story.Line, kind, name, shows, offer, steps);
    }

    private Offer ReadOffer(Node? node, int line)
    {
        if (node is not Mapping listing)
        {
            mistakes.Add(node?.Line ?? line, "a story needs a listing: write owner, title and price");
            return new Offer("", "", 0, null);
        }

        var fields = Fields(listing, "owner", "title", "price", "quantity");
        var quantity = fields.TryGetValue("quantity", out var units) ? (int?)Number(units, 0) : null;
        if (quantity is null == (kind.Stock == Stock.Counted))
        {
            mistakes.Add(listing.Line, kind.Stock == Stock.Counted ? "the stock is counted: write the quantity" : "it is a single thing: leave the quantity out");
        }

        return new Offer(Text(fields, "owner", listing.Line), Text(fields, "title", listing.Line), fields.TryGetValue("price", out var price) ? Number(price, 1) : Missing(listing.Line, "price"), quantity);
    }

    private Step? ReadStep(Node node)
    {
        if (node is not Mapping step)
        {
            mistakes.Add(node.Line, "a step is a mapping, such as { who: minji, does: accept }");
            return null;
        }

        var triggers = step.Entries.Select(entry => entry.Key.Text).Intersect(Triggers).ToList();
        if (triggers.Count != 1)
        {
            mistakes.Add(step.Line, $"a step says one thing that happens; write exactly one of {string.Join(", ", Triggers)}");
            return null;
        }

        return triggers[0] switch
        {
            "does" => ReadAct(step),
            "lists" => ReadLists(step),
            "changes" => ReadReaddress(step),
            "marks" => ReadArrived(step),
            "told" => ReadTold(step),
            "deposit" => ReadDeposit(step),
            "sent-back" => ReadSentBack(step),
            "forward" => ReadForward(step),
            "fault" => ReadSwitch(step),
            "expect" => ReadExpect(step),
            "wins" => ReadWins(step),
            "ends" => ReadEnds(step),
            _ => new Step.Left(step.Line, (int)Number(Fields(step, "left")["left"], 0)),
        };
    }

    private Step.Act ReadAct(Mapping step)
    {
        var fields = Fields(step, "who", "does", "trade", "with", "refused", "despite", "clicks");
        var who = Text(fields, "who", step.Line);
        var move = Word(fields, "does", step.Line, kind.Moves.Where(row => row.By is not null).Select(row => row.Do));
        var given = ReadGiven(fields.GetValueOrDefault("with"));
        var refused = ReadCodes(fields, "refused");
        var despite = ReadCodes(fields, "despite");
        var clicks = fields.TryGetValue("clicks", out var count) ? (int)Number(count, 1) : 1;
        if (move != kind.StartMove.Do)
        {
            return new Step.Act(step.Line, who, move, TradeOf(fields, step.Line), given, refused, despite, clicks);
        }

        latest = refused.IsEmpty ? who : latest;
        return new Step.Act(step.Line, who, move, null, given, refused, despite, clicks);
    }

    private Step.Lists ReadLists(Mapping step)
    {
        var fields = Fields(step, "who", "lists", "with", "refused");
        return new Step.Lists(
            step.Line, Text(fields, "who", step.Line), Word(fields, "lists", step.Line, ["register", "change", "delete"]), ReadGiven(fields.GetValueOrDefault("with")), ReadCodes(fields, "refused"));
    }

    private Step.Readdress ReadReaddress(Mapping step)
    {
        var fields = Fields(step, "who", "changes", "to", "trade", "refused");
        Word(fields, "changes", step.Line, ["address"]);
        if (!kind.Needs.Contains(Need.Address))
        {
            mistakes.Add(step.Line, "this kind delivers nothing: there is no address to change");
        }

        return new Step.Readdress(
            step.Line, Text(fields, "who", step.Line), Text(fields, "to", step.Line), TradeOf(fields, step.Line),
            ReadCodes(fields, "refused"));
    }

    private Step.Arrived ReadArrived(Mapping step)
    {
        var fields = Fields(step, "who", "marks", "trade", "refused");
        Word(fields, "marks", step.Line, ["arrived"]);
        return new Step.Arrived(step.Line, Text(fields, "who", step.Line), TradeOf(fields, step.Line), ReadCodes(fields, "refused"));
    }

    private Step.Told ReadTold(Mapping step)
    {
        var fields = Fields(step, "who", "told", "trade", "by", "times");
        return new Step.Told(
            step.Line,
            Text(fields, "who", step.Line),
            Word(fields, "told", step.Line, [.. kind.Moves.Select(row => row.Do), .. Verb.Transfers]),
            TradeOf(fields, step.Line),
            fields.ContainsKey("by") ? Word(fields, "by", step.Line, Words.All<Channel>()) : "app",
            fields.TryGetValue("times", out var times) ? (int)Number(times, 0) : 1);
    }

    private Step.Deposit ReadDeposit(Mapping step)
    {
        var fields = Fields(step, "deposit", "trade");
        return new Step.Deposit(step.Line, TradeOf(fields, step.Line), Number(fields["deposit"], 1));
    }

    private Step.SentBack ReadSentBack(Mapping step)
    {
        var fields = Fields(step, "sent-back", "trade");
        return new Step.SentBack(step.Line, TradeOf(fields, step.Line), Number(fields["sent-back"], 1));
    }

    private Step.Forward ReadForward(Mapping step)
    {
        var span = Text(Fields(step, "forward"), "forward", step.Line);
        if (Words.Duration(span) is null)
        {
            mistakes.Add(step.Line, $"\"{span}\" is no span of time; write 3d, 24h or 30m");
        }

        return new Step.Forward(step.Line, span);
    }

    private Step.Switch ReadSwitch(Mapping step)
    {
        var fields = Fields(step, "fault", "is");
        return new Step.Switch(step.Line, Word(fields, "fault", step.Line, Faults.Switches), Word(fields, "is", step.Line, ["on", "off"]) == "on");
    }

    private Step.Expect ReadExpect(Mapping step)
    {
        var fields = Fields(step, "expect", "trade", "money", "stock", "delivery");
        var state = Word(fields, "expect", step.Line, kind.States);
        return new Step.Expect(step.Line, state, TradeOf(fields, step.Line), ReadMoney(fields), OneOf(fields, "stock", StockWords), OneOf(fields, "delivery", DeliveryWords));
    }

    private Step.Wins ReadWins(Mapping step)
    {
        var fields = Fields(step, "wins", "trade", "against");
        return new Step.Wins(
            step.Line, Word(fields, "wins", step.Line, kind.States), TradeOf(fields, step.Line), Text(fields, "against", step.Line));
    }

    private Step.Ends? ReadEnds(Mapping step)
    {
        var fields = Fields(step, "ends", "from", "trade", "money", "stock", "delivery");
        var trade = TradeOf(fields, step.Line);
        var money = ReadMoney(fields);
        var stock = OneOf(fields, "stock", StockWords);
        var delivery = OneOf(fields, "delivery", DeliveryWords);
        var rows = kind.Moves.Where(row => kind.IsFinal(row.To)).SelectMany(row => row.From.Select(from => (row.Do, From: from, row.To))).ToList();
        var move = Word(fields, "ends", step.Line, rows.Select(row => row.Do));
        var mine = rows.Where(row => row.Do == move).ToList();
        if (fields.ContainsKey("from"))
        {
            var from = Word(fields, "from", step.Line, mine.Select(row => row.From));
            mine = [.. mine.Where(row => row.From == from)];
        }
        else if (mine.Count > 1)
        {
            mistakes.Add(step.Line, $"\"{move}\" ends a trade from {string.Join(" and from ", mine.Select(row => row.From))}; write from which");
        }

        return mine.Count == 1 ? new Step.Ends(step.Line, move, mine[0].From, mine[0].To, trade, money, stock, delivery) : null;
    }

    private Given ReadGiven(Node? node)
    {
        if (node is not Mapping mapping)
        {
            return node is null ? Given.Nothing : WrongForm(node, "what is given is a mapping, such as { card: declined }", Given.Nothing);
        }

        var fields = Fields(mapping, "card", "price", "quantity", "periods", "address", "refundAccount", "note", "reason");
        string? Words(string name) => fields.ContainsKey(name) ? Text(fields, name, mapping.Line) : null;
        long? Count(string name) => fields.TryGetValue(name, out var value) ? Number(value, long.MinValue) : null;
        return new Given(Words("card"), Count("price"), (int?)Count("quantity"), (int?)Count("periods"), Words("address"), Words("refundAccount"), Words("note"), Words("reason"));
    }

    private ExpectedMoney ReadMoney(Dictionary<string, Node> fields)
    {
        if (!fields.TryGetValue("money", out var node))
        {
            return ExpectedMoney.Anything;
        }

        return node is Mapping money
            ? new ExpectedMoney(Fields(money, ExpectedMoney.Words).ToImmutableSortedDictionary(pair => pair.Key, pair => Number(pair.Value, 0), StringComparer.Ordinal))
            : WrongForm(node, "money is a mapping, such as { held: 3000 }", ExpectedMoney.Anything);
    }

    private ImmutableArray<string> ReadCodes(Dictionary<string, Node> fields, string name)
    {
        if (!fields.TryGetValue(name, out var node))
        {
            return [];
        }

        var codes = Texts(node);
        foreach (var code in codes.Where(code => !Refusals.Status.ContainsKey(code)))
        {
            mistakes.Add(node.Line, $"nothing is refused with \"{code}\"; {Words.Suggest(code, Refusals.Status.Keys)}");
        }

        return codes;
    }

    private string TradeOf(Dictionary<string, Node> fields, int line)
    {
        if (fields.ContainsKey("trade"))
        {
            return Text(fields, "trade", line);
        }

        if (latest is null)
        {
            mistakes.Add(line, $"no trade has been started here; begin with {{ who: ..., does: {kind.StartMove.Do} }}");
        }

        return latest ?? "";
    }

    /// <summary>The entries of a mapping by name; every name that is not known is a mistake.</summary>
    private Dictionary<string, Node> Fields(Mapping mapping, params string[] known)
    {
        foreach (var (key, _) in mapping.Entries.Where(entry => !known.Contains(entry.Key.Text)))
        {
            mistakes.Add(key.Line, $"\"{key.Text}\" is unknown here; {Words.Suggest(key.Text, known)}");
        }

        return mapping.Entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value);
    }

    private IReadOnlyList<Node> Items(Node? node, int line, string name)
    {
        if (node is Sequence sequence)
        {
            return sequence.Items;
        }

        mistakes.Add(node?.Line ?? line, $"{name} is missing or no list");
        return [];
    }

    private string Text(Dictionary<string, Node> fields, string name, int line)
    {
        if (fields.GetValueOrDefault(name) is Leaf { Text: { Length: > 0 } text })
        {
            return text;
        }

        mistakes.Add(fields.GetValueOrDefault(name)?.Line ?? line, $"{name} is missing or empty");
        return "";
    }

    private ImmutableArray<string> Texts(Node node) => node switch
    {
        Leaf leaf => [leaf.Text],
        Sequence sequence => [.. sequence.Items.OfType<Leaf>().Select(leaf => leaf.Text)],
        _ => WrongForm(node, "this is a word or a list of words", ImmutableArray<string>.Empty),
    };

    private string Word(Dictionary<string, Node> fields, string name, int line, IEnumerable<string> known)
    {
        var word = Text(fields, name, line);
        if (word.Length > 0 && !known.Contains(word))
        {
            mistakes.Add(fields[name].Line, $"there is no \"{word}\" for {name}; {Words.Suggest(word, known)}");
        }

        return word;
    }

    private string? OneOf(Dictionary<string, Node> fields, string name, string[] known) => fields.TryGetValue(name, out var node) ? Word(fields, name, node.Line, known) : null;

    private long Number(Node node, long atLeast)
    {
        if (node is Leaf leaf && long.TryParse(leaf.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= atLeast)
        {
            return number;
        }

        mistakes.Add(node.Line, atLeast == long.MinValue ? "a whole number belongs here" : $"a whole number of at least {atLeast} belongs here");
        return Math.Max(atLeast, 0);
    }

    private long Missing(int line, string name)
    {
        mistakes.Add(line, $"{name} is missing or empty");
        return 0;
    }

    private T WrongForm<T>(Node node, string text, T instead)
    {
        mistakes.Add(node.Line, text);
        return instead;
    }
}
