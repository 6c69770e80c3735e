using System.Diagnostics;

namespace Jangteo.Tests;

/// <summary>The source tree these tests were built from.</summary>
internal static class Repository
{
    private static readonly Lazy<string[]> tracked = new(ListTracked);

    public static string Root { get; } = FindRoot();

    /// <summary>Every file that is part of the repository, relative to its root. What is merely lying about is not.</summary>
    public static string[] Files => tracked.Value;

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The lines of text files below some folders (all when none is named), with where they stand: <c>path:line</c>.</summary>
    public static IEnumerable<(string Where, string Text)> Lines(params string[] folders) =>
        from path in Files
        where folders.Length == 0 || folders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
        where Path.GetExtension(path) is not (".png" or ".jpg" or ".webp" or ".woff2")
        from line in Read(path).Split('\n').Index()
        select ($"{path}:{line.Index + 1}", line.Item);

    private static string[] ListTracked()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Root, "-c", "safe.directory=*", "ls-files", "-z"]) { RedirectStandardOutput = true })!;
        var listed = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.True(listed.Length > 0, "git knows no file here; these tests need the repository, not only its files.");
        return [.. listed.Where(path => File.Exists(Path.Combine(Root, path)))];
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Jangteo.slnx")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException("The tests run from inside the repository: they read its files.");
    }
}
