using Jangteo.Catalog;
using Jangteo.Delivery;
using Jangteo.Identity;
using Jangteo.Kinds;
using Jangteo.Notices;
using Jangteo.Payments;
using Jangteo.Platform;
using Jangteo.Trading;
using Jangteo.Views;

namespace Jangteo;

/// <summary>Which modules this process runs: <c>all</c>, or some by name with commas between. The only place that knows every module.</summary>
internal static class Target
{
    private static readonly Module[] Every =
    [
        new CatalogModule(),
        new IdentityModule(),
        new PaymentsModule(),
        new DeliveryModule(),
        new TradingModule(),
        new NoticesModule(),
        new ViewsModule(),
    ];

    /// <summary>The modules of a target, in the order in which they start.</summary>
    /// <exception cref="ArgumentException">A name that is no module; the message says which there are.</exception>
    public static Module[] Of(string target)
    {
        var names = target == "all" ? [.. Every.Select(module => module.Name)] : target.Split(',', StringSplitOptions.TrimEntries);
        return [.. names.Select(name => Every.FirstOrDefault(module => module.Name == name)
            ?? throw new ArgumentException($"There is no module '{name}'. The target is 'all', or some of {string.Join(", ", Modules.All)} with commas between."))];
    }
}
