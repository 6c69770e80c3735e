using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Intending;
using Listing = Jangteo.Catalog.Listing;
using Stock = Jangteo.Kinds.Stock;

namespace Jangteo.Simulation;

/// <summary>Catalog: its storage and its shell as a model, around the real <see cref="StockRules"/> and <see cref="Listing"/>.</summary>
internal sealed class SimulatedCatalog(World world) : Actor(world, Modules.Catalog), ICarry
{
    private readonly Dictionary<Guid, (int Revision, DateTimeOffset Since, long LeaseUntil, bool IsTakenOver)> registrations = [];
    private int lastListing;

    /// <summary>In the order of their beginning.</summary>
    public List<Guid> All { get; } = [];

    public Dictionary<Guid, Listing> Listings { get; } = [];

    /// <summary>What each trade has, and of which listing.</summary>
    public Dictionary<Guid, (Guid Listing, Allocation Has)> Allocations { get; } = [];

    /// <summary>Corrections of the count of units, by listing: what people said, not what came of it.</summary>
    public Dictionary<Guid, int> Corrections { get; } = [];

    public int OpenRegistrations => registrations.Count;

    public ListingChanged? Find(Guid listing) => Listings.TryGetValue(listing, out var found) && found.Status != Status.Draft ? found.ToChanged("registered", World.Business) : null;

    public override void Answer(Request question, bool isVoid, Action<Reply> reply)
    {
        Reply? said = null;
        if (Transact(() => said = AnswerNow(question, isVoid)) == Commit.Done)
        {
            reply(said!);
        }
    }

    /// <summary>A question as the replay of a path wants it: at once.</summary>
    public Reply AnswerNow(Request question, bool isVoid)
    {
        World.Trace.Say(World.Now, question.Stream, $"catalog is {(isVoid ? "told to void" : "asked")} {question.Verb} at {question.Revision}");
        var (units, trade) = (UnitsOf(question.Listing), Of(question.Stream));
        return Keep(question, isVoid ? Rules.VoidStock(units, trade, question.Verb, question.Revision) : Rules.Stock(units, trade, question.Verb, question.Revision, question.Quantity)).Reply;
    }

    /// <summary>Somebody offers something. What a kind wants to know first is asked before it counts. Null when it was lost on the way.</summary>
    public Guid? Offer(Kind kind, Guid owner, long price, int quantity)
    {
        var id = Names.Id(Names.Listing, ++lastListing);
        var single = kind.Stock == Stock.One;
        var first = single ? 1 : quantity;
        var listing = new Listing(id, 0, kind.Name, new PersonRef(owner, ""), "a thing", "", price, World.Currency, Status.Draft, single, first, new Units(false, first), null, [], World.Business);
        if (!Register(listing))
        {
            return null;
        }

        All.Add(id);
        return id;
    }

    /// <summary>Registers a draft again.</summary>
    public void Register(Guid id) => Register(Listings[id]);

    /// <summary>Registers, or begins to, in one commit. False when that was lost.</summary>
    private bool Register(Listing listing)
    {
        if (IsDown || listing.Status != Status.Draft)
        {
            return false;
        }

        var id = listing.Id;
        var rule = KindOf(listing).Listing.Registered;
        return Transact(() =>
        {
            listing = Change(listing.Enter(rule.First.IsEmpty ? Status.Registered : Status.Registering, World.Business), rule.First.IsEmpty ? "registered" : "draft");
            if (rule.First.IsEmpty)
            {
                AskAfterwards(listing, rule, "listing-registered");
                return;
            }

            registrations[id] = (listing.Revision, World.Machine, World.Now + World.Settings.Lease, false);
            if (World.Bus.Held is null)
            {
                Carrier.Begin(World, this, id, listing.Revision, resumed: false);
            }

            WatchLease(id, listing.Revision);
        }) != Commit.Lost;
    }

    public void Withdraw(Guid id)
    {
        var listing = Listings[id];
        if (IsDown || listing.Status != Status.Registered || (listing.Single && listing.Units.Out > 0))
        {
            return;
        }

        Transact(() => AskAfterwards(Change(listing.Enter(Status.Withdrawn, World.Business), "withdrawn"), KindOf(listing).Listing.Deleted, "listing-deleted"));
    }

    public void Price(Guid id, long price)
    {
        var listing = Listings[id];
        if (!IsDown && listing.Status == Status.Registered)
        {
            Transact(() => Change(listing with { Revision = listing.Revision + 1, Price = price }, "edited"));
        }
    }

    public void Correct(Guid id, int by)
    {
        var listing = Listings[id];
        if (!IsDown && !listing.Single && listing.Status == Status.Registered && listing.Units.Corrected(listing.Units.Quantity + by) is { } units)
        {
            Transact(() =>
            {
                Corrections[id] = Corrections.GetValueOrDefault(id) + by;
                Change(listing with { Revision = listing.Revision + 1, Units = units }, "corrected");
            });
        }
    }

    public OpenIntention? Load(Guid stream) => registrations.TryGetValue(stream, out var open)
        ? new OpenIntention(open.Revision, open.Since, [.. KindOf(Listings[stream]).Listing.Registered.First.Select(verb => (verb.Module, Listings[stream].Ask(verb, "listing-registered") with { Revision = open.Revision }))], default)
        : null;

    public void Lease(Guid stream)
    {
        if (registrations.TryGetValue(stream, out var open))
        {
            registrations[stream] = open with { LeaseUntil = World.Now + World.Settings.Lease };
        }
    }

    public Commit Settle(Guid stream, OpenIntention intention, Outcome outcome) => Transact(() =>
    {
        if (!registrations.TryGetValue(stream, out var open) || open.Revision != intention.Revision || !Rules.MayEnd(outcome, open.IsTakenOver))
        {
            return;
        }

        registrations.Remove(stream);
        var isWell = outcome is Outcome.AllYes;
        var listing = Listings[stream].Enter(isWell ? Status.Registered : Status.Draft, World.Business);
        Change(listing, isWell ? "registered" : "draft");
        if (isWell)
        {
            AskAfterwards(listing, KindOf(listing).Listing.Registered with { First = [] }, "listing-registered");
        }
    });

    protected override bool Hear(Row row)
    {
        if (row.Body is Request request)
        {
            World.Trace.Say(World.Now, row.Stream, $"catalog hears {request.Verb} at {request.Revision}");
            var decision = Rules.Stock(UnitsOf(request.Listing), Of(request.Stream), request.Verb, request.Revision, request.Quantity);
            Send(CatalogMessages.Answered, request.Stream, Keep(request, decision).AnsweredTo(request.Stream));
        }
        else if (row.Body is Answered { Event: "alarm-sent" } && Listings.TryGetValue(row.Stream, out var listing))
        {
            Change(listing with { Revision = listing.Revision + 1 }, "alarm-sent");
        }

        return true;
    }

    private Kind KindOf(Listing listing) => World.Kinds.First(kind => kind.Name == listing.Kind);

    private Units UnitsOf(Guid listing) => Listings.TryGetValue(listing, out var found) ? found.Units : Units.None;

    private Allocation Of(Guid trade) => Allocations.TryGetValue(trade, out var found) ? found.Has : Allocation.New;

    private Platform.Asking.KeyedAnswer Keep(Request request, StockDecision decision)
    {
        if (decision.IsNew)
        {
            Allocations[request.Stream] = (request.Listing, decision.Allocation);
        }

        if (decision.HasMoved)
        {
            var listing = Listings[request.Listing];
            Change(listing with { Revision = listing.Revision + 1, Units = decision.Units }, decision.Answer.Event, request.Stream);
        }

        return decision.Answer;
    }

    private Listing Change(Listing listing, string what, Guid? trade = null)
    {
        Listings[listing.Id] = listing;
        var units = listing.Units;
        World.Trace.Say(World.Now, listing.Id, $"{listing.Revision}: {what} {trade ?? default}, {listing.Status}, {units.Available} left, {units.Out} out, {units.Sold} sold, {units.WrittenOff} gone");
        if (units.Available < 0 || units.Out < 0)
        {
            World.Violate("I3", listing.Id, $"{units.Available} units are left and {units.Out} are out");
        }

        Send(CatalogMessages.ListingChanged, listing.Id, listing.ToChanged(what, World.Business, trade));
        return listing;
    }

    private void AskAfterwards(Listing listing, ListingRule rule, string subject)
    {
        foreach (var verb in rule.Ask)
        {
            Send(CatalogMessages.Requests, listing.Id, listing.Ask(verb, subject));
        }
    }

    private void WatchLease(Guid id, int revision)
    {
        if (World.Bus.Held is not null)
        {
            return;
        }

        World.After(World.Settings.Lease + World.Dice.Below(1_000), () =>
        {
            if (!registrations.TryGetValue(id, out var open) || open.Revision != revision)
            {
                return;
            }

            if (open.LeaseUntil <= World.Now && !IsDown)
            {
                registrations[id] = open with { LeaseUntil = World.Now + World.Settings.Lease, IsTakenOver = true };
                Carrier.Begin(World, this, id, revision, resumed: true);
            }

            WatchLease(id, revision);
        });
    }
}
