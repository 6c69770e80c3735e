using Jangteo.Contracts;
using Jangteo.Platform.Input;

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

    /// <summary>A text by its rule; null when there is nothing to be seen in it.</summary>
    public static string? Text(string? text, string name, TextRule rule) =>
        rule.ReadOptional(text, out var read) is { } wrong ? throw Bad(name, wrong) : read;

    /// <summary>A word of a query, such as a kind or a state; null when there is none.</summary>
    public static string? Text(string? text, string name, int longest) => Text(text, name, new TextRule(longest));

    public static RefusedException Bad(string field, Wrong wrong) => new(Refusal.Invalid(field, wrong));
}
