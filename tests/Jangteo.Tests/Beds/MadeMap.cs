using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Jangteo.Tests.Beds;

/// <summary>
/// A small map of the format PMTiles, version 3, as its specification lays it out: one vector tile of the whole world, of which a part is
/// water and a place has a name.
/// </summary>
internal static class MadeMap
{
    /// <summary>Where the header ends and the root directory begins.</summary>
    private const int Header = 127;

    private const byte Uncompressed = 1;
    private const byte Vector = 1;
    private const int Extent = 4096;

    public const string Attribution = "<a href=\"https://www.openstreetmap.org/copyright\">© OpenStreetMap</a> <b>and others</b>";

    /// <summary>The middle of what it shows, in degrees: Seoul.</summary>
    public const double Lat = 37.56;

    public const double Lng = 126.98;

    /// <summary>Where its tiles begin: the end of what a browser reads first.</summary>
    public static int BeginOfTiles => Header + Directory.Length + Metadata.Length;

    private static byte[] Metadata => Encoding.UTF8.GetBytes(
        $$"""
        {"attribution":{{JsonSerializer.Serialize(Attribution)}},"vector_layers":[{"id":"water"},{"id":"places"}]}
        """);

    /// <summary>One entry: the tile 0, once, of that length, at the beginning.</summary>
    private static byte[] Directory => [1, 0, 1, .. Varint((ulong)Tile.Length), 1];

    private static byte[] Tile =>
    [
        // A square of water in the corner of the world.
        .. Layer(
            "water", Field(2, [.. Number(3, 3), .. Field(4, [9, 0, 0, 26, .. Varint(2048), 0, 0, .. Varint(2048), .. Varint(2047), 0, 15])])),
        .. Layer(
            "places", Field(2, [.. Field(2, [0, 0]), .. Number(3, 1), .. Field(4, [9, .. Varint(6986), .. Varint(3174)])]), "name", "Seoul"),
    ];

    public static byte[] Bytes()
    {
        var (directory, metadata, tile) = (Directory, Metadata, Tile);
        var header = new byte[Header];
        "PMTiles"u8.CopyTo(header);
        header[7] = 3;
        long[] places =
        [
            Header, directory.Length, Header + directory.Length, metadata.Length, 0, 0, BeginOfTiles, tile.Length, 1, 1, 1,
        ];
        foreach (var (index, place) in places.Index())
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8 + (8 * index)), place);
        }

        (header[96], header[97], header[98], header[99]) = (1, Uncompressed, Uncompressed, Vector);
        Degrees(102, Lng - 0.1, Lat - 0.1, Lng + 0.1, Lat + 0.1);
        Degrees(119, Lng, Lat);
        return [.. header, .. directory, .. metadata, .. tile];

        void Degrees(int at, params double[] degrees)
        {
            foreach (var (index, one) in degrees.Index())
            {
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(at + (4 * index)), (int)(one * 1e7));
            }
        }
    }

    /// <summary>Writes it into a folder.</summary>
    public static string In(string folder)
    {
        var path = Path.Combine(folder, "map.pmtiles");
        File.WriteAllBytes(path, Bytes());
        return path;
    }

    private static byte[] Layer(string name, byte[] feature, string? key = null, string? value = null) => Field(
        3,
        [
            .. Number(15, 2), .. Field(1, Encoding.UTF8.GetBytes(name)), .. feature,
            .. key is null ? [] : Field(3, Encoding.UTF8.GetBytes(key)),
            .. value is null ? [] : Field(4, Field(1, Encoding.UTF8.GetBytes(value))), .. Number(5, Extent),
        ]);

    /// <summary>A member of a message that has a length, as protocol buffers are written.</summary>
    private static byte[] Field(int number, byte[] content) =>
        [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int number, ulong value) => [.. Varint((ulong)(number << 3)), .. Varint(value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
        {
            bytes.Add((byte)(value | 128));
        }

        return [.. bytes, (byte)value];
    }
}
