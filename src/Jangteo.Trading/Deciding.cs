using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Input;
using Jangteo.Platform.Intending;

namespace Jangteo.Trading;

/// <summary>
/// The rules of the engine (DESIGN §3), as functions of a trade, its table and what happens to it. They open nothing, await nothing and read no clock;
/// the simulation runs these same functions.
/// </summary>
internal static class Deciding
{
    /// <summary>More than any amount that a person can mean, and far from what a long can hold.</summary>
    public const long HighestAmount = 1_000_000_000_000;

    /// <summary>Units and periods.</summary>
    private const int Most = 1_000_000;

    /// <summary>Each change is a commit and a line of the timeline, in which nothing else may be drowned.</summary>
    private const int MostAddressChanges = 20;

    /// <summary>Of one party, in all disputes about one trade. Each is a commit too.</summary>
    public const int MostDisputePictures = 10;

    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    /// <summary>The buyer asks for a trade.</summary>
    public static Decision Begin(Kind kind, Guid id, Listing listing, PersonRef buyer, Terms terms, int feePermille, string currency, Act act)
    {
        if (RefuseStart(kind, listing, buyer, terms, out var address, out var refundAccount) is { } no)
        {
            return new Decision.No(no);
        }

        var quantity = terms.Quantity ?? 1;
        var periods = terms.Periods ?? 1;
        var amount = listing.Price * quantity * periods;
        var fee = FeeOf(amount, feePermille);
        var trade = new Trade
        {
            Id = id,
            Kind = kind.Name,
            Version = kind.Version,
            State = Kind.Start,
            Revision = 0,
            Since = act.Now,
            Buyer = buyer,
            Seller = listing.Owner,
            Listing = new ListingRef(listing.Id, listing.Title, listing.Price),
            Quantity = quantity,
            Periods = periods,
            Amount = amount,
            Fee = fee,
            Currency = currency,
            Address = address,
            RefundAccount = refundAccount,
            Money = new Money(0, 0, 0, 0, 0, 0, fee, 0, 0, 0),
        };
        return Begin(new Deed(kind, trade, act.Now, listing.IsSoldOut), kind.StartMove, act);
    }

    /// <summary>
    /// What the market keeps of an amount, rounded down: the odd part of a unit is the seller's. The pages tell sellers the same
    /// (<c>web/src/selling/fee.ts</c>); both are held to <c>tests/fees.json</c>.
    /// </summary>
    public static long FeeOf(long amount, int permille) => amount * permille / 1000;

    /// <summary>A party makes a move.</summary>
    public static Decision Command(Kind kind, Trade trade, bool soldOut, Party party, string move, Act act)
    {
        if (!kind.Moves.Any(row => row.Do == move && row.By is not null && !row.From.Contains(Kind.Start)))
        {
            return new Decision.No(new Refusal(Refusals.UnknownMove));
        }

        if (!kind.Moves.Any(row => row.Do == move && row.By == party))
        {
            return new Decision.No(new Refusal(Refusals.NotYours));
        }

        if (trade.Intention is not null)
        {
            return new Decision.Waits(new Refusal(Refusals.InProgress, RetryAfter: TryAgain));
        }

        var row = trade.NotBegun ? null : kind.Leaving(trade.State).FirstOrDefault(row => row.Do == move && row.By == party);
        return row is null
            ? new Decision.No(new Refusal(Refusals.NotNow))
            : Begin(new Deed(kind, trade, act.Now, soldOut), row, act);
    }

    /// <summary>
    /// Time makes a move. Where a transfer is awaited it first asks whether the bank has the whole of it, and confirms it if so: time never
    /// cancels what is paid in full.
    /// </summary>
    public static Decision Fire(Kind kind, Trade trade, bool soldOut, string move, Act act)
    {
        if (trade.Intention is not null)
        {
            return new Decision.Waits(new Refusal(Refusals.InProgress, RetryAfter: TryAgain));
        }

        var row = trade.NotBegun ? null : kind.Leaving(trade.State).FirstOrDefault(row => row.Do == move && row.After is not null);
        if (row is null || trade.Since + row.After!.Value > act.Now)
        {
            return new Decision.No(new Refusal(Refusals.NotNow));
        }

        var deed = new Deed(kind, trade, act.Now, soldOut);
        return kind.ConfirmingInsteadOf(row, trade.State) is { } confirming ? Begin(deed, confirming, act, row) : Begin(deed, row, act);
    }

    /// <summary>The buyer gives another address to deliver to. Whatever is sent from now on goes there.</summary>
    public static Decision Readdress(Kind kind, Trade trade, Party party, string address, Act act)
    {
        if (party != Party.Buyer)
        {
            return new Decision.No(new Refusal(Refusals.NotYours));
        }

        if (trade.Intention is not null)
        {
            // What it has begun to ask may be the delivery, with the address as it was.
            return new Decision.Waits(new Refusal(Refusals.InProgress, RetryAfter: TryAgain));
        }

        var wrong = new FieldErrors();
        var read = Read(kind.Needs.Contains(Need.Address), "address", address, TextRules.Address, wrong);
        if (wrong.Refusal is { } refusal)
        {
            return new Decision.No(refusal);
        }

        if (WhyNotReaddress(kind, trade) is { } code)
        {
            return new Decision.No(new Refusal(code));
        }

        var deed = new Deed(kind, trade with { Address = read, AddressChanges = trade.AddressChanges + 1 }, act.Now, soldOut: false);
        deed.Note("address-changed", "change-address", act, null, null);
        return deed.Done();
    }

    /// <summary>
    /// The refusal of another address, or null while the address can be changed: nothing was sent, or it was called back.
    /// </summary>
    public static string? WhyNotReaddress(Kind kind, Trade trade) =>
        !kind.Needs.Contains(Need.Address) || !trade.IsOpen(kind) || trade.AddressChanges >= MostAddressChanges ? Refusals.NotNow
        : trade.Delivery is DeliveryState.UnderWay or DeliveryState.Arrived || trade.WaitsFor(Modules.Delivery) ? Refusals.TooLate
        : trade.Intention is not null ? Refusals.InProgress
        : null;

    /// <summary>A party adds a picture to the dispute about a trade, for the other party and the operator who decides.</summary>
    /// <param name="already">How many pictures this party has added to disputes about the trade.</param>
    public static Decision AddPicture(Kind kind, Trade trade, Party party, int already, Act act)
    {
        if (party == Party.Operator)
        {
            return new Decision.No(new Refusal(Refusals.NotYours));
        }

        if (!kind.IsDispute(trade.State))
        {
            return new Decision.No(new Refusal(Refusals.NotNow, Detail.NoOpenDispute));
        }

        if (trade.Intention is not null)
        {
            // The dispute is being decided, and may be over in a moment.
            return new Decision.Waits(new Refusal(Refusals.InProgress, RetryAfter: TryAgain));
        }

        if (already >= MostDisputePictures)
        {
            return new Decision.No(Refusal.Invalid("picture", Wrong.TooManyDisputePictures(MostDisputePictures)));
        }

        var deed = new Deed(kind, trade, act.Now, soldOut: false);
        deed.Note("picture-added", "add-dispute-picture", act, null, null);
        return deed.Done();
    }

    /// <summary>How many more pictures a party may add to the dispute about a trade now.</summary>
    public static int RoomForPictures(Kind kind, Trade trade, Party party, int already) =>
        party == Party.Operator || !kind.IsDispute(trade.State) || trade.Intention is not null ? 0
        : Math.Max(0, MostDisputePictures - already);

    /// <summary>Why a row of the table cannot be taken now, by whoever makes it: all that stands in its way, and nothing when it can.</summary>
    public static IEnumerable<WhyNot> WhyNot(Kind kind, Trade trade, Move row, DateTimeOffset now)
    {
        if (!row.From.Contains(trade.State))
        {
            // Whatever else may be: from there it is no move at all.
            yield return Trading.WhyNot.OtherState;
            yield break;
        }

        if (trade.NotBegun)
        {
            yield return Trading.WhyNot.NotBegun;
        }

        if (trade.Intention is not null)
        {
            yield return Trading.WhyNot.Pending;
        }

        if (MeetsAnswers(trade, row.After is null ? row : kind.ConfirmingInsteadOf(row, trade.State) ?? row))
        {
            yield return Trading.WhyNot.Unanswered;
        }

        if (row.After is { } after && trade.Since + after > now)
        {
            yield return Trading.WhyNot.TooEarly;
        }

        if (row.Hears is not null)
        {
            yield return Trading.WhyNot.Unheard;
        }
    }

    /// <summary>
    /// Whether a row confirms a bank transfer that, as far as Trading knows, has not arrived in full. Such a row is not offered. If a party
    /// asks for it anyway, Payments decides, because Payments learns of a transfer first.
    /// </summary>
    public static bool LacksTransfer(Trade trade, Move row) =>
        row.First.Contains(Verb.ConfirmDeposit) && trade.Money.Short > 0;

    /// <summary>The questions of an intention have come to their end.</summary>
    public static Decision.Happens Settle(Kind kind, Trade trade, bool soldOut, Outcome outcome, DateTimeOffset now)
    {
        var intention = trade.Intention!;
        var row = RowOf(kind, trade);
        var deed = new Deed(kind, trade with { Intention = null }, now, soldOut);
        var act = new Act(intention.Actor, intention.Person, now, now, intention.Correlation, Reason: intention.Reason);
        switch (outcome)
        {
            case Outcome.AllYes all:
                deed.Believe(all.Yes, intention.Revision);
                deed.Take(row, act, heard: null);
                return deed.Done();

            case Outcome.Refused refused:
                deed.Believe(refused.Yes, intention.Revision);
                var no = new Refusal(refused.Code);
                if (intention.Otherwise is { } otherwise && refused.Event != Verb.TimedOut)
                {
                    if (!refused.Yes.IsEmpty)
                    {
                        deed.Refuse(row, row.First.AsSpan(0, refused.Yes.Length), act, no);
                    }

                    deed.Take(kind.Leaving(trade.State).First(timed => timed.Do == otherwise && timed.After is not null), act, heard: null);
                    return deed.Done();
                }

                if (kind.Leaving(trade.State).FirstOrDefault(other => other.Hears == refused.Event) is { } hearing)
                {
                    deed.Take(hearing, act with { Actor = row.First[refused.At].Module }, refused.Event);
                    return deed.Done(no);
                }

                deed.Refuse(row, row.First.AsSpan(0, refused.Yes.Length), act, no);
                return deed.Done(no);

            case Outcome.OutOfReach away:
                deed.Believe(away.Yes, intention.Revision);
                var later = new Refusal(UnavailableCode(row.First[away.At].Module), RetryAfter: away.RetryAfter);
                deed.Refuse(row, row.First.AsSpan(0, away.Yes.Length), act, later);
                return deed.Done(later);

            default:
                throw new ArgumentOutOfRangeException(nameof(outcome));
        }
    }

    /// <summary>An answer, or an event of another module, arrives. The caller has seen to it that no intention is open.</summary>
    public static Decision.Happens Hear(Kind kind, Trade trade, bool soldOut, string module, Answered answer, DateTimeOffset now)
    {
        var deed = new Deed(kind, trade, now, soldOut);
        var isSuperseded = trade.Unanswered.Any(request => request.Verb == answer.Verb && request.Revision > answer.Revision);
        deed.Answer(answer);
        var act = new Act(module, null, now, now);
        // An answer to an earlier attempt says nothing about the one that is still unanswered.
        if (!isSuperseded && !trade.NotBegun && kind.Leaving(trade.State).FirstOrDefault(row => row.Hears == answer.Event) is { } hearing)
        {
            deed.Take(hearing, act, answer.Event);
        }
        else
        {
            deed.Note(answer, act);
        }

        return deed.Done();
    }

    /// <summary>The listing has nothing left or was withdrawn: if the state hears it, the trade moves. Null when nothing happens.</summary>
    public static Decision.Happens? HearSoldOut(Kind kind, Trade trade, DateTimeOffset now)
    {
        if (trade.Intention is not null || trade.NotBegun)
        {
            return null;
        }

        var deed = new Deed(kind, trade, now, soldOut: true);
        deed.TakeSoldOut();
        return deed.HasHappened ? deed.Done() : null;
    }

    /// <summary>The row that an open intention is about.</summary>
    public static Move RowOf(Kind kind, Trade trade) =>
        kind.Leaving(trade.State).First(row => row.Do == trade.Intention!.Do && row.Hears is null);

    /// <summary>The questions of an open intention, in order.</summary>
    public static IReadOnlyList<(string Module, Request Request)> Questions(Kind kind, Trade trade) =>
        [.. RowOf(kind, trade).First.Select(verb => (verb.Module, RequestOf(trade, verb, trade.Intention!.Revision) with { Card = trade.Intention.Card }))];

    public static Request RequestOf(Trade trade, Verb verb, int revision) => new()
    {
        Stream = trade.Id,
        Revision = revision,
        Verb = verb.Name,
        Asker = Modules.Trading,
        Kind = trade.Kind,
        Listing = trade.Listing.Id,
        Buyer = trade.Buyer.Id,
        Seller = trade.Seller.Id,
        Amount = trade.Amount,
        Fee = trade.Fee,
        Currency = trade.Currency,
        Quantity = trade.Quantity,
        RefundAccount = trade.RefundAccount,
        Address = trade.Address,
        Title = trade.Listing.Title,
    };

    private static string UnavailableCode(string module) => module switch
    {
        Modules.Payments => Refusals.PaymentsUnavailable,
        Modules.Catalog => Refusals.CatalogUnavailable,
        Modules.Delivery => Refusals.DeliveryUnavailable,
        _ => Refusals.AlarmUnavailable,
    };

    /// <summary>Makes the move, or stores the intention to make it when questions come first.</summary>
    /// <param name="otherwise">The row that is taken when a question is answered no.</param>
    private static Decision Begin(Deed deed, Move row, Act act, Move? otherwise = null)
    {
        if (row.First.Length == 0)
        {
            deed.Take(row, act, heard: null);
            return deed.Done();
        }

        if (MeetsAnswers(deed.Trade, row))
        {
            return new Decision.Waits(new Refusal(Refusals.InProgress, RetryAfter: TryAgain));
        }

        deed.Intend(row, act, otherwise);
        return deed.Done();
    }

    /// <summary>A late answer of an earlier request must not meet what a question is about to do.</summary>
    private static bool MeetsAnswers(Trade trade, Move row) => row.First.Any(verb => trade.WaitsFor(verb.Module));

    /// <param name="address">The address to keep, as it is read.</param>
    /// <param name="refundAccount">The account to keep, as it is read.</param>
    private static Refusal? RefuseStart(
        Kind kind, Listing listing, PersonRef buyer, Terms terms, out string? address, out string? refundAccount)
    {
        var wrong = new FieldErrors();
        Check(kind.Needs.Contains(Need.Quantity), "quantity", terms.Quantity, wrong);
        Check(kind.Needs.Contains(Need.Periods), "periods", terms.Periods, wrong);
        address = Read(kind.Needs.Contains(Need.Address), "address", terms.Address, TextRules.Address, wrong);
        refundAccount = Read(kind.Needs.Contains(Need.RefundAccount), "refundAccount", terms.RefundAccount, TextRules.Account, wrong);
        if (!wrong.Any && (Int128)listing.Price * (terms.Quantity ?? 1) * (terms.Periods ?? 1) > HighestAmount)
        {
            wrong.Add(terms.Quantity is null ? "periods" : "quantity", Wrong.TooMuch(HighestAmount));
        }

        return wrong.Refusal is { } refusal ? refusal
            : listing.Owner.Id == buyer.Id ? new Refusal(Refusals.OwnListing)
            : listing.Withdrawn ? new Refusal(Refusals.ListingWithdrawn)
            : listing.Available < (terms.Quantity ?? 1) ? new Refusal(
                Refusals.SoldOut, Facts: new Dictionary<string, object?> { ["left"] = Math.Max(0, listing.Available) })
            // It was offered when its kind moved no money; its owner has to name a price.
            : listing.Price == 0 && kind.MovesMoney ? new Refusal(Refusals.NotNow, Detail.NotFreeAnyMore)
            : listing.Price != terms.Price ? new Refusal(Refusals.PriceChanged, Facts: new Dictionary<string, object?> { ["price"] = listing.Price })
            : null;
    }

    private static void Check(bool isNeeded, string field, int? value, FieldErrors wrong)
    {
        if (!isNeeded && value is not null)
        {
            wrong.Add(field, Wrong.NotInThisKind);
        }
        else if (isNeeded && value is not (> 0 and <= Most))
        {
            wrong.Add(field, Wrong.NotWhole(1, Most));
        }
    }

    private static string? Read(bool isNeeded, string field, string? value, TextRule rule, FieldErrors wrong)
    {
        if (isNeeded)
        {
            return wrong.Text(field, value, rule);
        }

        if (value is not null)
        {
            wrong.Add(field, Wrong.NotInThisKind);
        }

        return null;
    }
}
