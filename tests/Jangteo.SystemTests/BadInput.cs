using System.Text;
using System.Text.Json.Nodes;
using Jangteo.SystemTests.OpenApi;

namespace Jangteo.SystemTests;

/// <summary>A body that nobody should send, made from the API document.</summary>
/// <param name="What">What is wrong with it.</param>
/// <param name="Json">As it goes out: much of it is no JSON that a library would write.</param>
/// <param name="MustBeRefused">False for what is odd but may be meant: an empty remark, a number of zero.</param>
/// <param name="NeverEchoed">What no answer may have kept, where the request is taken.</param>
internal sealed record BadBody(
    string What, byte[] Json, bool MustBeRefused = true, string Type = "application/json", string? NeverEchoed = null)
{
    private const string Huge = "9223372036854775807";

    /// <summary>Every member of a request wrong in every way, and the request as a whole.</summary>
    /// <param name="schema">Of the request.</param>
    /// <param name="sound">A request as it should be.</param>
    public static IEnumerable<BadBody> Of(ApiDescription document, JsonNode schema, JsonObject sound)
    {
        foreach (var (what, text) in new[]
        {
            ("empty", ""), ("null", "null"), ("a list", "[]"), ("a number", "5"), ("a text", "\"x\""), ("cut off", "{\"a\":"), ("two", "{}{}"), ("no JSON", "<xml/>"),
            ("deep", new string('[', 2000) + new string(']', 2000)), ("a comment", "/* x */ {}"),
        })
        {
            yield return new BadBody($"the body is {what}", Encoding.UTF8.GetBytes(text));
        }

        yield return new BadBody("the body is not UTF-8", [(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        yield return new BadBody("the body is a form", Encoding.UTF8.GetBytes("a=b"), Type: "application/x-www-form-urlencoded");
        yield return new BadBody("the body is of no type", Encoding.UTF8.GetBytes(sound.ToJsonString()), Type: "text/plain");
        yield return new BadBody("the body is too large", Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('x', 80_000)}\"}}"));
        yield return new BadBody("a member is unknown", With(sound, "noSuchMember", "1"));
        var resolved = document.Resolve(schema);
        if (resolved["properties"] is not JsonObject properties)
            yield break;

        var required = resolved["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        foreach (var (name, property) in properties)
        {
            yield return new BadBody($"{name} is missing", Without(sound, name), required.Contains(name));
            if (sound.ContainsKey(name))
                yield return new BadBody($"{name} stands twice", Encoding.UTF8.GetBytes($"{sound.ToJsonString()[..^1]},\"{name}\":{sound[name]?.ToJsonString() ?? "null"}}}"));
            foreach (var (value, mustBeRefused) in Values(document.Resolve(property!), required.Contains(name)))
                yield return new BadBody($"{name} is {(value.Length > 60 ? $"{value[..60]}... ({value.Length})" : value)}", With(sound, name, value), mustBeRefused);
            foreach (var (value, kept) in Unnormalized(document.Resolve(property!)))
                yield return new BadBody($"{name} is {value}", With(sound, name, value), false, NeverEchoed: kept);
        }
    }

    private static IEnumerable<(string Value, bool MustBeRefused)> Values(JsonNode schema, bool isRequired)
    {
        var types = schema["type"] is JsonArray several ? several.Select(one => (string)one!).ToArray() : schema["type"] is { } one ? [(string)one!] : [];
        var mayBeNull = types.Contains("null") || schema["oneOf"] is not null;
        yield return ("null", !mayBeNull);
        yield return ("[]", !types.Contains("array"));
        yield return ("{\"x\":{}}", true);
        yield return ("true", !types.Contains("boolean"));
        if (types.Contains("string"))
        {
            var isFree = schema["format"] is null && schema["enum"] is null;
            yield return ("\"\"", isRequired || !isFree);
            yield return ("\"   \"", isRequired || !isFree);
            yield return ("5", true);
            yield return ($"\"{new string('가', 5000)}\"", true);
            yield return ("\"\\u0000\"", true);
            yield return ("\"a\\u0000b\"", true);
            yield return ("\"\\ud800\"", true);
            yield return ("\"\\x\"", true);
            yield return ("\"'; drop table people; --\"", !isFree);
            yield return ("\"\\r\\n\\u001b[31m\\u202e\"", true);
            foreach (var refused in new[] { "a\\u202eb", "a\\u2066b", "a\\u200fb", "a\\ud83c\\udff4\\udb40\\udc67", "a\\ue000b", "a\\uffffb", "a\\ufffdb", "a\\u0007b", "\\u3164" })
                yield return ($"\"{refused}\"", true);
            yield return ("\"0190d0a0-0000-7000-8000-00000000dead\"", !isFree);
            yield return ("\"00000000-0000-0000-0000-000000000000\"", !isFree);
        }
        else if (types.Contains("integer"))
        {
            foreach (var wrong in new[] { "\"5\"", "\"\"", "1.5", "1e400", "NaN", "-1", "-9223372036854775808", "9223372036854775808", "99999999999999999999999999", Huge, "2147483648000" })
                yield return (wrong, true);
            yield return ("0", false);
            yield return ("-0", false);
        }
        else
        {
            yield return ("\"x\"", true);
            yield return ("5", true);
            yield return ("{\"name\":\"x\",\"lat\":1e999,\"lng\":0}", true);
            yield return ("{\"name\":\"x\",\"lat\":91,\"lng\":181}", true);
            yield return ("{\"name\":\"x\"}", true);
            yield return ("{\"name\":\"a\\u202eb\",\"lat\":1,\"lng\":1}", true);
            yield return ($"{{\"name\":\"{new string('x', 5000)}\",\"lat\":1,\"lng\":1}}", true);
        }
    }

    /// <summary>
    /// Texts that may be taken, but never kept as they are: in pieces, with invisible characters, with a line feed at the end.
    /// </summary>
    private static IEnumerable<(string Value, string NeverKept)> Unnormalized(JsonNode schema)
    {
        var isText =
            schema["type"] is JsonArray several ? several.Any(one => (string)one! == "string") : (string?)schema["type"] == "string";
        return isText && schema["format"] is null && schema["enum"] is null
            ? [("\"cafe\\u0301 cafe\\u0301\"", "\u0301"), ("\"so\\u200bft soft\"", "\u200b"), ("\"a\\ufeffb 12345678\"", "\ufeff"), ("\"12345678 \\n\"", "\\n")]
            : [];
    }

    private static byte[] With(JsonObject sound, string name, string value)
    {
        var members = sound.Where(member => member.Key != name).Select(member => $"\"{member.Key}\":{member.Value?.ToJsonString() ?? "null"}").Append($"\"{name}\":{value}");
        return Encoding.UTF8.GetBytes($"{{{string.Join(',', members)}}}");
    }

    private static byte[] Without(JsonObject sound, string name)
    {
        var less = (JsonObject)sound.DeepClone();
        less.Remove(name);
        return Encoding.UTF8.GetBytes(less.ToJsonString());
    }
}
