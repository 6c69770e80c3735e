namespace Jangteo.Catalog;

/// <summary>How many units of a listing there are, and where they are.</summary>
/// <param name="Offered">Registered, and neither a draft nor withdrawn: units can be taken.</param>
/// <param name="Available">In the seller's hands.</param>
/// <param name="Out">With trades, and may come back.</param>
internal readonly record struct Units(bool Offered, int Available, int Out = 0, int Sold = 0, int WrittenOff = 0)
{
    /// <summary>What a listing has of which nobody has heard.</summary>
    public static readonly Units None;

    /// <summary>Units there ever were.</summary>
    public int Quantity => Available + Out + Sold + WrittenOff;

    public Units Take(int quantity) => this with { Available = Available - quantity, Out = Out + quantity };

    public Units GiveBack(int quantity) => this with { Available = Available + quantity, Out = Out - quantity };

    public Units Sell(int quantity) => this with { Out = Out - quantity, Sold = Sold + quantity };

    public Units WriteOff(int quantity) => this with { Out = Out - quantity, WrittenOff = WrittenOff + quantity };

    /// <summary>With another count of units there ever were, or null when more than that are out, sold or gone.</summary>
    public Units? Corrected(int quantity) => quantity - Out - Sold - WrittenOff is >= 0 and var left ? this with { Available = left } : null;
}
