using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;

namespace Jangteo.Simulation;

/// <summary>A journal as it was written.</summary>
/// <param name="Trade">Whose payment it belongs to; none for a deposit that nobody recognises.</param>
internal sealed record Written(Guid? Trade, Posting Posting);

/// <summary>Payments: its storage and its shell as a model, around the real <see cref="Decide"/>.</summary>
internal sealed class SimulatedPayments(World world) : Actor(world, Modules.Payments)
{
    private readonly Dictionary<string, OpenErrand> errands = [];
    private readonly Dictionary<string, Guid> references = [];
    private long statement;
    private bool watchesBank;

    public Cards Cards { get; } = new();

    public BankOutside Bank { get; } = new(() => world.Dice.Chance(world.Weather.Refused));

    public Dictionary<Guid, Payment> Payments { get; } = [];

    public Dictionary<Guid, Deposit> Deposits { get; } = [];

    public List<Written> Ledger { get; } = [];

    public IEnumerable<Errand> Open => errands.Values.Select(one => one.Errand);

    public override void Answer(Request question, bool isVoid, Action<Reply> reply)
    {
        if (isVoid || question.Verb != Verb.HoldPayment.Name)
        {
            Book(question, isVoid ? Rules.VoidPayment : Rules.AskPayment, reply);
            return;
        }

        // The card is charged first, outside of any commit, and the hold is then booked.
        var life = Life;
        World.CallOutside(() => question.Card is { } card ? Cards.Charge(question.Key, card, question.Amount) : Says.Refused, says =>
        {
            if (Life != life || IsDown)
            {
                return;
            }

            if (says is Says.Done or Says.Refused or Says.Voided)
            {
                Book(question, (payment, request, now) => Rules.Charged(payment, request, says, now), reply);
                return;
            }

            reply(Payments.GetValueOrDefault(question.Stream)?.Find(question.Revision, question.Verb)?.Reply()
                ?? (says == Says.Silent ? new Reply.Unknown("the provider was silent") : new Reply.Unreachable(TimeSpan.FromSeconds(5), "the provider is out of reach")));
        });
    }

    /// <summary>The bank has seen money.</summary>
    /// <param name="from">The payer's account; blank when the bank does not know it.</param>
    public void PayIn(string reference, long amount, string from = "the payer's account")
    {
        var number = Bank.Deposits.Count + 1;
        Bank.Deposits.Add(new BankDeposit(number, Names.Id(Names.Deposit, number), reference, amount, from, World.Currency));
        WatchBank();
    }

    /// <summary>An operator says where a deposit belongs, or sends it back.</summary>
    public void SeeTo(Deposit deposit, Payment? match)
    {
        if (IsDown)
        {
            return;
        }

        Transact(() =>
        {
            if (match is not null)
            {
                if (Decide.Match(match, deposit) is { } matched)
                {
                    World.Trace.Say(World.Now, match.Trade, $"an operator matches {deposit.Id} of {deposit.Amount}");
                    Take(matched);
                }
            }
            else if (Decide.SendBack(deposit.Trade is { } trade ? Payments[trade] : null, deposit, "an account of the buyer") is { } sent)
            {
                Take(sent);
            }
        });
    }

    /// <summary>An operator has pay-outs that the bank has refused sent again. False when none waits for that.</summary>
    public bool SendPayOutsAgain()
    {
        var waiting = errands.Values.Where(open => open.Waits).ToList();
        foreach (var open in waiting)
        {
            Transact(() =>
            {
                var payment = Payments[open.Errand.Subject];
                World.Trace.Say(World.Now, payment.Trade, $"an operator sends the pay-out again");
                Post(payment, [Decide.PayOutSent(payment, open.Errand.Amount)]);
                open.Waits = false;
                World.After(World.Delay(), () => Run(open));
            });
        }

        return waiting.Count > 0;
    }

    /// <summary>The oldest errand that ends with such an answer is done at once, as the replay of a path wants it. False when there is none.</summary>
    public bool DoErrandNow(string answer)
    {
        if (errands.Values.FirstOrDefault(one => Verb.Find(one.Errand.Verb) is { } verb && (verb.Yes == answer || verb.No.Contains(answer))) is not { } open)
        {
            return false;
        }

        Done(open, Make(open.Errand), open.Refusals);
        return true;
    }

    /// <summary>What was left lying by the replay of a path is taken up.</summary>
    public void GoOn()
    {
        foreach (var open in errands.Values)
        {
            World.After(1, () => Run(open));
        }
    }

    /// <summary>The bank's statement is read at once, as the replay of a path wants it.</summary>
    public void ReadStatementNow() => ReadStatement();

    /// <summary>A hold as the replay of a path wants it: the charge and its booking at once.</summary>
    public Reply AnswerNow(Request question, bool isVoid)
    {
        Reply? said = null;
        if (!isVoid && question.Verb == Verb.HoldPayment.Name)
        {
            var says = Cards.Charge(question.Key, question.Card ?? "declined", question.Amount);
            Book(question, (payment, request, now) => Rules.Charged(payment, request, says, now), reply => said = reply);
        }
        else
        {
            Book(question, isVoid ? Rules.VoidPayment : Rules.AskPayment, reply => said = reply);
        }

        return said!;
    }

    protected override bool Hear(Row row)
    {
        var request = (Request)row.Body;
        World.Trace.Say(World.Now, row.Stream, $"payments hear {request.Verb} at {request.Revision}");
        Take(Rules.HearPayment(Payments.GetValueOrDefault(request.Stream), request, World.Business), null);
        return true;
    }

    private void Book(Request question, Func<Payment?, Request, DateTimeOffset, Decision> decide, Action<Reply> reply)
    {
        Reply? said = null;
        var ended = Transact(() =>
        {
            World.Trace.Say(World.Now, question.Stream, $"payments are asked {question.Verb} at {question.Revision}");
            var decision = decide(Payments.GetValueOrDefault(question.Stream), question, World.Business);
            Take(decision, question);
            said = decision.Payment.Find(question.Revision, question.Verb)?.Reply()
                ?? (decide == Rules.VoidPayment ? new Reply.No(Verb.TimedOut, Refusals.TimedOut) : new Reply.Unknown("nothing was decided"));
        });
        if (ended == Commit.Done)
        {
            reply(said!);
        }
    }

    private void Take(Decision decision, Request? replied)
    {
        var payment = World.ThroughBytes(decision.Payment);
        Keep(payment);
        foreach (var answer in decision.Answers)
        {
            if (replied is null || answer.Revision != replied.Revision || answer.Verb != replied.Verb)
            {
                Send(PaymentsMessages.Answered, payment.Trade, answer);
            }
        }

        Post(payment, decision.Postings);
        Record(decision.Errands);
    }

    private void Take(DepositDecision decision)
    {
        Deposits[decision.Deposit.Id] = decision.Deposit;
        if (decision.Payment is { } payment)
        {
            Keep(payment);
        }

        foreach (var told in decision.Tells)
        {
            Send(PaymentsMessages.Answered, told.Stream, told);
        }

        Post(decision.Payment, decision.Postings);
        Record(decision.Errands);
    }

    private void Keep(Payment payment)
    {
        Payments[payment.Trade] = payment;
        if (payment.Reference is { } reference)
        {
            references[reference] = payment.Trade;
        }
    }

    private void Post(Payment? payment, IReadOnlyList<Posting> postings)
    {
        foreach (var posting in postings)
        {
            World.Trace.Say(World.Now, payment?.Trade ?? default, $"journal {posting.Event} of {posting.Lines[^1].Amount}");
            Ledger.Add(new Written(payment?.Trade, posting));
        }

        if (payment is not null && postings.Count > 0)
        {
            Send(PaymentsMessages.Posted, payment.Trade, new JournalsPosted(payment.Trade, [.. postings.Select(posting => posting.ToJournal(Names.Id(Names.Other, Ledger.Count), World.Business))]));
        }
    }

    private void Record(IReadOnlyList<Errand> wanted)
    {
        foreach (var errand in wanted)
        {
            // The key is the errand: asked for twice it is still one.
            if (errands.TryAdd(errand.Key, new OpenErrand(errand)) && World.Bus.Held is null)
            {
                var open = errands[errand.Key];
                World.After(World.Delay(), () => Run(open));
            }
        }
    }

    /// <summary>A call for an errand; while it is open, somebody sees to it that there is another.</summary>
    private void Run(OpenErrand open)
    {
        if (!errands.TryGetValue(open.Errand.Key, out var now) || now != open)
        {
            return;
        }

        if (open.Waits)
        {
            return;
        }

        World.After(World.Dice.Between(2_000, 12_000), () => Run(open));
        if (IsDown)
        {
            return;
        }

        var (life, refusals) = (Life, open.Refusals);
        World.CallOutside(() => Make(open.Errand), says =>
        {
            if (Life == life && !IsDown)
            {
                Done(open, says, refusals);
            }
        });
    }

    private Says Make(Errand errand) => errand switch
    {
        { What: What.Charge, Card: { } card } => Cards.Charge(errand.Key, card, errand.Amount),
        { What: What.VoidCharge } => Cards.Void(errand.ChargeKey!),
        { What: What.RefundCharge } => Cards.Refund(CallKey(errand), errand.ChargeKey!, errand.Amount),
        { What: What.SendBack or What.PayOut } => Bank.Transfer(CallKey(errand), errand.Account, errand.Amount),
        _ => Says.Refused,
    };

    /// <summary>A refusal is for ever, so that it is tried again under a new key.</summary>
    private string CallKey(Errand errand) => errands.TryGetValue(errand.Key, out var open) && open.Refusals > 0 ? $"{errand.Key}/{open.Refusals}" : errand.Key;

    private void Done(OpenErrand open, Says says, int refusals) => Transact(() =>
    {
        var errand = open.Errand;
        if (!errands.TryGetValue(errand.Key, out var now) || now != open || open.Refusals != refusals)
        {
            return;
        }

        World.Trace.Say(World.Now, errand.Subject, $"the errand {errand.Verb} at {errand.Revision} came to {(int)says}");
        // It is taken off before what follows is recorded: that may be the same errand anew.
        var isGone = says is Says.Done || (errand.What == What.Charge && says is Says.Refused or Says.Voided);
        if (isGone)
        {
            errands.Remove(errand.Key);
        }
        else if (says is Says.Refused or Says.Voided)
        {
            open.Refusals++;
            // The seller is owed it again, and somebody must see to where it goes.
            open.Waits = errand.What == What.PayOut;
        }

        if (Payments.TryGetValue(errand.Subject, out var payment))
        {
            Take(Rules.ErrandDone(payment, errand, says, World.Business), null);
        }
        else if (says == Says.Done)
        {
            var deposit = Deposits[errand.Subject];
            Take(Decide.SentBack(deposit.Trade is { } trade ? Payments[trade] : null, deposit, errand.Amount));
        }
    });

    private void WatchBank()
    {
        if (watchesBank)
        {
            return;
        }

        watchesBank = true;
        World.After(World.Delay(), () =>
        {
            watchesBank = false;
            if (IsDown || !ReadStatement())
            {
                WatchBank();
            }
        });
    }

    /// <summary>Books what the bank has seen since, and how far the statement was read, in one commit. False when that was lost.</summary>
    private bool ReadStatement() => Transact(() =>
    {
        foreach (var seen in Bank.Deposits.Where(deposit => deposit.Position > statement).ToList())
        {
            var (named, isAmbiguous) = Reference.Find(
                seen.Reference, reference => references.TryGetValue(reference, out var trade) ? trade : null);
            var payment = named is { } known ? Payments[known] : null;
            World.Trace.Say(World.Now, payment?.Trade ?? default, $"the bank has seen {seen.Id} of {seen.Amount}");
            Take(Rules.Seen(payment, seen, World.Currency, World.Business, isAmbiguous));
            statement = seen.Position;
        }
    }) != Commit.Lost;

    private sealed class OpenErrand(Errand errand)
    {
        public Errand Errand => errand;

        public int Refusals { get; set; }

        /// <summary>It is not made again by itself.</summary>
        public bool Waits { get; set; }
    }
}
