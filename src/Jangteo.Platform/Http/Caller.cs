using System.Security.Claims;
using Jangteo.Contracts;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>Who asks: read from the token or the cookie, so that no module has to ask Identity.</summary>
/// <param name="Stamp">By which Identity knows a token that was taken back; nobody else can.</param>
public sealed record Caller(Guid Id, string Name, bool IsOperator, string? Stamp = null)
{
    public const string OperatorRole = "operator";
    public const string StampClaim = "stamp";

    public PersonRef Ref => new(Id, Name);

    /// <summary>The person who is signed in, or null.</summary>
    public static Caller? Of(HttpContext http) =>
        http.User.Identity?.IsAuthenticated == true && Guid.TryParse(http.User.FindFirstValue(ClaimTypes.NameIdentifier), out var id)
            ? new Caller(id, http.User.FindFirstValue(ClaimTypes.Name) ?? "", http.User.IsInRole(OperatorRole), http.User.FindFirstValue(StampClaim))
            : null;

    /// <summary>The person who is signed in; refuses <c>unauthenticated</c> when nobody is.</summary>
    public static Caller Required(HttpContext http) => Of(http) ?? throw new RefusedException(new Refusal(Refusals.Unauthenticated));

    /// <summary>An operator; refuses <c>not-found</c> for anybody else, as if the route were not there.</summary>
    public static Caller Operator(HttpContext http) =>
        Required(http) is { IsOperator: true } caller ? caller : throw new RefusedException(new Refusal(Refusals.NotFound));
}

/// <summary>Carries a refusal out of a transaction, which is rolled back. Caught at the edge, where it becomes the answer.</summary>
public sealed class RefusedException(Refusal refusal) : Exception(refusal.Code)
{
    public Refusal Refusal => refusal;
}
