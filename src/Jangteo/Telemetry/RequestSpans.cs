using System.Diagnostics;
using Jangteo.Platform;
using Microsoft.AspNetCore.Http.Features;

namespace Jangteo.Telemetry;

/// <summary>
/// Says of the server's span what was asked for, which the server itself leaves out. Of the address only the route is said, and of what was sent nothing: what a
/// person types or a program is trusted with is nobody's to read here.
/// </summary>
internal static class RequestSpans
{
    public static void Use(WebApplication app) => app.Use(next => http => Pass(http, next));

    private static async Task Pass(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { } span)
        {
            await next(http);
            return;
        }

        // Who asks every second whether the program lives wants no trace of it.
        if (http.Request.Path.StartsWithSegments("/health"))
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        try
        {
            await next(http);
        }
        finally
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            span.DisplayName = route is null ? http.Request.Method : $"{http.Request.Method} {route}";
            span.SetTag("http.request.method", http.Request.Method).SetTag("http.route", route).SetTag("http.response.status_code", http.Response.StatusCode);
            span.SetStatus(http.Response.StatusCode >= 500 ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        }
    }

    /// <summary>What a request is about is known when it has passed the door.</summary>
    public static void Tell(WebApplication app) => app.Use(next => http =>
    {
        var isOfTrade = http.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } && route.StartsWith("/api/trades/", StringComparison.Ordinal);
        Spans.About(
            http.Features.Get<IHttpActivityFeature>()?.Activity, isOfTrade && Guid.TryParse(http.Request.RouteValues["id"] as string, out var trade) ? trade : null, Platform.Http.Commands.CauseOf(http).Correlation);
        return next(http);
    });
}
