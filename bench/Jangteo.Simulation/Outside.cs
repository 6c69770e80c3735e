using Jangteo.Payments.Providers;

namespace Jangteo.Simulation;

/// <summary>A card provider as one wishes it were: once per key, and the same answer each time. Its book knows nothing of ours.</summary>
internal sealed class Cards
{
    private readonly Dictionary<string, (string State, long Amount)> charges = [];
    private readonly Dictionary<string, (string Charge, long Amount)> refunds = [];

    public Says Charge(string key, string token, long amount)
    {
        if (!charges.TryGetValue(key, out var charge))
        {
            charges.Add(key, charge = (token.StartsWith("declined", StringComparison.Ordinal) ? "declined" : "charged", amount));
        }

        return charge.State switch { "charged" => Says.Done, "declined" => Says.Refused, _ => Says.Voided };
    }

    public Says Void(string key)
    {
        if (!charges.TryGetValue(key, out var charge) || charge.State == "charged")
        {
            charges[key] = ("voided", 0);
        }

        return Says.Done;
    }

    public Says Refund(string key, string chargeKey, long amount)
    {
        if (refunds.ContainsKey(key))
        {
            return Says.Done;
        }

        if (!charges.TryGetValue(chargeKey, out var charge) || charge.State != "charged" || charge.Amount - refunds.Values.Where(refund => refund.Charge == chargeKey).Sum(refund => refund.Amount) < amount)
        {
            return Says.Refused;
        }

        refunds.Add(key, (chargeKey, amount));
        return Says.Done;
    }

    /// <summary>What it has of each subject, in minor units: charged, less refunded.</summary>
    public Dictionary<string, long> Book()
    {
        var book = new Dictionary<string, long>();
        foreach (var (key, charge) in charges)
        {
            if (charge.State == "charged")
            {
                Add(book, key, charge.Amount);
            }
        }

        foreach (var refund in refunds.Values)
        {
            Add(book, refund.Charge, -refund.Amount);
        }

        return book;
    }

    internal static void Add(Dictionary<string, long> book, string key, long amount)
    {
        var subject = key[..key.IndexOf('/', StringComparison.Ordinal)];
        book[subject] = book.GetValueOrDefault(subject) + amount;
    }
}

/// <summary>A bank: sends once per key, or refuses it for ever, and sees what people pay in.</summary>
/// <param name="refuses">Whether it refuses a transfer that it sees for the first time.</param>
internal sealed class BankOutside(Func<bool> refuses)
{
    private readonly Dictionary<string, long> transfers = [];
    private readonly HashSet<string> refused = [];

    public List<BankDeposit> Deposits { get; } = [];

    public Says Transfer(string key, string? account, long amount)
    {
        _ = account ?? throw new InvalidOperationException($"{key} is sent to nobody.");
        if (!transfers.ContainsKey(key) && (refused.Contains(key) || refuses()))
        {
            refused.Add(key);
            return Says.Refused;
        }

        transfers.TryAdd(key, amount);
        return Says.Done;
    }

    /// <summary>What it sent for each subject, in minor units.</summary>
    public Dictionary<string, long> Sent()
    {
        var book = new Dictionary<string, long>();
        foreach (var (key, amount) in transfers)
        {
            Cards.Add(book, key, amount);
        }

        return book;
    }
}
