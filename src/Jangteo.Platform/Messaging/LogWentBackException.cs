namespace Jangteo.Platform.Messaging;

/// <summary>
/// A module's log ends before, or goes on otherwise than, what has been heard of it: its database was restored to an earlier point than the
/// others.
/// </summary>
public sealed class LogWentBackException : Exception
{
    /// <param name="receiver">Who knows better; the sender itself where its database was restored under the running process.</param>
    /// <param name="known">The position up to which it is known.</param>
    /// <param name="end">Where it ends now, or null where another message stands at that position.</param>
    public LogWentBackException(string sender, string receiver, long known, long? end)
        : this(
            sender == receiver ? Alarm.OwnLogWentBack : end is null ? Alarm.LogChanged : Alarm.LogWentBack,
            Alarm.FactsOf(("sender", sender), ("receiver", receiver), ("position", known), ("end", end)))
    {
    }

    private LogWentBackException(string sort, IReadOnlyDictionary<string, string> facts)
        : base(Alarm.TextOf(sort, facts, "en")) => (Sort, Facts) = (sort, facts);

    /// <summary>The sort of the alarm that says so.</summary>
    public string Sort { get; }

    public IReadOnlyDictionary<string, string> Facts { get; }
}
