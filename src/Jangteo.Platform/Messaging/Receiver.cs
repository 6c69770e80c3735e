using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Messaging;

/// <summary>
/// One module hearing what is sent to it, whichever way it comes: each message once and in the order of its stream. What comes early is set aside until
/// the gap is filled, and what fails for good is parked with its stream.
/// </summary>
public sealed class Receiver(string module, Storage storage, IHear hear, Faults faults, ILogger<Receiver> logger)
{
    /// <summary>So many messages at most share a transaction.</summary>
    public const int Batch = 200;

    private const int Attempts = 5;

    private static readonly TimeSpan AskSoon = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(3);

    private readonly Bell setAside = new();
    private volatile bool hasAside = true;

    public string Module => module;

    /// <summary>How long a transport rests after a batch that was not full.</summary>
    public TimeSpan Gathers => hear.Gathers;

    /// <summary>Switched off, or kept from hearing, by a fault.</summary>
    public bool IsDeaf => faults.IsOn(Faults.DownOf(module)) || faults.IsOn(Faults.MessagesHeld);

    /// <summary>Hears what was set aside, when it is its turn.</summary>
    public Loop Aside => new($"{module} hearing what was set aside", setAside, HearWhatIsDue, logger);

    /// <summary>
    /// Opens what arrived and hears it. One that cannot be read is parked at its place, like any other that fails for good.
    /// </summary>
    /// <inheritdoc cref="Hear(IReadOnlyList{Message}, Action{Work}?, CancellationToken)"/>
    public async Task<int> Hear(IReadOnlyList<Arriving> arriving, Action<Work>? also, CancellationToken ct)
    {
        var messages = new List<Message>(arriving.Count);
        foreach (var one in arriving)
        {
            if (TryOpen(one, out var unreadable) is { } message)
            {
                messages.Add(message);
            }
            else
            {
                await ParkUnreadable(one, unreadable!, ct);
            }
        }

        return await Hear(messages, also, ct);
    }

    /// <summary>Hears a batch in one transaction, or one by one when one of them is at fault. On return each has had its effect, or is set aside or parked.</summary>
    /// <param name="also">Written in the transaction of the effect.</param>
    /// <returns>How many had their effect now.</returns>
    public async Task<int> Hear(IReadOnlyList<Message> messages, Action<Work>? also, CancellationToken ct)
    {
        try
        {
            return await storage.Do(Cause.New(), work => HearIn(work, messages, also, ct), ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault) && !ct.IsCancellationRequested)
        {
            // One of them is at fault. Each alone, so that the others go on and the guilty one is found.
            var heard = 0;
            foreach (var message in messages)
            {
                heard += await HearAlone(message, ct);
            }

            await storage.Do(Cause.New(), work =>
            {
                also?.Invoke(work);
                return Task.CompletedTask;
            }, ct);
            return heard;
        }
    }

    /// <summary>Hears what was set aside and is now next in its stream. Answers whether any was.</summary>
    public async Task<bool> HearAside(CancellationToken ct)
    {
        hasAside = await storage.Find(new Sql("select exists (select from aside where parked_at is null)"), reader => reader.GetBoolean(0), ct);
        if (!hasAside)
        {
            return false;
        }

        // Whole runs of a stream at once: the first that is due and all that follow it without a gap.
        var ready = await storage.Query(
            new Sql(
                """
                select a.message, a.seq, a.sender, a.stream, a.type from aside a left join inbox i on i.sender = a.sender and i.stream = a.stream
                where a.parked_at is null and a.seq <= coalesce(i.seq, 0) + 1 order by a.id limit $1
                """,
                Batch), reader => new Arriving(reader.GetString(2), reader.GetGuid(3), reader.GetInt32(1), reader.GetString(4),
                reader.GetString(0)), ct);
        return ready.Count > 0 && await Hear(ready, also: null, ct) > 0;
    }

    /// <summary>The message, or why it cannot be read: no JSON, no message, or one that says it is of another stream.</summary>
    private static Message? TryOpen(Arriving one, out string? unreadable)
    {
        try
        {
            var message = JsonSerializer.Deserialize<Message>(one.Text, Wire.Json);
            unreadable = message is null ? "It is empty."
                : message.Sender is null || message.Type is null || message.Context is null ? "It does not say who sends what about what."
                : message.Sender != one.Sender || message.Stream != one.Stream ? $"It says that it is of {message.Sender} and {message.Stream}."
                : null;
            return unreadable is null ? message! with { Seq = one.Seq } : null;
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            unreadable = $"{fault.GetType().Name}: {fault.Message}";
            return null;
        }
    }

    private async Task ParkUnreadable(Arriving one, string because, CancellationToken ct)
    {
        var isNew = await storage.Do(Cause.New(), async work =>
        {
            var last = await LockInbox(work, [(one.Sender, one.Stream)], ct);
            var isHeard = one.Seq > 0 && one.Seq <= last.GetValueOrDefault((one.Sender, one.Stream));
            if (!isHeard)
            {
                SetAside(work, one.Sender, one.Stream, one.Seq, one.Type, one.Text, because);
            }

            return !isHeard;
        }, ct);
        if (isNew)
        {
            logger.LogError("{Receiver} parked {Type} of {Sender} in stream {Stream}: it cannot be read ({Because}). Its stream waits; an operator retries it or lets it go.", module, one.Type, one.Sender, one.Stream, because);
        }
    }

    private async Task<TimeSpan> HearWhatIsDue(CancellationToken ct)
    {
        if (IsDeaf)
        {
            return AskSoon;
        }

        // With nothing set aside here it still asks now and then: another process may have died of it, and an operator who lets one go rings at any.
        return await HearAside(ct) ? TimeSpan.Zero : hasAside ? AskSoon : Poll;
    }

    private async Task<int> HearAlone(Message message, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await storage.Do(Cause.New(), work => HearIn(work, [message], also: null, ct), ct);
            }
            catch (Exception fault) when (!Storage.IsPassing(fault) && !ct.IsCancellationRequested)
            {
                if (attempt < Attempts)
                {
                    await Task.Delay(20 * attempt, ct);
                    continue;
                }

                logger.LogError(fault, "{Receiver} parked {Type} {Message} of {Stream} (trade {Trade}, correlation {Correlation}): it failed {Attempts} times. Its stream waits; an operator retries it or answers it by hand.", module, message.Type, message.Id, message.Stream, message.Context.Trade, message.Correlation, Attempts);
                await storage.Do(Cause.New(), work =>
                {
                    SetAside(work, message, parkedBecause: $"{fault.GetType().Name}: {fault.Message}");
                    return Task.CompletedTask;
                }, ct);
                return 0;
            }
        }
    }

    /// <summary>The one transaction of a batch: effects, the inbox, what is set aside, and what the transport writes.</summary>
    private async Task<int> HearIn(Work work, IReadOnlyList<Message> messages, Action<Work>? also, CancellationToken ct)
    {
        var last = await LockInbox(work, [.. messages.Select(Queue).Distinct()], ct);
        var before = new Dictionary<(string Sender, Guid Stream), int>(last);
        var next = new List<Message>();
        var early = new List<Message>();
        var done = new List<Message>();
        foreach (var message in messages)
        {
            switch (faults.IsOn(Faults.InboxSkipped) ? Turn.Now : Inbox.Judge(last.GetValueOrDefault(Queue(message)), message.Seq))
            {
                case Turn.Now:
                    last[Queue(message)] = message.Seq;
                    next.Add(message);
                    break;
                case Turn.Early:
                    early.Add(message);
                    break;
                default:
                    done.Add(message);
                    break;
            }
        }

        if (next.Count > 0)
        {
            var blocked = await HearNow(work, next, ct);
            if (blocked.Count > 0)
            {
                early.AddRange(next.Where(message => blocked.Contains(message.Stream)));
                next.RemoveAll(message => blocked.Contains(message.Stream));
                foreach (var queue in last.Keys.Where(queue => blocked.Contains(queue.Stream)).ToArray())
                {
                    last[queue] = before.GetValueOrDefault(queue);
                }
            }
        }

        WriteInbox(work, [.. last.Where(pair => pair.Value != before.GetValueOrDefault(pair.Key)).Select(pair => (pair.Key.Sender, pair.Key.Stream, pair.Value)).Order()]);
        if (hasAside && done.Count > 0)
        {
            work.Write(
                "delete from aside a using unnest($1::text[], $2::uuid[], $3::int[]) as done (sender, stream, seq) where a.sender = done.sender and a.stream = done.stream and a.seq = done.seq",
                done.Select(message => message.Sender).ToArray(), done.Select(message => message.Stream).ToArray(), done.Select(message => message.Seq).ToArray());
        }

        foreach (var message in early)
        {
            SetAside(work, message, parkedBecause: null);
        }

        also?.Invoke(work);
        faults.Reach(Faults.BeforeHeard(module));
        return next.Count;
    }

    private async Task<IReadOnlySet<Guid>> HearNow(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        using var spans = SpansOfBatch.Of(module, messages);
        try
        {
            var blocked = await hear.Hear(work, spans?.Messages ?? messages, ct);
            spans?.LeaveOut(blocked);
            return blocked;
        }
        catch (Exception fault)
        {
            spans?.Fail(fault);
            throw;
        }
    }

    /// <summary>
    /// The place of the last message of each stream whose effect is here, locked until the commit: also where there is none yet, for the same first
    /// message may come to two processes at once.
    /// </summary>
    private async Task<Dictionary<(string Sender, Guid Stream), int>> LockInbox(Work work, (string Sender, Guid Stream)[] queues, CancellationToken ct)
    {
        var last = new Dictionary<(string, Guid), int>();
        await work.Read(
            ct,
            (StreamLocks.Take(queues.Select(queue => ($"{module} hearing {queue.Sender}", queue.Stream))), _ => { }
        ),
            (new Sql(
                "select sender, stream, seq from inbox join unnest($1::text[], $2::uuid[]) as asked (sender, stream) using (sender, stream)",
                queues.Select(queue => queue.Sender).ToArray(), queues.Select(queue => queue.Stream).ToArray()),
            reader => last[(reader.GetString(0), reader.GetGuid(1))] = reader.GetInt32(2)));
        return last;
    }

    private void WriteInbox(Work work, (string Sender, Guid Stream, int Seq)[] moved)
    {
        if (moved.Length == 0)
        {
            return;
        }

        var (senders, streams, seqs) = (moved.Select(row => row.Sender).ToArray(), moved.Select(row => row.Stream).ToArray(), moved.Select(row => row.Seq).ToArray());
        work.Write(
            """
            insert into inbox (sender, stream, seq) select * from unnest($1::text[], $2::uuid[], $3::int[])
            on conflict (stream, sender) do update set seq = excluded.seq
            """,
            senders, streams, seqs);
        if (hasAside)
        {
            work.Write(
                "delete from aside a using unnest($1::text[], $2::uuid[], $3::int[]) as heard (sender, stream, seq) where a.sender = heard.sender and a.stream = heard.stream and a.seq <= heard.seq",
                senders, streams, seqs);
        }
    }

    private void SetAside(Work work, Message message, string? parkedBecause) =>
        SetAside(
            work, message.Sender, message.Stream, message.Seq, message.Type, JsonSerializer.Serialize(message, Wire.Json), parkedBecause);

    private void SetAside(Work work, string sender, Guid stream, int seq, string type, string text, string? parkedBecause)
    {
        work.Write(
            """
            insert into aside (sender, stream, seq, type, message, parked_at, reason)
            values ($1, $2, $3, $4, $5, case when $6::text is not null then now() end, $6)
            on conflict (sender, stream, seq) do update set parked_at = coalesce(excluded.parked_at, aside.parked_at), reason = coalesce(excluded.reason, aside.reason)
            """,
            sender, stream, seq, type, text, parkedBecause);
        hasAside = true;
        work.AfterCommit(setAside.Ring);
    }

    private static (string Sender, Guid Stream) Queue(Message message) => (message.Sender, message.Stream);
}

/// <summary>A message as it arrives, before it is read: what the transport knows of it.</summary>
/// <param name="Seq">Its place among those of its stream to this receiver; 0 where the sender did not say.</param>
public sealed record Arriving(string Sender, Guid Stream, int Seq, string Type, string Text);
