using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary><c>./jangteo simulate</c></summary>
internal static class Simulate
{
    public static async Task<int> Run(string[] words)
    {
        await Builds.Simulation();
        return await Processes.Become(Processes.Dotnet, [Place.Assembly("Jangteo.Simulation"), .. words]);
    }
}
