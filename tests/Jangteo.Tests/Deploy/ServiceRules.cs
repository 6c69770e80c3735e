using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>Services and the ingress lead to pods that listen.</summary>
internal static class ServiceRules
{
    /// <summary>Names of secrets that are made in the cluster and not from here; this page says how.</summary>
    private const string Page = "docs/deploying-kubernetes.md";

    public static IEnumerable<string> Broken(Cluster cluster) =>
    [
        .. cluster.Of<V1Service>()
            .SelectMany(service => OfService(cluster, service).Select(line => $"Service {service.Metadata.Name}: {line}")),
        .. cluster.Of<V1Ingress>()
            .SelectMany(ingress => OfIngress(cluster, ingress).Select(line => $"Ingress {ingress.Metadata.Name}: {line}")),
        .. cluster.Of<V1StatefulSet>().Where(set => cluster.Find<V1Service>(set.Spec.ServiceName) is null)
            .Select(set => $"StatefulSet {set.Metadata.Name}: there is no Service {set.Spec.ServiceName}"),
        .. cluster.Of<V1Ingress>().Any() ? Array.Empty<string>() : ["there is no Ingress"],
    ];

    private static IEnumerable<string> OfService(Cluster cluster, V1Service service)
    {
        var behind = cluster.Matching(service.Spec.Selector).ToList();
        if (service.Spec.Selector is not { Count: > 0 } || behind.Count != 1)
        {
            yield return $"{behind.Count} workloads are behind it";
        }

        foreach (var port in service.Spec.Ports.Where(port => behind.Any(workload => !workload.Has(port.TargetPort))))
        {
            yield return $"leads to port {port.TargetPort.Value}, which the pods do not open";
        }

        foreach (
            var port in service.Spec.Ports
                .Where(port => service.Spec.ClusterIP == "None" && behind.Any(pod => pod.NumberOf(port.TargetPort) != port.Port)))
        {
            yield return $"has no address of its own and so cannot lead from port {port.Port} to {port.TargetPort.Value}";
        }
    }

    private static IEnumerable<string> OfIngress(Cluster cluster, V1Ingress ingress)
    {
        foreach (var backend in ingress.Spec.Rules.SelectMany(rule => rule.Http.Paths).Select(path => path.Backend.Service))
        {
            if (cluster.Find<V1Service>(backend.Name)?.Spec.Ports
                .Any(port => port.Name == backend.Port.Name || port.Port == backend.Port.Number) != true)
            {
                yield return $"there is no Service {backend.Name} with port {backend.Port.Name ?? backend.Port.Number?.ToString()}";
            }
        }

        foreach (
            var tls in (ingress.Spec.Tls ?? [])
                .Where(tls => cluster.Secret(tls.SecretName) is null && !Repository.Read(Page).Contains($"`{tls.SecretName}`")))
        {
            yield return $"there is no Secret {tls.SecretName}, and {Page} does not say how it is made";
        }
    }
}
