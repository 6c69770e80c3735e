using System.Text.Json;
using System.Text.RegularExpressions;
using Jangteo.Kinds;

namespace Jangteo.Tests.Deploy;

/// <summary>An expression of PromQL, as far as its names go.</summary>
/// <param name="Where">The file, and the alert, panel or rule in it.</param>
internal sealed partial record Watched(string Where, string Expression)
{
    private static readonly string[] Words =
        ["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"];

    /// <summary>What the collector adds to every series, and what a histogram's buckets have.</summary>
    private static readonly string[] Added = ["namespace", "job", "instance", "le"];

    /// <summary>Each metric with the labels by which it is chosen.</summary>
    public IReadOnlyList<(string Metric, IReadOnlyList<string> Labels)> Metrics =>
    [
        .. from match in Name().Matches(WithoutGroups)
           where !Words.Contains(match.Groups["name"].Value) && !match.Groups["call"].Success
           select (match.Groups["name"].Value, LabelsOf(match.Groups["labels"].Value)),
    ];

    /// <summary>Labels by which the expression groups; each must be one of a metric in it.</summary>
    public IReadOnlyList<string> Groups =>
        [.. Group().Matches(WithoutTexts)
            .SelectMany(
                match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                    .Distinct().Except(Added)];

    private string WithoutTexts => Text().Replace(Expression, "''");

    private string WithoutGroups => Group().Replace(Range().Replace(WithoutTexts, ""), " ");

    /// <summary>What the alerts watch, of the program.</summary>
    public static IReadOnlyList<Alert> Alerts { get; } = ReadAlerts();

    /// <summary>Everything that alerts, the dashboard, the adapter and the scaling of the services need of the program.</summary>
    public static IReadOnlyList<Watched> OfProgram { get; } =
    [
        .. Alerts.Where(alert => alert.Group == "jangteo").Select(alert => new Watched($"alert {alert.Name}", alert.Expression)),
        .. ReadDashboard(),
        .. Regex.Matches(Repository.Read("deploy/observe/prometheus-adapter.yaml"), "seriesQuery: '(.*)'")
            .Select(match => new Watched("prometheus-adapter.yaml", match.Groups[1].Value)),
        .. Regex.Matches(
            Repository.Read("deploy/k8s/module/scaling.yaml"), @"metric:\s+name: (\w+)\s+selector:\s+matchLabels:\s+(\w+): \w+\s+(\w+): ")
            .Select(match =>
                new Watched(
                    "HorizontalPodAutoscaler", $"{match.Groups[1].Value}{{{match.Groups[2].Value}=\"\",{match.Groups[3].Value}=\"\"}}")),
    ];

    private static IReadOnlyList<string> LabelsOf(string selector) =>
        [.. Label().Matches(selector).Select(match => match.Groups["label"].Value).Except(Added)];

    private static List<Alert> ReadAlerts()
    {
        const string file = "deploy/observe/alerts.yaml";
        var alerts = new List<Alert>();
        var mistakes = new MistakesOf(file);
        var groups = (Sequence)Entries(Yaml.Read(Repository.Read(file), mistakes))["groups"];
        Assert.Empty(mistakes.Found);
        foreach (var group in groups.Items.Select(Entries))
        {
            foreach (var rule in ((Sequence)group["rules"]).Items.Select(Entries))
            {
                var annotations = Entries(rule["annotations"]);
                alerts.Add(new Alert(
                    Leaf(group["name"]), Leaf(rule["alert"]), Leaf(rule["expr"]), Leaf(Entries(rule["labels"])["severity"]),
                        Leaf(annotations["runbook"]), [.. rule.Keys], Leaf(annotations["summary"])));
            }
        }

        return alerts;
    }

    private static Dictionary<string, Node> Entries(Node? node) => ((Mapping)node!).Entries
        .ToDictionary(entry => entry.Key.Text, entry => entry.Value);

    private static string Leaf(Node node) => ((Leaf)node).Text;

    private static List<Watched> ReadDashboard()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("deploy/observe/grafana-dashboard.json"));
        return
        [
            .. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
               where panel.TryGetProperty("targets", out _)
               from target in panel.GetProperty("targets").EnumerateArray()
               select new Watched($"panel {panel.GetProperty("title").GetString()}", target.GetProperty("expr").GetString()!),
            .. from variable in dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
               let query = Regex.Match(variable.GetProperty("query").GetString()!, @"^label_values\((\w+), \w+\)$")
               where query.Success
               select new Watched($"variable {variable.GetProperty("name").GetString()}", query.Groups[1].Value),
        ];
    }

    [GeneratedRegex("""
        "[^"]*"|'[^']*'
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Group();

    [GeneratedRegex(@"(?<![\w$.])(?<name>[a-zA-Z_:][\w:]*)\s*((?<call>\()|\{(?<labels>[^}]*)\})?")]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<label>\w+)\s*(=~|!=|!~|=)")]
    private static partial Regex Label();
}

/// <summary>An alert of alerts.yaml.</summary>
/// <param name="Runbook">The page and its section that say what to do.</param>
/// <param name="Fields">The names of what the rule says.</param>
internal sealed record Alert(
    string Group, string Name, string Expression, string Severity, string Runbook, IReadOnlyList<string> Fields, string Summary);
