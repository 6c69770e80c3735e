using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>What is wrong with a kind, and where: a kind with a mistake is refused at start.</summary>
/// <param name="File">The file, as the reader was given it.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Code">K1 to K10 (DESIGN §3), K11 (<see cref="EscrowCheck"/>).</param>
/// <param name="Text">What is wrong; what to write instead.</param>
public sealed record Mistake(string File, int Line, string Code, string Text)
{
    /// <summary>What happens, from the start of a trade to the fault: the shortest way there. Empty where the fault can be seen in the file alone.</summary>
    public ImmutableArray<Step> Path { get; init; } = [];

    /// <summary>One line, as compilers print it, so that editors find the place.</summary>
    public override string ToString() => $"{File}:{Line}: {Code}: {Text}{(Path.IsEmpty ? "" : $" [path: {string.Join(", ", Path)}]")}";
}

/// <summary>What came of reading: the value, or every mistake that stands in its way, all at once.</summary>
public sealed record Reading<T>(T? Value, ImmutableArray<Mistake> Mistakes)
    where T : class
{
    public bool IsWell => Mistakes.IsEmpty;
}

/// <summary>Collects the mistakes of one file.</summary>
internal sealed class MistakesOf(string file)
{
    private readonly List<Mistake> found = [];

    public string File => file;

    public int Count => found.Count;

    public ImmutableArray<Mistake> Found => [.. found.OrderBy(mistake => mistake.Line)];

    public void Add(int line, string text, string code = "K8") => found.Add(new Mistake(file, line, code, text));
}
