using System.Security.Cryptography;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Trading;

/// <summary>Trading's copy of a listing, from Catalog's events.</summary>
internal sealed record Listing(Guid Id, int Revision, string Kind, PersonRef Owner, string Title, long Price, int Available, bool Withdrawn)
{
    /// <summary>Selected where a trade moves: the description and the pictures stay where they are.</summary>
    public const string Columns =
        "id, revision, kind, owner, owner_name, title, price, available, withdrawn, place_name, lat, lng, public_lat, public_lng";

    /// <summary>Selected where a trade begins.</summary>
    public const string ColumnsToBeginWith = $"{Columns}, description, pictures, condition";

    public string Description { get; init; } = "";

    public Guid[] Pictures { get; init; } = [];

    /// <summary>new, like-new, good or fair; null where the seller states none.</summary>
    public string? Condition { get; init; }

    /// <summary>Where it is exactly, for its owner and for the buyer of an open trade.</summary>
    public Place? Place { get; init; }

    /// <summary>Where it is as everyone may see it.</summary>
    public Place? PublicPlace { get; init; }

    public bool IsSoldOut => Withdrawn || Available <= 0;

    public static Listing Of(ListingChanged heard) => new(
        heard.Listing, heard.Revision, heard.Kind, heard.Owner, heard.Title, heard.Price, heard.Available, heard.Status == "withdrawn")
    {
        Description = heard.Description,
        Pictures = heard.Pictures,
        Condition = heard.Condition,
        Place = heard.Place,
        PublicPlace = heard.PublicPlace,
    };

    /// <summary>Of a draft there is no copy: until it is registered, Catalog alone knows what has become of it.</summary>
    public static bool IsKept(ListingChanged heard) => heard.Status is "registered" or "withdrawn";

    /// <summary>Reads <see cref="Columns"/>, and the rest where the row has it.</summary>
    public static Listing Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt32(1), row.GetString(2), new PersonRef(row.GetGuid(3), row.GetString(4)), row.GetString(5),
        row.GetInt64(6), row.GetInt32(7), row.GetBoolean(8))
    {
        Place = ReadPlace(row, 10),
        PublicPlace = ReadPlace(row, 12),
        Description = row.FieldCount > 14 ? row.GetString(14) : "",
        Pictures = row.FieldCount > 14 ? row.GetFieldValue<Guid[]>(15) : [],
        Condition = row.FieldCount > 14 && !row.IsDBNull(16) ? row.GetString(16) : null,
    };

    /// <summary>Keeps what Catalog says; an older revision than known changes nothing.</summary>
    public void Write(Work work) =>
        work.Write(
            $"""
            insert into listings as l ({ColumnsToBeginWith})
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            on conflict (id) do update set
                revision = $2, owner_name = $5, title = $6, price = $7, available = $8, withdrawn = $9,
                place_name = $10, lat = $11, lng = $12, public_lat = $13, public_lng = $14, description = $15, pictures = $16,
                condition = $17
            where l.revision < $2
            """,
            Id, Revision, Kind, Owner.Id, Owner.Name, Title, Price, Available, Withdrawn,
            Place?.Name, Place?.Lat, Place?.Lng, PublicPlace?.Lat, PublicPlace?.Lng, Description, Pictures,
            Condition);

    private static Place? ReadPlace(NpgsqlDataReader row, int lat) =>
        row.IsDBNull(9) || row.IsDBNull(lat) ? null : new Place(row.GetString(9), row.GetDouble(lat), row.GetDouble(lat + 1));
}

/// <summary>A listing as it was when a trade began. Its title and price stand in the trade itself too.</summary>
/// <param name="Condition">new, like-new, good or fair; null where the seller stated none.</param>
internal sealed record AgreedListing(string Description, IReadOnlyList<Guid> Pictures, string? Condition)
{
    public const string Columns = "a.description, a.pictures, a.condition";

    /// <summary>Of a trade that began before listings were kept.</summary>
    public static readonly AgreedListing Unknown = new("", [], null);

    public static AgreedListing Of(Listing listing) => new(listing.Description, listing.Pictures, listing.Condition);

    /// <summary>Reads <see cref="Columns"/> from a column on.</summary>
    public static AgreedListing Read(NpgsqlDataReader row, int from) =>
        row.IsDBNull(from) ? Unknown
            : new AgreedListing(
                row.GetString(from), row.GetFieldValue<Guid[]>(from + 1), row.IsDBNull(from + 2) ? null : row.GetString(from + 2));

    /// <summary>
    /// The address of what a trade agrees on: the same for the same words, price, pictures and condition. A condition that is not stated is
    /// left out, so that the address is that of an earlier release.
    /// </summary>
    public static string DigestOf(Listing listing) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    new { listing.Title, listing.Price, listing.Description, listing.Pictures, listing.Condition }, Wire.Json)));

    /// <summary>Keeps it with the first commit of a trade. For every later trade that begins with the same, it is there.</summary>
    public static void Write(Work work, Listing listing, string digest) =>
        work.Write(
            """
            insert into agreed_listings (listing, digest, title, price, description, pictures, condition)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict do nothing
            """,
            listing.Id, digest, listing.Title, listing.Price, listing.Description, listing.Pictures, listing.Condition);

    /// <summary>
    /// Which of these pictures of a listing some trade began with. Read while the listing's copy is locked against new trades.
    /// </summary>
    public static Sql SelectKept(Guid listing, Guid[] pictures) =>
        new("select distinct p from agreed_listings, unnest(pictures) as p where listing = $1 and p = any($2)", listing, pictures);
}

/// <summary>What a trade's answer says of its listing: as it was agreed, and where it is by now.</summary>
/// <param name="Copy">Null for a listing of which Trading never had a copy.</param>
internal sealed record Subject(AgreedListing Agreed, Listing? Copy)
{
    /// <summary>
    /// The place as a party may see it. The buyer sees the exact point as long as the trade is open, since the thing has to change hands;
    /// the owner always; all others the public one.
    /// </summary>
    public Place? PlaceFor(Kinds.Party reader, bool isOpen) =>
        reader == Kinds.Party.Seller || (reader == Kinds.Party.Buyer && isOpen) ? Copy?.Place : Copy?.PublicPlace;
}
