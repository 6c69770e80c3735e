using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Jangteo.Tests.Compose;

/// <summary>A compose file as Compose sees it: anchors are merged, and variables that nobody sets have their defaults.</summary>
internal sealed partial class ComposeFile
{
    public const string Folder = "deploy/compose";

    private ComposeFile(JsonObject root, IReadOnlySet<string> variables) => (Root, Variables) = (root, variables);

    public JsonObject Root { get; }

    /// <summary>Of the environment, or of the file <c>.env</c>.</summary>
    public IReadOnlySet<string> Variables { get; }

    public IReadOnlyDictionary<string, JsonObject> Services => Of("services").ToDictionary(one => one.Key, one => one.Value!.AsObject());

    /// <summary>The members of a part at the top, such as <c>volumes</c>.</summary>
    public JsonObject Of(string part) => Root[part]!.AsObject();

    public static ComposeFile Read(string name)
    {
        var text = Repository.Read($"{Folder}/{name}");
        var variables = Variable().Matches(text).Select(match => match.Groups["name"].Value).ToHashSet();
        using var reader = new StringReader(Variable().Replace(text, match => match.Groups["otherwise"].Value));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return new(Json(yaml.Documents.Single().RootNode)!.AsObject(), variables);
    }

    /// <summary>The strings of a list or of one member; none where it is not there.</summary>
    public static IEnumerable<string> Texts(JsonNode? list) => list?.AsArray().Select(one => one!.ToString()) ?? [];

    /// <summary>Members of what is merged by <c>&lt;&lt;</c> count where the mapping itself does not have them.</summary>
    private static JsonObject Merged(YamlMappingNode mapping)
    {
        var members = mapping.Select(one => (Name: ((YamlScalarNode)one.Key).Value!, Value: Json(one.Value))).ToList();
        var merged = new JsonObject(members.Where(one => one.Name != "<<").Select(one => KeyValuePair.Create(one.Name, one.Value)));
        foreach (var (name, value) in members.Where(one => one.Name == "<<").SelectMany(one => one.Value!.AsObject()))
            merged.TryAdd(name, value?.DeepClone());
        return merged;
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value!),
        YamlScalarNode scalar => scalar.Value,
        YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
        YamlMappingNode mapping => Merged(mapping),
        _ => throw new NotSupportedException($"{node.NodeType} at {node.Start} is not known to this test."),
    };

    /// <summary>What is not quoted can be more than a text, as in YAML 1.2.</summary>
    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };

    [GeneratedRegex(@"\$\{(?<name>\w+):-(?<otherwise>[^}]*)\}")]
    private static partial Regex Variable();
}
