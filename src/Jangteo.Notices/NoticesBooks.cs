using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>
/// I9 (one notice per change, party and channel) and I10 (the phone has what was sent). Subjects are the trades and listings that notices
/// tell of, the mails to operators, and whatever the phone and the mailbox have.
/// </summary>
internal sealed class NoticesBooks(
    [FromKeyedServices(Modules.Notices)] Storage storage, Shelf shelf, Settings settings, IServiceProvider services) : IIntegrityChecks
{
    /// <summary>A trade of which more is said is checked as far back as this.</summary>
    private const int MostOfOneStream = 1000;

    private const string EveryMoveTold = "I9-every-move-told";
    private const string Phones = "I10-phone-and-mailbox";
    private const string WaitingToGoOut = "I10-waiting";

    private static readonly string CollapsesWithin =
        FormattableString.Invariant($"interval '{Notice.CollapsesWithin.TotalSeconds} seconds'");

    private static readonly OffendersBySql BySql = new(
    [
        // The key of the table says so too; this asks the rows.
        (
            "I9-told-once",
            """
            select subject, cause as revision, what, count(*) as count
            from notices
            where subject = any($1)
            group by subject, cause, what, person, channel
            having count(*) > 1
            """),
        // A notice that was not sent because it repeats others is there all the same, and those others were sent.
        (
            "I9-collapsed-repeats",
            $"""
            select c.subject, c.id as notice
            from notices c
            where c.subject = any($1) and c.status = '{Notice.Collapsed}' and c.channel <> '{Notice.App}' and (
                select count(*) from notices s
                where s.person = c.person and s.listing = c.listing and s.what = c.what and s.channel = c.channel and s.other = c.other
                    and s.channel <> '{Notice.App}' and (s.status in ('{Notice.Sent}', '{Notice.Unknown}') or s.carrier_revision is not null)
                    and s.at between c.at - {CollapsesWithin} and c.at) < {Notice.SentOfTheSame}
            """),
    ]);

    // A notice stands under what it tells of, and is asked for under its own id too.
    private const string SentOut =
        """
        select n.subject, n.id, n.status from notices n where n.subject = any($1) and n.channel <> 'app' and n.channel = any($2)
        union all select n.id, n.id, n.status from notices n where n.id = any($1) and n.channel <> 'app' and n.channel = any($2)
        union all select m.id, m.id, m.status from operator_mails m where m.id = any($1) and 'email' = any($2)
        """;

    private const string Own =
        """
        (select distinct subject as id from notices where subject > $1 order by 1 limit $2)
        union (select distinct stream from inbox where stream > $1 order by 1 limit $2)
        union (select id from operator_mails where id > $1 order by 1 limit $2)
        order by 1 limit $2
        """;

    public IReadOnlyList<string> Checks => settings.Sandbox ? [.. BySql.Checks, EveryMoveTold, Phones] : [.. BySql.Checks, EveryMoveTold];

    public IReadOnlyList<string> ChecksOfNow => [WaitingToGoOut];

    public async Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct) =>
    [
        .. await BySql.Find(storage, subjects, ct),
        .. await CompareWithMoves(subjects, ct),
        .. settings.Sandbox ? await CompareWithPhones(subjects, ct) : [],
    ];

    public async Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct)
    {
        var own = await storage.Query(new Sql(Own, last, most), row => row.GetGuid(0), ct);
        var arrived = settings.Sandbox
            ? await Phone.Query(
                new Sql("select errand from messages where errand > $1 order by errand limit $2", last, most), row => row.GetGuid(0), ct)
            : [];
        return [.. own.Concat(arrived).Distinct().Order().Take(most)];
    }

    /// <summary>How many wait for a carrier, which is no fault of ours.</summary>
    public async Task<IReadOnlyList<CheckedNow>> Now(CancellationToken ct)
    {
        var waiting = await storage.Find(new Sql("select count(*) from notices where status = 'waiting'"), row => row.GetInt64(0), ct);
        return [CheckedNow.None(WaitingToGoOut, waiting) with { Ok = true }];
    }

    private Storage Phone => services.GetRequiredKeyedService<Storage>(Sandbox.Phone.Schema);

    /// <summary>
    /// For each move of a trade in Trading's log, exactly those were told whom the table names, as far as the log has been heard.
    /// </summary>
    private async Task<IReadOnlyList<Offender>> CompareWithMoves(Guid[] subjects, CancellationToken ct)
    {
        var (heard, notices, aside) = (new Dictionary<Guid, int>(), new List<Notice>(), new HashSet<Guid>());
        await storage.ReadSnapshot(
            ct,
            (new Sql("select stream, seq from inbox where sender = $1 and stream = any($2)", Modules.Trading, subjects),
            row => heard[row.GetGuid(0)] = row.GetInt32(1)),
            (new Sql("select stream from aside where sender = $1 and stream = any($2)", Modules.Trading, subjects),
            row => aside.Add(row.GetGuid(0))),
            (new Sql($"select {Post.Columns} from notices n where n.subject = any($1)", subjects), row => notices.Add(Post.Read(row))));
        Guid[] streams = [.. heard.Keys.Except(aside)];
        if (streams.Length == 0)
        {
            return [];
        }

        var log = services.GetRequiredKeyedService<ILog>(Modules.Trading);
        var told = (await log.ReadStreams(streams, MostOfOneStream, ct))
            .Where(row => row.SeqFor(Modules.Notices) is { } seq && seq <= heard[row.Stream]).Select(ToldOf).OfType<ToldMove>().ToList();
        var changes = told.Select(one => one.Change).OfType<(Guid Trade, int Revision, string Do)>().ToHashSet();
        var expected = told.SelectMany(one => one.Notices).Select(notice => (notice.Subject, Key: KeyOf(notice))).ToHashSet();
        var found = notices.Where(notice => changes.Contains((notice.Subject, notice.Cause, notice.What)))
            .Select(notice => (notice.Subject, Key: KeyOf(notice))).ToHashSet();
        return
        [
            .. expected.Except(found).Select(missing => Wrong(EveryMoveTold, missing.Subject, "never-told", missing.Key)),
            .. found.Except(expected).Select(madeUp => Wrong(EveryMoveTold, madeUp.Subject, "told-for-no-reason", madeUp.Key)),
        ];
    }

    /// <summary>
    /// What is sent has arrived, and what has arrived was sent. What waits may have arrived a moment ago: its record follows.
    /// </summary>
    private async Task<IReadOnlyList<Offender>> CompareWithPhones(Guid[] subjects, CancellationToken ct)
    {
        // What goes to a carrier outside is in no book of the sandbox.
        string[] onPhone = [.. new[] { Notice.Sms, Notice.Email }.Where(channel => !settings.Notices.Carrier.Carries(channel))];
        var sent = await storage.Query(
            new Sql(SentOut, subjects, onPhone), row => (Subject: row.GetGuid(0), Id: row.GetGuid(1), Status: row.GetString(2)), ct);
        Guid[] ids = [.. sent.Select(row => row.Id).Concat(subjects).Distinct()];
        var arrived = (await Phone.Query(new Sql("select errand from messages where errand = any($1)", ids), row => row.GetGuid(0), ct))
            .ToHashSet();
        var known = sent.Select(row => row.Id).ToHashSet();
        // A mail is written before it is sent, so one that has arrived and is not known was not known when it was sent.
        return
        [
            .. sent.Where(row => row.Status == Notice.Sent && !arrived.Contains(row.Id))
                .Select(row => Wrong(Phones, row.Subject, "sent-never-arrived", $"{row.Id}")),
            .. sent.Where(row => row.Status == Notice.Undeliverable && arrived.Contains(row.Id))
                .Select(row => Wrong(Phones, row.Subject, "arrived-never-sent", $"{row.Id}")),
            .. subjects.Where(subject => arrived.Contains(subject) && !known.Contains(subject))
                .Select(subject => Wrong(Phones, subject, "arrived-never-sent", $"{subject}")),
        ];
    }

    /// <summary>
    /// What a message of Trading is about and whom it tells; null of one that cannot be read now: it could not be heard either, and is
    /// parked or was let go.
    /// </summary>
    private ToldMove? ToldOf(LogRow row)
    {
        try
        {
            var message = JsonSerializer.Deserialize<Message>(row.Text, Wire.Json)!;
            return new ToldMove(ChangeOf(message), WhoIsTold.Of(shelf, message));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (Guid Trade, int Revision, string Do)? ChangeOf(Message message) => message.Type switch
    {
        TradingMessages.Moved when message.Read<TradeMoved>() is var moved => (moved.Trade, moved.Revision, moved.Do),
        TradingMessages.Noted when message.Read<TradeNoted>() is { Transfer: { } news } noted => (noted.Trade, noted.Revision, news.What),
        TradingMessages.Noted when message.Read<TradeNoted>() is { Do: { } move } noted => (noted.Trade, noted.Revision, move),
        _ => null,
    };

    private static Offender Wrong(string check, Guid subject, string word, string notice) =>
        Offender.Of(check, subject, word, ("notice", notice));

    private static string KeyOf(Notice notice) => $"{notice.Subject}/{notice.Cause} {notice.What} to {notice.Person} by {notice.Channel}";

    private sealed record ToldMove((Guid Trade, int Revision, string Do)? Change, IReadOnlyList<Notice> Notices);
}
