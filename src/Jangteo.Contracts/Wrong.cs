namespace Jangteo.Contracts;

/// <summary>
/// What is wrong with a field: a word, under which the engine's texts say it in every language (section <c>wrong</c>), and the values that fill the sentence.
/// The list is closed: what else is to be said of a field is one more of these, with its texts.
/// </summary>
public sealed class Wrong
{
    // Of a request that was read.
    public static readonly Wrong Id = new("id");
    public static readonly Wrong Cursor = new("cursor");
    public static readonly Wrong Token = new("token");
    public static readonly Wrong Month = new("month");
    public static readonly Wrong MinorUnits = new("minor-units");
    public static readonly Wrong Kilometres = new("kilometres");
    public static readonly Wrong LatLng = new("lat-lng");
    public static readonly Wrong BoundingBox = new("bounding-box");
    public static readonly Wrong NeededForWithin = new("needed-for-within");
    public static readonly Wrong NeededForDistance = new("needed-for-distance");
    public static readonly Wrong Latitude = new("latitude");
    public static readonly Wrong Longitude = new("longitude");
    public static readonly Wrong CannotBeKept = new("cannot-be-kept");
    public static readonly Wrong NotInThisKind = new("not-in-this-kind");
    public static readonly Wrong SingleThings = new("single-things");
    public static readonly Wrong NoCardHere = new("no-card-here");
    public static readonly Wrong WhichKind = new("which-kind");
    public static readonly Wrong Picture = new("picture");
    public static readonly Wrong PictureUnreadable = new("picture-unreadable");
    public static readonly Wrong EachPictureOnce = new("each-picture-once");
    public static readonly Wrong SignedUpAlready = new("signed-up-already");
    public static readonly Wrong PersonOrEmail = new("person-or-email");
    public static readonly Wrong EasyPassword = new("easy-password");
    public static readonly Wrong WrongPassword = new("wrong-password");
    public static readonly Wrong Phone = new("phone");
    public static readonly Wrong Whose = new("whose");

    // Of a request as a whole.
    public static Wrong OtherOrigin(string origin, string expected) => new("other-origin", ("origin", origin), ("expected", expected));

    public static Wrong NoOrigin(string expected) => new("no-origin", ("expected", expected));

    // Of a request that could not be read.
    public static readonly Wrong SentAsOtherThanJson = new("sent-as-other-than-json");
    public static readonly Wrong OtherThanUtf8 = new("other-than-utf8");
    public static readonly Wrong NoBody = new("no-body");
    public static readonly Wrong Unreadable = new("unreadable");
    public static readonly Wrong Missing = new("missing");
    public static readonly Wrong NulCharacter = new("nul-character");
    public static readonly Wrong NotText = new("not-text");
    public static readonly Wrong NotTime = new("not-time");
    public static readonly Wrong StandsTwice = new("stands-twice");
    public static readonly Wrong IsNull = new("is-null");
    public static readonly Wrong OtherType = new("other-type");
    public static readonly Wrong NotJson = new("not-json");

    private Wrong(string word, params (string Name, object Value)[] values)
    {
        Word = word;
        Values = values.ToDictionary(value => value.Name, value => FormattableString.Invariant($"{value.Value}"));
    }

    /// <summary>Under which its sentence is found.</summary>
    public string Word { get; }

    /// <summary>What fills its sentence, by placeholder.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    public static Wrong NotOneOf(IEnumerable<string> choices) => new("not-one-of", ("choices", string.Join(", ", choices)));

    public static Wrong NotWhole(long least, long most) => new("not-whole", ("least", least), ("most", most));

    public static Wrong Characters(int least, int most) => new("characters", ("least", least), ("most", most));

    public static Wrong TooManyCharacters(int most) => new("too-many-characters", ("most", most));

    public static Wrong TooManyWords(int most) => new("too-many-words", ("most", most));

    /// <param name="code">The code point of the character that is refused.</param>
    public static Wrong CharacterNotAllowed(int code) => new("character-not-allowed", ("named", $"U+{code:X4}"));

    public static Wrong OneLine(int most) => new("one-line", ("most", most));

    /// <param name="least">In minor units.</param>
    /// <param name="most">In minor units.</param>
    public static Wrong Price(long least, long most) => new("price", ("least", least), ("most", most));

    /// <param name="most">In minor units.</param>
    public static Wrong TooMuch(long most) => new("too-much", ("most", most));

    public static Wrong TooFew(int least) => new("too-few", ("least", least));

    public static Wrong Card(int most) => new("card", ("most", most));

    public static Wrong TooManyPictures(int most) => new("too-many-pictures", ("most", most));

    public static Wrong TooManyDisputePictures(int most) => new("too-many-dispute-pictures", ("most", most));

    /// <param name="most">In megabytes.</param>
    public static Wrong NoSpaceForDisputePictures(long most) => new("no-space-for-dispute-pictures", ("most", most));

    /// <param name="most">In millions.</param>
    public static Wrong TooManyPixels(int most) => new("too-many-pixels", ("most", most));

    public static Wrong Email(int most) => new("email", ("most", most));

    public static Wrong EmailOfTheSandbox(string domain) => new("email-of-the-sandbox", ("named", domain));

    /// <param name="most">As a table writes it, such as 3650d.</param>
    public static Wrong HowFar(string most) => new("how-far", ("most", most));

    public static Wrong NoSuchFault(IEnumerable<string> choices) => new("no-such-fault", ("choices", string.Join(", ", choices)));

    public static Wrong NoSuchMember(string name) => new("no-such-member", ("named", name));
}
