using System.Collections.Immutable;
using System.Text;

namespace Jangteo.Kinds;

/// <summary>The README of a kind, made from its table and texts, so that it is never out of date.</summary>
public static class KindReadme
{
    public const string FileName = "README.md";

    /// <summary>Writes the README of the kind in a folder, or of each kind in a folder of kinds. Answers the files that changed; mistakes are told by <see cref="Check"/>.</summary>
    public static ImmutableArray<string> Write(string folder)
    {
        var changed = ImmutableArray.CreateBuilder<string>();
        if (KindReader.Read(folder).Value is not { } shelf)
        {
            return [];
        }

        var isOne = File.Exists(Path.Combine(folder, KindReader.TableFile));
        foreach (var kind in shelf.All)
        {
            var file = Path.Combine(folder, isOne ? "" : kind.Name, FileName);
            var text = Of(kind, shelf.Texts);
            if (!File.Exists(file) || File.ReadAllText(file) != text)
            {
                File.WriteAllText(file, text);
                changed.Add(file);
            }
        }

        return changed.ToImmutable();
    }

    /// <summary>The text of the README.</summary>
    public static string Of(Kind kind, Texts texts)
    {
        var page = new StringBuilder();
        page.Append($"# {texts.Title(kind.Name, "en")} · {texts.Title(kind.Name, "ko")}\n\n");
        // The first line of the table's comment says what the kind is; the lines after it why it is so.
        var comment = kind.Source.Split('\n').TakeWhile(line => line.StartsWith('#')).Select(line => line[1..].Trim()).ToList();
        if (comment.Count > 0)
        {
            page.Append($"{comment[0]}\n\n");
        }

        if (comment.Count > 1)
        {
            page.Append($"{string.Join(' ', comment[1..])}\n\n");
        }

        var listings = kind.Listing.Fields.IsEmpty ? "" : ", [listing.yaml](listing.yaml)";
        page.Append($"Made from [trade.yaml](trade.yaml){listings} and the texts beside it; `./jangteo format` makes it anew.\n\n");
        page.Append($"- **What:** {(kind.Stock == Stock.One ? "a single thing" : "things that are counted")}, at a price {(kind.Price == PriceUnit.Each ? "for each" : $"for {texts.Per(kind.Price, "en")}")}.\n");
        page.Append($"- **Who:** {Both(Party.Buyer)}, {Both(Party.Seller)}, {Both(Party.Operator)}.\n");
        page.Append($"- **To begin:** {Needs(kind, texts)}.\n");
        page.Append($"- **Told by:** {string.Join("; ", kind.Tell.OrderBy(told => told.Key).Select(told => $"{The(told.Key)} {(told.Value.IsEmpty ? "not at all" : string.Join(" and ", told.Value.Select(Channels)))}"))}.\n");
        page.Append(ListingLine(kind));

        page.Append("\n```mermaid\n").Append(Diagram.Mermaid(kind, texts, "en")).Append("```\n\n");

        page.Append("| move | | what happens |\n|---|---|---|\n");
        foreach (var move in kind.Moves)
        {
            page.Append($"| `{move.Do}` | {Cell(texts.Move(kind.Name, move.Do, "en"))} · {Cell(texts.Move(kind.Name, move.Do, "ko"))} | {Cell(Sentence(kind, move, texts))} |\n");
        }

        page.Append("\n| state | | 상태 |\n|---|---|---|\n");
        foreach (var state in kind.States)
        {
            page.Append($"| `{state}` | {Cell(texts.State(kind.Name, state, "en"))} | {Cell(texts.State(kind.Name, state, "ko"))} |\n");
        }

        return page.ToString();

        string Both(Party party) => $"{texts.Party(kind.Name, party, "en").ToLowerInvariant()} {texts.Party(kind.Name, party, "ko")}";

        string The(Party party) => $"the {texts.Party(kind.Name, party, "en").ToLowerInvariant()}";
    }

    /// <summary>A row as the sentence it stands for.</summary>
    private static string Sentence(Kind kind, Move move, Texts texts)
    {
        var states = string.Join(" or ", move.From.Where(state => state != Kind.Start).Select(StateOf));
        var sentence = new StringBuilder();
        if (move.By is { } party)
        {
            var who = $"The {texts.Party(kind.Name, party, "en").ToLowerInvariant()}";
            sentence.Append(states.Length == 0 ? $"{who} begins" : $"{who} may do this in {states}");
        }
        else if (move.Hears is { } answer)
        {
            sentence.Append($"In {states}, when {texts.Answer(answer, "en")}");
        }
        else
        {
            sentence.Append($"{Texts.Duration(move.After!.Value, "en")} after {states} began");
        }

        sentence.Append(move.By is null ? ", " : ": ");
        if (!move.First.IsEmpty)
        {
            sentence.Append($"once {All(move.First)}, ");
        }

        sentence.Append($"the trade becomes {StateOf(move.To)}");
        if (!move.Ask.IsEmpty)
        {
            sentence.Append($"; then the engine sees to it that {All(move.Ask)}");
        }

        return sentence.Append('.').ToString();

        string StateOf(string state) => $"*{texts.State(kind.Name, state, "en")}*";

        string All(ImmutableArray<Verb> verbs) => string.Join(" and ", verbs.Select(verb => texts.Answer(verb.Yes, "en")));
    }

    private static string Needs(Kind kind, Texts texts)
    {
        var needs = kind.Needs.Select(Words.Of).ToList();
        if (kind.StartMove.First.Contains(Verb.HoldPayment))
        {
            needs.Add("card");
        }

        return needs.Count == 0 ? "nothing but the wish" : string.Join(", ", needs.Select(need => texts.Need(need, "en").ToLowerInvariant()));
    }

    private static string ListingLine(Kind kind)
    {
        string[] said =
        [
            .. kind.Listing.Fields.Select(field => $"the seller states the {Words.Of(field)}"),
            .. kind.MovesMoney ? [] : new[] { "the price may be 0, free of charge" },
            .. Said("registering", kind.Listing.Registered), .. Said("deleting", kind.Listing.Deleted),
        ];
        return said.Length == 0 ? "" : $"- **Listings:** {string.Join("; ", said)}.\n";
    }

    private static IEnumerable<string> Said(string doing, ListingRule rule)
    {
        if (!rule.First.IsEmpty)
        {
            yield return $"{doing} one counts only once the alarm is sent";
        }

        if (!rule.Ask.IsEmpty)
        {
            yield return $"{doing} one sends an alarm afterwards";
        }
    }

    private static string Channels(Channel channel) => channel switch
    {
        Channel.App => "in the app",
        Channel.Sms => "by SMS",
        _ => "by e-mail",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
