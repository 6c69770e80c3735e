using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Catalog;

/// <summary>A picture of a listing, as it is kept.</summary>
internal sealed record Picture(Guid Id, EncodedPicture Encoded)
{
    /// <summary>On its listing, for all who see the listing.</summary>
    public const string Shown = "shown";

    /// <summary>Taken away by its owner. Trading has not said yet whether a trade keeps it.</summary>
    public const string Removed = "removed";

    /// <summary>Taken away by its owner, and shown to the parties of trades that began with it.</summary>
    public const string Kept = "kept";

    /// <summary>What was made of an upload, or a file that comes with the program.</summary>
    public static Picture Of(EncodedPicture encoded) => new(Ids.New(), encoded);

    /// <summary>Keeps it for a listing that is there and names it.</summary>
    public void Insert(Work work, Listing listing, DateTimeOffset now)
    {
        var (file, small) = Encoded;
        work.Write(
            "insert into pictures (id, listing, owner, type, hash, size, bytes, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            Id, listing.Id, listing.Owner.Id, file.Type, file.Hash, file.Bytes.Length, file.Bytes, now);
        if (small is not null)
        {
            work.Write(
                "insert into thumbnails (picture, type, hash, size, bytes) values ($1, $2, $3, $4, $5)", Id, small.Type, small.Hash,
                small.Bytes.Length, small.Bytes);
        }
    }

    /// <summary>
    /// Takes it away from its listing. Of a draft no trade has begun, so its picture goes at once; otherwise it waits for Trading to say
    /// whether a trade keeps it.
    /// </summary>
    public static void Remove(Work work, Guid picture, Listing listing)
    {
        if (listing.Status is Status.Draft)
        {
            work.Write("delete from pictures where id = $1 and listing = $2", picture, listing.Id);
        }
        else
        {
            work.Write($"update pictures set state = '{Removed}' where id = $1 and listing = $2", picture, listing.Id);
        }
    }

    /// <summary>What Trading has said of pictures that were taken away. Hearing it twice changes nothing.</summary>
    public static void Settle(Work work, PicturesChecked heard)
    {
        work.Write($"delete from pictures where listing = $1 and id = any($2) and state = '{Removed}'", heard.Listing, heard.Unused);
        work.Write(
            $"update pictures set state = '{Kept}' where listing = $1 and id = any($2) and state = '{Removed}'", heard.Listing, heard.Kept);
    }

    /// <summary>
    /// Bytes that the pictures on a person's listings have with their small copies, and the same of all, with those that only trades keep.
    /// </summary>
    public static Sql SelectSizeOf(Guid owner) =>
        new(
            $"""
            select coalesce(sum(p.size + coalesce(t.size, 0)) filter (where p.state <> '{Kept}'), 0)::bigint,
                coalesce(sum(p.size + coalesce(t.size, 0)), 0)::bigint
            from pictures p left join thumbnails t on t.picture = p.id
            where p.owner = $1
            """,
            owner);

    public static (long Listed, long All) ReadSize(NpgsqlDataReader row) => (row.GetInt64(0), row.GetInt64(1));
}
