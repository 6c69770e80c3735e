using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>
/// What a request to a route takes up while it is answered. A route that says nothing takes one of the places of requests.
/// </summary>
public enum Occupies
{
    /// <summary>One of the places of requests.</summary>
    Place,

    /// <summary>
    /// The same, unless the request names a token to wait for: it then takes up nothing but one of the waits of a person who is signed in.
    /// </summary>
    PlaceOrWait,

    /// <summary>A stream, which stays open.</summary>
    Stream,

    /// <summary>A download, which is as slow as the line it goes through.</summary>
    Download,
}

/// <summary>Says it of a route, and of a request that it may wait.</summary>
public static class OccupiesRoutes
{
    public static RouteHandlerBuilder Occupies(this RouteHandlerBuilder route, Occupies what) => route.WithMetadata(new Said(what));

    public static Occupies OccupiedBy(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<Said>()?.What ?? Http.Occupies.Place;

    /// <summary>Lets a request wait for its token: it has taken a wait and no place.</summary>
    public static void LetWait(HttpContext http) => http.Features.Set(Waiting.One);

    /// <summary>Whether a request may wait for its token; otherwise it is answered with what there is.</summary>
    public static bool MayWait(HttpContext http) => http.Features.Get<Waiting>() is not null;

    private sealed record Said(Occupies What);

    private sealed class Waiting
    {
        public static readonly Waiting One = new();
    }
}
