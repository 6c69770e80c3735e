namespace Jangteo.Platform;

/// <summary>
/// Secrets as Docker, Podman and Kubernetes mount them: each is a file that has the name of a variable, and its text is the value.
/// </summary>
internal static class SecretFiles
{
    /// <param name="folder">Null where no folder is named: the usual one, which need not be there. Empty is none.</param>
    /// <param name="isOurs">Whether a name is that of a setting; the other files are for other programs.</param>
    /// <returns>What was found, and what kept it from being read, or null.</returns>
    public static (IReadOnlyList<(string Name, string Value, string Path)> Found, string? Mistake) Read(
        string? folder, Func<string, bool> isOurs)
    {
        var usual = new Settings().SecretsFolder;
        folder ??= usual;
        if (folder.Length == 0 || (folder == usual && !Directory.Exists(folder)))
            return ([], null);

        try
        {
            return ([.. Directory.EnumerateFiles(folder).Where(path => isOurs(Path.GetFileName(path))).Select(Secret)], null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ([], $"{nameof(Settings.SecretsFolder)}: {unreadable.Message} The account of the program has to be able to read it.");
        }
    }

    /// <summary>Editors and <c>echo</c> end a file with a line break, which is no part of a password.</summary>
    private static (string Name, string Value, string Path) Secret(string path) =>
        (Path.GetFileName(path), File.ReadAllText(path).TrimEnd('\r', '\n'), path);
}
