using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Platform.Messaging;

/// <summary>One module hearing one sender: reads its log, hears what is next of each stream, and sets aside what is not.</summary>
public sealed class Consumer(string receiver, Log log, Storage storage, IHear hear, Faults faults, ILogger<Consumer> logger)
{
    private const int Batch = 200;
    private const int Attempts = 5;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAsideAgain = TimeSpan.FromMilliseconds(100);

    private long position = -1;
    private long keptPosition = -1;
    private bool hasAside = true;

    private string Sender => log.Module;

    /// <summary>Rings when there may be something to hear, also from what was set aside.</summary>
    public Bell Bell { get; } = new();

    public Loop Loop
    {
        get
        {
            log.Listen(Bell);
            return new Loop($"{receiver} hearing {Sender}", Bell, Turn, logger);
        }
    }

    /// <summary>Hears what there is and comes back: for a copy that is made while nobody waits for it.</summary>
    /// <param name="heard">Told the place in the sender's log after each batch.</param>
    public async Task HearToTheEnd(Action<long> heard, CancellationToken ct)
    {
        while (await Turn(ct) == TimeSpan.Zero)
        {
            heard(position);
        }
    }

    private async Task<TimeSpan> Turn(CancellationToken ct)
    {
        if (faults.IsOn(Faults.DownOf(receiver)) || faults.IsOn(Faults.MessagesHeld))
        {
            return AskAsideAgain;
        }

        if (position < 0)
        {
            position = await storage.Find(new Sql("select position from reading where sender = $1", Sender), reader => reader.GetInt64(0), ct);
            keptPosition = position;
        }

        var heardAside = hasAside && await HearAside(ct);
        var rows = await log.Read(position, Batch, ct);
        if (rows.Count > 0)
        {
            var (arrived, upTo) = faults.Deliver(rows);
            var mine = arrived.Where(row => row.SeqFor(receiver) is not null).Select(row => Open(row.Text, row.SeqFor(receiver)!.Value)).ToList();
            if (mine.Count > 0)
            {
                await HearAll(mine, upTo, ct);
                if (rows.Count < Batch && hear.Gathers > TimeSpan.Zero)
                {
                    await Task.Delay(hear.Gathers, ct);
                }
            }

            position = upTo;
            keptPosition = mine.Count > 0 ? upTo : keptPosition;
        }
        else if (keptPosition != position)
        {
            // Rows for others need no commit each; the place is kept when there is nothing else to do.
            await storage.Do(Cause.New(), work =>
            {
                WritePosition(work, position);
                return Task.CompletedTask;
            }, ct);
            keptPosition = position;
        }

        if (rows.Count > 0 || heardAside)
        {
            return TimeSpan.Zero;
        }

        // With nothing else to do: an operator may have let one go that was parked, and rings nothing, for he may do it at another process.
        hasAside = hasAside || await CountAside(ct) > 0;
        return hasAside ? AskAsideAgain : Poll;
    }

    private Task<long> CountAside(CancellationToken ct) =>
        storage.Find(new Sql("select count(*) from aside where sender = $1 and parked_at is null", Sender), reader => reader.GetInt64(0), ct);

    /// <summary>What was set aside and is now next in its stream. Answers whether any was heard.</summary>
    private async Task<bool> HearAside(CancellationToken ct)
    {
        hasAside = await CountAside(ct) > 0;
        if (!hasAside)
        {
            return false;
        }

        // Whole runs of a stream at once: the first that is due and all that follow it without a gap.
        var ready = await storage.Query(
            new Sql(
                """
                select a.message, a.seq from aside a left join inbox i on i.sender = a.sender and i.stream = a.stream
                where a.sender = $1 and a.parked_at is null and a.seq <= coalesce(i.seq, 0) + 1 order by a.id limit $2
                """,
                Sender, Batch), reader => Open(reader.GetString(0), reader.GetInt32(1)), ct);
        return ready.Count > 0 && await HearAll(ready, position, ct) > 0;
    }

    private async Task<int> HearAll(IReadOnlyList<Message> messages, long upTo, CancellationToken ct)
    {
        if (faults.IsOn(Faults.ReadBeforeDone))
        {
            await storage.Do(Cause.New(), work =>
            {
                WritePosition(work, upTo);
                return Task.CompletedTask;
            }, ct);
        }

        try
        {
            return await storage.Do(Cause.New(), work => HearIn(work, messages, upTo, ct), ct);
        }
        catch (Exception fault) when (!IsPassing(fault) && !ct.IsCancellationRequested)
        {
            // One of them is at fault. Each alone, so that the others go on and the guilty one is found.
            var heard = 0;
            foreach (var message in messages)
            {
                heard += await HearAlone(message, ct);
            }

            await storage.Do(Cause.New(), work =>
            {
                WritePosition(work, upTo);
                return Task.CompletedTask;
            }, ct);
            return heard;
        }
    }

    private async Task<int> HearAlone(Message message, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await storage.Do(Cause.New(), work => HearIn(work, [message], position, ct), ct);
            }
            catch (Exception fault) when (!IsPassing(fault) && !ct.IsCancellationRequested)
            {
                if (attempt < Attempts)
                {
                    await Task.Delay(20 * attempt, ct);
                    continue;
                }

                logger.LogError(fault, "{Receiver} parked {Type} {Message} of {Stream}: it failed {Attempts} times. Its stream waits; an operator retries it or answers it by hand.", receiver, message.Type, message.Id, message.Stream, Attempts);
                await storage.Do(Cause.New(), work =>
                {
                    SetAside(work, message, parkedBecause: $"{fault.GetType().Name}: {fault.Message}");
                    return Task.CompletedTask;
                }, ct);
                return 0;
            }
        }
    }

    /// <summary>The one transaction of a batch: effects, the inbox, what is set aside, and the place in the log.</summary>
    private async Task<int> HearIn(Work work, IReadOnlyList<Message> messages, long upTo, CancellationToken ct)
    {
        var streams = messages.Select(message => message.Stream).Distinct().ToArray();
        var last = (await work.Query(new Sql("select stream, seq from inbox where sender = $1 and stream = any($2) order by stream for update", Sender, streams), reader => (reader.GetGuid(0), reader.GetInt32(1)), ct))
            .ToDictionary(row => row.Item1, row => row.Item2);
        var before = new Dictionary<Guid, int>(last);
        var next = new List<Message>();
        var early = new List<Message>();
        var done = new List<Message>();
        foreach (var message in messages)
        {
            switch (faults.IsOn(Faults.InboxSkipped) ? Messaging.Turn.Now : Inbox.Judge(last.GetValueOrDefault(message.Stream), message.Seq))
            {
                case Messaging.Turn.Now:
                    last[message.Stream] = message.Seq;
                    next.Add(message);
                    break;
                case Messaging.Turn.Early:
                    early.Add(message);
                    break;
                default:
                    done.Add(message);
                    break;
            }
        }

        if (next.Count > 0)
        {
            var blocked = await hear.Hear(work, next, ct);
            if (blocked.Count > 0)
            {
                early.AddRange(next.Where(message => blocked.Contains(message.Stream)));
                next.RemoveAll(message => blocked.Contains(message.Stream));
                foreach (var stream in blocked)
                {
                    last[stream] = before.GetValueOrDefault(stream);
                }
            }
        }

        var moved = last.Where(pair => pair.Value != before.GetValueOrDefault(pair.Key)).OrderBy(pair => pair.Key).ToList();
        if (moved.Count > 0)
        {
            work.Write(
                """
                insert into inbox (sender, stream, seq) select $1, stream, seq from unnest($2, $3) as heard (stream, seq)
                on conflict (stream, sender) do update set seq = excluded.seq
                """,
                Sender, moved.Select(pair => pair.Key).ToArray(), moved.Select(pair => pair.Value).ToArray());
            if (hasAside)
            {
                work.Write("delete from aside a using unnest($2, $3) as heard (stream, seq) where a.sender = $1 and a.stream = heard.stream and a.seq <= heard.seq", Sender, moved.Select(pair => pair.Key).ToArray(), moved.Select(pair => pair.Value).ToArray());
            }
        }

        if (hasAside && done.Count > 0)
        {
            work.Write("delete from aside a using unnest($2, $3) as done (stream, seq) where a.sender = $1 and a.stream = done.stream and a.seq = done.seq", Sender, done.Select(message => message.Stream).ToArray(), done.Select(message => message.Seq).ToArray());
        }

        foreach (var message in early)
        {
            SetAside(work, message, parkedBecause: null);
        }

        WritePosition(work, upTo);
        faults.Reach(Faults.BeforeHeard(receiver));
        return next.Count;
    }

    private void WritePosition(Work work, long upTo) =>
        work.Write("insert into reading (sender, position) values ($1, $2) on conflict (sender) do update set position = greatest(reading.position, excluded.position)", Sender, upTo);

    private void SetAside(Work work, Message message, string? parkedBecause)
    {
        work.Write(
            """
            insert into aside (sender, stream, seq, type, message, parked_at, reason)
            values ($1, $2, $3, $4, $5, case when $6::text is not null then now() end, $6)
            on conflict (sender, stream, seq) do update set parked_at = coalesce(excluded.parked_at, aside.parked_at), reason = coalesce(excluded.reason, aside.reason)
            """,
            Sender, message.Stream, message.Seq, message.Type, JsonSerializer.Serialize(message, Wire.Json), parkedBecause);
        hasAside = true;
    }

    private static Message Open(string text, int seq) => JsonSerializer.Deserialize<Message>(text, Wire.Json)! with { Seq = seq };

    /// <summary>Not the message's own fault: the same message may well succeed in a moment.</summary>
    private static bool IsPassing(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections } => true,
        PostgresException => false,
        NpgsqlException or System.IO.IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException => true,
        _ => false,
    };
}
