using System.Globalization;
using System.Security.Claims;
using Jangteo.Contracts;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>Who asks: read from the token or the cookie, so that no module has to ask Identity.</summary>
/// <param name="Version">The person's session version when the session began: raised, it ends every earlier session.</param>
public sealed record Caller(Guid Id, string Name, bool IsOperator, long Version = 0)
{
    public const string OperatorRole = "operator";
    public const string SessionClaim = "session";
    public const string VersionClaim = "version";
    public const string UntilClaim = "until";
    public const string LanguageClaim = "language";

    /// <summary>The session by which the person asks; empty before one has begun.</summary>
    public Guid Session { get; init; }

    /// <summary>When the session expires, by the machine's clock.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>The language that the person has chosen, when the session knows it.</summary>
    public string? Language { get; init; }

    public PersonRef Ref => new(Id, Name);

    /// <summary>The person who is signed in, or null.</summary>
    public static Caller? Of(HttpContext http) => http.User.Identity?.IsAuthenticated == true ? Of(http.User) : null;

    /// <summary>The person of a token; null when it is of a form that an earlier release wrote.</summary>
    public static Caller? Of(ClaimsPrincipal person) =>
        Guid.TryParse(person.FindFirstValue(ClaimTypes.NameIdentifier), out var id)
        && Guid.TryParse(person.FindFirstValue(SessionClaim), out var session)
        && long.TryParse(person.FindFirstValue(VersionClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && long.TryParse(person.FindFirstValue(UntilClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var until)
            ? new Caller(id, person.FindFirstValue(ClaimTypes.Name) ?? "", person.IsInRole(OperatorRole), version) { Session = session, Until = DateTimeOffset.FromUnixTimeSeconds(until), Language = person.FindFirstValue(LanguageClaim) }
            : null;

    /// <summary>The person who is signed in; refuses <c>unauthenticated</c> when nobody is.</summary>
    public static Caller Required(HttpContext http) => Of(http) ?? throw new RefusedException(new Refusal(Refusals.Unauthenticated));

    /// <summary>An operator; refuses <c>not-found</c> for anybody else, as if the route were not there.</summary>
    public static Caller Operator(HttpContext http) =>
        Required(http) is { IsOperator: true } caller ? caller : throw new RefusedException(new Refusal(Refusals.NotFound));
}

/// <summary>Carries a refusal out of a transaction, which is rolled back. Caught at the edge, where it becomes the answer.</summary>
/// <param name="kind">The kind of trade whose own words say it, where it has some.</param>
public sealed class RefusedException(Refusal refusal, string? kind = null) : Exception(refusal.Code)
{
    public Refusal Refusal => refusal;

    public string? Kind => kind;
}
