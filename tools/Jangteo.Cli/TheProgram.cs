using Jangteo.Cli.Building;

namespace Jangteo.Cli;

/// <summary>The marketplace itself (src/Jangteo), which serves and has commands of its own.</summary>
internal static class TheProgram
{
    /// <summary><c>run</c> is a word of the script's only: the program without a command serves.</summary>
    public static Task<int> Serve(string[] words) => With()(words);

    /// <summary>Builds the program and becomes it, with these words first.</summary>
    public static Func<string[], Task<int>> With(params string[] first) => async words =>
    {
        await Builds.Program();
        return await Processes.Become(Processes.Dotnet, [Place.Assembly("Jangteo"), .. first, .. words]);
    };
}
