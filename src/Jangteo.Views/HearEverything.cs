using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Views;

/// <summary>Hears what every module says and folds it into rows: one select and one commit for a batch, however many trades are in it.</summary>
/// <param name="tell">Tells of what happened with the commit, for the live stream and for whoever waits for a token; null when a copy is rebuilt.</param>
internal sealed class HearEverything(Action<Work, IReadOnlyList<Happened>>? tell) : IHear
{
    private static readonly IReadOnlySet<Guid> None = new HashSet<Guid>();

    /// <summary>Nobody's trade waits for a view; whoever has just written waits by a token, and does not notice this.</summary>
    public TimeSpan Gathers => tell is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(50);

    public async Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var bodies = messages.Select(Copy.Open).ToList();
        var copy = new Copy();
        await LoadWhatNotesChange(work, copy, bodies, ct);
        for (var index = 0; index < messages.Count; index++)
        {
            copy.Hear(messages[index], bodies[index]);
        }

        Write(work, copy);
        work.Changed(messages.Select(message => message.Stream));
        tell?.Invoke(work, [.. bodies.SelectMany(Happened.Of)]);
        return None;
    }

    /// <summary>Moves say everything; only a note builds on the row that is there.</summary>
    private static async Task LoadWhatNotesChange(Work work, Copy copy, List<object> bodies, CancellationToken ct)
    {
        var known = new HashSet<Guid>();
        var missing = new List<Guid>();
        foreach (var body in bodies)
        {
            switch (body)
            {
                case TradeMoved moved:
                    known.Add(moved.Trade);
                    break;
                case TradeNoted noted when known.Add(noted.Trade):
                    missing.Add(noted.Trade);
                    break;
            }
        }

        if (missing.Count > 0)
        {
            await work.Read(ct, (new Sql($"select {Sqls.TradeColumns} from trades where id = any($1)", missing.ToArray()), reader =>
            {
                var row = Sqls.Trade(reader);
                copy.Trades[row.Id] = row;
            }
            ));
        }
    }

    private static void Write(Work work, Copy copy)
    {
        if (copy.Listings.Count > 0)
        {
            WriteListings(work, [.. copy.Listings.Values.OrderBy(row => row.Id)]);
        }

        if (copy.Trades.Count > 0)
        {
            var rows = copy.Trades.Values.OrderBy(row => row.Id).ToList();
            work.Write(
                """
                insert into trades (id, revision, kind, state, final, buyer, seller, listing, awaits, pending_since, due, at, facts)
                select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::boolean[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::text[])
                on conflict (id) do update set revision = excluded.revision, state = excluded.state, final = excluded.final, awaits = excluded.awaits,
                    pending_since = excluded.pending_since, due = excluded.due, at = excluded.at, facts = excluded.facts
                """,
                Column(rows, row => row.Id), Column(rows, row => row.Revision), Column(rows, row => row.Kind), Column(rows, row => row.State), Column(rows, row => row.Final),
                Column(rows, row => row.Buyer), Column(rows, row => row.Seller), Column(rows, row => row.Listing), Column(rows, row => row.Awaits), Column(rows, row => row.PendingSince),
                Column(rows, row => row.Due), Column(rows, row => row.At), Column(rows, row => JsonSerializer.Serialize(row.Facts, Wire.Json)));
        }

        if (copy.Lines.Count > 0)
        {
            var rows = copy.Lines;
            work.Write(
                "insert into lines (trade, at, id, correlation, line) select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[])",
                Column(rows, row => row.Trade), Column(rows, row => row.At), Column(rows, row => row.Id), Column(rows, row => row.Correlation), Column(rows, row => JsonSerializer.Serialize(row.Line, Wire.Json)));
        }

        if (copy.Alarms.Count > 0)
        {
            var rows = copy.Alarms.Values.OrderBy(row => row.Notice).ToList();
            work.Write(
                """
                insert into alarms (notice, listing, trade, person, what, channel, status, at)
                select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
                on conflict (notice) do update set status = excluded.status, at = excluded.at
                """,
                Column(rows, row => row.Notice), Column(rows, row => row.Listing), Column(rows, row => row.Trade), Column(rows, row => row.Person), Column(rows, row => row.What),
                Column(rows, row => row.Channel), Column(rows, row => row.Status), Column(rows, row => row.At));
        }

        if (copy.People.Count > 0)
        {
            var rows = copy.People.Values.OrderBy(row => row.Id).ToList();
            work.Write(
                """
                insert into people (id, name, email, phone, language, is_operator)
                select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
                on conflict (id) do update set name = excluded.name, email = excluded.email, phone = excluded.phone, language = excluded.language, is_operator = excluded.is_operator
                """,
                Column(rows, row => row.Id), Column(rows, row => row.Name), Column(rows, row => row.Email), Column(rows, row => row.Phone), Column(rows, row => row.Language), Column(rows, row => row.IsOperator));
        }

        if (copy.Suspended.Count > 0)
        {
            WriteSuspended(work, [.. copy.Suspended.OrderBy(one => one.Key)]);
        }
    }

    private static void WriteSuspended(Work work, List<KeyValuePair<Guid, bool>> people)
    {
        var (suspended, restored) = (people.FindAll(one => one.Value), people.FindAll(one => !one.Value));
        work.Write("delete from suspended_people where person = any($1)", Column(restored, one => one.Key));
        work.Write(
            "insert into suspended_people (person) select * from unnest($1::uuid[]) on conflict do nothing",
            Column(suspended, one => one.Key));
    }

    /// <summary>
    /// A listing that only its stock has changed keeps the words it is searched by: they may be long, and their index need not be touched.
    /// </summary>
    private static void WriteListings(Work work, List<ListingRow> rows)
    {
        var words = rows.Select(SearchedWords.Of).ToList();
        work.Write(
            """
            insert into listings as l (
                id, revision, kind, owner, owner_name, title, description, price, currency, status, quantity, available, lent, sold, written_off,
                place, lat, lng, pictures, since, at, words, grams, exact_lat, exact_lng, words_revision, condition)
            select g.id, g.revision, g.kind, g.owner, g.owner_name, g.title, g.description, g.price, g.currency, g.status, g.quantity, g.available, g.lent, g.sold, g.written_off,
                g.place, g.lat, g.lng, g.pictures, g.since, g.at, g.words, string_to_array(g.grams, ' '), g.exact_lat, g.exact_lng,
                g.revision, g.condition
            from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::int[], $12::int[], $13::int[],
                $14::int[], $15::int[], $16::text[], $17::double precision[], $18::double precision[], $19::text[], $20::timestamptz[], $21::timestamptz[], $22::text[], $23::text[],
                $24::double precision[], $25::double precision[], $26::text[])
                as g (id, revision, kind, owner, owner_name, title, description, price, currency, status, quantity, available, lent, sold, written_off,
                    place, lat, lng, pictures, since, at, words, grams, exact_lat, exact_lng, condition)
            on conflict (id) do update set revision = excluded.revision, owner_name = excluded.owner_name, title = excluded.title, description = excluded.description,
                price = excluded.price, status = excluded.status, quantity = excluded.quantity, available = excluded.available, lent = excluded.lent, sold = excluded.sold,
                written_off = excluded.written_off, place = excluded.place, lat = excluded.lat, lng = excluded.lng, pictures = excluded.pictures, since = excluded.since,
                at = excluded.at, exact_lat = excluded.exact_lat, exact_lng = excluded.exact_lng, condition = excluded.condition,
                words = case when l.words = excluded.words then l.words else excluded.words end,
                grams = case when l.words = excluded.words then l.grams else excluded.grams end,
                words_revision = excluded.words_revision
            where l.revision < excluded.revision
            """,
            Column(rows, row => row.Id), Column(rows, row => row.Revision), Column(rows, row => row.Kind), Column(rows, row => row.Owner),
            Column(rows, row => row.OwnerName),
            Column(rows, row => row.Title), Column(rows, row => row.Description), Column(rows, row => row.Price),
            Column(rows, row => row.Currency), Column(rows, row => row.Status),
            Column(rows, row => row.Quantity), Column(rows, row => row.Available), Column(rows, row => row.Lent),
            Column(rows, row => row.Sold), Column(rows, row => row.WrittenOff),
            Column(rows, row => row.Place), Column(rows, row => row.Lat), Column(rows, row => row.Lng), Column(rows, row => row.Pictures),
            Column(rows, row => row.Since), Column(rows, row => row.At),
            Column(words, one => one.Words), Column(words, one => one.Grams), Column(rows, row => row.ExactLat),
            Column(rows, row => row.ExactLng), Column(rows, row => row.Condition));
    }

    private static TColumn[] Column<TRow, TColumn>(List<TRow> rows, Func<TRow, TColumn> of)
    {
        var column = new TColumn[rows.Count];
        for (var index = 0; index < column.Length; index++)
        {
            column[index] = of(rows[index]);
        }

        return column;
    }
}

/// <summary>How rows are read back.</summary>
internal static class Sqls
{
    public const string ListingColumns =
        "l.id, l.revision, l.kind, l.owner, l.owner_name, l.title, l.description, l.price, l.currency, l.status, l.quantity, "
        + "l.available, l.lent, l.sold, l.written_off, l.place, l.lat, l.lng, l.pictures, l.since, l.at, l.exact_lat, l.exact_lng, l.condition";

    /// <summary>How many <see cref="ListingColumns"/> there are: what a statement selects beside them comes after.</summary>
    public const int CountOfListingColumns = 24;

    public const string TradeColumns = "id, revision, kind, state, final, buyer, seller, listing, awaits, pending_since, due, at, facts";

    public const string LineColumns = "trade, at, id, correlation, line";

    public const string AlarmColumns = "notice, listing, trade, person, what, channel, status, at";

    public const string PersonColumns = "id, name, email, phone, language, is_operator";

    public static ListingRow Listing(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetGuid(3), reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetInt64(7), reader.GetString(8), reader.GetString(9),
        reader.GetInt32(10), reader.GetInt32(11), reader.GetInt32(12), reader.GetInt32(13), reader.GetInt32(14), Text(reader, 15), Number(reader, 16), Number(reader, 17), reader.GetString(18),
        Moment(reader, 19)!.Value, Moment(reader, 20)!.Value, Number(reader, 21), Number(reader, 22), Text(reader, 23));

    public static TradeRow Trade(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4), reader.GetGuid(5), reader.GetGuid(6), reader.GetGuid(7), Text(reader, 8),
        Moment(reader, 9), Moment(reader, 10), Moment(reader, 11)!.Value, JsonSerializer.Deserialize<TradeFacts>(reader.GetString(12), Wire.Json)!);

    public static LineRow Line(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), Moment(reader, 1)!.Value, reader.GetGuid(2), reader.GetGuid(3), JsonSerializer.Deserialize<LineFacts>(reader.GetString(4), Wire.Json)!);

    public static AlarmRow Alarm(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), Id(reader, 1), Id(reader, 2), reader.GetGuid(3), reader.GetString(4), reader.GetString(5), reader.GetString(6), Moment(reader, 7)!.Value);

    public static PersonRow Person(NpgsqlDataReader reader) => new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), Text(reader, 3), reader.GetString(4), reader.GetBoolean(5));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static Guid? Id(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    private static DateTimeOffset? Moment(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
