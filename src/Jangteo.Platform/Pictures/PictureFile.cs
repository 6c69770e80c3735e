using System.Security.Cryptography;

namespace Jangteo.Platform.Pictures;

/// <summary>A file that browsers show.</summary>
/// <param name="Type">What browsers call it, such as image/png.</param>
public sealed record PictureFile(string Type, byte[] Bytes)
{
    public string Hash { get; } = HashOf(Bytes);

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>What a file is by its first bytes, or null when it is none of what browsers show everywhere.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}

/// <summary>What is made of an uploaded picture.</summary>
/// <param name="Small">For lists; null when the picture is small itself.</param>
public sealed record EncodedPicture(PictureFile File, PictureFile? Small)
{
    /// <summary>Bytes that it takes, with its small copy.</summary>
    public long Size => File.Bytes.Length + (Small?.Bytes.Length ?? 0);
}
