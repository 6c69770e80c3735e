namespace Jangteo.Platform.Messaging;

/// <summary>
/// A module's log ends before, or goes on otherwise than, what has been heard of it: its database was restored to an earlier point than the
/// others.
/// </summary>
/// <param name="receiver">Who knows better; the sender itself where its database was restored under the running process.</param>
/// <param name="known">The position up to which it is known.</param>
/// <param name="end">Where it ends now, or null where another message stands at that position.</param>
public sealed class LogWentBackException(string sender, string receiver, long known, long? end) : Exception(
    $"The log of {sender} went back: {receiver} knows it up to position {known}, and {(end is null ? "another message stands there now" : $"it ends at {end}")}. "
    + $"A database was restored to an earlier point than the others. {receiver} {(sender == receiver ? "sends nothing more" : $"hears nothing more of {sender}")}. "
    + "Stop every process and restore all databases to one point in time: docs/operating.md, \"Backing up and restoring\".");
