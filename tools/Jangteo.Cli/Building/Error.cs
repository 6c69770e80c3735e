using System.Text.RegularExpressions;

namespace Jangteo.Cli.Building;

/// <summary>What MSBuild and the TypeScript compiler write about mistakes.</summary>
internal static partial class Error
{
    public static bool IsIn(string line) => Written().IsMatch(line);

    [GeneratedRegex("(: |^)(error|warning)[ :]|error TS")]
    private static partial Regex Written();
}
