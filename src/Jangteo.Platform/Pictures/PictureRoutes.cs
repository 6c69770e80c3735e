using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Jangteo.Platform.Pictures;

/// <summary>Says of a route that it takes a picture, or that it sends one.</summary>
public static class PictureRoutes
{
    private const int LargestBytes = 2 * 1024 * 1024;

    private static readonly string[] types = ["image/jpeg", "image/png", "image/webp"];

    /// <summary>A picture is the body of the request. A larger one is refused <c>too-large</c> before it is read.</summary>
    public static RouteHandlerBuilder TakesPicture(this RouteHandlerBuilder route) =>
        route.WithMetadata(new RequestSizeLimitAttribute(LargestBytes)).Accepts<IFormFile>(types[0], types[1..]);

    /// <summary>A picture is the body of the answer.</summary>
    public static RouteHandlerBuilder SendsPicture(this RouteHandlerBuilder route) =>
        route.Occupies(Occupies.Download).Produces<byte[]>(200, types[0], types[1..]).Produces(304);
}
