using System.Collections;
using Jangteo.Between;
using Jangteo.Commands;
using Jangteo.Platform;
using Jangteo.Sandbox;
using k8s.Models;
using Npgsql;

namespace Jangteo.Tests.Deploy;

/// <summary>Containers that run the program, as the program sees them: its own command line and its own settings decide.</summary>
internal static class ProgramRules
{
    private const string Image = "jangteo";

    /// <summary>Where the image's working folder is, in which the program reads its file of settings.</summary>
    private const string SettingsFile = "/app/jangteo.yaml";

    public static IEnumerable<(Workload Workload, V1Container Container)> Containers(Cluster cluster) =>
        cluster.Workloads.SelectMany(workload => PodRules.Containers(workload).Select(container => (workload, container)))
            .Where(one => PodRules.ImageOf(one.container).Repository.Split('/')[^1] == Image);

    /// <summary>The modules that a workload serves; none when it does something else.</summary>
    public static string? TargetOf(Workload workload) =>
        workload.Pod.Containers.FirstOrDefault()?.Args is ["--target", var target] ? target : null;

    public static IEnumerable<string> Broken(Cluster cluster)
    {
        foreach (var (workload, container) in Containers(cluster))
        {
            foreach (var line in OfCommand(container).Concat(OfSettings(cluster, workload, container)))
            {
                yield return $"{workload}, {container.Name}: {line}";
            }
        }

        var served = cluster.Workloads.Select(TargetOf).OfType<string>().Order();
        if (!served.SequenceEqual(Jangteo.Kinds.Modules.All.Order()))
        {
            yield return $"served are {string.Join(", ", served)}, and not each module once";
        }
    }

    private static IEnumerable<string> OfCommand(V1Container container)
    {
        var parsed = CommandLine.Root().Parse([.. container.Args ?? []]);
        return parsed.Errors.Select(error => $"{string.Join(' ', container.Args ?? [])}: {error.Message}");
    }

    private static List<string> OfSettings(Cluster cluster, Workload workload, V1Container container)
    {
        try
        {
            var settings = Read(cluster, workload, container);
            return [.. TargetOf(workload) is { } target ? OfService(cluster, workload, container, settings with { Target = target }) : []];
        }
        catch (SettingsException refused)
        {
            return [.. refused.Mistakes];
        }
        catch (ArgumentException unknown)
        {
            return [unknown.Message];
        }
    }

    /// <summary>What the program reads in this container; null where it refuses.</summary>
    public static Settings? SettingsOf(Cluster cluster, Workload workload, V1Container container)
    {
        try
        {
            return Read(cluster, workload, container);
        }
        catch (SettingsException)
        {
            return null;
        }
    }

    /// <summary>The file that is mounted, and the variables.</summary>
    private static Settings Read(Cluster cluster, Workload workload, V1Container container)
    {
        var mount = container.VolumeMounts?.FirstOrDefault(one => one.MountPath == SettingsFile);
        var map = workload.Pod.Volumes?.FirstOrDefault(one => one.Name == mount?.Name)?.ConfigMap?.Name;
        var yaml = map is null ? "" : cluster.ConfigMap(map)?[mount!.SubPath] ?? "";
        return SettingsReader.Read(map is null ? "no file" : "jangteo.yaml", yaml, EnvironmentOf(cluster, container));
    }

    /// <summary>The variables of a container, with what ConfigMaps and Secrets give them.</summary>
    public static Hashtable EnvironmentOf(Cluster cluster, V1Container container)
    {
        var environment = new Hashtable();
        foreach (
            var (name, value) in (container.EnvFrom ?? [])
                .SelectMany(from => cluster.ConfigMap(from.ConfigMapRef?.Name ?? "") ?? new Dictionary<string, string>()))
        {
            environment[name] = value;
        }

        foreach (var variable in container.Env ?? [])
        {
            var secret = variable.ValueFrom?.SecretKeyRef;
            environment[variable.Name] = secret is null ? variable.Value : Cluster.Value(cluster.Secret(secret.Name), secret.Key);
        }

        return environment;
    }

    private static IEnumerable<string> OfService(Cluster cluster, Workload workload, V1Container container, Settings settings)
    {
        Shape.Refuse(settings, Target.Of(settings.Target));
        SandboxNotice.RefuseOpenByMistake(settings);
        foreach (var (name, number) in new[] { ("http", settings.Port), ("internal", settings.InternalPort) })
        {
            if (workload.NumberOf(name) != number)
            {
                yield return $"port {name} is {workload.NumberOf(name)}, and the program listens at {number}";
            }
        }

        if (container.VolumeMounts?.Any(mount => mount.MountPath == settings.DataFolder) != true)
        {
            yield return $"nothing is mounted at {settings.DataFolder}, where the program writes";
        }

        // Without a pause of its own nothing is sent to a pod that is ending; what was sent before may finish.
        var needed = PodRules.PauseOf(container) + SecondsToEnd(settings.Draining);
        if (workload.Pod.TerminationGracePeriodSeconds < needed)
        {
            yield return $"it is killed after {workload.Pod.TerminationGracePeriodSeconds} s, and needs {needed} s to end";
        }

        foreach (var unknown in Servers(settings).Where(address => !IsThere(cluster, address)))
        {
            yield return $"there is no service at {unknown}";
        }
    }

    /// <summary>From SIGTERM to the end of the process.</summary>
    private static double SecondsToEnd(DrainingSettings draining) => (draining.Notice + draining.Within + Serving.StopsWithin).TotalSeconds;

    /// <summary>Every address that the settings name, as host and port.</summary>
    public static IEnumerable<(string Host, int Port)> Servers(Settings settings)
    {
        var addresses = Jangteo.Kinds.Modules.All.Select(settings.AddressOf).Append(settings.Telemetry.Endpoint).Append(settings.Broker);
        var databases = Jangteo.Kinds.Modules.All.Select(settings.DatabaseOf).Append(settings.Database);
        return addresses.Where(address => address.Length > 0).Select(address => new Uri(address))
            .Select(address => (address.Host, address.Port))
            .Concat(databases.Where(address => address.Length > 0).Select(address => new NpgsqlConnectionStringBuilder(address))
                .Select(database => (database.Host!, database.Port))).Distinct();
    }

    /// <summary>A name with a dot is of a server outside of the cluster.</summary>
    public static bool IsThere(Cluster cluster, (string Host, int Port) address) =>
        address.Host.Contains('.') || cluster.Find<V1Service>(address.Host)?.Spec.Ports.Any(port => port.Port == address.Port) == true;
}
