using Jangteo.Platform.Asking;

namespace Jangteo.Catalog;

/// <summary>Where a trade is with the units of its listing.</summary>
internal enum Has
{
    Nothing,
    Taken,
    Sold,
    WrittenOff,
}

/// <summary>What one trade has of its listing.</summary>
/// <param name="Quantity">Units it has, had sold to it, or lost; 0 when it has nothing.</param>
/// <param name="TakenAt">The revision of the taking that stands.</param>
/// <param name="UndoneUpTo">Takings up to this revision were given back, also those that have not arrived yet.</param>
/// <param name="Answers">What it was answered, by key.</param>
internal sealed record Allocation(Has Has, int Quantity, int TakenAt, int UndoneUpTo, KeyedAnswers Answers)
{
    public static readonly Allocation New = new(Has.Nothing, 0, 0, 0, default);
}
