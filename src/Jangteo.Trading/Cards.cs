using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;

namespace Jangteo.Trading;

/// <summary>The card of a move: given where it holds a payment, and nowhere else.</summary>
internal static class Cards
{
    /// <summary>The card to keep. Refuses <c>invalid</c> a card that is missing, too long, or not wanted.</summary>
    public static string? Read(bool isNeeded, string? card)
    {
        if (!isNeeded)
        {
            return card is null ? null : throw new RefusedException(Refusal.Invalid("card", Wrong.NoCardHere));
        }

        return TextRules.Card.Read(card, out var token) is null ? token : throw new RefusedException(
            Refusal.Invalid("card", Wrong.Card(TextRules.Card.Longest)));
    }
}
