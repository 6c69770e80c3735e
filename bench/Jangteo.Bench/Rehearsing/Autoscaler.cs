using YamlDotNet.RepresentationModel;

namespace Jangteo.Bench.Rehearsing;

/// <summary>How a HorizontalPodAutoscaler scales a module, read from its manifest.</summary>
/// <param name="Least">Replicas when there is nothing to do.</param>
/// <param name="Most">Replicas at most.</param>
/// <param name="Processor">The share of its requested processor that a replica is to use on average.</param>
/// <param name="Lag">How many messages may wait for the module per replica (<c>jangteo.queue.lag</c>).</param>
/// <seealso href="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details"/>
internal sealed record Autoscaler(int Least, int Most, double Processor, double Lag)
{
    /// <summary>The controller does nothing about smaller deviations (<c>--horizontal-pod-autoscaler-tolerance</c>).</summary>
    private const double Tolerance = 0.1;

    public static Autoscaler Read(string manifest)
    {
        var yaml = new YamlStream();
        using (var reader = File.OpenText(manifest))
        {
            yaml.Load(reader);
        }

        var spec = yaml.Documents.Select(document => document.RootNode).Single(node => Text(node["kind"]) == "HorizontalPodAutoscaler")["spec"];
        var metrics = (YamlSequenceNode)spec["metrics"];
        return new Autoscaler(
            (int)Number(spec["minReplicas"]),
            (int)Number(spec["maxReplicas"]),
            Number(metrics.Single(metric => Text(metric["type"]) == "Resource")["resource"]["target"]["averageUtilization"]) / 100,
            Number(metrics.Single(metric => Text(metric["type"]) == "External")["external"]["target"]["averageValue"]));
    }

    /// <summary>How many replicas it asks for: the most that any metric asks for.</summary>
    /// <param name="replicas">Those that are ready.</param>
    /// <param name="processor">The share of their requested processor that they used on average.</param>
    /// <param name="lag">Messages that wait for the module.</param>
    public int Wanted(int replicas, double processor, double lag) => Math.Clamp(
        Math.Max(By(processor / Processor, replicas), By(lag / Lag / replicas, replicas)), Least, Most);

    private static int By(double ratio, int replicas) => Math.Abs(ratio - 1) <= Tolerance ? replicas : (int)Math.Ceiling(ratio * replicas);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static double Number(YamlNode node) => double.Parse(Text(node), System.Globalization.CultureInfo.InvariantCulture);
}
