using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>
/// An origin as browsers compare it: scheme, host and port. The host is in the form that DNS knows (punycode) and in small letters.
/// </summary>
public sealed record WebOrigin(string Scheme, string Host, int Port)
{
    private static readonly string[] Schemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];

    private bool HasDefaultPort => Port == DefaultPort(Scheme);

    /// <summary>Null when the text is no http or https address, or has more to it than an origin has.</summary>
    public static WebOrigin? TryParse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && Schemes.Contains(address.Scheme)
        && address is { UserInfo: "", PathAndQuery: "/", Fragment: "", IdnHost.Length: > 0 }
            ? new WebOrigin(address.Scheme, address.IdnHost.ToLowerInvariant(), address.Port)
            : null;

    public override string ToString() =>
        $"{Scheme}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(HasDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{Port}"))}";

    private static int DefaultPort(string scheme) => scheme == Uri.UriSchemeHttps ? 443 : 80;
}

/// <summary>Which origin the pages of this market have.</summary>
/// <param name="publicAddress">The setting <c>PublicAddress</c>; empty is what each request names as its host.</param>
public sealed class SiteOrigin(string publicAddress)
{
    private readonly WebOrigin? configured = WebOrigin.TryParse(publicAddress);

    /// <summary>Whether browsers reach the market over TLS; null when each request says so itself.</summary>
    public bool? IsHttps => configured is null ? null : configured.Scheme == Uri.UriSchemeHttps;

    /// <summary>The origin from which a request's page must come; null when the request names no host that could be one.</summary>
    /// <param name="origin">
    /// The origin it comes from. Where no address is configured, only host and port must be ours: whether a proxy in front speaks TLS is
    /// not always known here.
    /// </param>
    public WebOrigin? Expected(HttpRequest request, WebOrigin? origin) =>
        configured ?? WebOrigin.TryParse($"{origin?.Scheme ?? request.Scheme}://{request.Host.Value}");
}
