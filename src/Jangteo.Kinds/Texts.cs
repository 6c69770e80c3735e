namespace Jangteo.Kinds;

/// <summary>What people read, by language: the texts of the kinds over the engine's own.</summary>
public sealed class Texts
{
    public static readonly string[] Languages = ["en", "ko"];
}
