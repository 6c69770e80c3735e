namespace Jangteo.Contracts;

/// <summary>What modules say of acts of operators that concern a trade.</summary>
public static class OperatingMessages
{
    private static readonly string[] Senders = ["trading", "payments", "catalog", "delivery", "notices"];

    public static readonly MessageType[] All = [.. Senders.Select(sender => new MessageType(ActedBy(sender), sender, ["views"], typeof(OperatorActed)))];

    /// <summary>The name of the message of a module.</summary>
    public static string ActedBy(string module) => $"{module}.operator-acted.v1";

    /// <summary>Whether a module sends such messages. Views hears them and sends none.</summary>
    public static bool AreSentBy(string module) => Senders.Contains(module);
}

/// <summary>An operator did something that concerns a trade. It says what the parties may read: not who the operator is, nor accounts.</summary>
/// <param name="Act">The act's name, such as <c>match-transfer</c>.</param>
/// <param name="Amount">Money that moved, in minor units; 0 when none did.</param>
public sealed record OperatorActed(Guid Trade, string Act, long Amount, DateTimeOffset At);
