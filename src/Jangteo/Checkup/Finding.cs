namespace Jangteo.Checkup;

internal enum Grade
{
    Well,

    /// <summary>Nothing fails now; somebody should see to it.</summary>
    Warning,

    /// <summary>Something fails, or will: doctor exits with 1.</summary>
    Wrong,
}

/// <summary>What doctor says of one thing.</summary>
/// <param name="What">One word, such as database.</param>
/// <param name="Detail">What was found and, unless it is well, what to do.</param>
internal sealed record Finding(Grade Grade, string What, string Detail)
{
    public static Finding Well(string what, string detail) => new(Grade.Well, what, detail);

    public static Finding Warning(string what, string detail) => new(Grade.Warning, what, detail);

    public static Finding Wrong(string what, string detail) => new(Grade.Wrong, what, detail);
}
