using Jangteo.Contracts;

namespace Jangteo.Platform.Http;

/// <summary>What is asked for in a query, or given in a body; a bad value is refused by its name.</summary>
public static class Asked
{
    public static T? Choice<T>(string? word, string name, params (string Word, T Value)[] choices)
        where T : struct =>
        word is null ? null
        : choices.Where(choice => choice.Word == word).Select(choice => (T?)choice.Value).FirstOrDefault()
            ?? throw Bad(name, Wrong.NotOneOf(choices.Select(choice => choice.Word)));

    public static Guid? Id(string? id, string name) =>
        id is null ? null : Guid.TryParse(id, out var found) ? found : throw Bad(name, Wrong.Id);

    /// <summary>A text without the blanks around it; null when there is nothing else.</summary>
    public static string? Text(string? text, string name, int longest) =>
        string.IsNullOrWhiteSpace(text) ? null
        : text.Length > longest || text.Contains('\0', StringComparison.Ordinal) ? throw Bad(name, Wrong.TooManyCharacters(longest))
        : text.Trim();

    public static RefusedException Bad(string field, Wrong wrong) => new(Refusal.Invalid(field, wrong));
}
