using System.Globalization;
using System.Security.Claims;
using Jangteo.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>
/// How a person stays signed in: one protected token, which programs send in the Authorization header and pages in a cookie. Every process
/// that has the protection keys reads every token; whether its session was ended early, <see cref="Revocations"/> knows. Tokens live by the
/// machine's clock, which no sandbox moves.
/// </summary>
public sealed class Sessions(
    IDataProtectionProvider protection, TimeProvider machine, SessionSettings settings, Revocations revocations, SiteOrigin site)
{
    public const string Cookie = "jangteo-session";

    /// <summary>No setting lets a session live longer.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(31);

    private const string Scheme = "jangteo";
    private const string Bearer = "Bearer ";

    private readonly TicketDataFormat format = new(protection.CreateProtector("jangteo.session.v2"));

    /// <summary>Begins a session, which expires after the time that the settings give people and operators.</summary>
    public (string Token, Caller Caller) Begin(Caller person)
    {
        var begun =
            person with { Session = Ids.New(), Until = machine.GetUtcNow() + (person.IsOperator ? settings.Operators : settings.People) };
        return (Issue(begun), begun);
    }

    /// <summary>
    /// A token for a session that goes on, for instance after its person has changed their name. It expires when the session does.
    /// </summary>
    public string Issue(Caller caller)
    {
        var identity = new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, caller.Id.ToString()),
                new(ClaimTypes.Name, caller.Name),
                new(Caller.SessionClaim, caller.Session.ToString()),
                new(Caller.VersionClaim, caller.Version.ToString(CultureInfo.InvariantCulture)),
                new(Caller.UntilClaim, caller.Until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ],
            Scheme);
        if (caller.IsOperator)
        {
            identity.AddClaim(new(ClaimTypes.Role, Caller.OperatorRole));
        }

        if (caller.Language is not null)
        {
            identity.AddClaim(new(Caller.LanguageClaim, caller.Language));
        }

        return format.Protect(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    /// <summary>Who sends a request by a session that is neither expired nor ended; null when there is none.</summary>
    /// <exception cref="RefusedException"><c>busy</c>: whether it was ended cannot be found out now.</exception>
    public async ValueTask<ClaimsPrincipal?> SignedIn(HttpRequest request, CancellationToken ct) =>
        Read(request) is { } person && Caller.Of(person) is { } caller && !await revocations.IsRevoked(caller, ct) ? person : null;

    /// <summary>
    /// Whom a token is for, or null when it is not one of ours or has expired. Whether its session was ended is not looked up.
    /// </summary>
    public ClaimsPrincipal? Read(string token) =>
        format.Unprotect(token)?.Principal is { } person && Caller.Of(person) is { } caller && caller.Until > machine.GetUtcNow()
            ? person
            : null;

    /// <summary>Whose token a request has. A header is stronger than a cookie: a program that sends one means it.</summary>
    /// <exception cref="RefusedException"><c>wrong-origin</c>: a command with a cookie that does not come from our own pages.</exception>
    public ClaimsPrincipal? Read(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? Read(header[Bearer.Length..].Trim()) : null;
        }

        if (request.Cookies[Cookie] is not { Length: > 0 } token)
        {
            return null;
        }

        RefuseOtherSites(request);
        return Read(token);
    }

    /// <summary>
    /// Browsers send a cookie along with whatever another site makes them send, and name that site in Origin, which no page can change. So
    /// a cookie counts on a command only when our own page sent it.
    /// </summary>
    private void RefuseOtherSites(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return;
        }

        var named = request.Headers.Origin.ToString();
        var origin = WebOrigin.TryParse(named);
        var expected = site.Expected(request, origin);
        if (origin is not null && origin == expected)
        {
            return;
        }

        // Pages without an origin of their own, such as a file, send "null".
        var ours = expected?.ToString() ?? "?";
        var wrong = named.Length == 0 ? Wrong.NoOrigin(ours) : Wrong.OtherOrigin(origin?.ToString() ?? "null", ours);
        throw new RefusedException(new Refusal(Refusals.WrongOrigin, Fields: new Dictionary<string, Wrong[]> { ["origin"] = [wrong] }));
    }

    /// <summary>Signs the browser in that sent the request.</summary>
    public void SetCookie(HttpContext http, string token, Caller caller) =>
        http.Response.Cookies.Append(Cookie, token, Attributes(http, caller.Until - machine.GetUtcNow()));

    /// <summary>Signs the browser out.</summary>
    public static void DropCookie(HttpContext http) => http.Response.Cookies.Delete(Cookie, Attributes(http, null));

    /// <summary>How every cookie of ours is set.</summary>
    public static CookieOptions Attributes(HttpContext http, TimeSpan? life, string path = "/") =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = path, MaxAge = life };
}
