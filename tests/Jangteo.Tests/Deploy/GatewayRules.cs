using System.Text.RegularExpressions;
using Jangteo.Commands;
using Jangteo.Gateway;
using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>The gateway finds every module, and is asked where it answers.</summary>
internal static class GatewayRules
{
    private static readonly Lazy<Task<GatewayFiles>> files = new(() => GatewayFiles.Make(ConfigureGateway.Deployed));
    private static readonly Lazy<Task<IReadOnlyList<Route>>> routes = new(() => RouteList.Read(sandbox: false));

    public static async Task<IReadOnlyList<string>> Broken(Cluster cluster)
    {
        if (cluster.Workloads.FirstOrDefault(workload => workload.Name == "gateway") is not { } gateway)
        {
            return ["there is no gateway"];
        }

        var configuration = (await files.Value).Configuration;
        var answered = await routes.Value;
        return
        [
            .. Behind(configuration).Where(one => cluster.Find<V1Service>(one.Host) is not { Spec.ClusterIP: "None" } service
                || service.Spec.Ports.All(port => port.Port != one.Port))
                    .Select(one => $"gateway: no headless Service is at {one.Host}:{one.Port}"),
            .. cluster.Workloads.Where(workload => ProgramRules.TargetOf(workload) is not null || workload == gateway)
                .SelectMany(
                    workload => workload.Pod.Containers
                        .SelectMany(container => new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe })
                    .Select(probe => probe?.HttpGet?.Path ?? "no path").Distinct()
                    .Where(path =>
                        !(workload == gateway ? path == GatewayFiles.Health : answered
                            .Any(route => Regex.IsMatch($"GET{path}", $"^{route.Method}{route.Pattern}$"))))
                    .Select(path => $"{workload}: nothing answers at {path}")),
            .. OfItself(cluster, gateway),
        ];
    }

    /// <summary>How many processes of a module the gateway has room for.</summary>
    public static async Task<int> Room() =>
        Regex.Matches((await files.Value).Configuration, @"server-template \S+ (\d+) ").Min(match => int.Parse(match.Groups[1].Value));

    private static IEnumerable<(string Host, int Port)> Behind(string configuration) =>
        Regex.Matches(configuration, @"server-template \S+ \d+ ""(?<host>[a-z]+)\$\{JANGTEO_DOMAIN\}"":(?<port>\d+) ")
            .Select(match => (match.Groups["host"].Value, int.Parse(match.Groups["port"].Value)));

    private static IEnumerable<string> OfItself(Cluster cluster, Workload gateway)
    {
        if (gateway.NumberOf("http") != ConfigureGateway.Deployed.Port)
        {
            yield return $"gateway: port http is not {ConfigureGateway.Deployed.Port}";
        }

        var writes = gateway.Pod.InitContainers.Single();
        if (ProgramRules.SettingsOf(cluster, gateway, writes) is not { } settings)
        {
            yield break;
        }

        if (writes.Args.Contains("--sandbox") != settings.Sandbox)
        {
            yield return $"gateway: the doors of the sandbox are {(settings.Sandbox ? "closed" : "open")}, and Sandbox is {settings.Sandbox}";
        }

        // Behind an ingress every request has its address: without this all clients would share one allowance.
        var trusted = writes.Args.SkipWhile(word => word != "--trusted-proxies").ElementAtOrDefault(1) ?? "";
        if (trusted != settings.TrustedProxies)
        {
            yield return $"gateway: it trusts {trusted}, and the modules {settings.TrustedProxies}";
        }

        var folder = writes.Args.SkipWhile(word => word != "--write").ElementAtOrDefault(1);
        if (folder is null || !gateway.Pod.Containers.Single().Command.Contains($"{folder}/{GatewayFiles.ConfigurationName}")
            || PodRules.Containers(gateway).Any(container => container.VolumeMounts.All(mount => mount.MountPath != folder)))
        {
            yield return "gateway: HAProxy does not read what was written for it";
        }

        if (!gateway.Pod.Containers.Single().Env
            .Any(variable => variable is { Name: "JANGTEO_DOMAIN", Value: ".$(NAMESPACE).svc.cluster.local" }))
        {
            yield return "gateway: JANGTEO_DOMAIN is not that of the namespace";
        }
    }
}
