namespace Jangteo.Cli;

/// <summary><c>./jangteo check</c></summary>
internal static class CheckKinds
{
    /// <summary>Folders are named from where the caller stands; the program works from the root.</summary>
    public static Task<int> Run(string[] words) =>
        TheProgram.With("check")([.. words.Select(word => Path.Exists(word) ? Path.GetFullPath(word) : word)]);
}
