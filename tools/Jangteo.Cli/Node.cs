using System.Text.Json;
using System.Text.RegularExpressions;

namespace Jangteo.Cli;

/// <summary>Node and its npm, in a version that the pages can be built with.</summary>
internal static partial class Node
{
    private const string Where = "https://nodejs.org/en/download";

    /// <summary>Fails before npm would, and says what to install.</summary>
    /// <param name="folder">Whose <c>package.json</c> says which versions do: <c>engines.node</c>.</param>
    public static async Task Require(string folder)
    {
        var wanted = WantedBy(folder);
        if (Processes.Find("node") is null || Processes.Find("npm") is null)
        {
            await InstallOr($"Node and npm are missing. Install Node {wanted}: {Where}");
        }

        var version = (await Processes.Ask("node", "--version"))?.Output.Trim() ?? "";
        if (!Suits(version, wanted))
        {
            throw new StopException($"Node here is {version}, and {Path.GetRelativePath(Place.Root, folder)} needs {wanted}. Install one of these: {Where}");
        }
    }

    /// <summary>Whether a version (<c>v20.19.5</c>) is one of a range of npm's: alternatives between <c>||</c>, each <c>^a.b.c</c> or <c>&gt;=a.b.c</c>.</summary>
    public static bool Suits(string version, string range)
    {
        if (!Version.TryParse(version.TrimStart('v').Split('-')[0], out var given))
        {
            return false;
        }

        return range.Split("||", StringSplitOptions.TrimEntries).Any(alternative =>
        {
            var read = Alternative().Match(alternative);
            if (!read.Success)
            {
                throw new StopException($"engines.node is written as '^20.19.0 || >=22.12.0', not '{range}'.");
            }

            var least = Version.Parse(read.Groups["least"].Value is var text && text.Contains('.') ? text : text + ".0");
            return given >= least && (read.Groups["how"].Value == ">=" || given.Major == least.Major);
        });
    }

    private static string WantedBy(string folder)
    {
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "package.json")));
        return package.RootElement.GetProperty("engines").GetProperty("node").GetString()!;
    }

    private static async Task InstallOr(string message)
    {
        if (await Packages.Apt() is not { } apt || await Packages.Install(apt, "npm", "npm") is not null)
        {
            throw new StopException(message);
        }
    }

    [GeneratedRegex(@"^(?<how>\^|>=)\s*(?<least>\d+(\.\d+){0,2})$")]
    private static partial Regex Alternative();
}
