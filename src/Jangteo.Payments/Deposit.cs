namespace Jangteo.Payments;

/// <summary>What became of a deposit.</summary>
internal enum DepositState
{
    /// <summary>An operator says where it belongs, or sends it back.</summary>
    Waiting,

    /// <summary>It is the deposit that its trade expected, or part of it.</summary>
    Matched,
    SendingBack,
    SentBack,
}

/// <summary>How a deposit compares with what was expected.</summary>
internal enum Fits
{
    Whole,
    Short,

    /// <summary>More than was expected, or once more.</summary>
    Over,

    /// <summary>Nobody knows its reference.</summary>
    Unmatched,

    /// <summary>What it was for has been given up. It goes back by itself.</summary>
    Late,
}

/// <summary>Money that the bank has seen.</summary>
/// <param name="Position">Its place on the bank's statement.</param>
/// <param name="From">The payer's account.</param>
/// <param name="Trade">The trade that it names, or that an operator found for it.</param>
/// <param name="Currency">Of the installation.</param>
internal sealed record Deposit(Guid Id, long Position, string Reference, long Amount, string From, Guid? Trade, DepositState State, Fits Fits, string Currency, DateTimeOffset At)
{
    /// <summary>The verb of the errand that sends it back; no table can ask for it.</summary>
    public const string SendBack = "send-back";
}
