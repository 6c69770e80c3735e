using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Platform.Broker;
using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>Every service is scaled by its processor, and by its queue where it has one; and no further than it can be.</summary>
internal static class ScalingRules
{
    private const string Receiver = "jangteo_receiver";

    public static IEnumerable<string> Broken(Cluster cluster) =>
    [
        .. cluster.Of<V1Deployment>()
            .SelectMany(deployment => OfDeployment(cluster, deployment).Select(line => $"Deployment {deployment.Metadata.Name}: {line}")),
        .. cluster.Of<V2HorizontalPodAutoscaler>().Where(scaler => cluster.Find<V1Deployment>(scaler.Spec.ScaleTargetRef.Name) is null)
            .Select(scaler => $"HorizontalPodAutoscaler {scaler.Metadata.Name}: there is no Deployment {scaler.Spec.ScaleTargetRef.Name}"),
        .. cluster.Of<V1PodDisruptionBudget>().Where(budget => cluster.Matching(budget.Spec.Selector.MatchLabels).Count() != 1)
            .Select(budget => $"PodDisruptionBudget {budget.Metadata.Name}: is not of one workload"),
        .. OfConnections(cluster),
    ];

    /// <summary>A PostgreSQL of the cluster has room for every process that there can be, with one more of each module during a roll-out.</summary>
    private static IEnumerable<string> OfConnections(Cluster cluster)
    {
        const string setting = "max_connections=";
        var needed = ProgramRules.Containers(cluster).Select(one => one.Workload).Distinct()
            .Where(workload => ProgramRules.TargetOf(workload) is { } target && Jangteo.Kinds.Modules.All.Contains(target))
            .Sum(workload => Database.MostConnections(Target.Of(ProgramRules.TargetOf(workload)!))
                * (1 + (cluster.Of<V2HorizontalPodAutoscaler>().FirstOrDefault(one => one.Spec.ScaleTargetRef.Name == workload.Name)?.Spec.MaxReplicas ?? 0)));
        return
            from workload in cluster.Workloads
            from container in PodRules.Containers(workload)
            from word in container.Args ?? []
            where word.StartsWith(setting, StringComparison.Ordinal) && int.Parse(word[setting.Length..], CultureInfo.InvariantCulture) < needed
            select $"{workload}: {word}, and the processes may open {needed}";
    }

    private static IEnumerable<string> OfDeployment(Cluster cluster, V1Deployment deployment)
    {
        var scalers = cluster.Of<V2HorizontalPodAutoscaler>()
            .Where(one => one.Spec.ScaleTargetRef.Name == deployment.Metadata.Name).ToList();
        if (deployment.Spec.Replicas is not null && scalers.Count > 0)
        {
            yield return "says how many replicas there are, and so does its HorizontalPodAutoscaler";
        }

        // One that must not be two, such as the collector, says so.
        if (deployment.Spec.Strategy?.Type == "Recreate")
        {
            yield break;
        }

        if (scalers is not [var scaler])
        {
            yield return $"has {scalers.Count} HorizontalPodAutoscalers";
            yield break;
        }

        if (deployment.Spec.Strategy?.RollingUpdate is not { MaxUnavailable.Value: "0", MaxSurge.Value: "1" })
        {
            yield return "a roll-out may take a process away before the next is there";
        }

        if (!cluster.Of<V1PodDisruptionBudget>()
            .Any(budget => cluster.Matching(budget.Spec.Selector.MatchLabels).Any(one => one.Name == deployment.Metadata.Name)))
        {
            yield return "has no PodDisruptionBudget";
        }

        foreach (var line in OfMetrics(deployment.Metadata.Name, scaler.Spec))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> OfMetrics(string name, V2HorizontalPodAutoscalerSpec spec)
    {
        if (!spec.Metrics.Any(metric => metric.Resource is { Name: "cpu", Target.AverageUtilization: > 0 }))
        {
            yield return "is not scaled by its processor";
        }

        var queues = spec.Metrics.Select(metric => metric.External?.Metric).OfType<V2MetricIdentifier>().ToList();
        string[] expected = MessageTypes.SendersHeardBy(name).Any() ? [name] : [];
        if (!queues.Select(queue => Cluster.Value(queue.Selector.MatchLabels, Receiver)).SequenceEqual(expected))
        {
            yield return expected.Length > 0 ? "is not scaled by its own queue" : "is scaled by a queue that it does not have";
        }

        // A process without a partition of the queue would hear nothing.
        if (expected.Length > 0 && spec.MaxReplicas > Queues.Partitions)
        {
            yield return $"has up to {spec.MaxReplicas} processes, and its queue {Queues.Partitions} partitions";
        }
    }
}
