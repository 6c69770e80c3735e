using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Notices;

/// <summary>Puts notices where people find them: writes the rows, says that people were told, and wakes whoever carries SMS and e-mail.</summary>
internal sealed class Post
{
    public const string Columns =
        "n.subject, n.cause, n.what, n.person, n.channel, n.id, n.trade, n.listing, n.kind, n.status, n.at, n.facts, n.other";

    /// <summary>Rings when there is an SMS, or an e-mail, to be sent.</summary>
    public IReadOnlyDictionary<string, Bell> Bells { get; } = new Dictionary<string, Bell> { [Notice.Sms] = new(), [Notice.Email] = new() };

    /// <summary>Writes notices in the transaction of what they tell of.</summary>
    public void Write(Work work, IReadOnlyList<Notice> notices)
    {
        if (notices.Count == 0)
        {
            return;
        }

        // A second notice of the same change breaks the key: that would be a fault here, and is heard of rather than swallowed.
        work.Write(
            """
            insert into notices (subject, cause, what, person, channel, id, trade, listing, kind, status, at, facts, other)
            select * from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::uuid[])
            """,
            Column(notices, notice => notice.Subject), Column(notices, notice => notice.Cause), Column(notices, notice => notice.What), Column(notices, notice => notice.Person),
            Column(notices, notice => notice.Channel), Column(notices, notice => notice.Id), Column(notices, notice => notice.Trade), Column(notices, notice => notice.Listing),
            Column(notices, notice => notice.Kind), Column(notices, notice => notice.Status),
            Column(notices, notice => notice.At.ToUniversalTime()),
            Column(notices, notice => JsonSerializer.Serialize(notice.Facts, Wire.Json)),
            Column(notices, notice => notice.Other));
        foreach (var (channel, bell) in Bells)
        {
            if (notices.Any(notice => notice.Channel == channel))
            {
                work.AfterCommit(bell.Ring);
            }
        }
    }

    /// <summary>Says that people were told of one change.</summary>
    public static void Say(Work work, IReadOnlyList<Notice> tellings, MessageContext context, DateTimeOffset at)
    {
        if (tellings is [var first, ..])
        {
            work.Send(
                NoticesMessages.Told, first.Subject,
                new Told(first.Trade, first.Listing, first.What, first.Cause, [.. tellings.Select(notice => notice.Telling)], at), context);
        }
    }

    public static Notice Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetGuid(3), reader.GetString(4), reader.GetGuid(5), reader.IsDBNull(6) ? null : reader.GetGuid(6), reader.GetGuid(7), reader.GetString(8),
        reader.GetString(9), reader.GetFieldValue<DateTimeOffset>(10),
        JsonSerializer.Deserialize<NoticeFacts>(reader.GetString(11), Wire.Json)!,
        reader.IsDBNull(12) ? null : reader.GetGuid(12));

    private static TColumn[] Column<TColumn>(IReadOnlyList<Notice> notices, Func<Notice, TColumn> of) => [.. notices.Select(of)];
}
