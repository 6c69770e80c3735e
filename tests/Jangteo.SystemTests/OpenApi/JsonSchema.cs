using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jangteo.SystemTests.OpenApi;

/// <summary>
/// Compares JSON with the schemas of an API document: as much of JSON Schema 2020-12 as our document uses. A keyword it does not know is an error, so that
/// nothing passes because nobody looked.
/// </summary>
/// <param name="document">The whole document, for references.</param>
internal sealed partial class JsonSchema(JsonNode document)
{
    private static readonly string[] Remarks = ["title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"];

    /// <summary>Where and how a value differs from a schema, a line each; none when it does not.</summary>
    public IReadOnlyList<string> Differences(JsonNode? schema, JsonNode? value)
    {
        var found = new List<string>();
        Compare(schema, value, "$", found);
        return found;
    }

    private void Compare(JsonNode? schema, JsonNode? value, string path, List<string> found)
    {
        if (schema is JsonValue always)
        {
            if (!always.GetValue<bool>())
                found.Add($"{path} must not be there");
            return;
        }

        foreach (var (keyword, rule) in (JsonObject)schema!)
        {
            switch (keyword)
            {
                case "$ref":
                    Compare(Resolve((string)rule!), value, path, found);
                    break;
                case "type":
                    if (!TypesOf(rule!).Any(type => Is(type, value)))
                        found.Add($"{path} is {Show(value)}, not {rule!.ToJsonString()}");
                    break;
                case "enum":
                    if (!rule!.AsArray().Any(one => JsonNode.DeepEquals(one, value)))
                        found.Add($"{path} is {Show(value)}, not one of {rule!.ToJsonString()}");
                    break;
                case "format":
                    if (!HasFormat((string)rule!, value))
                        found.Add($"{path} is {Show(value)}, not of the format {rule}");
                    break;
                case "required" when value is JsonObject members:
                    found.AddRange(rule!.AsArray().Select(name => (string)name!).Where(name => !members.ContainsKey(name)).Select(name => $"{path}.{name} is missing"));
                    break;
                case "properties" when value is JsonObject members:
                    foreach (var (name, property) in (JsonObject)rule!)
                    {
                        if (members.TryGetPropertyValue(name, out var member))
                            Compare(property, member, $"{path}.{name}", found);
                    }

                    break;
                case "additionalProperties" when value is JsonObject members:
                    foreach (var (name, member) in members.Where(member => schema["properties"]?[member.Key] is null))
                        Compare(rule, member, $"{path}.{name}", found);
                    break;
                case "items" when value is JsonArray items:
                    for (var at = 0; at < items.Count; at++)
                        Compare(rule, items[at], $"{path}[{at}]", found);
                    break;
                case "oneOf" or "anyOf":
                    var tries = rule!.AsArray().Select(one => Differences(one, value)).ToList();
                    var fitting = tries.Count(one => one.Count == 0);
                    if (fitting == 0 || (keyword == "oneOf" && fitting > 1))
                        found.Add($"{path} is {Show(value)}, which fits {fitting} of {tries.Count}: {string.Join(" or ", tries.Select(one => string.Join(", ", one)))}");
                    break;
                case "allOf":
                    foreach (var one in rule!.AsArray())
                        Compare(one, value, path, found);
                    break;
                case "required" or "properties" or "additionalProperties" or "items":
                    // They speak of objects and lists; what must be one says so by its type.
                    break;
                default:
                    if (!Remarks.Contains(keyword))
                        throw new NotSupportedException($"The schema at {path} says {keyword}, which nobody has taught this test yet.");
                    break;
            }
        }
    }

    /// <summary>What a reference refers to.</summary>
    public JsonNode Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate(document, (at, name) => at[name.Replace("~1", "/").Replace("~0", "~")] ?? throw new InvalidOperationException($"{reference} refers to nothing."));

    private static IEnumerable<string> TypesOf(JsonNode rule) => rule is JsonArray several ? several.Select(one => (string)one!) : [(string)rule!];

    private static bool Is(string type, JsonNode? value) => value?.GetValueKind() switch
    {
        null => type == "null",
        JsonValueKind.String => type == "string",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        _ => type == "number" || (type == "integer" && long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out _)),
    };

    /// <summary>A format speaks of texts or of numbers; that it is one or the other is for the type to say.</summary>
    private static bool HasFormat(string format, JsonNode? value)
    {
        var kind = value?.GetValueKind();
        return format switch
        {
            "uuid" => kind != JsonValueKind.String || LowerCaseId().IsMatch((string)value!),
            "date-time" => kind != JsonValueKind.String || UtcWithMilliseconds().IsMatch((string)value!),
            "int32" => kind != JsonValueKind.Number || int.TryParse(value!.ToJsonString(), CultureInfo.InvariantCulture, out _),
            "int64" => kind != JsonValueKind.Number || long.TryParse(value!.ToJsonString(), CultureInfo.InvariantCulture, out _),
            "double" or "binary" or "uri" => true,
            _ => throw new NotSupportedException($"The format {format} is one that nobody has taught this test yet."),
        };
    }

    private static string Show(JsonNode? value) => value?.ToJsonString() is { } text ? text.Length > 120 ? text[..120] + "..." : text : "null";

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex LowerCaseId();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    private static partial Regex UtcWithMilliseconds();
}
