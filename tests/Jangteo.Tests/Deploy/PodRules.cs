using System.Text.RegularExpressions;
using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>What every pod has: probes of ports that it opens, resources, no rights, an image of one version, time to end.</summary>
internal static class PodRules
{
    /// <summary>The images that this repository builds, and what each is built by.</summary>
    public static readonly IReadOnlyDictionary<string, string> Built =
        new Dictionary<string, string>
        {
            ["jangteo"] = "deploy/image/Containerfile",
            ["jangteo-courier"] = "deploy/image/courier.Containerfile",
        };

    /// <summary>What the kubelet gives a container that it kills after the pause before SIGTERM has taken all of the time.</summary>
    private const int LeastGrace = 2;

    /// <summary>A process that hangs is noticed and ended in so many seconds; it starts again in those that are left of ten.</summary>
    private const int EndsHungWithin = 9;

    public static IEnumerable<V1Container> Containers(Workload workload) =>
        [.. workload.Pod.InitContainers ?? [], .. workload.Pod.Containers];

    public static IEnumerable<string> Broken(Cluster cluster) => cluster.Workloads.SelectMany(workload =>
        OfPod(workload).Concat(Containers(workload).SelectMany(container =>
            OfContainer(workload, container)
                .Concat(workload.Kind == V1CronJob.KubeKind || workload.Pod.InitContainers?.Contains(container) == true
                ? []
                : Probes(workload, container)).Select(line => $"{container.Name}: {line}"))).Select(line => $"{workload}, {line}"));

    private static IEnumerable<string> OfPod(Workload workload)
    {
        var pod = workload.Pod;
        if (pod.SecurityContext is not { RunAsNonRoot: true, SeccompProfile.Type: "RuntimeDefault" })
        {
            yield return "pod: runs as root or without a seccomp profile";
        }

        if (pod.AutomountServiceAccountToken is not false)
        {
            yield return "pod: has a token of the cluster's API, which it does not need";
        }

        if (pod.EnableServiceLinks is not false)
        {
            yield return "pod: gets a variable for every service of the namespace";
        }

        if (pod.TerminationGracePeriodSeconds is null && workload.Kind != V1CronJob.KubeKind)
        {
            yield return "pod: does not say how long it may take to end";
        }
    }

    private static IEnumerable<string> OfContainer(Workload workload, V1Container container)
    {
        var security = container.SecurityContext;
        if (security is not { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true }
            || security.Capabilities?.Drop?.Contains("ALL") != true)
        {
            yield return "may write into its image, or has rights";
        }

        if (security?.RunAsUser is null && workload.Pod.SecurityContext?.RunAsUser is null)
        {
            yield return "does not say as whom it runs; the name of an image's user proves nothing to the kubelet";
        }

        var resources = container.Resources;
        if (resources?.Requests?.ContainsKey("cpu") != true || resources.Requests?.ContainsKey("memory") != true
            || resources.Limits?.ContainsKey("memory") != true)
        {
            yield return "does not say what it needs, or how much memory it may take";
        }

        var (repository, version) = ImageOf(container);
        var name = repository.Split('/')[^1];
        if (version is "" or "latest")
        {
            yield return $"image {container.Image} is not of one version";
        }

        if (!repository.Contains('/') && !Built.ContainsKey(name))
        {
            yield return $"image {container.Image} is neither built here nor of a registry";
        }
    }

    /// <summary>An image without its version, and the version.</summary>
    public static (string Repository, string Version) ImageOf(V1Container container)
    {
        var match = Regex.Match(container.Image, @"^(?<repository>.+?)(:(?<version>[\w.-]+))?$");
        return (match.Groups["repository"].Value, match.Groups["version"].Value);
    }

    private static IEnumerable<string> Probes(Workload workload, V1Container container)
    {
        foreach (
            var (name, probe) in new[] { ("startup", container.StartupProbe), ("readiness", container.ReadinessProbe),
                ("liveness", container.LivenessProbe) })
        {
            if (probe is null)
            {
                yield return $"has no {name} probe";
            }
            else if ((probe.HttpGet?.Port ?? probe.TcpSocket?.Port) is { } port && !workload.Has(port))
            {
                yield return $"its {name} probe asks port {port.Value}, which it does not open";
            }
        }

        if (container.LivenessProbe?.HttpGet is not null && container.LivenessProbe.TerminationGracePeriodSeconds is { } grace)
        {
            var probe = container.LivenessProbe;
            var ended =
                (probe.PeriodSeconds * probe.FailureThreshold) + probe.TimeoutSeconds + Math.Min(grace, PauseOf(container)) + LeastGrace;
            if (ended > EndsHungWithin)
            {
                yield return $"a process that hangs is ended after {ended} s; it should be {EndsHungWithin} s";
            }
        }
    }

    /// <summary>The pause before SIGTERM, in seconds.</summary>
    public static long PauseOf(V1Container container) => container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0;
}
