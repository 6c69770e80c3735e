using System.Text.Json.Nodes;

namespace Jangteo.SystemTests.OpenApi;

/// <summary>The comparison itself: each case differs from a sound one in one thing.</summary>
public sealed class ComparingTests
{
    private const string Schema =
        """
        { "type": "object", "required": ["id"], "additionalProperties": false, "properties": {
            "id": { "type": "string", "format": "uuid" }, "at": { "type": ["null", "string"], "format": "date-time" },
            "count": { "type": "integer", "format": "int32" }, "kind": { "enum": ["a", "b"], "type": "string" },
            "of": { "oneOf": [{ "type": "null" }, { "$ref": "#/words" }] }, "words": { "$ref": "#/words" },
            "by": { "type": "object", "additionalProperties": { "type": "boolean" } } } }
        """;

    [Theory]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000" }""")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "at": "2026-03-01T09:30:00.000Z", "count": 3, "kind": "b", "of": ["x"], "words": [], "by": { "x": true } }""")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "at": null, "of": null }""")]
    public void What_fits_has_no_differences(string value)
    {
        Assert.Empty(Differences(value));
    }

    [Theory]
    [InlineData("""[]""", "$ is []")]
    [InlineData("""{ }""", "$.id is missing")]
    [InlineData("""{ "id": "0190D0A0-0000-7000-8000-000000000000" }""", "$.id is")]
    [InlineData("""{ "id": 5 }""", "$.id is 5")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "at": "2026-03-01T09:30:00Z" }""", "$.at is")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "count": "5" }""", "$.count is \"5\"")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "count": 1.5 }""", "$.count is 1.5")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "count": 3000000000 }""", "$.count is 3000000000")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "count": null }""", "$.count is null")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "kind": "c" }""", "$.kind is \"c\"")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "of": [5] }""", "$.of is [5]")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "words": ["x", null] }""", "$.words[1] is null")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "by": { "x": 1 } }""", "$.by.x is 1")]
    [InlineData("""{ "id": "0190d0a0-0000-7000-8000-000000000000", "more": 1 }""", "$.more must not be there")]
    public void What_does_not_fit_is_said_with_its_path(string value, string difference)
    {
        Assert.Contains(Differences(value), line => line.StartsWith(difference, StringComparison.Ordinal));
    }

    [Fact]
    public void A_keyword_that_nobody_taught_it_is_no_reason_to_pass()
    {
        Assert.Throws<NotSupportedException>(() => new JsonSchema(new JsonObject()).Differences(JsonNode.Parse("""{ "multipleOf": 2 }"""), JsonNode.Parse("3")));
    }

    private static IReadOnlyList<string> Differences(string value) =>
        new JsonSchema(JsonNode.Parse("""{ "words": { "type": "array", "items": { "type": "string" } } }""")!).Differences(JsonNode.Parse(Schema), JsonNode.Parse(value));
}
