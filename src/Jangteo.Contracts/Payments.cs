namespace Jangteo.Contracts;

/// <summary>What Payments says.</summary>
public static class PaymentsMessages
{
    public const string Answered = "payments.answered.v1";
    public const string Posted = "payments.posted.v1";

    public static readonly MessageType[] All =
    [
        new(Answered, "payments", ["views"], typeof(Answered)),
        new(Posted, "payments", ["views"], typeof(JournalsPosted)),
    ];
}

/// <summary>Journals were written for a trade: the ledger's lines for its timeline and pay log.</summary>
public sealed record JournalsPosted(Guid Trade, Journal[] Journals);

/// <param name="Event">The ledger's event, such as <c>card-hold</c> or <c>refund-done</c>.</param>
public sealed record Journal(Guid Id, string Event, Entry[] Entries, DateTimeOffset At);

/// <param name="Amount">In minor units; positive into the account, negative out of it.</param>
public sealed record Entry(string Account, long Amount);
