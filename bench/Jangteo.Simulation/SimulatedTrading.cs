using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Intending;
using Jangteo.Trading;
using Copy = Jangteo.Trading.Listing;

namespace Jangteo.Simulation;

/// <summary>A trade as it is stored, with its history, its deadlines and its open intention.</summary>
internal sealed class TradeFile(Trade trade, Kind kind)
{
    public Trade Trade { get; set; } = trade;

    public Kind Kind => kind;

    public List<HistoryLine> History { get; } = [];

    /// <summary>What its parties are to be told of bank transfers, each with the revision at which it was heard.</summary>
    public List<(int Revision, TransferNews News)> Transfers { get; } = [];

    public List<Deadline> Deadlines { get; set; } = [];

    public long LeaseUntil { get; set; }

    /// <summary>Somebody else has taken the open intention up.</summary>
    public bool IsTakenOver { get; set; }

    /// <summary>The call whose end the settling of the open intention is.</summary>
    public Call? Claim { get; set; }

    public bool IsOpen => Trade.IsOpen(kind);
}

/// <param name="RetryAt">Machine time in milliseconds before which it is not tried again.</param>
internal sealed record Deadline(string Move, DateTimeOffset DueAt, long RetryAt);

/// <summary>A command of a person, with its Idempotency-Key: sent again when no answer comes.</summary>
internal sealed class Call(int key, Guid person, Guid subject, string what)
{
    public int Key => key;

    public Guid Person => person;

    /// <summary>The trade, or the listing a trade is asked for on.</summary>
    public Guid Subject => subject;

    public string What => what;

    public Terms? Terms { get; init; }

    public string? Card { get; init; }

    public int Tries { get; set; }

    /// <summary>How often the same was tried before, each time as a new command.</summary>
    public int Before { get; init; }

    public bool IsAnswered { get; set; }
}

/// <summary>What a person was answered with success: it must be found later.</summary>
internal sealed record Promise(Guid Trade, int Revision, string State);

/// <summary>Trading: its storage and its shell as a model, around the real <see cref="Deciding"/>.</summary>
internal sealed class SimulatedTrading(World world) : Actor(world, Modules.Trading), ICarry
{
    private const double AnswerWithin = 3_000;

    private readonly Dictionary<Guid, TradeFile> byId = [];
    private readonly Dictionary<int, (Refusal? No, Guid Trade, bool IsSettled)> claims = [];
    private int lastTrade;

    /// <summary>In the order of their beginning.</summary>
    public List<TradeFile> Files { get; } = [];

    public Dictionary<Guid, Copy> Copies { get; } = [];

    public List<Promise> Promises { get; } = [];

    /// <summary>Who has gone before a move of his came to its end, by trade and the revision of that end.</summary>
    public List<(Guid Trade, int Revision, Guid Person)> Waited { get; } = [];

    public TradeFile? Find(Guid trade) => byId.GetValueOrDefault(trade);

    /// <summary>A person sends a command, and sends it again by the same key while no answer comes.</summary>
    public void Send(Call call)
    {
        World.After(World.Delay(), () => Arrive(call));
        World.After(6_000, () =>
        {
            if (!call.IsAnswered && call.Tries++ < 3)
            {
                Send(call);
            }
        });
    }

    /// <summary>What was left lying by the replay of a path is taken up.</summary>
    public void GoOn()
    {
        foreach (var file in Files.Where(file => file.Trade.Intention is not null))
        {
            Carrier.Begin(World, this, file.Trade.Id, file.Trade.Intention!.Revision, resumed: true);
        }
    }

    /// <summary>Makes the moves that time makes now.</summary>
    public void FireDue()
    {
        var (business, machine) = (World.Business, World.Now);
        foreach (var file in Files)
        {
            foreach (var due in file.Deadlines)
            {
                if (due.DueAt <= business && due.RetryAt <= machine)
                {
                    var move = due.Move;
                    World.After(World.Dice.Below(30), () => Fire(file, move));
                    if (World.Dice.Chance(World.Weather.Doubled))
                    {
                        // Two instances have read the same row.
                        World.After(World.Dice.Below(60), () => Fire(file, move));
                    }
                }
            }
        }
    }

    /// <summary>One deadline, in a commit of its own.</summary>
    public void Fire(TradeFile file, string move)
    {
        if (IsDown)
        {
            return;
        }

        var intends = false;
        var ended = Transact(() =>
        {
            var act = new Act(Act.Time, null, World.Business, World.Machine);
            switch (Rules.Fire(file.Kind, file.Trade, SoldOut(file.Trade), move, act))
            {
                case Decision.Happens happens:
                    Store(file, happens, null);
                    if (happens.Trade.Intention is not null)
                    {
                        Postpone(file, move, 30_000);
                        intends = true;
                    }

                    break;
                case Decision.Waits:
                    Postpone(file, move, 500);
                    break;
                case Decision.No when Deed.Deadlines(file.Kind, file.Trade).Any(due => due.Do == move):
                    break;
                default:
                    file.Deadlines.RemoveAll(due => due.Move == move);
                    break;
            }
        });
        if (intends && ended == Commit.Done && World.Bus.Held is null)
        {
            Carrier.Begin(World, this, file.Trade.Id, file.Trade.Intention!.Revision, resumed: false);
        }
    }

    /// <summary>Begins a trade in one commit. A refusal, or null when it began.</summary>
    public (Refusal? No, TradeFile? File) Begin(Guid buyer, Guid listing, Terms terms, string? card, Call? call = null)
    {
        if (!Copies.TryGetValue(listing, out var copy))
        {
            return (new Refusal(Refusals.NotFound), null);
        }

        var kind = World.Kinds.First(one => one.Name == copy.Kind);
        if (kind.Stock == Stock.One && Files.Any(file => file.Trade.Listing.Id == listing && file.Trade.Buyer.Id == buyer && file.IsOpen))
        {
            return (new Refusal(Refusals.AlreadyAsked), null);
        }

        var id = Names.Id(Names.Trade, ++lastTrade);
        var act = new Act("buyer", buyer, World.Business, World.Machine, Card: card);
        switch (Rules.Begin(kind, id, copy, new PersonRef(buyer, ""), terms, World.FeePermille, World.Currency, act))
        {
            case Decision.Happens happens:
                var file = new TradeFile(happens.Trade, kind);
                Files.Add(file);
                byId.Add(id, file);
                World.Trace.Say(World.Now, id, $"{buyer} asks for {listing}, a thing of {kind.Name} for {happens.Trade.Amount}");
                Store(file, happens, call);
                return (null, file);
            case Decision.No no:
                return (no.Refusal, null);
            default:
                throw new InvalidOperationException("A trade that has not begun waits for nothing.");
        }
    }

    /// <summary>Makes a party's move in one commit. A refusal, or null when it was made or begun.</summary>
    public Refusal? MakeMove(TradeFile file, Party party, Guid person, string move, string? card, Call? call = null)
    {
        var act = new Act(Words.Of(party), person, World.Business, World.Machine, Card: card);
        switch (Rules.Command(file.Kind, file.Trade, SoldOut(file.Trade), party, move, act))
        {
            case Decision.Happens happens:
                Store(file, happens, call);
                return null;
            case Decision.No no:
                return no.Refusal;
            default:
                return new Refusal(Refusals.InProgress);
        }
    }

    public OpenIntention? Load(Guid stream)
    {
        var file = byId[stream];
        return file.Trade.Intention is { } open ? new OpenIntention(open.Revision, open.Since, Rules.Questions(file.Kind, file.Trade), default) : null;
    }

    public void Lease(Guid stream) => byId[stream].LeaseUntil = World.Now + World.Settings.Lease;

    public Commit Settle(Guid stream, OpenIntention intention, Outcome outcome)
    {
        var file = byId[stream];
        var claim = file.Claim;
        Refusal? no = null;
        var ended = Transact(() =>
        {
            if (!Rules.MaySettle(file.Trade, intention) || !Rules.MayEnd(outcome, file.IsTakenOver))
            {
                return;
            }

            World.Trace.Say(World.Now, stream, $"the intention of revision {intention.Revision} is settled");
            if (file.Trade.Intention?.Revision != intention.Revision)
            {
                World.Violate("rule 3", stream, $"the intention of revision {file.Trade.Intention?.Revision} is settled with the end of {intention.Revision}");
            }

            var (person, openSince) = (file.Trade.Intention?.Person, (file.Trade.Intention!.Since - World.Began).TotalMilliseconds);
            var happens = Rules.Settle(file.Kind, file.Trade, SoldOut(file.Trade), outcome, World.Business);
            no = happens.Refusal;
            file.Claim = null;
            CheckPromisedToTry(file, intention, outcome);
            // Whoever waited longer has gone, and is told of the end by a notice.
            Store(file, happens, null, World.Now - openSince >= AnswerWithin ? person : null);
            if (claim is not null)
            {
                claims[claim.Key] = (no, stream, true);
            }
        });
        if (ended == Commit.Done && claim is not null)
        {
            Tell(claim, no, file);
        }

        return ended;
    }

    protected override bool Hear(Row row)
    {
        if (row.Body is ListingChanged changed)
        {
            HearListing(Copy.Of(changed));
            return true;
        }

        var answer = (Answered)row.Body;
        var file = byId[row.Stream];
        if (Rules.MessagesWait(file.Trade))
        {
            return false;
        }

        World.Trace.Say(World.Now, row.Stream, $"hears {answer.Event} to {answer.Verb} at {answer.Revision}");
        var happens = Rules.Hear(file.Kind, file.Trade, SoldOut(file.Trade), row.Sender.Module, answer, World.Business);
        CheckLaterAttempts(file.Trade, answer, happens);
        Store(file, happens, null);
        return true;
    }

    private void HearListing(Copy heard)
    {
        var known = Copies.GetValueOrDefault(heard.Id);
        var kept = Rules.KeepCopy(known, heard);
        Copies[heard.Id] = kept;
        if (known is not null && kept.Revision < known.Revision)
        {
            World.Violate("I8", heard.Id, $"Trading's copy went from revision {known.Revision} back to {kept.Revision}");
        }

        if (kept.IsSoldOut)
        {
            foreach (var file in Files)
            {
                if (file.Trade.Listing.Id == heard.Id && file.IsOpen && Rules.HearSoldOut(file.Kind, file.Trade, World.Business) is { } happens)
                {
                    Store(file, happens, null);
                }
            }
        }

        foreach (var file in Files)
        {
            if (file.Trade.Listing.Id == heard.Id)
            {
                CheckSoldOutIsHeard(file);
            }
        }
    }

    private void Arrive(Call call)
    {
        if (IsDown || call.IsAnswered)
        {
            return;
        }

        if (claims.TryGetValue(call.Key, out var claimed))
        {
            if (claimed.IsSettled)
            {
                Tell(call, claimed.No, byId[claimed.Trade]);
            }

            return;
        }

        if (call.Terms is not null && !Copies.ContainsKey(call.Subject))
        {
            AskForListing(call);
            return;
        }

        Refusal? no = null;
        TradeFile? file = null;
        var isAnswerUnderWay = false;
        var ended = Transact(() =>
        {
            if (call.Terms is { } terms)
            {
                (no, file) = Begin(call.Person, call.Subject, terms, call.Card, call);
            }
            else
            {
                file = byId[call.Subject];
                var party = file.Trade.PartyOf(call.Person, isOperator: true)!.Value;
                World.Trace.Say(World.Now, call.Subject, $"{Words.Of(party)} {call.What}");
                no = MakeMove(file, party, call.Person, call.What, call.Card, call);
                isAnswerUnderWay = no?.Code == Refusals.InProgress && file.Trade.Intention is null;
            }

            if (no is null)
            {
                claims[call.Key] = (null, file!.Trade.Id, file.Trade.Intention is null);
            }
        });
        if (isAnswerUnderWay && call.Tries < 3)
        {
            call.Tries++;
            World.After(World.Dice.Between(20, 700), () => Arrive(call));
            return;
        }

        if (ended != Commit.Done)
        {
            return;
        }

        if (file?.Trade.Intention is not null && no is null)
        {
            Carrier.Begin(World, this, file.Trade.Id, file.Trade.Intention!.Revision, resumed: false);
            return;
        }

        Tell(call, no, file);
    }

    /// <summary>A listing that Trading has not heard of is asked for once; its copy is then ahead of the events that are under way.</summary>
    private void AskForListing(Call call) => World.After(World.Delay(), () =>
    {
        if (!World.Catalog.IsDown && World.Catalog.Find(call.Subject) is { } found && call.Tries < 3)
        {
            call.Tries++;
            World.After(World.Delay(), () =>
            {
                if (Transact(() => Copies[call.Subject] = Rules.KeepCopy(Copies.GetValueOrDefault(call.Subject), Copy.Of(found))) != Commit.Lost)
                {
                    Arrive(call);
                }
            });
        }
    });

    private void Tell(Call call, Refusal? no, TradeFile? file)
    {
        if (call.IsAnswered)
        {
            return;
        }

        call.IsAnswered = true;
        World.Trace.Say(World.Now, file?.Trade.Id ?? call.Subject, $"{call.Person} is answered {no?.Code ?? "yes"} to {call.What}");
        if (no is { RetryAfter: not null } or { Code: Refusals.TimedOut } && call is { Terms: null, Before: < 4 })
        {
            World.People.TryAgain(call);
        }

        if (no is null && file is not null)
        {
            Promises.Add(new Promise(file.Trade.Id, file.Trade.Revision, file.Trade.State));
        }
    }

    private bool SoldOut(Trade trade) => Copies.GetValueOrDefault(trade.Listing.Id)?.IsSoldOut ?? false;

    /// <param name="call">The call whose end the settling of what now begins will be.</param>
    /// <param name="waited">Who was answered 202 and is to be told of the end.</param>
    private void Store(TradeFile file, Decision.Happens happens, Call? call, Guid? waited = null)
    {
        if (waited is { } person)
        {
            Waited.Add((file.Trade.Id, happens.History[0].Revision, person));
        }

        var trade = World.ThroughBytes(happens.Trade);
        file.Trade = trade;
        foreach (var line in happens.History)
        {
            World.Trace.Say(World.Now, trade.Id, $"{line.Revision}: {line.What} {line.Do} {line.Heard} {line.Code} in {line.State} by {line.Actor}");
            file.History.Add(line);
        }

        if (happens.Moved.Any(moved => moved.Heard == Verb.SoldOut) && !SoldOut(trade))
        {
            World.Violate("sold-out", trade.Id, $"it moved by sold-out, and {Copies[trade.Listing.Id].Available} are left");
        }

        CheckTimeHasAsked(file, happens);
        if (happens.Enters)
        {
            file.Deadlines = [.. Deed.Deadlines(file.Kind, trade).Select(due => new Deadline(due.Do, due.At, 0))];
        }

        if (trade.Intention is not null)
        {
            file.LeaseUntil = World.Now + World.Settings.Lease;
            file.IsTakenOver = false;
            file.Claim = call;
            WatchLease(file, trade.Intention.Revision);
        }

        foreach (var said in Rules.Said(happens))
        {
            if (said is TradeMoved moved)
            {
                Send(TradingMessages.Moved, trade.Id, moved with { Waited = waited });
            }
            else
            {
                var noted = (TradeNoted)said;
                Send(TradingMessages.Noted, trade.Id, noted with { Waited = waited });
                if (noted.Transfer is { } news)
                {
                    file.Transfers.Add((noted.Revision, news));
                }
            }
        }

        foreach (var request in happens.Requests)
        {
            World.Trace.Say(World.Now, trade.Id, $"asks {request.Verb} at {request.Revision}");
            Send(TradingMessages.Requests, trade.Id, request);
        }

        CheckSoldOutIsHeard(file);
    }

    /// <summary>Whoever runs the module takes up what nobody is at work on.</summary>
    private void WatchLease(TradeFile file, int revision)
    {
        if (World.Bus.Held is not null)
        {
            return;
        }

        World.After(Math.Max(1, file.LeaseUntil - World.Now) + World.Dice.Below(1_000), () =>
        {
            if (file.Trade.Intention?.Revision != revision)
            {
                return;
            }

            if (file.LeaseUntil <= World.Now && !IsDown)
            {
                Lease(file.Trade.Id);
                file.IsTakenOver = true;
                Carrier.Begin(World, this, file.Trade.Id, revision, resumed: true);
            }

            WatchLease(file, revision);
        });
    }

    private void Postpone(TradeFile file, string move, long rest)
    {
        for (var index = 0; index < file.Deadlines.Count; index++)
        {
            if (file.Deadlines[index].Move == move)
            {
                file.Deadlines[index] = file.Deadlines[index] with { RetryAt = World.Now + rest };
            }
        }
    }

    /// <summary>DESIGN §3: sold-out is heard when it becomes true and on entering a state that hears it, else a request begun on a stale copy waits for days.</summary>
    public void CheckSoldOutIsHeard(TradeFile file)
    {
        var trade = file.Trade;
        if (trade.Intention is null && file.IsOpen && SoldOut(trade) && trade.Stock == StockState.None && !trade.Unanswered.Any(request => request.Verb == Verb.TakeStock.Name)
            && file.Kind.Leaving(trade.State).Any(row => row.Hears == Verb.SoldOut))
        {
            World.Violate("sold-out", trade.Id, $"nothing is left, and the trade stays in {trade.State}");
        }
    }

    /// <summary>
    /// Time never cancels what is paid in full: it moves on from an awaited transfer only when Payments have said that it is not all there.
    /// </summary>
    private void CheckTimeHasAsked(TradeFile file, Decision.Happens happens)
    {
        foreach (var moved in happens.Moved.Where(moved => moved.Actor == Act.Time))
        {
            var timed = file.Kind.Leaving(moved.From).FirstOrDefault(row => row.Do == moved.Do && row.After is not null);
            if (timed is not null && file.Kind.ConfirmingInsteadOf(timed, moved.From) is not null
                && World.Payments.Payments.GetValueOrDefault(moved.Trade)?.Attempts.LastOrDefault(attempt => attempt.Verb == Verb.ConfirmDeposit.Name) is not { Came: Payments.Came.No })
            {
                World.Violate(
                    "paid in full", moved.Trade, $"time makes {moved.Do}, and Payments have not said that the transfer is missing");
            }
        }
    }

    /// <summary>Rule 7: what came of an attempt says nothing about a later one that is still under way.</summary>
    private void CheckLaterAttempts(Trade before, Answered answer, Decision.Happens happens)
    {
        if (happens.Moved is [{ Heard: { } heard }, ..] && heard == answer.Event && before.Unanswered.FirstOrDefault(request => request.Verb == answer.Verb && request.Revision > answer.Revision) is { } later)
        {
            World.Violate("rule 7", before.Id, $"{answer.Event} to revision {answer.Revision} moved it, while {later.Verb} of {later.Revision} is not answered");
        }
    }

    /// <summary>Rule 7: a new attempt is a new one. A good card is not declined, and nothing is timed out, for what came of an earlier one.</summary>
    private void CheckPromisedToTry(TradeFile file, OpenIntention intention, Outcome outcome)
    {
        if (outcome is Outcome.OutOfReach away && intention.Questions.Skip(away.At).FirstOrDefault(question => World.Asked.GetValueOrDefault(question.Request.Key) > 0) is { Request: { } asked })
        {
            World.Violate("rule 5", file.Trade.Id, $"revision {intention.Revision} is refused as out of reach, and {asked.Verb} may have been asked");
        }

        if (outcome is Outcome.Refused { Code: Refusals.NotNow } early)
        {
            World.Violate("rule 7", file.Trade.Id, $"{intention.Questions[early.At].Request.Verb} of revision {intention.Revision} met something of an earlier attempt");
        }

        if (outcome is Outcome.Refused { Code: Refusals.TimedOut } late && !World.Voided.Contains(intention.Questions[late.At].Request.Key))
        {
            World.Violate("rule 7", file.Trade.Id, $"{intention.Questions[late.At].Request.Verb} of revision {intention.Revision} timed out, and nobody has voided it");
        }

        if (outcome is Outcome.Refused { Code: Refusals.PaymentDeclined } refused && intention.Questions[refused.At].Request.Card is { } card && !card.StartsWith("declined", StringComparison.Ordinal))
        {
            World.Violate("rule 7", file.Trade.Id, $"the good card of revision {intention.Revision} was declined");
        }
    }
}
