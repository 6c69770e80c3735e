using k8s.Models;

namespace Jangteo.Tests.Deploy;

/// <summary>Every object of every overlay, read strictly, and what it names compared with what there is.</summary>
public sealed class ManifestTests
{
    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    [Requirement("CP-6", "every manifest is strict and refers to what exists")]
    public async Task Everything_that_a_manifest_names_exists(string overlay)
    {
        var cluster = Cluster.Read(await Overlay.Render(overlay));

        Assert.Equal("", string.Join('\n', await ManifestRules.Broken(cluster)));
    }

    [Fact]
    public void There_is_an_overlay_to_try_it_out_and_one_for_production()
    {
        Assert.Equal([Overlay.Dev, Overlay.Production], Overlay.Names.Order());
    }

    [Fact]
    [Requirement("CP-8", "HPA per service with a metric that is emitted")]
    public async Task Production_has_two_of_every_service_that_can_be_two_and_no_server_of_its_own()
    {
        var cluster = Cluster.Read(await Overlay.Render(Overlay.Production));

        Assert.All(cluster.Of<V2HorizontalPodAutoscaler>(), scaler => Assert.Equal(2, scaler.Spec.MinReplicas));
        Assert.Empty(cluster.Of<V1StatefulSet>());
        Assert.All(cluster.Of<V1Ingress>(), ingress => Assert.NotEmpty(ingress.Spec.Tls));
    }

    [Fact]
    public void Every_image_is_built_by_a_file_that_is_there()
    {
        Assert.Empty(PodRules.Built.Values.Except(Repository.Files));
    }

    [Fact]
    public async Task The_gateway_has_room_for_as_many_processes_as_there_can_be()
    {
        var room = await GatewayRules.Room();

        foreach (var overlay in Overlay.Names)
        {
            // One more while the next release comes.
            Assert.All(
                Cluster.Read(await Overlay.Render(overlay)).Of<V2HorizontalPodAutoscaler>(),
                scaler =>
                    Assert.True(
                        scaler.Spec.MaxReplicas + 1 <= room, $"{scaler.Metadata.Name} has up to {scaler.Spec.MaxReplicas} processes"));
        }
    }

    /// <summary>Passwords that stand in the repository open nothing but what is tried out.</summary>
    [Fact]
    public void No_secret_of_production_is_committed()
    {
        var committed = Repository.Files
            .Where(path => path.StartsWith("deploy/k8s/overlays/production/", StringComparison.Ordinal)
                && path.EndsWith(".env", StringComparison.Ordinal));

        Assert.Equal(["deploy/k8s/overlays/production/secrets.example.env"], committed);
        Assert.All(
            Repository.Read("deploy/k8s/overlays/production/secrets.example.env").Split('\n')
                .Where(line => line.Contains('=') && !line.StartsWith('#')),
            line => Assert.Contains("<", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("minReadySeconds: 40", "minReadySecond: 40")]
    [InlineData("minReadySeconds: 40", "minReadySeconds: forty")]
    [InlineData("minReadySeconds: 40", "minReadySeconds: 40\n  minReadySeconds: 50")]
    [InlineData("path: /health/live", "paths: /health/live")]
    [InlineData("apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n")]
    public async Task A_field_or_a_version_that_Kubernetes_does_not_have_is_refused(string right, string wrong)
    {
        var seeded = Seed(await Overlay.Render(Overlay.Dev), right, wrong);

        Assert.ThrowsAny<Exception>(() => Cluster.Read(seeded));
    }

    [Theory]
    [InlineData("path: /health/live", "path: /health/alive", "nothing answers at /health/alive")]
    [InlineData("path: /health/gateway", "path: /health/gate", "nothing answers at /health/gate")]
    [InlineData(
        "port: http\n          periodSeconds: 2", "port: htp\n          periodSeconds: 2",
        "its liveness probe asks port htp, which it does not open")]
    [InlineData("containerPort: 8081", "containerPort: 8091", "port internal is 8091, and the program listens at 8081")]
    [InlineData("targetPort: internal", "targetPort: inside", "leads to port inside, which the pods do not open")]
    [InlineData("key: Jangteo__Trading__Database", "key: Jangteo__Trading__Datebase", "needs Jangteo__Trading__Datebase of Secret")]
    [InlineData(
        "- name: Jangteo__Trading__Database", "- name: Jangteo__Trading__Datebase",
        "there is no setting Trading:Datebase; did you mean Trading:Database?")]
    [InlineData("Endpoint: http://otel-collector:4318", "Endpont: http://otel-collector:4318", "there is no setting Telemetry:Endpont")]
    [InlineData("Address: http://views-internal:8081", "Address: http://views-inside:8081", "there is no service at (views-inside, 8081)")]
    [InlineData("        - --target\n        - payments", "        - --target\n        - payment", "There is no module 'payment'")]
    [InlineData("        - --target\n        - payments", "        - --targets\n        - payments", "'--targets'")]
    [InlineData("image: jangteo:dev", "image: jangtoe:dev", "image jangtoe:dev is neither built here nor of a registry")]
    [InlineData("image: jangteo:dev", "image: jangteo:latest", "image jangteo:latest is not of one version")]
    [InlineData("terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 30", "it is killed after 30 s, and needs 35 s to end")]
    [InlineData(
        "failureThreshold: 2\n          httpGet:\n            path: /health/live",
        "failureThreshold: 5\n          httpGet:\n            path: /health/live", "a process that hangs is ended after 15 s")]
    [InlineData("- name: COURIER_REPORTS_TO", "- name: COURIER_REPORT_TO", "there is no setting COURIER_REPORT_TO")]
    [InlineData("path: /reports", "path: /report", "courier: no Ingress leads the reports of providers to it")]
    [InlineData("- backup\n            - /backups", "- backups\n            - /backups", "backups /backups")]
    [InlineData("claimName: backups", "claimName: backup", "needs PersistentVolumeClaim backup, which is not there")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write into its image, or has rights")]
    [InlineData("max_connections=1300", "max_connections=400", "max_connections=400, and the processes may open 1200")]
    [InlineData("jangteo_receiver: trading", "jangteo_receiver: views", "Deployment trading: is not scaled by its own queue")]
    [InlineData("    kind: Deployment\n    name: views", "    kind: Deployment\n    name: view", "there is no Deployment view")]
    [InlineData("        - --sandbox\n", "", "the doors of the sandbox are closed")]
    [InlineData(
        "          app.kubernetes.io/component: database\n  - ports", "          app.kubernetes.io/component: databases\n  - ports",
        "names a peer that is no pod")]
    [InlineData("- port: otlp-http\n      protocol", "- port: otlp\n      protocol", "which is not opened")]
    [InlineData("      serviceAccountName: delivery\n", "      serviceAccountName: deliverer\n", "there is no ServiceAccount 'deliverer'")]
    [InlineData(
        "            name: gateway\n            port:\n              name: http",
        "            name: gateway\n            port:\n              name: https", "there is no Service gateway with port https")]
    public async Task A_manifest_that_names_what_is_not_there_is_refused(string right, string wrong, string mistake)
    {
        var seeded = Seed(await Overlay.Render(Overlay.Dev), right, wrong);

        Assert.Contains(await ManifestRules.Broken(Cluster.Read(seeded)), line => line.Contains(mistake, StringComparison.Ordinal));
    }

    /// <summary>The first place only: one mistake is enough.</summary>
    private static string Seed(string yaml, string right, string wrong)
    {
        var at = yaml.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The manifests hold no '{right}'.");
        return yaml[..at] + wrong + yaml[(at + right.Length)..];
    }
}
