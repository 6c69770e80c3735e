using System.Text.RegularExpressions;

namespace Jangteo.Tests.Deploy;

/// <summary>
/// Alerts and the dashboard as files: what each names, and the page that says what to do. That the program emits every metric is tested
/// where it runs.
/// </summary>
public sealed class Watching
{
    private const string Page = "docs/operating.md";

    [Fact]
    public void Every_alert_has_a_section_that_says_what_it_means_where_to_look_and_what_to_do()
    {
        var sections = SectionsOf(Repository.Read(Page));

        Assert.Equal(Watched.Alerts.Select(alert => alert.Name).Order(), sections.Keys.Order());
        Assert.All(Watched.Alerts, alert => Assert.Equal($"{Page}#{alert.Name.ToLowerInvariant()}", alert.Runbook));
        Assert.All(sections, section => Assert.Matches(@"(?s)\*\*Means\*\*.+\*\*Look\*\*.+\*\*Do\*\*", section.Value));
    }

    [Fact]
    public void An_alert_is_critical_or_a_warning_and_names_what_it_is_about()
    {
        string[] fields = ["alert", "expr", "for", "labels", "annotations"];

        Assert.Empty(Watched.Alerts.GroupBy(alert => alert.Name).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.All(Watched.Alerts, alert => Assert.Contains(alert.Severity, new[] { "critical", "warning" }));
        Assert.All(Watched.Alerts, alert => Assert.Empty(alert.Fields.Except(fields)));
        Assert.All(Watched.Alerts, alert => Assert.Contains("{{ $labels.", alert.Summary, StringComparison.Ordinal));
    }

    /// <summary>They come from kube-state-metrics and the kubelet, and stand apart from what the program emits.</summary>
    [Fact]
    public void What_the_program_does_not_emit_is_watched_in_a_group_of_its_own()
    {
        string[] ofCluster =
            ["kube_pod_container_status_waiting_reason", "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"];

        Assert.Equal(
            ofCluster,
            Watched.Alerts.Where(alert => alert.Group != "jangteo").SelectMany(alert => new Watched(alert.Name, alert.Expression).Metrics)
                .Select(metric => metric.Metric).Order());
    }

    [Fact]
    public void What_scales_the_services_is_what_the_adapter_makes()
    {
        var adapter = Watched.OfProgram.Single(one => one.Where == "prometheus-adapter.yaml").Metrics.Single();
        var scaling = Watched.OfProgram.Single(one => one.Where == "HorizontalPodAutoscaler").Metrics.Single();

        Assert.Equal(Regex.Match(Repository.Read("deploy/observe/prometheus-adapter.yaml"), "as: (.*)").Groups[1].Value, scaling.Metric);
        Assert.Empty(adapter.Labels.Except(scaling.Labels));
    }

    [Theory]
    [InlineData("sum by (job, x) (rate(a_total{y=\"1\", job!~\"b|c\"}[5m])) / on (job) group_left (z) b > 0.5", "a_total y; b", "x z")]
    [InlineData(
        "histogram_quantile(0.99, sum by (le, w) (rate(a_bucket[$__rate_interval]))) > 1 and b unless on (v) c", "a_bucket; b; c", "w v")]
    [InlineData("min_over_time(a{n=\"$namespace\"}[4h]) > 15 * 60", "a n", "")]
    public void The_names_of_an_expression_are_read(string expression, string metrics, string groups)
    {
        var watched = new Watched("", expression);

        Assert.Equal(metrics, string.Join("; ", watched.Metrics.Select(metric => string.Join(' ', [metric.Metric, .. metric.Labels]))));
        Assert.Equal(groups, string.Join(' ', watched.Groups));
    }

    /// <summary>The sections below <c>## Alerts</c>, by their headings.</summary>
    private static Dictionary<string, string> SectionsOf(string page) =>
        Regex.Matches(
                Regex.Match(
                    page, @"^## Alerts\n(?<all>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline).Groups["all"].Value,
                @"^### (?<name>\w+)\n(?<text>.*?)(?=^### |\z)", RegexOptions.Multiline | RegexOptions.Singleline)
            .ToDictionary(section => section.Groups["name"].Value, section => section.Groups["text"].Value);
}
