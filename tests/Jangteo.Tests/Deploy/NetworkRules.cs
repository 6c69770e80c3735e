using Jangteo.Kinds;
using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>NetworkPolicies as the network applies them: what is needed is allowed, and the rest is not.</summary>
internal static class NetworkRules
{
    private const string Component = "app.kubernetes.io/component";

    public static IEnumerable<string> Broken(Cluster cluster)
    {
        if (!cluster.Of<V1NetworkPolicy>()
            .Any(policy =>
                policy.Spec is { PodSelector.MatchLabels: null, Ingress: null, Egress: null, PolicyTypes: ["Ingress", "Egress"] }))
        {
            yield return "NetworkPolicy: what no policy names is open";
        }

        foreach (var policy in cluster.Of<V1NetworkPolicy>())
        {
            foreach (var line in OfNames(cluster, policy))
            {
                yield return $"NetworkPolicy {policy.Metadata.Name}: {line}";
            }
        }

        foreach (var line in Paths(cluster))
        {
            yield return line;
        }
    }

    /// <summary>Whether one workload may connect to a port of another, by what leaves the one and what enters the other.</summary>
    public static bool IsOpen(Cluster cluster, Workload from, Workload to, int port)
    {
        var policies = cluster.Of<V1NetworkPolicy>().Select(policy => policy.Spec).ToList();
        return policies.Where(policy => Selects(policy.PodSelector, from)).SelectMany(policy => policy.Egress ?? [])
                .Any(rule => Peers(rule.To, to) && Ports(rule.Ports, to, port))
            && policies.Where(policy => Selects(policy.PodSelector, to)).SelectMany(policy => policy.Ingress ?? [])
                .Any(rule => Peers(rule.FromProperty, from) && Ports(rule.Ports, to, port));
    }

    private static IEnumerable<string> OfNames(Cluster cluster, V1NetworkPolicy policy)
    {
        var selected = cluster.Workloads.Where(workload => Selects(policy.Spec.PodSelector, workload)).ToList();
        if (selected.Count == 0)
        {
            yield return "is of no pod";
        }

        var outward = (policy.Spec.Egress ?? []).Select(rule => (Peers: rule.To ?? [], Ports: rule.Ports ?? []));
        var inward = (policy.Spec.Ingress ?? []).Select(rule => (Peers: rule.FromProperty ?? [], Ports: rule.Ports ?? []));
        foreach (var peer in outward.Concat(inward).SelectMany(rule => rule.Peers)
                .Where(peer => peer is { PodSelector: not null, NamespaceSelector: null }))
        {
            if (!cluster.Workloads.Any(workload => Selects(peer.PodSelector, workload)))
            {
                yield return "names a peer that is no pod";
            }
        }

        foreach (var (peers, ports) in outward)
        {
            var there = cluster.Workloads
                .Where(workload => peers.Any(peer => peer.NamespaceSelector is null && Selects(peer.PodSelector, workload))).ToList();
            foreach (var port in ports.Where(port => there.Count > 0 && !there.All(workload => workload.Has(port.Port))))
            {
                yield return $"lets out to port {port.Port.Value}, which is not opened there";
            }
        }

        foreach (var port in inward.SelectMany(rule => rule.Ports).Where(port => !selected.All(workload => workload.Has(port.Port))))
        {
            yield return $"lets in to port {port.Port.Value}, which is not opened";
        }
    }

    /// <summary>What talks to what must be able to, and nothing else may reach a port that somebody opens for it.</summary>
    private static IEnumerable<string> Paths(Cluster cluster)
    {
        var needed = Needs(cluster).ToHashSet();
        foreach (var (from, to, port) in needed.Where(way => !IsOpen(cluster, way.From, way.To, way.Port)))
        {
            yield return $"{from} cannot reach {to} at {port}";
        }

        foreach (var (from, to, port) in
            from source in cluster.Workloads
            from target in cluster.Workloads.Where(one => one != source)
            from port in target.Ports
            where port.Name != "prometheus" && IsOpen(cluster, source, target, port.ContainerPort)
            select (source, target, port.ContainerPort))
        {
            if (!needed.Contains((from, to, port)) && to.Labels[Component] is not "telemetry" and not "gateway")
            {
                yield return $"{from} can reach {to} at {port}, and nothing there is for it";
            }
        }
    }

    /// <summary>From the settings of the program, the gateway and the courier.</summary>
    private static IEnumerable<(Workload From, Workload To, int Port)> Needs(Cluster cluster)
    {
        foreach (
            var (workload, container) in ProgramRules.Containers(cluster).Where(one => one.Workload.Pod.Containers.Contains(one.Container)))
        {
            var settings = ProgramRules.SettingsOf(cluster, workload, container);
            var servers = settings is null ? [] : ProgramRules.Servers(settings).ToList();
            if (settings is { Notices.Carrier.Address: { Length: > 0 } carrier } && ProgramRules.TargetOf(workload) == Modules.Notices)
            {
                servers.Add((new Uri(carrier).Host, new Uri(carrier).Port));
            }

            foreach (var way in servers.SelectMany(server => To(cluster, workload, server)))
            {
                yield return way;
            }
        }

        var gateway = cluster.Workloads.Single(workload => workload.Name == "gateway");
        foreach (var module in cluster.Workloads.Where(workload => ProgramRules.TargetOf(workload) is not null))
        {
            yield return (gateway, module, module.NumberOf("http") ?? 0);
        }

        foreach (var courier in cluster.Workloads.Where(workload => workload.Name == "courier"))
        {
            var environment = ProgramRules.EnvironmentOf(cluster, courier.Pod.Containers.Single());
            foreach (
                var address in environment.Values.OfType<string>().Where(value => value.Contains("://")).Select(value => new Uri(value)))
            {
                foreach (var way in To(cluster, courier, (address.Host, address.Port)))
                {
                    yield return way;
                }
            }
        }
    }

    /// <summary>The pods behind a service of this cluster; none where the name is of another server.</summary>
    private static IEnumerable<(Workload From, Workload To, int Port)> To(Cluster cluster, Workload from, (string Host, int Port) server) =>
        cluster.Find<V1Service>(server.Host) is { } service
            && service.Spec.Ports.FirstOrDefault(port => port.Port == server.Port) is { } port
            ? cluster.Matching(service.Spec.Selector).Where(to => to != from).Select(to => (from, to, to.NumberOf(port.TargetPort) ?? 0))
            : [];

    private static bool Selects(V1LabelSelector? selector, Workload workload) =>
        selector is not null
        && (selector.MatchLabels ?? new Dictionary<string, string>())
            .All(label => workload.Labels.TryGetValue(label.Key, out var value) && value == label.Value)
        && (selector.MatchExpressions ?? [])
            .All(term => term.OperatorProperty == "In" && workload.Labels.TryGetValue(term.Key, out var value)
                && term.Values.Contains(value));

    private static bool Peers(IList<V1NetworkPolicyPeer>? peers, Workload other) =>
        peers is null || peers.Any(peer => peer.NamespaceSelector is null && Selects(peer.PodSelector, other));

    private static bool Ports(IList<V1NetworkPolicyPort>? ports, Workload at, int number) =>
        ports is null || ports.Any(port => at.NumberOf(port.Port) == number);
}
