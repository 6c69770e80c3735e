using System.Buffers.Binary;

namespace Jangteo.Platform;

/// <summary>Ids are UUIDv7: new ones sort after old ones, which keeps indexes narrow and lists in order.</summary>
public static class Ids
{
    public static Guid New() => Guid.CreateVersion7();

    /// <summary>
    /// When an id was made, by the clock of the machine that made it: the first 48 bits of a UUIDv7 are milliseconds since 1970.
    /// </summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }
}
