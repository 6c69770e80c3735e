namespace Jangteo.Cli;

/// <summary>Where things are in the repository.</summary>
internal static class Place
{
    /// <summary>The folder of the script.</summary>
    public static string Root { get; } = FindRoot();

    public static string Script => At("jangteo");

    public static string Artifacts => At("artifacts");

    /// <summary>Holds a stamp and a log of each build.</summary>
    public static string Built => At("artifacts", "built");

    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The assembly of a project that was built to be run.</summary>
    public static string Assembly(string project) => At("artifacts", "bin", project, "release", project + ".dll");

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Jangteo.slnx")))
            {
                return at.FullName;
            }
        }

        throw new StopException("This program works inside the repository: start it with ./jangteo.");
    }
}
