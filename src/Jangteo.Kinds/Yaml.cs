using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Jangteo.Kinds;

/// <summary>A piece of a file that knows its line. Every leaf is text: what it means is decided by whoever reads it.</summary>
internal abstract record Node(int Line);

internal sealed record Leaf(int Line, string Text) : Node(Line);

internal sealed record Sequence(int Line, IReadOnlyList<Node> Items) : Node(Line);

internal sealed record Mapping(int Line, IReadOnlyList<(Leaf Key, Node Value)> Entries) : Node(Line);

/// <summary>Reads YAML into nodes with lines. Not the library's own model, for that stops at the first double key and follows anchors.</summary>
internal static class Yaml
{
    /// <summary>No file of a kind is deeper than four; the bound keeps a hostile one from exhausting the stack.</summary>
    private const int MaxDepth = 10;

    private const int MaxCharacters = 256 * 1024;

    /// <summary>The mapping that the file is, or null with the mistakes noted.</summary>
    public static Mapping? Read(string source, MistakesOf mistakes)
    {
        if (source.Length > MaxCharacters)
        {
            mistakes.Add(1, $"the file is larger than {MaxCharacters / 1024} KB; a kind is a page or two");
            return null;
        }

        try
        {
            using var text = new StringReader(source);
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                mistakes.Add(1, "the file is empty");
                return null;
            }

            parser.Consume<DocumentStart>();
            var node = ReadNode(parser, mistakes, 0);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second))
            {
                mistakes.Add(Line(second), "a second document begins here; write one in a file");
                return null;
            }

            if (node is Mapping mapping)
            {
                return mapping;
            }

            mistakes.Add(node?.Line ?? 1, "the file must be a mapping of names to values");
            return null;
        }
        catch (YamlException malformed)
        {
            mistakes.Add(Math.Max(1, (int)malformed.Start.Line), $"this is not YAML: {OneLine(malformed.Message)}");
            return null;
        }
        catch (Exception malformed) when (malformed is ArgumentException or InvalidOperationException or IOException)
        {
            // What the library does not call malformed itself: an escape beyond Unicode, and a file that ends in the middle of something.
            mistakes.Add(1, "this is not YAML: it ends in the middle, or has a character that does not exist");
            return null;
        }
    }

    private static Node? ReadNode(Parser parser, MistakesOf mistakes, int depth)
    {
        if (depth > MaxDepth)
        {
            mistakes.Add(Line(parser.Current!), "this is nested too deeply; no file of a kind needs it");
            parser.SkipThisAndNestedEvents();
            return null;
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new Leaf(Line(scalar), scalar.Value);
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<Node>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                if (ReadNode(parser, mistakes, depth + 1) is { } item)
                {
                    items.Add(item);
                }
            }

            return new Sequence(Line(sequence), items);
        }

        if (parser.TryConsume<MappingStart>(out var mapping))
        {
            return ReadMapping(parser, mapping, mistakes, depth);
        }

        mistakes.Add(Line(parser.Current!), "an anchor is used here; write it out");
        parser.SkipThisAndNestedEvents();
        return null;
    }

    private static Mapping ReadMapping(Parser parser, MappingStart mapping, MistakesOf mistakes, int depth)
    {
        var entries = new List<(Leaf, Node)>();
        var seen = new HashSet<string>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(parser, mistakes, depth + 1);
            var value = ReadNode(parser, mistakes, depth + 1);
            if (key is not Leaf name)
            {
                mistakes.Add(key?.Line ?? Line(mapping), "a name must be one word");
            }
            else if (!seen.Add(name.Text))
            {
                mistakes.Add(name.Line, $"\"{name.Text}\" stands here twice; write it once");
            }
            else if (value is not null)
            {
                entries.Add((name, value));
            }
        }

        return new Mapping(Line(mapping), entries);
    }

    private static int Line(ParsingEvent at) => Math.Max(1, (int)at.Start.Line);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
