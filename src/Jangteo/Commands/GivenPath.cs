namespace Jangteo.Commands;

/// <summary>Paths on the command line. <c>./jangteo</c> starts the program in the root of the repository, from wherever it is called.</summary>
internal static class GivenPath
{
    /// <summary>Set by <c>./jangteo</c>: the folder in which it was called.</summary>
    private const string CalledIn = "JANGTEO_CALLED_IN";

    /// <summary>The whole path of a file or folder that the caller has named.</summary>
    public static string Of(string given) =>
        Path.GetFullPath(given, Environment.GetEnvironmentVariable(CalledIn) is { Length: > 0 } caller ? caller : Environment.CurrentDirectory);
}
