using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Jangteo.Kinds;

/// <summary>The texts of one file, by their path in it (<c>states.lent.label</c>), with the line at which each section begins.</summary>
internal sealed record TextsOfOneLanguage(string Language, string File, ImmutableDictionary<string, string> Words, ImmutableDictionary<string, int> Lines)
{
    public static TextsOfOneLanguage Empty(string language, string file) => new(language, file, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, int>.Empty);
}

/// <summary>
/// How a program reads a text that people write, so that a kind's texts keep the rules of all others. Answers what is wrong with it, or
/// null.
/// </summary>
/// <param name="given">As it stands in the file.</param>
/// <param name="isLabel">A title or a label; else a sentence.</param>
/// <param name="text">As it is kept.</param>
public delegate string? ReadsText(string given, bool isLabel, out string text);

/// <summary>Reads a <c>texts.&lt;language&gt;.yaml</c>. Unknown words are K8; what is missing is found by <see cref="Check"/> (K7).</summary>
internal sealed partial class TextsReader
{
    private readonly MistakesOf mistakes;
    private readonly ImmutableDictionary<string, string>.Builder words = ImmutableDictionary.CreateBuilder<string, string>();
    private readonly ImmutableDictionary<string, int>.Builder lines = ImmutableDictionary.CreateBuilder<string, int>();

    private readonly ReadsText? reads;

    private TextsReader(MistakesOf mistakes, ReadsText? reads = null) => (this.mistakes, this.reads) = (mistakes, reads);

    /// <param name="source">The text of the file.</param>
    /// <param name="language">en or ko.</param>
    /// <param name="kind">The kind it speaks of, or null when its table could not be read: then its states and moves are not known.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    /// <param name="reads">The rules for text of the program that will show them.</param>
    public static TextsOfOneLanguage Read(string source, string language, Kind? kind, MistakesOf mistakes, ReadsText? reads = null)
    {
        var reader = new TextsReader(mistakes, reads);
        if (Yaml.Read(source, mistakes) is { } file)
        {
            reader.ReadKind(file, language, kind);
        }

        return new TextsOfOneLanguage(language, mistakes.File, reader.words.ToImmutable(), reader.lines.ToImmutable());
    }

    /// <summary>The engine's own texts, which are part of the program: a mistake in them is a bug.</summary>
    public static TextsOfOneLanguage ReadEngine(string language)
    {
        var name = $"Engine/texts.{language}.yaml";
        using var stream = typeof(TextsReader).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var text = new StreamReader(stream);
        var mistakes = new MistakesOf(name);
        var reader = new TextsReader(mistakes);
        if (Yaml.Read(text.ReadToEnd(), mistakes) is { } file)
        {
            reader.ReadEngine(file, language);
        }

        return mistakes.Count == 0
            ? new TextsOfOneLanguage(language, name, reader.words.ToImmutable(), reader.lines.ToImmutable())
            : throw new InvalidOperationException(string.Join('\n', mistakes.Found));
    }

    private void ReadKind(Mapping file, string language, Kind? kind)
    {
        var states = kind?.States;
        var moves = kind?.Moves.Select(move => move.Do).Distinct().ToList();
        foreach (var (key, value) in file.Entries)
        {
            lines[key.Text] = key.Line;
            switch (key.Text)
            {
                case "title": Put("title", value, language, mayName: []); break;
                case "parties": Flat(value, key, language, Words.All<Party>()); break;
                case "states": Labelled(value, key, language, states, ["label"], "waits"); break;
                case "moves": Labelled(value, key, language, moves, ["label", "done"], "told"); break;
                case "refusals": Flat(value, key, language, Texts.RefusalCodes); break;
                case "transfers": Flat(value, key, language, Verb.Transfers); break;
                default: mistakes.Add(key.Line, $"unknown section \"{key.Text}\"; {Words.Suggest(key.Text, ["title", "parties", "states", "moves", "refusals", "transfers"])}"); break;
            }
        }
    }

    private void ReadEngine(Mapping file, string language)
    {
        foreach (var (key, value) in file.Entries)
        {
            if (key.Text is "states" or "moves")
            {
                Labelled(value, key, language, null, ["label", "done"], key.Text == "states" ? "waits" : "told");
            }
            else
            {
                Flat(value, key, language, null);
            }
        }
    }

    /// <summary>A section of words with one text each.</summary>
    private void Flat(Node node, Leaf section, string language, IEnumerable<string>? known)
    {
        foreach (var (key, value) in Entries(node, section))
        {
            if (Known(key, section.Text, known))
            {
                Put($"{section.Text}.{key.Text}", value, language, PlaceholdersOf(section.Text));
            }
        }
    }

    private static ImmutableArray<string> PlaceholdersOf(string section) => section switch
    {
        "refusals" or "alarms" or "transfers" => Texts.Placeholders,
        "wrong" or "details" => Texts.PlaceholdersOfFields,
        "findings" or "operator-alarms" => Texts.PlaceholdersOfFindings,
        _ => [],
    };

    /// <summary>A section of words with labels, and a template each: one for all, or one for each party.</summary>
    private void Labelled(Node node, Leaf section, string language, IEnumerable<string>? known, string[] labels, string template)
    {
        foreach (var (key, value) in Entries(node, section))
        {
            if (!Known(key, section.Text, known))
            {
                continue;
            }

            lines[$"{section.Text}.{key.Text}"] = key.Line;
            if (value is not Mapping texts)
            {
                mistakes.Add(value.Line, $"{section.Text}.{key.Text} must be written {{ label: ..., {template}: ... }}");
                continue;
            }

            foreach (var (part, text) in texts.Entries)
            {
                var path = $"{section.Text}.{key.Text}";
                if (!Known(part, path, [.. labels, template]))
                {
                    continue;
                }

                if (part.Text == template && text is Mapping)
                {
                    foreach (var (party, toParty) in Entries(text, part).Where(one => Known(one.Key, $"{path}.{template}", Words.All<Party>())))
                    {
                        Put($"{path}.{template}.{party.Text}", toParty, language, Texts.Placeholders);
                    }
                }
                else
                {
                    Put($"{path}.{part.Text}", text, language, part.Text == template ? Texts.Placeholders : []);
                }
            }
        }
    }

    private IReadOnlyList<(Leaf Key, Node Value)> Entries(Node node, Leaf section)
    {
        if (node is Mapping mapping)
        {
            return mapping.Entries;
        }

        // "refusals:" with nothing after it is an empty section, not a wrong one.
        if (node is not Leaf { Text: "" })
        {
            mistakes.Add(node.Line, $"{section.Text} must be a mapping of words to texts");
        }

        return [];
    }

    private bool Known(Leaf key, string section, IEnumerable<string>? known)
    {
        if (known is null || known.Contains(key.Text))
        {
            return true;
        }

        mistakes.Add(key.Line, $"unknown word \"{key.Text}\" under {section}; {Words.Suggest(key.Text, known)}");
        return false;
    }

    /// <param name="key">The path of the text.</param>
    /// <param name="node">The text as read.</param>
    /// <param name="language">en or ko.</param>
    /// <param name="mayName">The placeholders that are filled where this text is shown.</param>
    private void Put(string key, Node node, string language, ImmutableArray<string> mayName)
    {
        if (node is not Leaf leaf)
        {
            mistakes.Add(node.Line, $"{key} must be one text");
            return;
        }

        foreach (Match placeholder in AnyPlaceholder().Matches(leaf.Text))
        {
            var name = placeholder.Groups[1].Value;
            if (mayName.IsEmpty)
            {
                mistakes.Add(leaf.Line, $"{key} is shown as it stands, so {{{name}}} would be too; leave it out");
            }
            else if (!mayName.Contains(name))
            {
                mistakes.Add(leaf.Line, $"unknown placeholder {{{name}}} in {key}; {Words.Suggest(name, mayName)}");
            }
        }

        if (language == "ko" && ParticleAfterPlaceholder().Match(leaf.Text) is { Success: true } particle)
        {
            mistakes.Add(leaf.Line, $"{key} has {particle.Value.Trim()}, and which particle is right depends on what fills the placeholder; turn the sentence so that none follows");
        }

        if (string.IsNullOrWhiteSpace(leaf.Text))
        {
            return;
        }

        var text = leaf.Text;
        if (reads?.Invoke(leaf.Text, isLabel: mayName.IsEmpty, out text) is { } wrong)
        {
            mistakes.Add(leaf.Line, $"{key}: {wrong}");
            return;
        }

        words[key] = text;
    }

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex AnyPlaceholder();

    [GeneratedRegex(@"\{[^{}]*\}(은|는|이|가|을|를|과|와|으로|로|이나|나)(?=[\s.,!?]|\z)")]
    private static partial Regex ParticleAfterPlaceholder();
}
