using System.Buffers.Binary;
using SkiaSharp;

namespace Jangteo.Tests.Catalog;

/// <summary>Pictures as people send them: made here, so that a test can say what is in them.</summary>
internal static class TestPictures
{
    /// <summary>A picture whose left half is red and whose right half is blue.</summary>
    public static byte[] Jpeg(int width = 16, int height = 12) => Encoded(width, height, SKEncodedImageFormat.Jpeg, SKColors.Blue);

    public static byte[] Png(int width = 16, int height = 12, bool isTransparent = false) =>
        Encoded(width, height, SKEncodedImageFormat.Png, isTransparent ? SKColors.Transparent : SKColors.Blue);

    public static byte[] Webp(int width = 16, int height = 12) => Encoded(width, height, SKEncodedImageFormat.Webp, SKColors.Blue);

    /// <summary>A JPEG as a phone makes it: with the way it was held, and with where it was.</summary>
    public static byte[] FromPhone(int orientation, int width = 16, int height = 12) => WithSegment(Jpeg(width, height), Exif(orientation));

    /// <summary>A small PNG that says of itself how large it is.</summary>
    public static byte[] PngOf(int width, int height)
    {
        var png = Png();
        // The header is the first chunk: length, "IHDR", width, height; its check sum comes after 13 bytes.
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        return png;
    }

    /// <summary>A JPEG with so many empty scans more than it needs.</summary>
    public static byte[] WithScans(int scans)
    {
        var jpeg = Jpeg();
        byte[] scan = [0xFF, 0xDA, 0x00, 0x08, 0x01, 0x01, 0x00, 0x01, 0x01, 0x00];
        return [.. jpeg[..^2], .. Enumerable.Repeat(scan, scans).SelectMany(bytes => bytes), .. jpeg[^2..]];
    }

    public static SKBitmap Decoded(byte[] bytes) => SKBitmap.Decode(bytes)!;

    private static byte[] Encoded(int width, int height, SKEncodedImageFormat format, SKColor right)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(width, height, SKColorType.Rgba8888, right.Alpha < 255 ? SKAlphaType.Premul : SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Transparent);
        using var paint = new SKPaint { Color = SKColors.Red };
        canvas.DrawRect(0, 0, width / 2f, height, paint);
        paint.Color = right;
        canvas.DrawRect(width / 2f, 0, width / 2f, height, paint);
        canvas.Flush();
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    private static byte[] WithSegment(byte[] jpeg, byte[] segment) => [.. jpeg[..2], .. segment, .. jpeg[2..]];

    /// <summary>
    /// An APP1 segment with two directories: the orientation and a pointer to the GPS one, which says 37 degrees north and names a street
    /// in Seoul.
    /// </summary>
    private static byte[] Exif(int orientation)
    {
        byte[] tiff =
        [
            .. "MM"u8, 0, 42, 0, 0, 0, 8,
            0, 2,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0,
            0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38,
            0, 0, 0, 0,
            0, 2,
            0x00, 0x01, 0, 2, 0, 0, 0, 2, (byte)'N', 0, 0, 0,
            0x00, 0x02, 0, 5, 0, 0, 0, 3, 0, 0, 0, 68,
            0, 0, 0, 0,
            0, 0, 0, 37, 0, 0, 0, 1, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 59, 0, 0, 0, 1,
            .. "Secret street 7"u8,
        ];
        byte[] body = [.. "Exif"u8, 0, 0, .. tiff];
        var length = (ushort)(body.Length + 2);
        return [0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. body];
    }

    /// <summary>The check sum of a PNG's chunk (ISO 3309).</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 1 ? 0xEDB88320u : 0);
            }
        }

        return ~crc;
    }
}
