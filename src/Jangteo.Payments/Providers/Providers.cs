namespace Jangteo.Payments.Providers;

/// <summary>What the world outside says to a call.</summary>
internal enum Says
{
    /// <summary>Done, now or at an earlier call under the same key.</summary>
    Done,

    /// <summary>Not done, and never will be under this key.</summary>
    Refused,

    /// <summary>The key was voided before.</summary>
    Voided,

    /// <summary>No answer came in time: it may have been done.</summary>
    Silent,

    /// <summary>The call surely did not arrive.</summary>
    OutOfReach,

    /// <summary>
    /// It says that something else was done than was asked for. That is never taken for success, and an operator sees it.
    /// </summary>
    Mismatched,
}

/// <summary>What is done by one call: under which key, how much, in which currency.</summary>
/// <param name="Amount">In minor units of <paramref name="Currency"/>.</param>
internal sealed record Receipt(string Reference, long Amount, string Currency)
{
    public override string ToString() => $"{Amount} {Currency} under {Reference}";
}

/// <summary>What the world outside answers to a call.</summary>
/// <param name="Receipt">What was done, as the provider or the bank has it in its own records; needed when it says that it is done.</param>
internal readonly record struct ProviderAnswer(Says Says, Receipt? Receipt = null);

/// <summary>What the books of the provider or the bank say of one trade or deposit, in minor units: everything that came in from outside less what went back or out.</summary>
/// <param name="Subject">The trade, or the deposit.</param>
internal sealed record BookLine(Guid Subject, long Net);

/// <summary>
/// A provider of card payments. Every call has a key: the same one twice has one effect and the same answer. An answer that says done
/// carries a receipt from the provider's own records, so that what it did can be compared with what was asked for.
/// </summary>
internal interface ICardProvider
{
    /// <summary>Captures an amount, in minor units.</summary>
    Task<ProviderAnswer> Charge(string key, string token, long amount, CancellationToken ct);

    /// <summary>
    /// Takes back the charge of a key, whatever its amount; from then on the key is refused. The receipt is of nothing under that key.
    /// </summary>
    Task<ProviderAnswer> Void(string key, CancellationToken ct);

    /// <summary>Gives an amount of a charge back.</summary>
    Task<ProviderAnswer> Refund(string key, string chargeKey, long amount, CancellationToken ct);

    /// <summary>What its own book says of some subjects, which are the first part of the charges' keys.</summary>
    Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct);

    /// <summary>The subjects in its own book after one, in their order, at most so many.</summary>
    Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct);
}

/// <summary>Money that arrived at the bank.</summary>
/// <param name="Position">Rises with every deposit, in the order in which they are seen.</param>
/// <param name="Reference">What the payer wrote on it.</param>
/// <param name="Amount">In minor units of <paramref name="Currency"/>.</param>
/// <param name="From">The payer's account; blank when the bank does not say.</param>
internal sealed record BankDeposit(long Position, Guid Id, string Reference, long Amount, string From, string Currency);

/// <summary>The platform's bank.</summary>
internal interface IBank
{
    /// <summary>Sends an amount, in minor units, once per key.</summary>
    Task<ProviderAnswer> Transfer(string key, string account, long amount, CancellationToken ct);

    /// <summary>Deposits after a position, in order.</summary>
    Task<IReadOnlyList<BankDeposit>> DepositsSince(long position, int most, CancellationToken ct);

    /// <summary>What its own book says of some subjects: transfers by the first part of their keys, deposits by their id.</summary>
    Task<IReadOnlyList<BookLine>> Book(Guid[] subjects, CancellationToken ct);

    /// <summary>The subjects in its own book after one, in their order, at most so many.</summary>
    Task<IReadOnlyList<Guid>> SubjectsAfter(Guid last, int most, CancellationToken ct);
}
