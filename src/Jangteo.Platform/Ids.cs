using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangteo.Platform;

/// <summary>Ids are UUIDv7: new ones sort after old ones, which keeps indexes narrow and lists in order.</summary>
public static class Ids
{
    private const int FractionBits = 12;

    /// <summary>A clock that is set back further than this takes the ids back with it.</summary>
    private const long OneSecond = 1000L << FractionBits;

    private static long latest;

    /// <summary>
    /// The ids of one process sort in the order in which they were made, also within a millisecond: the 12 bits after the milliseconds are
    /// the fraction of the millisecond, and no two ids share it (RFC 9562, section 6.2, method 3). The other 62 bits are random.
    /// </summary>
    public static Guid New()
    {
        var (milliseconds, ticks) = Math.DivRem((DateTime.UtcNow - DateTime.UnixEpoch).Ticks, TimeSpan.TicksPerMillisecond);
        var now = (milliseconds << FractionBits) + ((ticks << FractionBits) / TimeSpan.TicksPerMillisecond);
        long before, time;
        do
        {
            before = Volatile.Read(ref latest);
            time = before - now < OneSecond ? Math.Max(now, before + 1) : now;
        }
        while (Interlocked.CompareExchange(ref latest, time, before) != before);

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        const long Version = 7L << FractionBits;
        BinaryPrimitives.WriteInt64BigEndian(bytes, (time >> FractionBits << 16) | Version | (time & ((1 << FractionBits) - 1)));
        return new Guid(bytes, bigEndian: true);
    }

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
