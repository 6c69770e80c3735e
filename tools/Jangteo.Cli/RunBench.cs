using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary>Load, pictures, chaos and rehearsals: bench/Jangteo.Bench, beside the program.</summary>
internal static class RunBench
{
    public static Func<string[], Task<int>> With(params string[] first) => async words =>
    {
        await Builds.Bench();
        return await Processes.Become(Processes.Dotnet, [Place.Assembly("Jangteo.Bench"), .. first, .. words]);
    };
}
