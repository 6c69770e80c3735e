using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Jangteo.Platform;

/// <summary>
/// The addresses from which a proxy may say on whose behalf it asks, as the setting <c>TrustedProxies</c> writes them: <c>localhost</c>
/// (loopback), IP addresses and networks such as <c>10.0.0.0/8</c>, with commas between; empty is none.
/// </summary>
public static class TrustedNetworks
{
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <exception cref="FormatException">It is neither.</exception>
    public static IReadOnlyList<IPNetwork> Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"\"{text}\" {NetworksAttribute.Expected}");

    /// <summary>Null when it is not written as it must be.</summary>
    public static IReadOnlyList<IPNetwork>? TryParse(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var found = new List<IPNetwork>();
        foreach (var one in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (one == "localhost")
            {
                found.AddRange(Loopback);
            }
            else if (one.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(one, out var network) : ListenAddresses.Address(one) is { } address && Single(address, out network))
            {
                found.Add(network);
            }
            else
            {
                return null;
            }
        }

        return found;
    }

    private static bool Single(IPAddress address, out IPNetwork network)
    {
        network = new IPNetwork(address, 8 * address.GetAddressBytes().Length);
        return true;
    }
}

/// <summary>A setting that is read by <see cref="TrustedNetworks"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NetworksAttribute() : ValidationAttribute(Expected)
{
    public const string Expected = "is localhost, IP addresses and networks such as 10.0.0.0/8, with commas between, or empty for none";

    public override bool IsValid(object? value) => value is string text && TrustedNetworks.TryParse(text) is not null;
}
