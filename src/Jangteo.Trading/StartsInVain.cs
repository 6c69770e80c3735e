using System.Buffers.Binary;
using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Npgsql;

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

    /// <summary>
    /// The newest that count. A start that was refused before it began sent no notice, and does not count: it is left out here, so that any
    /// number of them hides none that does. Ids of trades begin with the machine time of their start.
    /// </summary>
    public static Sql Select(Guid buyer, Guid listing, DateTimeOffset now) =>
        new(
            """
            select id
            from trades
            where buyer = $1 and listing = $2 and not is_open and id >= $3
                and not coalesce((body::jsonb ->> 'notBegun')::boolean, false)
                and coalesce((body::jsonb #>> '{money,paidOut}')::bigint, 0) = 0
                and coalesce((body::jsonb #>> '{money,payingOut}')::bigint, 0) = 0
            order by id desc
            limit $4
            """,
            buyer, listing, FirstIdAfter(now - Within), Most);

    public static DateTimeOffset Read(NpgsqlDataReader row) => TimeOf(row.GetGuid(0));

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
    private static Guid FirstIdAfter(DateTimeOffset time)
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
