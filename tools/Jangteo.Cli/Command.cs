using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary>Something that people type after <c>./jangteo</c>.</summary>
/// <param name="Name">The word.</param>
/// <param name="Says">What it does, for the list of commands.</param>
/// <param name="Run">Does it, with the words that follow, once what it needs is installed. Answers the exit code.</param>
internal sealed record Command(string Name, string Says, Func<string[], Task<int>> Run)
{
    /// <summary>What has to be on the machine, by the words that follow.</summary>
    public Func<string[], Needs> Needs { get; init; } = _ => Cli.Needs.Nothing;

    /// <summary>What it runs, where that can be built while what it needs is installed.</summary>
    public Func<Task> Builds { get; init; } = () => Task.CompletedTask;

    public async Task<int> Start(string[] words)
    {
        await using (await BuildTurn.Take())
        {
            await Task.WhenAll(Needs(words).Install(), Builds());
        }

        return await Run(words);
    }
}
