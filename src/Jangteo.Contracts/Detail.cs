namespace Jangteo.Contracts;

/// <summary>
/// What a refusal says beyond the sentence of its code: a word, under which the engine's texts say it in every language (section <c>details</c>), and the
/// values that fill the sentence.
/// </summary>
public sealed class Detail
{
    public static readonly Detail OwnTrade = new("own-trade");
    public static readonly Detail TransferSettled = new("transfer-settled");
    public static readonly Detail NoTransferHere = new("no-transfer-here");
    public static readonly Detail WrongEmailOrPassword = new("wrong-email-or-password");
    public static readonly Detail NotUnderWay = new("not-under-way");
    public static readonly Detail TransferUnknown = new("transfer-unknown");
    public static readonly Detail ProposalOver = new("proposal-over");
    public static readonly Detail NulInQuery = new("nul-in-query");
    public static readonly Detail BodyTooSlow = new("body-too-slow");

    private Detail(string word, params (string Name, object Value)[] values)
    {
        Word = word;
        Values = values.ToDictionary(value => value.Name, value => FormattableString.Invariant($"{value.Value}"));
    }

    /// <summary>Under which its sentence is found.</summary>
    public string Word { get; }

    /// <summary>What fills its sentence, by placeholder.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>A sentence in English that has no translation, or null.</summary>
    public string? Raw { get; private init; }

    public static implicit operator Detail(string sentence) => new("") { Raw = sentence };

    public static Detail AtRevision(int revision) => new("at-revision", ("named", revision));

    public static Detail NoSuchMethod(string method, string allowed) => new("no-such-method", ("named", method), ("choices", allowed));

    public static Detail BodyNotWithin(double seconds) => new("body-not-within", ("most", seconds));

    public static Detail NotAllowedHost(string host) => new("not-allowed-host", ("named", host));

    public static Detail ModuleAway(string module) => new("module-away", ("named", module));
}
