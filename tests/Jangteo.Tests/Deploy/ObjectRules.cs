using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>Names: each stands once, in the namespace of the overlay, and what is meant by it exists.</summary>
internal static class ObjectRules
{
    public static IEnumerable<string> Broken(Cluster cluster)
    {
        foreach (var twice in cluster.Objects.GroupBy(one => $"{one.Kind} {one.Metadata.Name}").Where(same => same.Count() > 1))
        {
            yield return $"{twice.Key} stands {twice.Count()} times";
        }

        var space = cluster.Of<V1Namespace>().Select(one => one.Metadata.Name).ToList();
        if (space.Count != 1)
        {
            yield return $"{space.Count} namespaces instead of one";
        }

        foreach (var elsewhere in cluster.Objects.Where(one => one is not V1Namespace && !space.Contains(one.Metadata.NamespaceProperty)))
        {
            yield return $"{elsewhere.Kind} {elsewhere.Metadata.Name} is in namespace '{elsewhere.Metadata.NamespaceProperty}'";
        }

        foreach (var line in cluster.Workloads.SelectMany(workload => OfWorkload(cluster, workload)).Concat(UnusedSecrets(cluster)))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> OfWorkload(Cluster cluster, Workload workload)
    {
        if (workload.Selector.Any(label => !workload.Labels.Contains(label)))
        {
            yield return $"{workload} selects pods that are not its own";
        }

        if (cluster.Find<V1ServiceAccount>(workload.Pod.ServiceAccountName ?? "") is null)
        {
            yield return $"{workload}: there is no ServiceAccount '{workload.Pod.ServiceAccountName}'";
        }

        foreach (var volume in workload.Pod.Volumes ?? [])
        {
            if (Missing(cluster, volume) is { } missing)
            {
                yield return $"{workload}: volume {volume.Name} needs {missing}, which is not there";
            }
        }

        foreach (var container in PodRules.Containers(workload))
        {
            foreach (var missing in MissingEnvironment(cluster, container).Concat(WrongMounts(cluster, workload, container)))
            {
                yield return $"{workload}, {container.Name}: {missing}";
            }
        }
    }

    private static string? Missing(Cluster cluster, V1Volume volume) => volume switch
    {
        { ConfigMap: { } source } when cluster.ConfigMap(source.Name) is null => $"ConfigMap {source.Name}",
        { Secret: { } source } when cluster.Secret(source.SecretName) is null => $"Secret {source.SecretName}",
        { PersistentVolumeClaim: { } source } when cluster.Find<V1PersistentVolumeClaim>(source.ClaimName) is null =>
            $"PersistentVolumeClaim {source.ClaimName}",
        _ => null,
    };

    private static IEnumerable<string> MissingEnvironment(Cluster cluster, V1Container container)
    {
        foreach (var from in container.EnvFrom ?? [])
        {
            if ((from.ConfigMapRef is { } map && cluster.ConfigMap(map.Name) is null)
                || (from.SecretRef is { } secret && cluster.Secret(secret.Name) is null))
            {
                yield return $"there is no {from.ConfigMapRef?.Name ?? from.SecretRef?.Name} to take variables from";
            }
        }

        foreach (var variable in container.Env ?? [])
        {
            if (variable.ValueFrom?.SecretKeyRef is { } secret && cluster.Secret(secret.Name)?.ContainsKey(secret.Key) != true)
            {
                yield return $"{variable.Name} needs {secret.Key} of Secret {secret.Name}, which is not there";
            }

            if (variable.ValueFrom?.ConfigMapKeyRef is { } map && cluster.ConfigMap(map.Name)?.ContainsKey(map.Key) != true)
            {
                yield return $"{variable.Name} needs {map.Key} of ConfigMap {map.Name}, which is not there";
            }
        }
    }

    private static IEnumerable<string> WrongMounts(Cluster cluster, Workload workload, V1Container container)
    {
        foreach (var mount in container.VolumeMounts ?? [])
        {
            var volume = workload.Pod.Volumes?.FirstOrDefault(one => one.Name == mount.Name);
            if (volume is null
                && cluster.Find<V1StatefulSet>(workload.Name)?.Spec.VolumeClaimTemplates?
                    .Any(claim => claim.Metadata.Name == mount.Name) != true)
            {
                yield return $"mounts {mount.Name}, which is no volume of the pod";
            }

            if (volume?.ConfigMap is { } map && mount.SubPath is { } key && cluster.ConfigMap(map.Name)?.ContainsKey(key) != true)
            {
                yield return $"mounts {key} of ConfigMap {map.Name}, which is not there";
            }
        }
    }

    /// <summary>A secret that nothing reads is one that can be lost for nothing.</summary>
    private static IEnumerable<string> UnusedSecrets(Cluster cluster)
    {
        var read = cluster.Workloads.SelectMany(PodRules.Containers).SelectMany(container => container.Env ?? [])
            .Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Select(key => (key.Name, key.Key))
                .ToHashSet();
        return cluster.Of<V1Secret>().SelectMany(secret => secret.Data.Keys.Where(key => !read.Contains((secret.Metadata.Name, key)))
            .Select(key => $"Secret {secret.Metadata.Name}: nothing reads {key}"));
    }
}
