using Jangteo.Kinds;

namespace Jangteo.Platform.Input;

/// <summary>Kinds as this program takes them: their tables checked, and their texts read by the same rules as what people write.</summary>
public static class KindTexts
{
    private static readonly TextRule Label = new(80);
    private static readonly TextRule Sentence = new(500);

    /// <summary>Reads and checks the folder of a kind, or a folder of such folders.</summary>
    public static Verdict Check(string folder) => Kinds.Check.Folder(folder, reads: Read);

    /// <summary>Answers what is wrong with a text of a kind, in English as all that the checks say, or null.</summary>
    internal static string? Read(string given, bool isLabel, out string text)
    {
        var wrong = (isLabel ? Label : Sentence).Read(given, out text);
        return wrong is null ? null : Texts.Say(new Texts().Wrong(wrong.Word, "en"), wrong.Values);
    }
}
