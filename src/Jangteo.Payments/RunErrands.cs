using System.Collections.Concurrent;
using System.Diagnostics;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Payments;

/// <summary>
/// What is to be done at the provider and the bank is done here: several calls at once, each by its key; what they come to is booked for many
/// in one commit. A call that fails is made again, after longer and longer rests, for ever; after some attempts an operator is told.
/// </summary>
internal sealed class RunErrands(
    [FromKeyedServices(Modules.Payments)] Storage storage, ICardProvider provider, IBank bank, TimeProvider machine, Faults faults,
    Settings settings, ILogger<RunErrands> log)
{
    /// <summary>An operator sees an errand that has failed so often.</summary>
    public const int AttentionAfter = 8;

    private const int AtOnce = 24;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    /// <summary>A moment's rest lets more errands share a look, and more results a commit.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(4);

    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The errands that are due. Claiming a refused errand marks it as silent: a call may be under way from this commit on, so its account
    /// must not change until the result is booked. A row whose account is being changed is waited for and read as it then is. Errands that
    /// were not refused keep their account, so they cost no write.
    /// </summary>
    private const string Claim =
        $"""
        with due as (
            select key, coalesce(problem in ('refused', 'voided'), false) as is_refused
            from errands
            where next_at <= $1 and key <> all($2)
            order by next_at
            limit $3),
        claimed as (
            update errands set problem = 'silent'
            where key in (select key from due where is_refused) and next_at <= $1
            returning {Row.Columns})
        select {Row.Columns} from claimed
        union all
        select {Row.Columns} from errands where key in (select key from due where not is_refused)
        """;

    private readonly ConcurrentDictionary<string, byte> underWay = new();
    private readonly ConcurrentQueue<(Row Row, CallResult Result)> results = new();
    private NpgsqlConnection? turnstile;

    /// <summary>Rings when there is an errand, or one is done.</summary>
    public Bell Bell { get; } = new();

    public Loop Loop => new("payments' errands", Bell, Turn, log);

    private async Task<TimeSpan> Turn(CancellationToken ct)
    {
        await Task.Delay(Gather, ct);
        var booked = await BookResults(ct);
        if (!await IsMine(ct))
        {
            return Poll;
        }

        var started = await StartCalls(ct);
        return booked || started ? TimeSpan.Zero : Poll;
    }

    /// <summary>One process at a time makes the calls. Two at once would be harmless, for each call has its key, but would cost twice as much.</summary>
    private async Task<bool> IsMine(CancellationToken ct)
    {
        if (turnstile is { State: System.Data.ConnectionState.Open })
        {
            return true;
        }

        if (turnstile is not null)
        {
            await turnstile.DisposeAsync();
        }

        turnstile = null;
        var connection = await storage.Open(ct);
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtext('errands'), hashtext(current_schema()))", connection);
        if (await command.ExecuteScalarAsync(ct) is true)
        {
            turnstile = connection;
            return true;
        }

        await connection.DisposeAsync();
        return false;
    }

    private async Task<bool> StartCalls(CancellationToken ct)
    {
        var free = AtOnce - underWay.Count;
        if (free <= 0)
        {
            return false;
        }

        var due = await storage.Query(new Sql(Claim, machine.GetUtcNow(), underWay.Keys.ToArray(), free), Row.Read, ct);
        foreach (var row in due)
        {
            underWay[row.Errand.Key] = 0;
            _ = Call(row, ct);
        }

        return due.Count == free;
    }

    private async Task Call(Row row, CancellationToken ct)
    {
        // A transfer that goes back by itself belongs to no trade.
        var trade = row.Errand.Revision > 0 ? row.Errand.Subject : (Guid?)null;
        using var span = Spans.Of(trade, $"call the {(row.Errand.Account is null ? "provider" : "bank")}: {Words.Of(row.Errand.What)}", ActivityKind.Client, correlation: row.Cause.Correlation);
        var result = new CallResult(Says.Silent);
        try
        {
            var key = KeyOf(row);
            result = await Outside.Call(
                token => Make(row.Errand, key, token), new Receipt(key, row.Errand.Amount, settings.Currency), log, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The program ends. The errand is still there after the next start.
        }
        finally
        {
            // In every case: an errand without a result would stay under way, and would never be called again.
            span?.SetTag("jangteo.says", Words.Of(result.Says));
            results.Enqueue((row with { Cause = row.Cause with { Traceparent = span?.Id } }, result));
            Bell.Ring();
        }
    }

    /// <summary>Under which the provider or the bank is to have done it.</summary>
    private string KeyOf(Row row) => row.Errand.What switch
    {
        What.Charge => row.Errand.Key,
        What.VoidCharge => row.Errand.ChargeKey!,
        _ => faults.IsOn(Faults.CallKeyDrawnAnew) ? Ids.New().ToString() : row.CallKey,
    };

    private Task<ProviderAnswer> Make(Errand wanted, string key, CancellationToken ct) => wanted switch
    {
        { What: What.Charge, Card: { } card } errand => provider.Charge(key, card, errand.Amount, ct),
        { What: What.VoidCharge } => provider.Void(key, ct),
        { What: What.RefundCharge } errand => provider.Refund(key, errand.ChargeKey!, errand.Amount, ct),
        { Account: { } account } errand => bank.Transfer(key, account, errand.Amount, ct),
        _ => Task.FromResult(new ProviderAnswer(Says.Refused)),
    };

    /// <summary>Books what has come back so far. While it does, more comes back, and shares the next commit.</summary>
    private async Task<bool> BookResults(CancellationToken ct)
    {
        var batch = new List<(Row Row, CallResult Result)>();
        while (results.TryDequeue(out var result))
        {
            batch.Add(result);
        }

        if (batch.Count == 0)
        {
            return false;
        }

        faults.Reach(Faults.AfterErrands);
        try
        {
            await storage.Do(Cause.New(), work => Book(work, batch, ct), ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault))
        {
            // One of them is at fault. Each is booked alone, so that it does not hold up the others.
            foreach (var result in batch)
            {
                await BookAlone(result.Row, result.Result, ct);
            }
        }
        finally
        {
            // What could not be booked is called again by its key, and says the same again.
            foreach (var (row, _) in batch)
            {
                underWay.TryRemove(row.Errand.Key, out _);
            }
        }

        return true;
    }

    private async Task BookAlone(Row row, CallResult result, CancellationToken ct)
    {
        try
        {
            await storage.Do(Cause.New(), work => Book(work, [(row, result)], ct), ct);
        }
        catch (Exception fault) when (!Storage.IsPassing(fault))
        {
            log.LogError(
                fault, "{Errand} of {Trade} (correlation {Correlation}) was {Says} and could not be booked. It is tried again, and an operator told.", row.Errand.Key, row.Errand.Subject, row.Cause.Correlation, result.Says);
            await storage.Do(Cause.New(), work =>
            {
                work.Write(
                    "update errands set tries = tries + 1, next_at = $2, attention = true, problem = $3 where key = $1",
                    row.Errand.Key, machine.GetUtcNow() + LongestRest,
                    $"{Words.Of(result.Says)}, not booked: {fault.Message.Replace("\0", "", StringComparison.Ordinal)}");
                return Task.CompletedTask;
            }, ct);
        }
    }

    private async Task Book(Work work, List<(Row Row, CallResult Result)> batch, CancellationToken ct)
    {
        var keys = batch.Select(result => result.Row.Errand.Key).ToArray();
        var booking = await Booking.Open(work, [.. batch.Select(result => result.Row.Errand.Subject).Distinct()], storage.Clock.Now, ct);
        var open = (await work.Query(new Sql("select key, refusals, attention, problem from errands where key = any($1) order by key for update", (object)keys),
                reader => (Key: reader.GetString(0), Refusals: reader.GetInt32(1), IsUnseen: reader.GetBoolean(2) && CallResult.IsMismatch(reader.IsDBNull(3) ? null : reader.GetString(3))), ct))
            .ToDictionary(row => row.Key);
        var gone = new List<string>();
        foreach (var (row, result) in batch)
        {
            var says = result.Says;
            // Booked already by another process, or refused already under this key: it changes nothing.
            if (!open.TryGetValue(row.Errand.Key, out var known) || known.Refusals != row.Refusals)
            {
                continue;
            }

            if (booking.Of(row.Errand.Subject) is { } payment)
            {
                booking.Take(Decide.Done(payment, row.Errand, says, booking.Now).With(result.Problem), row.Cause);
            }
            else if (says == Says.Done)
            {
                await Deposits.SentBack(booking, work, row.Errand, row.Cause, ct);
            }

            if (says is Says.Done && known.IsUnseen)
            {
                // It is done. It stays until an operator has seen what the provider said before.
                work.Write("update errands set next_at = null where key = $1", row.Errand.Key);
            }
            else if (says is Says.Done || (row.Errand.What == What.Charge && says is Says.Refused or Says.Voided or Says.Mismatched))
            {
                gone.Add(row.Errand.Key);
            }
            else
            {
                Postpone(work, row, result);
            }
        }

        // What differed outside while this was open is compared now, also where nothing of the payment changes.
        work.Changed(batch.Select(result => result.Row.Errand.Subject));
        booking.Write();
        if (gone.Count > 0)
        {
            work.Write("delete from errands where key = any($1)", (object)gone.ToArray());
        }

        if (booking.HasErrands)
        {
            work.AfterCommit(Bell.Ring);
        }
    }

    /// <summary>
    /// A refusal is tried again under a new key, to the account that the buyer has given meanwhile; a refused pay-out is owed again and
    /// waits for an operator.
    /// </summary>
    /// <remarks>A mismatch is not asked for again by itself: an operator finds out what was done.</remarks>
    private void Postpone(Work work, Row row, CallResult result)
    {
        var says = result.Says;
        var refused = says is Says.Refused or Says.Voided;
        var waits = says == Says.Mismatched || (refused && row.Errand.What == What.PayOut);
        // Asked again at once, the same account would be refused again.
        var rest = refused ? LongestRest : TimeSpan.FromTicks(Math.Min(LongestRest.Ticks, FirstRest.Ticks << Math.Min(row.Tries, 16)));
        var attention = waits || refused || row.Tries + 1 >= AttentionAfter;
        if (attention)
        {
            log.LogWarning("{Errand} of {Trade} (correlation {Correlation}) has failed {Tries} times and wants an operator: {Says}.", row.Errand.Key, row.Errand.Subject, row.Cause.Correlation, row.Tries + 1, says);
        }

        work.Write(
            """
            update errands
            set tries = tries + 1, refusals = refusals + $2, attention = $4, problem = $5,
                account = case when $2 = 0 then account else coalesce(next_account, account) end,
                next_account = case when $2 = 0 then next_account end,
                next_at = case when $2 > 0 and next_account is not null then $6 else $3 end
            where key = $1
            """,
            row.Errand.Key, refused ? 1 : 0, waits ? null : machine.GetUtcNow() + rest, attention, result.Problem ?? Words.Of(says),
            machine.GetUtcNow());
    }

    /// <summary>An errand as it is stored.</summary>
    internal sealed record Row(Errand Errand, Cause Cause, int Tries, int Refusals)
    {
        public const string Columns = "key, subject, revision, verb, what, amount, charge_key, account, card, correlation, causation, tries, refusals";

        /// <summary>Under which the call is made: a new one after each refusal, for a refusal is for ever.</summary>
        public string CallKey => Refusals == 0 ? Errand.Key : $"{Errand.Key}/{Refusals}";

        public static Row Read(NpgsqlDataReader row) => new(
            new Errand(
                row.GetString(0), row.GetGuid(1), row.GetInt32(2), row.GetString(3), Words.Find<What>(row.GetString(4))!.Value, row.GetInt64(5),
                row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7), row.IsDBNull(8) ? null : row.GetString(8)),
            new Cause(row.GetGuid(9), row.GetGuid(10)), row.GetInt32(11), row.GetInt32(12));
    }
}
