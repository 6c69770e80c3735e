namespace Jangteo.Contracts;

/// <summary>What Notices says.</summary>
public static class NoticesMessages
{
    public const string Answered = "notices.answered.v1";
    public const string Told = "notices.told.v1";

    public static readonly MessageType[] All =
    [
        new(Answered, "notices", ["views"], typeof(Answered)),
        new(Told, "notices", ["views"], typeof(Told)),
    ];
}

/// <summary>People were told something about a trade or a listing.</summary>
/// <param name="Cause">The trade's revision, or the listing's.</param>
/// <param name="Tellings">To whom, by which channel, and how it went: told, sent, waiting, unknown or undeliverable.</param>
public sealed record Told(Guid? Trade, Guid? Listing, string What, int Cause, Telling[] Tellings, DateTimeOffset At);

public sealed record Telling(Guid Notice, Guid Person, string Channel, string Status);
