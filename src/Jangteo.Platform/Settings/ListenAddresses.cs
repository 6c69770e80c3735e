using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Jangteo.Platform.Machine;

namespace Jangteo.Platform;

/// <summary>
/// The addresses of this machine at which a process accepts connections, as the settings <c>Listen</c> and <c>InternalListen</c> write
/// them: <c>localhost</c> (both loopback addresses), one or more IP addresses with commas between, or <c>0.0.0.0</c> or <c>::</c> alone for
/// every address.
/// </summary>
/// <remarks>
/// Host names are refused: the server would take any name it does not know for "every address", which opens more than was written.
/// </remarks>
public sealed class ListenAddresses
{
    private const string Localhost = "localhost";

    /// <summary>None is localhost.</summary>
    private readonly IPAddress[] addresses;

    private ListenAddresses(IPAddress[] addresses) => this.addresses = addresses;

    /// <summary>Whether only programs on this machine can connect.</summary>
    public bool IsLoopback => addresses.All(IPAddress.IsLoopback);

    private bool IsEverywhere => addresses is [var only] && IsAny(only);

    /// <summary>Hosts as they stand in an address: <c>localhost</c>, <c>10.0.0.7</c>, <c>[::1]</c>.</summary>
    public IReadOnlyList<string> Hosts => addresses.Length == 0 ? [Localhost] : [.. addresses.Select(Host)];

    /// <exception cref="FormatException">It is neither.</exception>
    public static ListenAddresses Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"\"{text}\" {ListenAttribute.Expected}");

    /// <summary>Null when it is not written as it must be.</summary>
    public static ListenAddresses? TryParse(string text)
    {
        var written = text.Split(',', StringSplitOptions.TrimEntries);
        if (written is [Localhost])
        {
            return new ListenAddresses([]);
        }

        var found = new List<IPAddress>();
        foreach (var one in written)
        {
            if (one == Localhost)
            {
                found.AddRange(IPAddress.Loopback, IPAddress.IPv6Loopback);
            }
            else if (Address(one) is { } address)
            {
                found.Add(address);
            }
            else
            {
                return null;
            }
        }

        var isOverlapping = found.Distinct().Count() < found.Count || (found.Count > 1 && found.Any(IsAny));
        return isOverlapping ? null : new ListenAddresses([.. found]);
    }

    /// <summary>What the server binds to.</summary>
    public IEnumerable<string> Urls(int port) => Hosts.Select(host => Url(host, port));

    /// <summary>An address at which programs on this machine reach the process.</summary>
    public string UrlHere(int port) =>
        Url(IsEverywhere ? Localhost : addresses.Where(IPAddress.IsLoopback).Select(Host).FirstOrDefault() ?? Hosts[0], port);

    /// <summary>Every address to bind to, those of <c>localhost</c> as far as this machine has them.</summary>
    public IReadOnlyList<IPAddress> ToBind() =>
        addresses.Length > 0 ? addresses : [.. new[] { IPAddress.Loopback, IPAddress.IPv6Loopback }.Where(CanBind)];

    /// <summary>Refuses, before anything is started, what the server could not bind to.</summary>
    /// <param name="setting">Such as Port, for the message.</param>
    /// <param name="port">0 is any free one.</param>
    /// <exception cref="SettingsException">A port is taken, or an address is not of this machine.</exception>
    public void RefuseTaken(string setting, int port)
    {
        foreach (var address in ToBind())
        {
            switch (Ports.WhyNot(address, port))
            {
                case SocketError.AddressAlreadyInUse:
                    throw new SettingsException(
                        [$"{setting}: another program listens at port {port}; stop it, or choose another port with Jangteo__{setting}"]);
                case SocketError.AccessDenied:
                    throw new SettingsException([$"{setting}: this user may not listen at port {port}; choose one above 1023"]);
                case SocketError.AddressNotAvailable:
                    throw new SettingsException([$"Listen: {address} is not an address of this machine"]);
            }
        }
    }

    private static bool CanBind(IPAddress address) => Ports.WhyNot(address, 0) is null;

    /// <summary>
    /// Null when it is none. IPAddress also reads <c>1</c>, <c>0x7f.1</c> and <c>[::1]:80</c>; an address that is written so is a mistake.
    /// </summary>
    internal static IPAddress? Address(string text) =>
        IPAddress.TryParse(text, out var address)
            && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : !text.StartsWith('['))
            ? address
            : null;

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Host(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static string Url(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}");
}

/// <summary>A setting that is read by <see cref="ListenAddresses"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListenAttribute() : ValidationAttribute(Expected)
{
    internal const string Expected = "is localhost, IP addresses with commas between, or 0.0.0.0 or :: alone for every address";

    /// <summary>Whether it may be empty, because another setting then counts.</summary>
    public bool CanBeEmpty { get; init; }

    public override bool IsValid(object? value) =>
        value is string text && ((CanBeEmpty && text.Length == 0) || ListenAddresses.TryParse(text) is not null);
}
