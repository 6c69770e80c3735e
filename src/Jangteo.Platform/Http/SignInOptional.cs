using Microsoft.AspNetCore.Builder;

namespace Jangteo.Platform.Http;

/// <summary>Says of a route that it answers nobody in particular, and somebody who is signed in with more. A route for which it makes no difference is AllowAnonymous.</summary>
public sealed class SignInOptional
{
    internal static readonly SignInOptional Said = new();
}

/// <inheritdoc cref="SignInOptional"/>
public static class SignInOptionalRoutes
{
    public static RouteHandlerBuilder SignInOptional(this RouteHandlerBuilder route) => route.WithMetadata(Http.SignInOptional.Said);
}
