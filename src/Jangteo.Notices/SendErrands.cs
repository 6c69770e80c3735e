using System.Diagnostics;
using System.Diagnostics.Metrics;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.Logging;

namespace Jangteo.Notices;

/// <summary>
/// Sends the waiting notices of one channel, each person's in the order in which they came about. While the carrier is down nothing else waits
/// for it, and one notice that it does not take holds up no other person's. Each has its key at the carrier, so one that was sent just before
/// a crash is not sent again.
/// </summary>
/// <param name="send">Sends one notice to a person, as they now are.</param>
internal sealed class SendErrands(
    string channel, Storage storage, Post post, Texts texts, Settings settings, IContacts contacts, BusinessClock clock,
    TimeProvider machine, Faults faults, ILogger<SendErrands> log,
    Func<Notice, Recipient, string, CancellationToken, Task<Sending>> send)
{
    private const int Batch = 100;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceForContacts = TimeSpan.FromSeconds(2);

    private readonly CarrierTurns turns = new(machine);

    public Loop Loop => new($"sending {channel}", post.Bells[channel], Turn, log);

    /// <summary>For how long the oldest message to a person or to operators has waited to be sent.</summary>
    public static Figure OldestWaiting(Storage storage, BusinessClock clock) => new(
        "jangteo.notices.oldest_waiting", "s", "For how long the oldest SMS or e-mail has waited to be sent.", async ct =>
            await storage.Query(
                new Sql(
                    """
                    select least((select min(at) from notices where status = 'waiting'), (select min(at) from operator_mails where status = 'waiting'))
                    """),
                row => new Measurement<long>(row.IsDBNull(0) ? 0 : (long)(clock.Now - row.GetFieldValue<DateTimeOffset>(0)).TotalSeconds), ct));

    private async Task<TimeSpan> Turn(CancellationToken ct)
    {
        // A carrier that did not take a notice is not asked at every new one, but after a rest that grows.
        if (turns.Rest is { Ticks: > 0 } left)
        {
            return left;
        }

        // One process at a time, so that notices go out in order. No transaction is open while the carrier is waited for.
        await using var turn = await storage.TryLock($"errands {channel}", ct);
        if (turn is null)
        {
            return Poll;
        }

        turns.Begin();
        // Notices to people that Identity has not told of yet are left out, so that they hold nothing up.
        var waiting = await storage.Query(
            new Sql(
                $"""
                select {Post.Columns}, p.phone, p.email, p.language from notices n join people p on p.person = n.person
                left join unnest($3::uuid[]) with ordinality as held (person, turn) on held.person = n.person
                where n.channel = $1 and n.status = 'waiting' order by held.turn nulls first, n.number limit $2
                """,
                channel, Batch, turns.Held),
            reader => (Notice: Post.Read(reader), Person: new Recipient(reader.IsDBNull(13) ? null : reader.GetString(13), reader.GetString(14), reader.GetString(15))), ct);
        var people = waiting.Select(one => one.Notice.Person).Distinct().ToArray();
        var done = new List<Notice>();
        var current = await FindContacts(people, ct);
        foreach (var (notice, known) in waiting.Where(one => !turns.Waits(one.Notice.Person)))
        {
            if (turns.IsOver)
            {
                break;
            }

            if (await IsRepeated(notice, done, ct))
            {
                done.Add(notice with { Status = Notice.Collapsed });
                continue;
            }

            // Another process sends as soon as the lock is lost, and the order would be lost with it.
            await turn.MustBeHeld(ct);
            var sending = await TrySend(notice, current.GetValueOrDefault(notice.Person, known), ct);
            if (sending == Sending.Down)
            {
                turns.NotTaken(notice.Person);
                continue;
            }

            turns.Taken(notice.Person);
            done.Add(notice with { Status = StatusOf(sending) });
        }

        faults.Reach($"notices.before-recording-{channel}");
        await Record(done, ct);
        return turns.End(people, areAll: waiting.Count < Batch, Poll);
    }

    private static string StatusOf(Sending sending) => sending switch
    {
        Sending.Sent => Notice.Sent,
        Sending.Unknown => Notice.Unknown,
        _ => Notice.Undeliverable,
    };

    /// <summary>
    /// Whether enough of the same were sent lately: what one person does repeatedly on one listing is sent only a few times.
    /// </summary>
    private async Task<bool> IsRepeated(Notice notice, List<Notice> done, CancellationToken ct)
    {
        if (notice.Other is not { } other)
        {
            return false;
        }

        var since = notice.At - Notice.CollapsesWithin;
        var now = done.Count(one => one.Status is Notice.Sent or Notice.Unknown && one.IsLike(notice) && one.At >= since);
        return now >= Notice.SentOfTheSame || now + await storage.Find(
            new Sql(
                """
                select count(*)::int from notices
                where person = $1 and listing = $2 and what = $3 and channel = $4 and channel <> 'app' and other = $5 and status in ('sent', 'unknown')
                    and at between $6 and $7
                """,
                notice.Person, notice.Listing, notice.What, channel, other, since, notice.At),
            reader => reader.GetInt32(0), ct) >= Notice.SentOfTheSame;
    }

    /// <summary>
    /// People as Identity has them now. The copy beside the notices may be older: a change of phone and a move of a trade come from two
    /// logs, in either order. While Identity cannot be reached, the copy has to do.
    /// </summary>
    private async Task<Dictionary<Guid, Recipient>> FindContacts(Guid[] people, CancellationToken ct)
    {
        if (people.Length == 0)
        {
            return [];
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(PatienceForContacts);
        try
        {
            return (await contacts.Find(people, patience.Token))
                .ToDictionary(person => person.Person, person => new Recipient(person.Phone, person.Email, person.Language));
        }
        catch (Exception away) when (PassingFault.Is(away) && !ct.IsCancellationRequested)
        {
            return [];
        }
    }

    private async Task<Sending> TrySend(Notice notice, Recipient person, CancellationToken ct)
    {
        using var span = Spans.Of(notice.Trade, $"send {channel}", ActivityKind.Client);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            return await send(
                notice, person, channel == Notice.Sms
                    ? notice.SmsText(texts, person.Language, settings.Zone)
                    : notice.Text(texts, person.Language, settings.Zone), patience.Token);
        }
        catch (Exception fault) when (PassingFault.Is(fault) && !ct.IsCancellationRequested)
        {
            // Whether it arrived is unknown; by its key the next attempt finds out.
            log.LogWarning("{Channel} is not answering: {Fault}", channel, fault.Message);
            return Sending.Down;
        }
    }

    private async Task Record(List<Notice> done, CancellationToken ct)
    {
        if (done.Count == 0)
        {
            return;
        }

        await storage.Do(Cause.New(), work =>
        {
            work.Write(
                """
                update notices n set status = done.status from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::text[]) as done (subject, cause, what, person, status)
                where n.subject = done.subject and n.cause = done.cause and n.what = done.what and n.person = done.person and n.channel = $6
                """,
                done.Select(notice => notice.Subject).ToArray(), done.Select(notice => notice.Cause).ToArray(), done.Select(notice => notice.What).ToArray(),
                done.Select(notice => notice.Person).ToArray(), done.Select(notice => notice.Status).ToArray(), channel);
            foreach (var notice in done.OrderBy(notice => notice.Subject))
            {
                Post.Say(work, [notice], new MessageContext(notice.Trade, notice.Kind, null, null, notice.Listing), clock.Now);
            }

            return Task.CompletedTask;
        }, ct);
    }
}

/// <summary>How a person is reached.</summary>
/// <param name="Phone">E.164, or null: then no SMS can be delivered.</param>
internal sealed record Recipient(string? Phone, string Email, string Language);
