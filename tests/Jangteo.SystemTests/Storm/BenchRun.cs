using System.Text.Json.Nodes;

namespace Jangteo.SystemTests.Storm;

/// <summary>A command of the bench, run once for all tests of a class.</summary>
/// <param name="patience">It is ended when it takes longer.</param>
/// <param name="words">The command and its options; <c>--json</c> is added.</param>
public abstract class BenchRun(TimeSpan patience, params string[] words) : IAsyncLifetime
{
    /// <summary>The figures of each part, a line of JSON each.</summary>
    internal IReadOnlyList<JsonNode> Found { get; private set; } = [];

    /// <summary>Everything that was said meanwhile.</summary>
    internal string Said { get; private set; } = "";

    /// <summary>The figures of one part.</summary>
    internal JsonNode Of(string name)
    {
        var found = Found.FirstOrDefault(found => (string?)found["name"] == name);
        Assert.True(found is not null, Said);
        return found;
    }

    public async ValueTask InitializeAsync()
    {
        var (_, figures, said) = await BenchProcess.Run(patience, [.. words, "--json"]);
        Found = [.. figures.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!)];
        Said = said;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
