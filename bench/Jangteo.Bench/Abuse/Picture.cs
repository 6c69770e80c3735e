using System.Buffers.Binary;
using System.IO.Compression;

namespace Jangteo.Bench.Abuse;

/// <summary>A picture as large as one may be: noise does not get smaller.</summary>
internal static class Picture
{
    private const int Side = 800;

    public static byte[] Png()
    {
        var lines = new byte[Side * ((Side * 3) + 1)];
        Random.Shared.NextBytes(lines);
        for (var line = 0; line < Side; line++)
        {
            // No filter.
            lines[line * ((Side * 3) + 1)] = 0;
        }

        using var pixels = new MemoryStream();
        using (var packed = new ZLibStream(pixels, CompressionLevel.NoCompression, leaveOpen: true))
        {
            packed.Write(lines);
        }

        // 8 bits of red, green and blue.
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        (header[8], header[9]) = (8, 2);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, pixels.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFF;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
