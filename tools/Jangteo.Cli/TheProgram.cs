using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary>The marketplace itself (src/Jangteo), which serves and has commands of its own.</summary>
internal static class TheProgram
{
    /// <summary>Builds the program and becomes it, with these words first. <c>run</c> is without: the program without a command serves.</summary>
    public static Func<string[], Task<int>> With(params string[] first) => async words =>
    {
        var program = await Builds.Program();
        return await Processes.Become(Processes.Dotnet, [program, .. first, .. words]);
    };
}
