using System.Security.Cryptography;
using Jangteo.Platform;

namespace Jangteo.Http;

/// <summary>
/// The map of the operator: a file in the format PMTiles, version 3 (github.com/protomaps/PMTiles), which a browser reads in ranges. The
/// program knows no more of it than its header.
/// </summary>
internal sealed class MapFile
{
    /// <summary>The header and the root directory; whatever changes in the file changes them or its length.</summary>
    private const int Beginning = 16 * 1024;

    private const int Header = 127;
    private const byte Version = 3;
    private const int PlaceOfVersion = 7;
    private const int PlaceOfTileType = 99;

    /// <summary>mvt, png, jpeg, webp, avif and mlt are 1 to 6; 0 is unknown.</summary>
    private const byte LastTileType = 6;

    private MapFile(string path, string hash, DateTimeOffset modified) => (Path, Hash, Modified) = (path, hash, modified);

    /// <summary>Where it is, as a full path.</summary>
    public string Path { get; }

    /// <summary>Changes with the file, and is the same in every process that has the same file.</summary>
    public string Hash { get; }

    public DateTimeOffset Modified { get; }

    /// <summary>The file of the settings, or null when they name none.</summary>
    /// <exception cref="SettingsException">It cannot be read, or is no map.</exception>
    public static MapFile? Open(MapSettings map)
    {
        if (map.File.Length == 0)
        {
            return null;
        }

        try
        {
            var path = System.IO.Path.GetFullPath(map.File);
            using var file = File.OpenRead(path);
            var begin = new byte[(int)Math.Min(Beginning, file.Length)];
            file.ReadExactly(begin);
            if (!IsMap(begin))
            {
                throw Refused(map, "is no map of the format PMTiles, version 3");
            }

            var hash = SHA256.HashData([.. begin, .. BitConverter.GetBytes(file.Length)]);
            return new MapFile(path, Convert.ToHexStringLower(hash.AsSpan(0, 8)), File.GetLastWriteTimeUtc(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Refused(map, $"cannot be read: {fault.Message}");
        }
    }

    private static bool IsMap(ReadOnlySpan<byte> begin) =>
        begin.Length >= Header && begin.StartsWith("PMTiles"u8) && begin[PlaceOfVersion] == Version
        && begin[PlaceOfTileType] is >= 1 and <= LastTileType;

    private static SettingsException Refused(MapSettings map, string why) =>
        new([$"{nameof(Settings.Map)}:{nameof(MapSettings.File)}: {map.File} {why}"]);
}
