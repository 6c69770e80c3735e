using Jangteo.Contracts;

namespace Jangteo.Views;

/// <summary>
/// What each event makes of a row. Pure: the live views, a rebuilt copy, the books and the simulation run these same functions.
/// Every row is made of the events of one sender and stream, which are heard in order, so nothing depends on how senders interleave.
/// </summary>
internal static class Folds
{
    /// <summary>The newer listing; one that is already known changes nothing.</summary>
    public static ListingRow Listing(ListingRow? row, ListingChanged changed) =>
        row is not null && row.Revision >= changed.Revision ? row : new ListingRow(
            changed.Listing, changed.Revision, changed.Kind, changed.Owner.Id, changed.Owner.Name, changed.Title, changed.Description, changed.Price, changed.Currency, changed.Status,
            changed.Quantity, changed.Available, changed.Out, changed.Sold, changed.WrittenOff, changed.Place?.Name,
            changed.PublicPlace?.Lat, changed.PublicPlace?.Lng,
            string.Join(',', changed.Pictures), Stored(changed.Since), Stored(changed.At), changed.Place?.Lat, changed.Place?.Lng,
            changed.Condition);

    /// <summary>A move says all that is shown of a trade, whatever was known before.</summary>
    public static TradeRow Trade(TradeMoved moved) => new(
        moved.Trade, moved.Revision, moved.Kind, moved.To, moved.Final, moved.Buyer.Id, moved.Seller.Id, moved.Listing.Id, moved.Awaits,
        null, moved.Next.Length == 0 ? null : Stored(moved.Next.Min(due => due.At)), Stored(moved.At),
        new TradeFacts(
            moved.Version, moved.Buyer.Name, moved.Seller.Name, moved.Listing.Title, moved.Listing.Price, moved.Quantity, moved.Periods, moved.Amount, moved.Fee, moved.Currency,
            moved.MayMove, moved.Next, moved.Money, moved.Stock, moved.Delivery, moved.Reason, Stored(moved.At), null));

    /// <summary>A note moves nothing: it begins or ends a wait, or says where money, stock and delivery are now.</summary>
    public static TradeRow Trade(TradeRow? row, TradeNoted noted)
    {
        // One commit may note something and move on from it, and says the move first: then the note is of yesterday, for the timeline only.
        if (row is not null && noted.Revision < row.Revision)
        {
            return row;
        }

        // A start that asks questions first is noted before it moved: nothing is known yet but who and what.
        row ??= new TradeRow(
            noted.Trade, 0, noted.Kind, noted.State, false, noted.Buyer, noted.Seller, noted.Listing, null, null, null, Stored(noted.At),
            new TradeFacts(noted.Version, "", "", "", 0, 1, 1, 0, 0, "", [], [], noted.Money, noted.Stock, noted.Delivery, null, Stored(noted.At), null));
        var begins = noted.What == "began";
        return row with
        {
            Revision = noted.Revision,
            Final = row.Final || noted.What == "not-begun",
            At = Stored(noted.At),
            Awaits = noted.Awaits ?? row.Awaits,
            Due = noted.Next is null ? row.Due : noted.Next.Length == 0 ? null : Stored(noted.Next.Min(due => due.At)),
            PendingSince = begins ? Stored(noted.At) : noted.What == "heard" ? row.PendingSince : null,
            Facts = row.Facts with
            {
                Money = noted.Money,
                Next = noted.Next ?? row.Facts.Next,
                Stock = noted.Stock,
                Delivery = noted.Delivery,
                Pending = begins ? noted.Do : noted.What == "heard" ? row.Facts.Pending : null,
            },
        };
    }

    public static PersonRow Person(PersonChanged changed) => new(changed.Person, changed.Name, changed.Email, changed.Phone, changed.Language, changed.IsOperator);

    /// <summary>What is kept of tellings beside the timeline: those about a listing, and those that failed, until they succeed.</summary>
    public static IEnumerable<AlarmRow> Alarms(Told told) =>
        told.Tellings
            .Where(telling => told.Trade is null || telling.Status == "undeliverable")
            .Select(telling => new AlarmRow(telling.Notice, told.Listing, told.Trade, telling.Person, told.What, telling.Channel, telling.Status, Stored(told.At)));

    /// <summary>The line of a message in its trade's timeline, or null when it is about no trade.</summary>
    public static LineRow? Line(Message message, object body)
    {
        if (message.Context.Trade is not { } trade)
        {
            return null;
        }

        LineFacts? line = body switch
        {
            TradeMoved moved => new LineFacts(
                moved.Person is null ? "event" : "command", message.Sender, moved.Do, moved.From, moved.To, moved.Revision, moved.Actor, moved.Person, moved.Heard,
                Reason: moved.Reason, Says: Some(moved.Says), Asked: Some([.. moved.Asked, .. moved.Asks])),
            TradeNoted noted => new LineFacts(
                noted.What switch
                {
                    "began" => "question",
                    "heard" => "event",
                    "address-changed" => "command",
                    "picture-added" => "evidence",
                    _ => "refusal",
                },
                message.Sender, noted.Do, noted.State, null, noted.Revision, noted.Actor, noted.Person, noted.Heard, noted.Code,
                Asked: Some(noted.Asked)),
            Answered answered => new LineFacts("answer", message.Sender, Revision: answered.Revision, Heard: answered.Event, Code: answered.Code, Verb: answered.Verb, Amount: answered.Amount == 0 ? null : answered.Amount),
            Told told => new LineFacts("notice", message.Sender, told.What, Revision: told.Cause, Tellings: told.Tellings),
            OperatorActed acted =>
                new LineFacts(
                    "operator", message.Sender, Actor: "operator", Amount: acted.Amount == 0 ? null : acted.Amount, Act: acted.Act),
            JournalsPosted posted => new LineFacts("money", message.Sender, Journals: posted.Journals),
            _ => null,
        };
        return line is null ? null : new LineRow(trade, Stored(message.At), message.Id, message.Correlation, line);
    }

    /// <summary>A moment as the database keeps it, in microseconds, so that a row read back equals the row written.</summary>
    public static DateTimeOffset Stored(DateTimeOffset moment) => new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static string[]? Some(string[] words) => words.Length == 0 ? null : words;
}
