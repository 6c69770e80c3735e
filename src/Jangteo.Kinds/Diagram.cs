using System.Text;

namespace Jangteo.Kinds;

/// <summary>A kind as a picture: its states and who or what leads from one to the next.</summary>
public static class Diagram
{
    /// <summary>A Mermaid <c>stateDiagram-v2</c>, as GitHub and the pages draw it.</summary>
    public static string Mermaid(Kind kind, Texts texts, string language)
    {
        var picture = new StringBuilder("stateDiagram-v2\n");
        foreach (var state in kind.States)
        {
            picture.Append($"    state \"{Plain(texts.State(kind.Name, state, language))}\" as {Id(state)}\n");
        }

        foreach (var move in kind.Moves)
        {
            foreach (var from in move.From)
            {
                picture.Append($"    {Id(from)} --> {Id(move.To)}: {Plain(Trigger(kind, move, texts, language))} · {Plain(texts.Move(kind.Name, move.Do, language))}\n");
            }
        }

        foreach (var state in kind.States.Where(kind.IsFinal))
        {
            picture.Append($"    {Id(state)} --> [*]\n");
        }

        return picture.ToString();
    }

    private static string Trigger(Kind kind, Move move, Texts texts, string language) =>
        move.By is { } party ? texts.Party(kind.Name, party, language)
        : move.Hears is { } answer ? texts.Answer(answer, language)
        : Texts.Duration(move.After!.Value, language);

    // Mermaid's names have no hyphens and some words of its own, and a colon or semicolon ends a label.
    private static string Id(string state) => state == Kind.Start ? "[*]" : $"s_{state.Replace('-', '_')}";

    private static string Plain(string text) => text.Replace(':', ' ').Replace(';', ',').Replace('"', '\'').Replace('#', ' ').ReplaceLineEndings(" ");
}
