using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Http;

/// <summary>
/// GET /api/map and /api/map/tiles/{version}: the map of the operator, if there is one. Pages draw it from ranges of its file; each takes a
/// place among the downloads, because a slow connection holds it open.
/// </summary>
internal static class MapRoutes
{
    private const string Tiles = "/api/map/tiles";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/map", (MapTiles map) => TypedResults.Ok(Describe(map))).AllowAnonymous().WithName("map").WithTags("map")
            .WithSummary("The map that the operator brings, if there is one: the address of its file, and whose data it is.");
        routes.MapGet($"{Tiles}/{{version}}", (string version, MapTiles map, HttpContext http) => Send(version, map, http))
            .AllowAnonymous().Occupies(Occupies.Download).WithName("mapTiles").WithTags("map")
            .WithSummary("The file of the map, of the format PMTiles, to be read in ranges. A file that changes has another address.")
            .Produces<byte[]>(200, MapTiles.Type).Produces<byte[]>(206, MapTiles.Type).Produces(304).Produces<byte[]>(416, MapTiles.Type);
    }

    private static MapView Describe(MapTiles map) => new(map.File is { } file ? $"{Tiles}/{file.Hash}" : null, map.Attribution);

    private static PhysicalFileHttpResult Send(string version, MapTiles map, HttpContext http)
    {
        // A file that was replaced under a running program is not sent under the address of the one before.
        if (map.File is not { } file || file.Hash != version || File.GetLastWriteTimeUtc(file.Path) != file.Modified.UtcDateTime)
        {
            throw new RefusedException(new Refusal(Refusals.NotFound));
        }

        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.PhysicalFile(
            file.Path, MapTiles.Type, lastModified: file.Modified, entityTag: new EntityTagHeaderValue($"\"{version}\""),
            enableRangeProcessing: true);
    }
}

/// <summary>The map of this installation.</summary>
internal sealed class MapTiles(MapSettings map)
{
    public const string Type = "application/vnd.pmtiles";

    public MapFile? File { get; } = MapFile.Open(map);

    public string? Attribution { get; } = map.Attribution.Length > 0 ? map.Attribution : null;
}

/// <summary>The map of an installation.</summary>
/// <param name="Tiles">The address of its file; null when the operator has brought none.</param>
/// <param name="Attribution">Whose data it is; null is what the file says.</param>
internal sealed record MapView(string? Tiles, string? Attribution);
