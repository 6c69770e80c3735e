using System.Collections.Immutable;
using Jangteo.Contracts;

namespace Jangteo.Payments;

/// <summary>The accounts of the ledger. Each belongs to a trade, a deposit or a person, but the platform's own.</summary>
internal enum Account
{
    /// <summary>The world of a buyer: negative by what came in from them.</summary>
    BuyerOutside,

    /// <summary>The world of whoever made a deposit that nobody recognises.</summary>
    PayerOutside,

    /// <summary>Of a trade. Never negative.</summary>
    Escrow,

    /// <summary>Seen at the bank, not yet confirmed: of a trade, or of a deposit that is not matched. Never negative.</summary>
    BankSuspense,

    /// <summary>On its way back: of a trade or of a deposit. Never negative.</summary>
    RefundInTransit,

    /// <summary>Of a trade. Never negative.</summary>
    PayOutInTransit,
    SellerPayable,
    PlatformFee,
    SellerOutside,
}

/// <summary>One line of a journal.</summary>
/// <param name="Of">The trade, deposit or person the account belongs to.</param>
/// <param name="Amount">In minor units; positive into the account, negative out of it.</param>
internal readonly record struct Line(Account Account, Guid Of, long Amount)
{
    private static readonly string[] Words = [.. Enum.GetValues<Account>().Select(Kinds.Words.Of)];

    /// <summary>The account's name, such as <c>escrow:&lt;trade&gt;</c>.</summary>
    public string Name => Account == Account.PlatformFee ? Words[(int)Account] : NameOf(Account, Of);

    public static string NameOf(Account account, Guid of) => $"{Words[(int)account]}:{of}";
}

/// <summary>A journal to be written: an event of the ledger, and lines that add up to zero.</summary>
internal readonly record struct Posting(string Event, ImmutableArray<Line> Lines)
{
    public const string CardHold = "card-hold";
    public const string DepositArrived = "deposit-arrived";
    public const string DepositMatched = "deposit-matched";
    public const string DepositConfirmed = "deposit-confirmed";
    public const string DepositReleased = "deposit-released";
    public const string PayOutAsked = "pay-out-asked";
    public const string PayOutSent = "pay-out-sent";
    public const string PayOutDone = "pay-out-done";
    public const string PayOutFailed = "pay-out-failed";
    public const string RefundAsked = "refund-asked";
    public const string RefundDone = "refund-done";

    /// <summary>An amount from one account to another.</summary>
    public static Posting Move(string happened, Account from, Guid fromOf, Account to, Guid toOf, long amount) =>
        new(happened, [new Line(from, fromOf, -amount), new Line(to, toOf, amount)]);

    /// <summary>As others hear of it.</summary>
    public Journal ToJournal(Guid id, DateTimeOffset at)
    {
        var entries = new Entry[Lines.Length];
        for (var index = 0; index < entries.Length; index++)
        {
            entries[index] = new Entry(Lines[index].Name, Lines[index].Amount);
        }

        return new Journal(id, Event, entries, at);
    }
}
