using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>
/// How a person stays signed in: one protected token, which programs send in the Authorization header and pages in a cookie. Every process that has
/// the protection keys reads every token; nothing is looked up. Tokens live by the machine's clock, which no sandbox moves.
/// </summary>
public sealed class Sessions(IDataProtectionProvider protection, TimeProvider machine)
{
    public const string Cookie = "jangteo-session";

    /// <summary>How long a token is good for.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private const string Scheme = "jangteo";
    private const string Bearer = "Bearer ";

    private readonly TicketDataFormat format = new(protection.CreateProtector("jangteo.session.v1"));

    /// <summary>A token for a person.</summary>
    public string Issue(Caller caller)
    {
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, caller.Id.ToString()), new(ClaimTypes.Name, caller.Name)], Scheme);
        if (caller.IsOperator)
        {
            identity.AddClaim(new(ClaimTypes.Role, Caller.OperatorRole));
        }

        if (caller.Stamp is not null)
        {
            identity.AddClaim(new(Caller.StampClaim, caller.Stamp));
        }

        return format.Protect(new AuthenticationTicket(new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = machine.GetUtcNow() + Life }, Scheme));
    }

    /// <summary>Whom a token is for, or null when it is not one of ours or its time is over.</summary>
    public ClaimsPrincipal? Read(string token) =>
        format.Unprotect(token) is { } ticket && ticket.Properties.ExpiresUtc > machine.GetUtcNow() ? ticket.Principal : null;

    /// <summary>Who sends a request. A header is stronger than a cookie: a program that sends one means it.</summary>
    public ClaimsPrincipal? Read(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? Read(header[Bearer.Length..].Trim()) : null;
        }

        return request.Cookies[Cookie] is { Length: > 0 } token && IsFromOurPages(request) ? Read(token) : null;
    }

    /// <summary>
    /// Browsers send a cookie along with whatever another site makes them send. They name the site in Origin then, and a form cannot send JSON; so a
    /// cookie counts on a command only when our own page sent it.
    /// </summary>
    private static bool IsFromOurPages(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return true;
        }

        var isForm = request.ContentType is { } type
            && (type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase));
        return !isForm && Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Signs the browser in that sent the request.</summary>
    public static void SetCookie(HttpContext http, string token) =>
        http.Response.Cookies.Append(Cookie, token, Attributes(http, Life));

    /// <summary>Signs the browser out.</summary>
    public static void DropCookie(HttpContext http) => http.Response.Cookies.Delete(Cookie, Attributes(http, null));

    private static CookieOptions Attributes(HttpContext http, TimeSpan? life) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", MaxAge = life };
}
