using Jangteo.Platform.Asking;

namespace Jangteo.Delivery;

/// <summary>Where the delivery of a trade is.</summary>
internal enum Whereabouts
{
    None,
    UnderWay,
    Arrived,
    Cancelled,
}

/// <summary>The delivery of one trade.</summary>
/// <param name="StartedAt">The revision of the request that started it; 0 when nothing was.</param>
/// <param name="CancelledUpTo">Requests to deliver up to this revision were cancelled, also those that have not arrived yet.</param>
/// <param name="Answers">What the trade was answered, by key.</param>
internal sealed record Shipment(Whereabouts Is, int StartedAt, int CancelledUpTo, KeyedAnswers Answers)
{
    public static readonly Shipment None = new(Whereabouts.None, 0, 0, default);
}
