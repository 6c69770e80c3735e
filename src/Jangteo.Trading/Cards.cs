using Jangteo.Contracts;
using Jangteo.Platform.Http;

namespace Jangteo.Trading;

/// <summary>The card of a move: given where it holds a payment, and nowhere else.</summary>
internal static class Cards
{
    private const int Longest = 200;

    /// <summary>Refuses <c>invalid</c> a card that is missing, too long, or not wanted.</summary>
    public static void Refuse(bool isNeeded, string? card)
    {
        if (isNeeded ? string.IsNullOrWhiteSpace(card) || card.Length > Longest : card is not null)
        {
            throw new RefusedException(Refusal.Invalid("card", isNeeded ? Wrong.Card(Longest) : Wrong.NoCardHere));
        }
    }
}
