using System.Security.Cryptography;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Catalog;

/// <summary>A file that browsers show.</summary>
/// <param name="Type">What browsers call it, such as image/png.</param>
internal sealed record PictureFile(string Type, byte[] Bytes)
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

/// <summary>A picture of a listing, as it is kept.</summary>
/// <param name="Small">For lists; null when the picture is small itself.</param>
internal sealed record Picture(Guid Id, PictureFile File, PictureFile? Small = null)
{
    /// <summary>On its listing, for all who see the listing.</summary>
    public const string Shown = "shown";

    /// <summary>Taken away by its owner. Trading has not said yet whether a trade keeps it.</summary>
    public const string Removed = "removed";

    /// <summary>Taken away by its owner, and shown to the parties of trades that began with it.</summary>
    public const string Kept = "kept";

    /// <summary>A file that was made here or comes with the program.</summary>
    public static Picture Of(PictureFile file, PictureFile? small = null) => new(Ids.New(), file, small);

    /// <summary>Bytes that it takes, with its small copy.</summary>
    public long Size => File.Bytes.Length + (Small?.Bytes.Length ?? 0);

    /// <summary>Keeps it for a listing that is there and names it.</summary>
    public void Insert(Work work, Listing listing, DateTimeOffset now)
    {
        work.Write(
            "insert into pictures (id, listing, owner, type, hash, size, bytes, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            Id, listing.Id, listing.Owner.Id, File.Type, File.Hash, File.Bytes.Length, File.Bytes, now);
        if (Small is not null)
        {
            work.Write(
                "insert into thumbnails (picture, type, hash, size, bytes) values ($1, $2, $3, $4, $5)", Id, Small.Type, Small.Hash,
                Small.Bytes.Length, Small.Bytes);
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
