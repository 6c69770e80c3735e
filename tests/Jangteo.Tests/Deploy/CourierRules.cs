using System.Collections;
using System.Text.RegularExpressions;
using Jangteo.Platform;
using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>The courier, as its source reads its settings and answers.</summary>
internal static class CourierRules
{
    private const string Name = "courier";

    public static IEnumerable<string> Broken(Cluster cluster)
    {
        if (cluster.Workloads.FirstOrDefault(workload => workload.Name == Name) is not { } courier)
        {
            return ["there is no courier"];
        }

        var container = courier.Pod.Containers.Single();
        var source = Repository.Read("services/courier/src/settings.ts");
        var known = Regex.Matches(source, @"\b(?:text|wholeNumber|duration|address)\('(\w+)'")
            .Select(match => $"COURIER_{match.Groups[1].Value}").ToHashSet();
        var given = ProgramRules.EnvironmentOf(cluster, container);
        return
        [
            .. given.Keys.Cast<string>().Where(name => !known.Contains(name)).Select(name => $"courier: there is no setting {name}"),
            .. OfAddresses(cluster, given["COURIER_REPORTS_TO"] as string ?? "", given["COURIER_REDIS"] as string ?? ""),
            .. OfProviders(cluster, given),
            .. OfProbes(courier, container, source),
        ];
    }

    private static IEnumerable<string> OfAddresses(Cluster cluster, string reports, string redis)
    {
        foreach (
            var address in new[] { reports, redis }.Where(text => text.Length > 0).Select(text => new Uri(text))
                .Where(address => !ProgramRules.IsThere(cluster, (address.Host, address.Port))))
        {
            yield return $"courier: there is no service at {address}";
        }

        if (reports.Length == 0)
        {
            yield break;
        }

        var notices = cluster.Workloads.Single(workload => ProgramRules.TargetOf(workload) == Jangteo.Kinds.Modules.Notices);
        var settings = ProgramRules.SettingsOf(cluster, notices, notices.Pod.Containers.Single());
        if (settings is not null && settings.Notices.Carrier.Channels != new CarrierSettings().Channels)
        {
            yield return "courier: its routes are those of other channels";
        }
    }

    private static IEnumerable<string> OfProviders(Cluster cluster, Hashtable given)
    {
        // An empty secret refuses every report (services/courier/README.md).
        if ((given["COURIER_ROUTES"] as string ?? "").Contains("solapi", StringComparison.Ordinal)
            && given["COURIER_SOLAPI_WEBHOOK_SECRET"] is not string { Length: > 0 })
        {
            yield return "courier: it refuses the reports of Solapi, because COURIER_SOLAPI_WEBHOOK_SECRET is not set";
        }

        var ways = cluster.Of<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules).SelectMany(rule => rule.Http.Paths);
        if (!ways.Any(way => way.Path == "/reports" && way.Backend.Service.Name == Name))
        {
            yield return "courier: no Ingress leads the reports of providers to it";
        }
    }

    private static IEnumerable<string> OfProbes(Workload courier, V1Container container, string source)
    {
        var answers = Repository.Read("services/courier/src/server.ts");
        foreach (
            var path in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }
                .Select(probe => probe.HttpGet.Path).Distinct())
        {
            if (!answers.Contains($"'{path}'", StringComparison.Ordinal))
            {
                yield return $"courier: nothing answers at {path}";
            }
        }

        var port = int.Parse(Regex.Match(source, @"wholeNumber\('PORT', (\d+),").Groups[1].Value);
        if (courier.NumberOf("http") != port)
        {
            yield return $"courier: port http is {courier.NumberOf("http")}, and it listens at {port}";
        }

        var drain = Regex.Matches(source, @"duration\('DRAIN_\w+', '(\d+)s'\)").Sum(match => int.Parse(match.Groups[1].Value));
        if (courier.Pod.TerminationGracePeriodSeconds < PodRules.PauseOf(container) + drain)
        {
            yield return $"courier: it is killed after {courier.Pod.TerminationGracePeriodSeconds} s, and needs {PodRules.PauseOf(container) + drain} s to end";
        }
    }
}
