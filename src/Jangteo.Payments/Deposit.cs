namespace Jangteo.Payments;

/// <summary>What became of the part of a transfer that pays for nothing.</summary>
internal enum DepositState
{
    /// <summary>An operator says which trade it pays for, or sends it back.</summary>
    Waiting,

    /// <summary>It pays for its trade, wholly or in part; what was beyond that is back where it came from.</summary>
    Matched,
    SendingBack,
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

    /// <summary>The part that pays for nothing, in minor units: it waits for an operator, is on its way back, or is back.</summary>
    public long Rest => Amount - Counted;
}
