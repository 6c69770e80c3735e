using Npgsql;

namespace Jangteo.Delivery;

/// <summary>A delivery as one of its two parties reads it.</summary>
/// <param name="As">seller or buyer: which of them reads.</param>
/// <param name="State">under-way, arrived or cancelled.</param>
/// <param name="Since">When it entered its state, in business time.</param>
/// <param name="YouMay">What the reader may do now: <c>arrived</c>, or nothing.</param>
internal sealed record DeliveryView(Guid Trade, string Kind, DeliveredThing Listing, string As, Guid Seller, Guid? Buyer, string? Address, string State, DateTimeOffset Since, string[] YouMay);

internal sealed record DeliveredThing(Guid Id, string Title);

/// <summary>A delivery with whom and what it is about.</summary>
/// <param name="Number">Rises from one delivery to the next.</param>
internal sealed record DeliveryRow(
    Guid Trade, long Number, string Kind, Guid Listing, string Title, Guid Seller, Guid? Buyer, string? Address, Guid Correlation, DateTimeOffset Since, Shipment Shipment)
{
    public const string Select =
        "select trade, number, kind, listing, title, seller, buyer, address, correlation, since, state, started_at, cancelled_up_to, answers from shipments";

    public static DeliveryRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.GetString(2), row.GetGuid(3), row.GetString(4), row.GetGuid(5), row.IsDBNull(6) ? null : row.GetGuid(6),
        row.IsDBNull(7) ? null : row.GetString(7), row.GetGuid(8), row.GetFieldValue<DateTimeOffset>(9), Shipments.Read(row, 10));

    public DeliveryView ViewFor(Guid reader) => new(
        Trade, Kind, new DeliveredThing(Listing, Title), reader == Seller ? "seller" : "buyer", Seller, Buyer, Address, Shipments.Word(Shipment.Is), Since,
        reader == Seller && Shipment.Is == Whereabouts.UnderWay ? ["arrived"] : []);
}
