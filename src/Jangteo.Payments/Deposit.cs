namespace Jangteo.Payments;

/// <summary>
/// Whether anything of a transfer is still to be dealt with. A transfer has two parts: <see cref="Deposit.Counted"/> pays for its trade,
/// and <see cref="Deposit.Rest"/>, whatever is beyond that, has to go back. The state is that of the rest; with no rest it is
/// <see cref="Matched"/>.
/// <list type="bullet">
/// <item>10,000 for a trade that expects 10,000: counted 10,000, rest 0, matched at once.</item>
/// <item>12,000 for the same trade: counted 10,000, rest 2,000, sending-back, then matched.</item>
/// <item>5,000 that name no trade: counted 0, rest 5,000, waiting; sent back by an operator: sending-back, then sent-back.</item>
/// </list>
/// </summary>
internal enum DepositState
{
    /// <summary>There is a rest, and an operator decides: which trade it pays for, or that it goes back.</summary>
    Waiting,

    /// <summary>Final: something of it pays for its trade, and there was no rest, or the rest is back.</summary>
    Matched,

    /// <summary>The bank is being asked to send the rest back.</summary>
    SendingBack,

    /// <summary>Final: nothing of it pays for a trade, and all of it is back.</summary>
    SentBack,
}

/// <summary>How a transfer compares with what was due when it arrived.</summary>
internal enum Fits
{
    /// <summary>With it, exactly what was due has arrived.</summary>
    Whole,

    /// <summary>It counts, and something is still missing.</summary>
    Short,

    /// <summary>More than was due, or due no longer because it was paid. What is beyond goes back.</summary>
    Over,

    /// <summary>It names no trade.</summary>
    Unmatched,

    /// <summary>The trade that it names expects no money any more. It goes back.</summary>
    Late,

    /// <summary>It names several trades, and only a person can say which is meant.</summary>
    Ambiguous,
}

/// <summary>A transfer that the bank has seen.</summary>
/// <param name="Position">Its place on the bank's statement.</param>
/// <param name="From">The payer's account; blank when the bank did not say.</param>
/// <param name="Trade">The trade that it names, or that an operator found for it.</param>
/// <param name="Currency">Of the installation.</param>
/// <param name="Counted">The part that pays for its trade, in minor units.</param>
internal sealed record Deposit(
    Guid Id, long Position, string Reference, long Amount, string From, Guid? Trade, DepositState State, Fits Fits, string Currency, DateTimeOffset At, long Counted = 0)
{
    /// <summary>The verb of the errand that sends it back; no table can ask for it.</summary>
    public const string SendBack = "send-back";

    /// <summary>The part that pays for no trade, in minor units: it waits for an operator, is on its way back, or is back.</summary>
    public long Rest => Amount - Counted;
}
