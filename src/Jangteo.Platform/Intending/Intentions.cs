using System.Collections.Concurrent;
using System.Diagnostics;
using Jangteo.Contracts;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Intending;

/// <summary>What a module lends to its intentions: where they are kept and how they are settled.</summary>
public interface IIntend
{
    /// <summary>The open intention of a stream: its questions in order and when it was stored; null when it has been settled.</summary>
    Task<OpenIntention?> Load(Guid stream, CancellationToken ct);

    /// <summary>Settles in one commit, once: a second settling of the same revision changes nothing.</summary>
    Task Settle(Guid stream, OpenIntention intention, Outcome outcome, CancellationToken ct);

    /// <summary>Who answers the verbs of a module.</summary>
    IQuestions Questions(string module);

    /// <summary>The trade that a stream is, where its streams are trades.</summary>
    Guid? TradeOf(Guid stream) => null;
}

/// <param name="Revision">The revision of its stream at which it was stored: the middle of every question's key.</param>
/// <param name="Since">Machine time of the commit that stored it.</param>
public sealed record OpenIntention(int Revision, DateTimeOffset Since, IReadOnlyList<(string Module, Request Request)> Questions, Cause Cause);

/// <summary>
/// Carries intentions to their end, in whichever process holds the lease: the one that stored it at once, any other when that one died.
/// Two at once are harmless, for every question has its key and a settling its revision; only out of reach is no end once there are two.
/// </summary>
public sealed class Intentions(Storage storage, IIntend intend, TimeProvider machine, Faults faults, IntentionSettings settings, ILogger<Intentions> log)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often a process that stops tries to give its leases back, with <see cref="LongestRest"/> between. After that another process takes
    /// over when they have run out.
    /// </summary>
    private const int TriesToHandOver = 3;

    private readonly ConcurrentDictionary<(Guid Stream, int Revision), Task> underWay = new();
    private readonly CancellationTokenSource ending = new();

    /// <summary>Takes over what nobody is at work on.</summary>
    public Loop Resumer => new($"{storage.Module}'s intentions", new Bell(), Resume, log);

    /// <summary>To be written in the commit that stores an intention: the first lease is the writer's own.</summary>
    public void WriteLease(Work work, Guid stream)
    {
        var now = machine.GetUtcNow();
        work.Write("insert into intentions (stream, since, lease_until) values ($1, $2, $3) on conflict (stream) do update set since = $2, lease_until = $3, taken_over = false", stream, now, now + settings.Lease);
    }

    /// <summary>To be written in the commit that settles it.</summary>
    public static void WriteEnd(Work work, Guid stream) => work.Write("delete from intentions where stream = $1", stream);

    /// <summary>To be asked in the commit that settles it: whether this end of it may be.</summary>
    public static async Task<bool> MaySettle(Work work, Guid stream, Outcome outcome, CancellationToken ct) =>
        outcome is not Outcome.OutOfReach
        || Asking.MaySettle(outcome, await work.Find(new Sql("select taken_over from intentions where stream = $1 for update", stream), reader => reader.GetBoolean(0), ct));

    /// <summary>Begins to carry an intention that this process has just stored; the task ends when it is settled.</summary>
    /// <param name="revision">The revision at which it was stored.</param>
    /// <param name="stored">It as it was stored, where the caller has it at hand; else it is read.</param>
    public Task Carry(Guid stream, int revision, OpenIntention? stored = null)
    {
        faults.Reach(Faults.AfterIntention(storage.Module));
        return underWay.GetOrAdd((stream, revision), static (which, carry) => Task.Run(() => carry.Me.CarryToItsEnd(which.Stream, which.Revision, carry.stored, resumed: false)), (Me: this, stored));
    }

    /// <summary>
    /// Ends at the next step and gives the leases back, so that another process goes on at once with what is open. To be called when no
    /// request waits for an intention any more.
    /// </summary>
    public async Task HandOver()
    {
        var (open, carrying) = (underWay.Keys.Select(which => which.Stream).ToArray(), underWay.Values.ToArray());
        await ending.CancelAsync();
        if (open.Length == 0)
        {
            return;
        }

        await Task.WhenAll(carrying);
        for (var attempt = 1; attempt <= TriesToHandOver; attempt++)
        {
            try
            {
                await LeaseUntil(open, machine.GetUtcNow());
                return;
            }
            catch (Exception away) when (PassingFault.Is(away))
            {
                log.LogWarning(
                    away, "{Module} could not give back the leases of {Count} intentions (attempt {Attempt} of {Tries}). "
                        + "Those that are kept run out, and another process goes on then.", storage.Module, open.Length, attempt, TriesToHandOver);
            }

            await Task.Delay(LongestRest, machine);
        }
    }

    /// <summary>
    /// Moves the end of leases. Never given up half-way: a statement that is given up runs on, and would write its lease over what
    /// <see cref="HandOver"/> writes after it.
    /// </summary>
    private Task LeaseUntil(Guid[] streams, DateTimeOffset until) => storage.Do(Cause.New(), work =>
    {
        work.Write("update intentions set lease_until = $2 where stream = any($1)", streams, until);
        return Task.CompletedTask;
    }, CancellationToken.None);

    private async Task<TimeSpan> Resume(CancellationToken ct)
    {
        var now = machine.GetUtcNow();
        var orphans = await storage.Query(
            new Sql(
                "update intentions set lease_until = $2, taken_over = true where stream in (select stream from intentions where lease_until < $1 and stream <> all($3) order by lease_until limit 100 for update skip locked) returning stream",
                // What this process carries itself is slow, and not orphaned.
                now, now + settings.Lease, underWay.Keys.Select(which => which.Stream).ToArray()),
            reader => reader.GetGuid(0), ct);
        foreach (var stream in orphans)
        {
            if (await intend.Load(stream, ct) is { } open)
            {
                _ = underWay.GetOrAdd((stream, open.Revision), static (which, me) => Task.Run(() => me.CarryToItsEnd(which.Stream, which.Revision, stored: null, resumed: true)), this);
            }
        }

        return Poll;
    }

    private async Task CarryToItsEnd(Guid stream, int revision, OpenIntention? stored, bool resumed)
    {
        var ct = ending.Token;
        using var span = Spans.Of(intend.TradeOf(stream), $"{storage.Module} carries an intention", correlation: stored?.Cause.Correlation);
        try
        {
            for (var rest = FirstRest; !ct.IsCancellationRequested; rest = rest * 2 < LongestRest ? rest * 2 : LongestRest, stored = null, resumed = true)
            {
                try
                {
                    if (await TryCarry(stream, revision, stored, resumed, ct))
                    {
                        return;
                    }
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    // The intention is durable and every question has its key, so trying again is always right.
                    log.LogWarning(fault, "{Module} could not carry its intention of {Stream} on and tries again.", storage.Module, stream);
                }

                await Task.Delay(rest, machine, ct);
                await LeaseUntil([stream], machine.GetUtcNow() + settings.Lease);
            }
        }
        catch (OperationCanceledException)
        {
            // The program ends; the lease runs out and somebody else goes on.
        }
        catch (Exception fault) when (PassingFault.Is(fault))
        {
            log.LogWarning(fault, "{Module} let go of its intention of {Stream}; it is taken up again when its lease is over.", storage.Module, stream);
        }
        finally
        {
            underWay.TryRemove((stream, revision), out _);
        }
    }

    /// <summary>One round of questions. Answers whether the intention is settled.</summary>
    private async Task<bool> TryCarry(Guid stream, int revision, OpenIntention? stored, bool resumed, CancellationToken ct)
    {
        var intention = stored ?? await intend.Load(stream, ct);
        if (intention?.Revision != revision)
        {
            // Somebody else has settled it. What the stream has begun since is carried by who began it.
            return true;
        }

        Spans.About(Activity.Current, null, intention.Cause.Correlation);
        var asking = Asking.Begin(intention.Questions.Count, resumed);
        if (!resumed && await FindOneAway(intention, ct) is { } away)
        {
            asking = asking with { Outcome = away };
        }

        while (asking.Outcome is null)
        {
            var (module, request) = intention.Questions[asking.Yes.Length];
            request = request with { Correlation = intention.Cause.Correlation };
            var questions = intend.Questions(module);
            faults.Reach(Faults.BeforeQuestion(storage.Module, asking.Yes.Length));
            var step = Asking.Next(machine.GetUtcNow() - intention.Since, settings.AskAgainFor);
            var reply = step == Step.Ask ? await questions.Ask(request, ct) : await questions.Void(request, ct);
            faults.Reach(Faults.AfterQuestion(storage.Module, asking.Yes.Length));
            asking = asking.Hear(reply);
            if (asking.Outcome is null && reply is Reply.Unknown or Reply.Unreachable)
            {
                return false;
            }
        }

        faults.Reach(Faults.BeforeSettling(storage.Module));
        await intend.Settle(stream, intention, asking.Outcome, ct);
        faults.Reach(Faults.AfterSettling(storage.Module));
        return true;
    }

    /// <summary>
    /// Whether a module that is asked later on is away. Nothing is asked of the others then: what they gave would have to be given back,
    /// and until it is, other people are refused a thing that is free. The first module needs no look, since the question itself tells.
    /// </summary>
    private async Task<Outcome.OutOfReach?> FindOneAway(OpenIntention intention, CancellationToken ct)
    {
        for (var at = 1; at < intention.Questions.Count; at++)
        {
            var module = intention.Questions[at].Module;
            if (intention.Questions.Take(at).All(earlier => earlier.Module != module) && await intend.Questions(module).Reach(ct) is { } away)
            {
                return new Outcome.OutOfReach([], at, away.RetryAfter, away.Why);
            }
        }

        return null;
    }
}

/// <param name="AskAgainFor">How long an unknown question is asked again by its key before it is voided.</param>
/// <param name="Lease">How long an intention is left alone by others when the one at work on it falls silent.</param>
public sealed record IntentionSettings(TimeSpan AskAgainFor, TimeSpan Lease);
