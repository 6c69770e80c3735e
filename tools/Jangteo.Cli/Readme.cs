namespace Jangteo.Cli;

/// <summary>What newcomers type, read from where they read it.</summary>
internal static class Readme
{
    /// <summary>The lines of a page's code blocks that run the tests.</summary>
    public static string TestCommand(string page)
    {
        var isCode = false;
        var found = new List<string>();
        foreach (var line in page.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (isCode && line.StartsWith("./jangteo test", StringComparison.Ordinal))
            {
                found.Add(line);
            }
        }

        return string.Join('\n', found);
    }
}
