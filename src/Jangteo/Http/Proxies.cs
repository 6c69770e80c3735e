using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Jangteo.Http;

/// <summary>
/// What a proxy in front changes about a request: the address it comes from, the host and whether it was made over TLS. Only what a trusted
/// proxy says counts; everything behind reads it from the request as if there were no proxy.
/// </summary>
internal static class Proxies
{
    public static void Use(IApplicationBuilder app, Settings settings, SiteOrigin site)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,

            // The chain is followed to the first address that is not trusted, however many proxies there are.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in TrustedNetworks.Parse(settings.TrustedProxies))
        {
            options.KnownIPNetworks.Add(network);
        }

        // The framework trusts every proxy when none is configured, so without trusted proxies it must not be there at all.
        if (options.KnownIPNetworks.Count > 0)
        {
            app.UseForwardedHeaders(options);
        }

        if (site.IsHttps is { } isHttps)
        {
            app.Use(next => http =>
            {
                http.Request.Scheme = isHttps ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
                return next(http);
            });
        }
    }
}
