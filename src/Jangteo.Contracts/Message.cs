using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jangteo.Contracts;

/// <summary>What one module says to others: an event, a request or an answer, with what every message carries (DESIGN §4).</summary>
/// <param name="Id">UUIDv7; the causation of what follows from it.</param>
/// <param name="Type">Name with version, such as <c>trading.trade-moved.v1</c>.</param>
/// <param name="Sender">The module that sends it.</param>
/// <param name="Stream">Its trade, its listing or its person: messages of one stream are heard in order.</param>
/// <param name="Context">The trade it belongs to, if any.</param>
/// <param name="Correlation">The same for everything that follows from one request of a person.</param>
/// <param name="Causation">The message or request that caused it.</param>
/// <param name="Traceparent">W3C trace context.</param>
/// <param name="At">Business time.</param>
/// <param name="Body">One of the records of this assembly, by type.</param>
public sealed record Message(
    Guid Id, string Type, string Sender, Guid Stream, MessageContext Context, Guid Correlation, Guid Causation, string? Traceparent, DateTimeOffset At, JsonElement Body)
{
    /// <summary>The place of the message in its stream, counted per sender, stream and receiver from 1. Not part of the stored text: each receiver has its own.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Seq { get; init; }

    /// <summary>The body as the record that its type names.</summary>
    /// <exception cref="JsonException">It is not such a record: something that must be there is missing or null.</exception>
    public T Read<T>() => Body.Deserialize<T>(Wire.Bodies) ?? throw new JsonException($"{Type} has no body.");
}

/// <summary>Whom and what a message is about.</summary>
public sealed record MessageContext(Guid? Trade = null, string? Kind = null, Guid? Buyer = null, Guid? Seller = null, Guid? Listing = null);

/// <summary>How messages are written: camelCase, enums as words, what is null left out.</summary>
public static class Wire
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>
    /// How bodies of messages are read: what a record cannot be without must be there, so that a message that lacks it fails as it is read,
    /// and not where it is used. What a later version added has a default, and may be missing.
    /// </summary>
    public static readonly JsonSerializerOptions Bodies = new(Json)
    {
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireWhatHasNoDefault } },
    };

    private static void RequireWhatHasNoDefault(JsonTypeInfo type)
    {
        foreach (var property in type.Kind == JsonTypeInfoKind.Object ? type.Properties : [])
        {
            if (property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false })
            {
                property.IsRequired = true;
            }
        }
    }
}

/// <summary>A type of message: its name on the wire, who sends it, who hears it, and the record of its body.</summary>
/// <param name="Receivers">The modules that hear it. Empty for requests and answers, whose receiver is the module asked or asking.</param>
public sealed record MessageType(string Name, string Sender, string[] Receivers, Type Body);

/// <summary>Everything that is said between modules, and who hears it.</summary>
public static class MessageTypes
{
    public static readonly MessageType[] All =
    [
        .. TradingMessages.All, .. CatalogMessages.All, .. PaymentsMessages.All, .. DeliveryMessages.All, .. NoticesMessages.All, .. IdentityMessages.All,
        .. OperatingMessages.All,
    ];

    private static readonly Dictionary<string, MessageType> ByName = All.ToDictionary(type => type.Name);

    public static MessageType Of(string name) => ByName[name];

    /// <summary>The senders that a module hears, requests and answers included.</summary>
    public static IEnumerable<string> SendersHeardBy(string receiver) =>
        All.Where(type => type.Receivers.Contains(receiver)).Select(type => type.Sender)
            .Concat(Exchanges.Where(pair => pair.Asker == receiver).Select(pair => pair.Asked))
            .Concat(Exchanges.Where(pair => pair.Asked == receiver).Select(pair => pair.Asker))
            .Distinct();

    /// <summary>The modules that a sender's messages may go to.</summary>
    public static IEnumerable<string> ReceiversOf(string sender) => All.Select(type => type.Sender).Concat(All.SelectMany(type => type.Receivers)).Distinct().Where(receiver => SendersHeardBy(receiver).Contains(sender));

    /// <summary>The modules that one asks, by question or by request.</summary>
    public static IEnumerable<string> AskedBy(string asker) => Exchanges.Where(pair => pair.Asker == asker).Select(pair => pair.Asked);

    /// <summary>Who asks whom by request, and hears answers from it.</summary>
    private static readonly (string Asker, string Asked)[] Exchanges =
    [
        ("trading", "payments"), ("trading", "catalog"), ("trading", "delivery"), ("trading", "notices"), ("catalog", "notices"),
    ];
}
