namespace Jangteo.Contracts;

/// <summary>What Delivery says: answers, and <c>delivered</c> on its own.</summary>
public static class DeliveryMessages
{
    public const string Answered = "delivery.answered.v1";

    public static readonly MessageType[] All = [new(Answered, "delivery", ["views"], typeof(Answered))];
}
