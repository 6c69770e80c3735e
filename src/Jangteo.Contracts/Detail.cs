namespace Jangteo.Contracts;

/// <summary>
/// What a refusal says beyond the sentence of its code: a word, under which the engine's texts say it in every language (section
/// <c>details</c>), and the values that fill the sentence. The list is closed: a sentence in one language only cannot be written, and a new
/// one is one more of these, with its texts.
/// </summary>
public sealed class Detail
{
    public static readonly Detail OwnTrade = new("own-trade");
    public static readonly Detail TransferSettled = new("transfer-settled");
    public static readonly Detail NoTransferHere = new("no-transfer-here");
    public static readonly Detail WrongEmailOrPassword = new("wrong-email-or-password");
    public static readonly Detail NotUnderWay = new("not-under-way");
    public static readonly Detail TransferUnknown = new("transfer-unknown");
    public static readonly Detail NotMismatched = new("not-mismatched");
    public static readonly Detail TransferCanBeBooked = new("transfer-can-be-booked");
    public static readonly Detail ProposalOver = new("proposal-over");
    public static readonly Detail ProposalOutdated = new("proposal-outdated");
    public static readonly Detail NulInQuery = new("nul-in-query");
    public static readonly Detail BodyTooSlow = new("body-too-slow");
    public static readonly Detail NoOpenDispute = new("no-open-dispute");
    public static readonly Detail NotFreeAnyMore = new("not-free-any-more");
    public static readonly Detail StartsInVain = new("starts-in-vain");

    private Detail(string word, params (string Name, object Value)[] values)
    {
        Word = word;
        Values = values.ToDictionary(value => value.Name, value => FormattableString.Invariant($"{value.Value}"));
    }

    /// <summary>Under which its sentence is found.</summary>
    public string Word { get; }

    /// <summary>What fills its sentence, by placeholder.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    public static Detail AtRevision(int revision) => new("at-revision", ("named", revision));

    public static Detail NoSuchMethod(string method, string allowed) => new("no-such-method", ("named", method), ("choices", allowed));

    public static Detail BodyNotWithin(double seconds) => new("body-not-within", ("most", seconds));

    public static Detail NotAllowedHost(string host) => new("not-allowed-host", ("named", host));

    public static Detail ModuleAway(string module) => new("module-away", ("named", module));

    /// <param name="used">Bytes that the person's pictures have now.</param>
    /// <param name="most">Bytes that they may have.</param>
    /// <param name="added">Bytes of the picture that was refused.</param>
    public static Detail PictureSpace(long used, long most, long added) =>
        new("picture-space", ("used", Megabytes(used)), ("most", Megabytes(most)), ("added", Megabytes(added)));

    /// <param name="failure">What the program says of the failure: technical, in English, for an operator.</param>
    public static Detail StillNotBooked(string failure) => new("still-not-booked", ("named", failure));

    private static double Megabytes(long bytes) => Math.Round(bytes / (1024.0 * 1024.0), 2);
}
