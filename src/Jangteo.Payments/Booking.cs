using System.Buffers.Binary;
using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Payments;

/// <summary>
/// The payments one transaction works on: locked in the order of their trades, decided one after the other, and written together, so that a
/// hundred messages cost one reading and one commit.
/// </summary>
internal sealed class Booking
{
    private const string Columns =
        """
        trade, asker, kind, listing, buyer, seller, currency, standing, means, since, confirmed_by, amount, fee, seen,
        undone_up_to, released_up_to, reference, refund_account, attempts
        """;

    private static readonly string[] Standings = [.. Enum.GetValues<Standing>().Select(Words.Of)];
    private static readonly string[] MeansWords = [.. Enum.GetValues<Means>().Select(Words.Of)];
    private static readonly string[] WhatWords = [.. Enum.GetValues<What>().Select(Words.Of)];

    private readonly Work work;
    private readonly Dictionary<Guid, Payment> payments = [];
    private readonly HashSet<Guid> stored = [];
    private readonly HashSet<Guid> changed = [];
    private readonly List<(Guid? Trade, Guid? Deposit, string Currency, Journal Journal)> journals = [];

    private Guid lastJournal;

    private Booking(Work work, DateTimeOffset now)
    {
        this.work = work;
        Now = now;
    }

    /// <summary>Business time, one for all that is decided here.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>True when something is to be done outside.</summary>
    public bool HasErrands { get; private set; }

    /// <summary>Locks the payments of some trades; those that have none yet are made when something is decided of them.</summary>
    public static async Task<Booking> Open(Work work, Guid[] trades, DateTimeOffset now, CancellationToken ct)
    {
        var booking = new Booking(work, now);
        foreach (var payment in await work.Query(new Sql($"select {Columns} from payments where trade = any($1) order by trade for update", trades), Read, ct))
        {
            booking.payments.Add(payment.Trade, payment);
            booking.stored.Add(payment.Trade);
        }

        return booking;
    }

    /// <summary>A payment as it is, for reading.</summary>
    public static Task<Payment?> Find(Storage storage, Guid trade, CancellationToken ct) =>
        storage.Find(new Sql($"select {Columns} from payments where trade = $1", trade), Read, ct);

    /// <summary>Locks one more payment. Only for what is rare: its order among the others is not kept, and who loses a deadlock begins again.</summary>
    public async Task<Payment?> Join(Guid trade, CancellationToken ct)
    {
        if (Of(trade) is { } here)
        {
            return here;
        }

        foreach (var payment in await work.Query(new Sql($"select {Columns} from payments where trade = $1 for update", trade), Read, ct))
        {
            payments[trade] = payment;
            stored.Add(trade);
        }

        return Of(trade);
    }

    public Payment? Of(Guid trade) => payments.GetValueOrDefault(trade);

    /// <summary>Takes a decision: its answers and journals are sent in the order of taking.</summary>
    /// <param name="cause">What it follows from.</param>
    /// <param name="replied">The question that is answered directly, and so not by message.</param>
    public void Take(Decision decision, Cause cause, Request? replied = null)
    {
        var payment = decision.Payment;
        Change(payment);
        work.Cause = cause;
        foreach (var answer in decision.Answers)
        {
            if (replied is null || answer.Revision != replied.Revision || answer.Verb != replied.Verb)
            {
                work.Send(PaymentsMessages.Answered, payment.Trade, answer, payment.Context, receiver: payment.Asker);
            }
        }

        Post(payment, null, payment.Currency, decision.Postings);
        Record(decision.Errands, cause);
    }

    /// <summary>Takes what follows from a deposit.</summary>
    public void Take(DepositDecision decision, Cause cause)
    {
        work.Cause = cause;
        var deposit = decision.Deposit;
        work.Changed([deposit.Id]);
        work.Write(
            """
            insert into deposits (id, position, reference, amount, payer, trade, state, fits, currency, at, counted) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (id) do update set trade = excluded.trade, state = excluded.state, counted = excluded.counted
            """,
            deposit.Id, deposit.Position, deposit.Reference, deposit.Amount, deposit.From, deposit.Trade, Words.Of(deposit.State),
            Words.Of(deposit.Fits), deposit.Currency, deposit.At, deposit.Counted);
        if (decision.Payment is { } payment && payment != Of(payment.Trade))
        {
            Change(payment);
        }

        foreach (var told in decision.Tells)
        {
            work.Send(PaymentsMessages.Answered, told.Stream, told, decision.Payment!.Context, receiver: decision.Payment.Asker);
        }

        Post(decision.Payment, deposit.Id, deposit.Currency, decision.Postings);
        Record(decision.Errands, cause);
    }

    /// <summary>Writes journals that no decision of a payment asks for.</summary>
    public void Post(Payment? payment, Guid? deposit, string currency, IReadOnlyList<Posting> postings)
    {
        if (postings.Count == 0)
        {
            return;
        }

        var posted = new Journal[postings.Count];
        for (var index = 0; index < posted.Length; index++)
        {
            posted[index] = postings[index].ToJournal(NextJournal(), Now);
            journals.Add((payment?.Trade, deposit, currency, posted[index]));
        }

        if (payment is not null)
        {
            work.Send(PaymentsMessages.Posted, payment.Trade, new JournalsPosted(payment.Trade, posted), payment.Context);
        }
    }

    /// <summary>To be called once, when everything is decided.</summary>
    public void Write()
    {
        // Not everything is told by a message: what is answered directly is not, and a transfer of which it is not known what it pays for.
        work.Changed(changed);
        foreach (var trade in changed.Order())
        {
            Write(payments[trade], isNew: !stored.Contains(trade));
        }

        if (journals.Count == 0)
        {
            return;
        }

        var lines = journals.SelectMany(row => row.Journal.Entries).ToArray();
        var firsts = new int[journals.Count];
        for (var index = 1; index < firsts.Length; index++)
        {
            firsts[index] = firsts[index - 1] + journals[index - 1].Journal.Entries.Length;
        }

        work.Write(
            """
            insert into journals (id, trade, deposit, event, currency, at, accounts, amounts)
            select id, trade, deposit, event, currency, $6, ($7::text[])[first + 1:first + lines], ($8::bigint[])[first + 1:first + lines]
            from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $9::integer[], $10::integer[]) as added (id, trade, deposit, event, currency, first, lines)
            """,
            journals.Select(row => row.Journal.Id).ToArray(), journals.Select(row => row.Trade).ToArray(), journals.Select(row => row.Deposit).ToArray(),
            journals.Select(row => row.Journal.Event).ToArray(), journals.Select(row => row.Currency).ToArray(), Now,
            lines.Select(line => line.Account).ToArray(), lines.Select(line => line.Amount).ToArray(), firsts, journals.Select(row => row.Journal.Entries.Length).ToArray());
    }

    /// <summary>
    /// Journals of one transaction are read in the order of writing, also if the clock is set back between two of them: each id follows the
    /// one before it.
    /// </summary>
    private Guid NextJournal()
    {
        if (lastJournal == default)
        {
            return lastJournal = Ids.New();
        }

        Span<byte> bytes = stackalloc byte[16];
        lastJournal.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) + 1);
        return lastJournal = new Guid(bytes, bigEndian: true);
    }

    private void Change(Payment payment)
    {
        if (!payments.TryGetValue(payment.Trade, out var before) || !ReferenceEquals(before, payment))
        {
            payments[payment.Trade] = payment;
            changed.Add(payment.Trade);
        }
    }

    private void Record(IReadOnlyList<Errand> errands, Cause cause)
    {
        foreach (var errand in errands)
        {
            HasErrands = true;
            // The key is the errand: asked for twice it is still one.
            work.Write(
                """
                insert into errands (key, subject, revision, verb, what, amount, charge_key, account, card, correlation, causation, attention, problem)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                on conflict do nothing
                """,
                errand.Key, errand.Subject, errand.Revision, errand.Verb, WhatWords[(int)errand.What], errand.Amount, errand.ChargeKey,
                errand.Account, errand.Card, cause.Correlation, cause.Causation,
                errand.Problem is not null, errand.Problem);
        }
    }

    private void Write(Payment payment, bool isNew)
    {
        var standing = Standings[(int)payment.Standing];
        var means = MeansWords[(int)payment.Means];
        var attempts = new Sql.Json(JsonSerializer.Serialize(payment.Attempts, Wire.Json));
        if (isNew)
        {
            // Of two that make the same row at once the second fails, and begins again with what the first has written.
            work.Write(
                $"insert into payments ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
                payment.Trade, payment.Asker, payment.Kind, payment.Listing, payment.Buyer, payment.Seller, payment.Currency, standing, means, payment.Since, payment.ConfirmedBy,
                payment.Amount, payment.Fee, payment.Seen, payment.UndoneUpTo, payment.ReleasedUpTo, payment.Reference, payment.RefundAccount, attempts);
        }
        else
        {
            work.Write(
                """
                update payments set standing = $2, means = $3, since = $4, confirmed_by = $5, amount = $6, fee = $7, seen = $8, undone_up_to = $9, released_up_to = $10,
                    reference = $11, refund_account = $12, attempts = $13
                where trade = $1
                """,
                payment.Trade, standing, means, payment.Since, payment.ConfirmedBy, payment.Amount, payment.Fee, payment.Seen, payment.UndoneUpTo, payment.ReleasedUpTo,
                payment.Reference, payment.RefundAccount, attempts);
        }
    }

    private static Payment Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetGuid(3), row.GetGuid(4), row.GetGuid(5), row.GetString(6))
        {
            Standing = (Standing)Array.IndexOf(Standings, row.GetString(7)),
            Means = (Means)Array.IndexOf(MeansWords, row.GetString(8)),
            Since = row.GetInt32(9),
            ConfirmedBy = row.GetInt32(10),
            Amount = row.GetInt64(11),
            Fee = row.GetInt64(12),
            Seen = row.GetInt64(13),
            UndoneUpTo = row.GetInt32(14),
            ReleasedUpTo = row.GetInt32(15),
            Reference = row.IsDBNull(16) ? null : row.GetString(16),
            RefundAccount = row.IsDBNull(17) ? null : row.GetString(17),
            Attempts = JsonSerializer.Deserialize<System.Collections.Immutable.ImmutableArray<Attempt>>(row.GetString(18), Wire.Json),
        };
}
