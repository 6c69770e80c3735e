using System.CommandLine;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// <c>jangteo rehearse</c>: does on a market of its own what operators do on theirs, and says whether it holds. Each rehearsal is a file of
/// this folder and a line here.
/// </summary>
internal static class Rehearse
{
    public static Command Command() =>
        new("rehearse", "Rehearses on a market of its own what operators do, and answers 1 when it does not hold.")
        {
            RehearseDeploy.Command(), RehearseUpgrade.Command(), RehearseHeal.Command(), RehearseScale.Command(), RehearseRestore.Command(),
        };

    /// <summary>Ends a rehearsal: its figure is the last line that it prints, and the exit code says whether it holds.</summary>
    /// <param name="figure">What was counted or measured, in one line.</param>
    public static int End(bool holds, string figure)
    {
        Console.WriteLine($"{(holds ? "holds" : "DOES NOT HOLD")}: {figure}");
        return holds ? 0 : 1;
    }
}
