namespace Jangteo.Payments;

/// <summary>What is to be done outside.</summary>
internal enum What
{
    /// <summary>Charge a card.</summary>
    Charge,

    /// <summary>Take back a charge that may have happened, and refuse it when it has not yet.</summary>
    VoidCharge,

    /// <summary>Give back a charge.</summary>
    RefundCharge,

    /// <summary>Send a deposit back.</summary>
    SendBack,

    /// <summary>Send the seller his money.</summary>
    PayOut,
}

/// <summary>One call to the provider or the bank, recorded with the decision that wants it, and made by its key until it is done.</summary>
/// <param name="Key">Under which the provider knows it.</param>
/// <param name="Subject">The trade, or the deposit that goes back by itself.</param>
/// <param name="Revision">With <paramref name="Verb"/>, the attempt it belongs to.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="ChargeKey">The charge to void or to give back.</param>
/// <param name="Account">Where money is sent.</param>
/// <param name="Card">The token to charge.</param>
/// <param name="Problem">Why an operator is to see it from the beginning; null when it is as usual.</param>
internal sealed record Errand(
    string Key, Guid Subject, int Revision, string Verb, What What, long Amount, string? ChargeKey = null, string? Account = null, string? Card = null, string? Problem = null);
