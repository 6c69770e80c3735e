namespace Jangteo.Tests.Deploy;

/// <summary>What must hold of the objects of an overlay: that each fits the others, and the program.</summary>
internal static class ManifestRules
{
    /// <summary>A line for everything that is wrong.</summary>
    public static async Task<IReadOnlyList<string>> Broken(Cluster cluster) =>
    [
        .. ObjectRules.Broken(cluster),
        .. PodRules.Broken(cluster),
        .. ProgramRules.Broken(cluster),
        .. CourierRules.Broken(cluster),
        .. ServiceRules.Broken(cluster),
        .. await GatewayRules.Broken(cluster),
        .. ScalingRules.Broken(cluster),
        .. NetworkRules.Broken(cluster),
    ];
}
