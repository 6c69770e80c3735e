using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Trading;

/// <summary>A picture that a party has added to the dispute about a trade.</summary>
/// <param name="At">Business time.</param>
internal sealed record DisputePicture(Guid Id, Guid Person, DateTimeOffset At)
{
    private const string Columns = "id, person, at";

    public static DisputePicture Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetGuid(1), row.GetFieldValue<DateTimeOffset>(2));

    /// <summary>All of a trade, oldest first.</summary>
    public static Sql SelectOf(Guid trade) => new($"select {Columns} from dispute_pictures where trade = $1 order by id", trade);

    /// <summary>The picture that is already stored for the same upload.</summary>
    /// <param name="given">The hash of the file.</param>
    public static Sql SelectSame(Guid trade, Guid person, string given) =>
        new($"select {Columns} from dispute_pictures where trade = $1 and person = $2 and given = $3", trade, person, given);

    /// <summary>A new one, kept with the trade.</summary>
    /// <param name="given">The hash of the file that was sent.</param>
    public static DisputePicture Add(Work work, Guid trade, Guid person, string given, EncodedPicture encoded)
    {
        var (added, (file, small)) = (new DisputePicture(Ids.New(), person, work.Now), encoded);
        work.Write(
            """
            insert into dispute_pictures
                (id, trade, person, at, given, size, type, hash, bytes, small_type, small_hash, small_bytes)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            added.Id, trade, person, added.At, given, (int)encoded.Size, file.Type, file.Hash, file.Bytes,
            small?.Type, small?.Hash, small?.Bytes);
        return added;
    }

    /// <summary>A picture of a trade with its first piece.</summary>
    public static Task<StoredPicture?> Find(Storage storage, Guid trade, Guid picture, bool isSmall, CancellationToken ct)
    {
        string Of(string column) => isSmall ? $"coalesce(small_{column}, {column})" : column;

        return storage.Find(
            new Sql(
                $"""
                select {Of("type")}, {Of("hash")}, octet_length({Of("bytes")}), substring({Of("bytes")} from 1 for $3)
                from dispute_pictures
                where id = $1 and trade = $2
                """,
                picture, trade, StoredPicture.BytesOfPiece),
            row => new StoredPicture(
                picture, row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<byte[]>(3),
                $"select substring({Of("bytes")} from $2 for $3) from dispute_pictures where id = $1"), ct);
    }
}

/// <summary>What a person has added to disputes so far.</summary>
/// <param name="Here">Pictures, to disputes about this trade.</param>
/// <param name="Bytes">In all trades, with the small copies.</param>
internal sealed record PicturesOfPerson(int Here, long Bytes)
{
    public static Sql Select(Guid person, Guid trade) =>
        new(
            "select count(*) filter (where trade = $2)::int, coalesce(sum(size), 0)::bigint from dispute_pictures where person = $1",
            person, trade);

    public static PicturesOfPerson Read(NpgsqlDataReader row) => new(row.GetInt32(0), row.GetInt64(1));
}

/// <param name="As">buyer or seller.</param>
/// <param name="At">Business time.</param>
public sealed record DisputePictureView(Guid Id, string As, PersonRef By, DateTimeOffset At)
{
    internal static DisputePictureView Of(DisputePicture picture, Trade trade)
    {
        var isBuyers = picture.Person == trade.Buyer.Id;
        return new DisputePictureView(
            picture.Id, Words.Of(isBuyers ? Party.Buyer : Party.Seller), isBuyers ? trade.Buyer : trade.Seller, picture.At);
    }
}
