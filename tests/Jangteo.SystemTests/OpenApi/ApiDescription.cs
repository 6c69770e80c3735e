using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jangteo.SystemTests.OpenApi;

/// <summary>The API document of a running program, as something to compare requests and answers with.</summary>
internal sealed class ApiDescription
{
    private readonly JsonSchema schemas;

    public ApiDescription(JsonNode document)
    {
        Document = document;
        schemas = new JsonSchema(document);
        Routes =
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               select new ApiRoute(operation.Key.ToUpperInvariant(), path.Key, operation.Value!),
        ];
    }

    public JsonNode Document { get; }

    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>The route that answers; fixed words before parameters, as the program itself decides.</summary>
    public ApiRoute? Find(string method, string path) =>
        Routes.Where(route => route.Method == method && route.Matches(path)).OrderBy(route => route.Parameters).FirstOrDefault();

    /// <summary>A schema, or the one that it refers to.</summary>
    public JsonNode Resolve(JsonNode schema) => schema["$ref"] is { } reference ? schemas.Resolve((string)reference!) : schema;

    /// <summary>A request with something in every member, right by its type.</summary>
    public JsonObject Sound(JsonNode schema)
    {
        var sound = new JsonObject();
        foreach (var (name, property) in Resolve(schema)["properties"]?.AsObject() ?? [])
        {
            var resolved = Resolve(property!);
            var type = resolved["type"] is JsonArray several ? (string)several.First(one => (string)one! != "null")! : (string?)resolved["type"];
            sound[name] = type switch
            {
                "string" when (string?)resolved["format"] == "uuid" => "0190d0a0-0000-7000-8000-00000000dead",
                "string" => "something",
                "integer" => 1,
                "boolean" => true,
                _ => null,
            };
        }

        return sound;
    }

    public IReadOnlyList<string> Differences(JsonNode schema, JsonNode? value) => schemas.Differences(schema, value);
}

/// <summary>One operation of the document.</summary>
internal sealed record ApiRoute(string Method, string Path, JsonNode Operation)
{
    private readonly Regex pattern = new("^" + Regex.Replace(Path, @"\{[^}]+\}", "[^/]+") + "$");

    public int Parameters => Path.Count(letter => letter == '{');

    /// <summary>The schema of the JSON that it takes, or null when it takes none.</summary>
    public JsonNode? Request => Operation["requestBody"]?["content"]?["application/json"]?["schema"];

    /// <summary>Whether it wants somebody signed in.</summary>
    public bool NeedsSignIn => Operation["security"] is JsonArray { Count: > 0 } ways && ways.All(way => way!.AsObject().Count > 0);

    /// <summary>Whether the same command with the same Idempotency-Key has one effect and one answer.</summary>
    public bool TakesKey => Operation["parameters"]?.AsArray().Any(one => (string)one!["in"]! == "header" && (string)one["name"]! == "Idempotency-Key") == true;

    public bool Matches(string path) => pattern.IsMatch(path);

    /// <summary>What it may answer with a status: by media type, or null when the document does not say such an answer.</summary>
    public JsonNode? Answer(int status) => Operation["responses"]![$"{status}"] ?? (status >= 400 ? Operation["responses"]!["default"] : null);

    public override string ToString() => $"{Method} {Path}";
}
