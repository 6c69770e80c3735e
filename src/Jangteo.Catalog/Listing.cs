using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Catalog;

/// <summary>Where a listing is in its life, as written in messages.</summary>
internal static class Status
{
    public const string Draft = "draft";
    public const string Registering = "registering";
    public const string Registered = "registered";
    public const string Withdrawn = "withdrawn";
}

/// <summary>A thing offered by a person, with price and stock.</summary>
/// <param name="Revision">Rises by one with every change.</param>
/// <param name="Single">A single thing, of which there is one unit for ever.</param>
/// <param name="FirstQuantity">Units when it was made; what the count is now beyond that are corrections.</param>
/// <param name="Since">When it entered its status, in business time.</param>
internal sealed record Listing(
    Guid Id, int Revision, string Kind, PersonRef Owner, string Title, string Description, long Price, string Currency,
    string Status, bool Single, int FirstQuantity, Units Units, Place? Place, ImmutableArray<Guid> Pictures, DateTimeOffset Since)
{
    private const string Columns =
        "id, revision, kind, owner, owner_name, title, description, price, currency, status, single, first_quantity, available, out, sold, "
        + "written_off, place_name, lat, lng, pictures, since, condition";

    /// <summary>The condition as the seller states it; null where the seller states none.</summary>
    public ItemCondition? Condition { get; init; }

    /// <summary>The next revision, in another status since now.</summary>
    public Listing Enter(string status, DateTimeOffset now) =>
        this with { Revision = Revision + 1, Status = status, Units = Units with { Offered = status == Catalog.Status.Registered }, Since = now };

    public static Sql Select(Guid id) => new($"select {Columns} from listings where id = $1", id);

    public static Sql SelectForUpdate(Guid id) => new($"select {Columns} from listings where id = $1 for update", id);

    /// <summary>Locked in the order of their ids, so that two batches cannot wait for each other.</summary>
    public static Sql SelectForUpdate(Guid[] ids) => new($"select {Columns} from listings where id = any($1) order by id for update", ids);

    public static Listing Read(NpgsqlDataReader row)
    {
        var status = row.GetString(9);
        return new Listing(
            row.GetGuid(0), row.GetInt32(1), row.GetString(2), new PersonRef(row.GetGuid(3), row.GetString(4)), row.GetString(5), row.GetString(6), row.GetInt64(7), row.GetString(8),
            status, row.GetBoolean(10), row.GetInt32(11),
            new Units(status == Catalog.Status.Registered, row.GetInt32(12), row.GetInt32(13), row.GetInt32(14), row.GetInt32(15)),
            row.IsDBNull(16) ? null : new Place(row.GetString(16), row.GetDouble(17), row.GetDouble(18)),
            [.. row.GetFieldValue<Guid[]>(19)], row.GetFieldValue<DateTimeOffset>(20))
        {
            Condition = row.IsDBNull(21) ? null : Words.Find<ItemCondition>(row.GetString(21)),
        };
    }

    public void Insert(Work work) =>
        work.Write(
            $"""
            insert into listings ({Columns}, corrections)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
            """,
            Id, Revision, Kind, Owner.Id, Owner.Name, Title, Description, Price, Currency, Status, Single, FirstQuantity, Units.Available, Units.Out, Units.Sold, Units.WrittenOff,
            Place?.Name, Place?.Lat, Place?.Lng, Pictures.ToArray(), Since, ConditionWord,
            Units.Quantity - FirstQuantity);

    public void Update(Work work) =>
        work.Write(
            """
            update listings set revision = $2, title = $3, description = $4, price = $5, status = $6, corrections = $7, available = $8,
                place_name = $9, lat = $10, lng = $11, pictures = $12, since = $13, condition = $14
            where id = $1
            """,
            Id, Revision, Title, Description, Price, Status, Units.Quantity - FirstQuantity, Units.Available,
            Place?.Name, Place?.Lat, Place?.Lng, Pictures.ToArray(), Since, ConditionWord);

    /// <summary>Tells the others. The row of the listing must be locked, which gives the messages of its stream their order.</summary>
    /// <param name="what">As listed at <see cref="ListingChanged"/>.</param>
    /// <param name="trade">The trade that moved the stock, if one did.</param>
    /// <param name="removedPicture">The picture that the change took away, if it did.</param>
    public void Tell(Work work, string what, DateTimeOffset now, Guid? trade = null, Guid? removedPicture = null) =>
        work.Send(
            CatalogMessages.ListingChanged, Id,
            ToChanged(what, now, trade) with { RemovedPictures = removedPicture is { } removed ? [removed] : null },
            new MessageContext(trade, Kind, null, Owner.Id, Id));

    public ListingChanged ToChanged(string what, DateTimeOffset now, Guid? trade = null) => new(
        Id, Revision, what, trade, Kind, Owner, Title, Description, Price, Currency, Status, Units.Quantity, Units.Available, Units.Out, Units.Sold, Units.WrittenOff,
        Place, [.. Pictures], Since, now)
    {
        PublicPlace = Place is null ? null : PublicPlaces.Of(Place),
        Condition = ConditionWord,
    };

    /// <summary>new, like-new, good or fair; null where the seller states none.</summary>
    public string? ConditionWord => Condition is { } condition ? Words.Of(condition) : null;

    /// <summary>What is asked of another module about this listing at its present revision.</summary>
    /// <param name="subject">What an alarm is about.</param>
    public Request Ask(Verb verb, string subject) => new()
    {
        Stream = Id,
        Revision = Revision,
        Verb = verb.Name,
        Asker = Modules.Catalog,
        Kind = Kind,
        Listing = Id,
        Seller = Owner.Id,
        Currency = Currency,
        Quantity = Units.Quantity,
        Subject = subject,
        Title = Title,
    };

    /// <summary>Sends a request, to be carried out after the commit.</summary>
    public void Send(Work work, Verb verb, string subject) =>
        work.Send(CatalogMessages.Requests, Id, Ask(verb, subject), new MessageContext(null, Kind, null, Owner.Id, Id), receiver: verb.Module);
}
