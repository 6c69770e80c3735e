using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Jangteo.Contracts;

namespace Jangteo.Trading;

/// <summary>
/// The trades that one buyer has begun on one listing lately and that ended without a pay-out. Each takes the stock for a while and tells
/// the seller of it, so only some are allowed within an hour.
/// </summary>
/// <param name="Begun">When each was begun, newest first, in machine time.</param>
internal sealed record StartsInVain(ImmutableArray<DateTimeOffset> Begun)
{
    /// <summary>So many within <see cref="Within"/>; the next start is refused.</summary>
    public const int Most = 5;

    public static readonly TimeSpan Within = TimeSpan.FromHours(1);

    /// <summary>A start that was refused before it began sent no notice, and does not count.</summary>
    public static StartsInVain Of(IEnumerable<Ended> ended) =>
        new([.. ended.Where(trade => !trade.NotBegun && trade.Money is { PaidOut: 0, PayingOut: 0 }).Select(trade => TimeOf(trade.Id)).OrderDescending()]);

    /// <summary>What counts of a trade that ended.</summary>
    public sealed record Ended(Guid Id, bool NotBegun, Money Money)
    {
        public static Ended Read(Guid id, string body) => JsonSerializer.Deserialize<Ended>(body, Wire.Json)! with { Id = id };
    }

    /// <summary>The refusal of one more start, or null.</summary>
    public Refusal? Refuse(DateTimeOffset now)
    {
        if (Begun.Length < Most)
        {
            return null;
        }

        var wait = Begun[Most - 1] + Within - now;
        return wait > TimeSpan.Zero ? new Refusal(Refusals.TooManyRequests, Detail.StartsInVain, RetryAfter: wait) : null;
    }

    /// <summary>The least id that a trade begun at a time can have: an UUIDv7 begins with its milliseconds.</summary>
    public static Guid FirstIdAfter(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    private static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }
}
