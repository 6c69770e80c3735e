using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Jangteo.Contracts;

namespace Jangteo.Tests.Contracts;

/// <summary>
/// What modules say to each other, in the shape it has on the wire. Logs keep messages for good and modules of two versions run side by side, so a released
/// shape does not change: what is new gets a name with the next version, or is a property that may be missing. The approved file is written anew with JANGTEO_WRITE=1.
/// </summary>
public sealed class Approved_messages
{
    private const string Approved = "tests/Jangteo.Tests/Contracts/approved-messages.txt";

    private static readonly NullabilityInfoContext nullability = new();

    // As messages are written, with the resolver named: the options have none until something is first written with them.
    private static readonly JsonSerializerOptions asWritten = new(Wire.Json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    [Fact]
    public void No_released_shape_has_changed()
    {
        var shapes = Shapes();
        if (Environment.GetEnvironmentVariable("JANGTEO_WRITE") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, Approved), shapes);

        Assert.Equal(File.Exists(Path.Combine(Repository.Root, Approved)) ? Repository.Read(Approved) : "", shapes);
    }

    [Fact]
    public void A_name_says_who_sends_it_and_which_version_it_is()
    {
        Assert.All(MessageTypes.All, type => Assert.Matches($"^{type.Sender}\\.[a-z-]+\\.v[0-9]+$", type.Name));
    }

    [Fact]
    public void A_property_that_is_left_out_is_read_as_null()
    {
        // A record of an earlier version has no such property; the one that reads it must not mind.
        var read = JsonSerializer.Deserialize<Answered>("""{"stream":"0193e5a0-0000-7000-8000-000000000001","revision":1,"verb":"refund","event":"refunded"}""", Wire.Json)!;

        Assert.Null(read.Code);
        Assert.Equal("refunded", read.Event);
    }

    private static string Shapes()
    {
        var text = new StringBuilder("What modules say to each other: type, sender -> receivers, and the body as it is on the wire. Made by the test Approved_messages.\n");
        var mentioned = new Queue<Type>([typeof(Message)]);
        foreach (var type in MessageTypes.All.OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            text.Append($"\n{type.Name}: {type.Sender} -> {string.Join(", ", ReceiversOf(type))}\n    {type.Body.Name}\n");
            mentioned.Enqueue(type.Body);
        }

        var written = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (mentioned.TryDequeue(out var record))
        {
            if (!written.ContainsKey(record.Name))
                written[record.Name] = Shape(record, mentioned);
        }

        return text.AppendJoin("", written.Values).ToString();
    }

    /// <summary>A request and an answer go to one module each, which the message itself says.</summary>
    private static IEnumerable<string> ReceiversOf(MessageType type) =>
        type.Body == typeof(Request) ? type.Receivers.Prepend("who is asked") : type.Body == typeof(Answered) ? type.Receivers.Prepend("who asked") : type.Receivers;

    private static string Shape(Type record, Queue<Type> mentioned)
    {
        var text = new StringBuilder($"\n{record.Name}\n");
        foreach (var property in asWritten.GetTypeInfo(record).Properties.Where(property => property.Get is not null).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            var mayBeMissing = property.AttributeProvider is PropertyInfo info && nullability.Create(info).ReadState == NullabilityState.Nullable;
            text.Append($"    {property.Name}: {NameOf(property.PropertyType, mentioned)}{(mayBeMissing ? "?" : "")}\n");
        }

        return text.ToString();
    }

    /// <summary>The type as JSON has it; a record of our own by its name, and its shape is written too.</summary>
    private static string NameOf(Type type, Queue<Type> mentioned)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonElement))
            return "any";
        if (type == typeof(string))
            return "string";
        if (type == typeof(bool))
            return "boolean";
        if (type == typeof(int) || type == typeof(long))
            return "integer";
        if (type == typeof(double))
            return "number";
        if (type == typeof(Guid))
            return "id";
        if (type == typeof(DateTimeOffset))
            return "time";
        if (type.IsEnum)
            return string.Join(" | ", Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, Wire.Json)));
        if (type.IsAssignableTo(typeof(IEnumerable)))
            return $"{NameOf(type.IsArray ? type.GetElementType()! : type.GetGenericArguments().Single(), mentioned)}[]";

        Assert.True(type.Assembly == typeof(Message).Assembly, $"{type} is none of our own and has no name on the wire here.");
        mentioned.Enqueue(type);
        return type.Name;
    }
}
