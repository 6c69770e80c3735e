using System.Collections.Concurrent;
using System.Text;
using k8s;
using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>What runs pods: a Deployment, a StatefulSet or a CronJob.</summary>
/// <param name="Labels">Those of its pods.</param>
/// <param name="Selector">By which it knows its pods; empty of a CronJob.</param>
internal sealed record Workload(
    string Kind, string Name, IDictionary<string, string> Labels, IDictionary<string, string> Selector, V1PodSpec Pod)
{
    public override string ToString() => $"{Kind} {Name}";

    /// <summary>The numbers of the ports that its containers name, or have.</summary>
    public IEnumerable<V1ContainerPort> Ports => Pod.Containers.SelectMany(container => container.Ports ?? []);

    public bool Has(IntOrString port) => Ports.Any(one => one.Name == port.Value || one.ContainerPort.ToString() == port.Value);

    public int? NumberOf(IntOrString port) =>
        int.TryParse(port.Value, out var number) ? number : Ports.FirstOrDefault(one => one.Name == port.Value)?.ContainerPort;
}

/// <summary>The objects of a rendered overlay, each read by the model of its kind.</summary>
internal sealed class Cluster
{
    private readonly IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects;

    /// <summary>Each object is read once, in however many variants of an overlay it stands.</summary>
    private static readonly ConcurrentDictionary<string, IKubernetesObject<V1ObjectMeta>> known = new();

    private Cluster(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects)
    {
        this.objects = objects;
        Workloads = [.. ReadWorkloads()];
    }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects => objects;

    public IReadOnlyList<Workload> Workloads { get; }

    private IEnumerable<Workload> ReadWorkloads() =>
    [
        .. Of<V1Deployment>().Select(one => new Workload(
            one.Kind, one.Metadata.Name, one.Spec.Template.Metadata.Labels, one.Spec.Selector.MatchLabels, one.Spec.Template.Spec)),
        .. Of<V1StatefulSet>().Select(one => new Workload(
            one.Kind, one.Metadata.Name, one.Spec.Template.Metadata.Labels, one.Spec.Selector.MatchLabels, one.Spec.Template.Spec)),
        .. Of<V1CronJob>().Select(one => new Workload(
            one.Kind, one.Metadata.Name, one.Spec.JobTemplate.Spec.Template.Metadata.Labels, new Dictionary<string, string>(),
            one.Spec.JobTemplate.Spec.Template.Spec)),
    ];

    /// <summary>Reads what kubectl has rendered. A field or a kind that Kubernetes does not have is an exception that names it.</summary>
    public static Cluster Read(string yaml) =>
        new([.. yaml.Split("\n---\n").Select(text => known.GetOrAdd(text, ReadOne))]);

    private static IKubernetesObject<V1ObjectMeta> ReadOne(string yaml) =>
        (IKubernetesObject<V1ObjectMeta>)KubernetesYaml.LoadAllFromString(yaml, typeMap: null, strict: true).Single();

    public IEnumerable<T> Of<T>()
        where T : IKubernetesObject<V1ObjectMeta> => objects.OfType<T>();

    public T? Find<T>(string name)
        where T : class, IKubernetesObject<V1ObjectMeta> => Of<T>().FirstOrDefault(one => one.Metadata.Name == name);

    public IEnumerable<Workload> Matching(IDictionary<string, string>? labels) =>
        Workloads
            .Where(workload => (labels ?? new Dictionary<string, string>())
                .All(label => workload.Labels.TryGetValue(label.Key, out var value) && value == label.Value));

    public static string? Value(IDictionary<string, string>? of, string key) =>
        of is not null && of.TryGetValue(key, out var value) ? value : null;

    /// <summary>The keys and values of a ConfigMap or a Secret; null where there is none of this name.</summary>
    public IDictionary<string, string>? ConfigMap(string name) => Find<V1ConfigMap>(name)?.Data;

    /// <inheritdoc cref="ConfigMap"/>
    public IDictionary<string, string>? Secret(string name) =>
        Find<V1Secret>(name)?.Data.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value));
}
