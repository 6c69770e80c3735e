using Jangteo.Contracts;

namespace Jangteo.Platform.Input;

/// <summary>
/// The rule of every text field there is, whichever module has it. A field of a request that is not read by one of these fails a test.
/// </summary>
public static class TextRules
{
    /// <summary>What others call a person.</summary>
    public static readonly TextRule PersonName = new(80);

    public static readonly TextRule Title = new(120);

    public static readonly TextRule Description = new(4000) { Shortest = 0, HasLines = true };

    public static readonly TextRule PlaceName = new(80);

    /// <summary>Where to deliver to.</summary>
    public static readonly TextRule Address = new(300);

    /// <summary>An account at a bank, as its owner writes it.</summary>
    public static readonly TextRule Account = new(100);

    /// <summary>What a payer writes on a transfer.</summary>
    public static readonly TextRule Reference = new(100);

    public static readonly TextRule Note = new(1000) { Shortest = 0, HasLines = true };

    /// <summary>Why a person makes a move, in their own words; may be left out.</summary>
    public static readonly TextRule Reason = new(1000) { Shortest = 0, HasLines = true };

    /// <summary>Why an operator acts: never left out.</summary>
    public static readonly TextRule OperatorReason = new(1000) { HasLines = true };

    /// <summary>A payment provider's token for a card.</summary>
    public static readonly TextRule Card = new(200);

    /// <summary>What is searched for.</summary>
    public static readonly TextRule Query = new(120);
}

/// <summary>What was found wrong with the fields of a request, by camelCase field: all of it is said at once.</summary>
public sealed class FieldErrors
{
    private readonly Dictionary<string, Wrong[]> wrong = [];

    public bool Any => wrong.Count > 0;

    public Refusal? Refusal => Any ? new Refusal(Refusals.Invalid, Fields: wrong) : null;

    public void Add(string field, Wrong what) => wrong[field] = [what];

    /// <summary>The text to keep of a field that is needed; empty when it is wrong, which is then noted.</summary>
    public string Text(string field, string? given, TextRule rule)
    {
        if (rule.Read(given, out var text) is { } what)
        {
            Add(field, what);
        }

        return text;
    }

    /// <summary>The text to keep of a field that may be left out; null when it is, or when it is wrong, which is then noted.</summary>
    public string? OptionalText(string field, string? given, TextRule rule)
    {
        if (rule.ReadOptional(given, out var text) is { } what)
        {
            Add(field, what);
        }

        return text;
    }
}
