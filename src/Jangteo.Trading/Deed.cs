using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.Trading;

/// <summary>What one happening does to one trade, gathered step by step: lives for one decision.</summary>
internal sealed class Deed(Kind kind, Trade trade, DateTimeOffset now, bool soldOut)
{
    private readonly ImmutableArray<HistoryLine>.Builder history = ImmutableArray.CreateBuilder<HistoryLine>();
    private readonly ImmutableArray<TradeMoved>.Builder moved = ImmutableArray.CreateBuilder<TradeMoved>();
    private readonly ImmutableArray<TradeNoted>.Builder noted = ImmutableArray.CreateBuilder<TradeNoted>();
    private readonly ImmutableArray<Request>.Builder requests = ImmutableArray.CreateBuilder<Request>();

    public Trade Trade { get; private set; } = trade;

    public bool HasHappened => history.Count > 0;

    public Decision.Happens Done(Refusal? refusal = null)
    {
        TakeSoldOut();
        return new Decision.Happens(Trade, history.DrainToImmutable(), moved.DrainToImmutable(), noted.DrainToImmutable(), requests.DrainToImmutable(), refusal);
    }

    /// <summary>Takes a row: the new state, its line of history, and its requests.</summary>
    public void Take(Move row, Act act, string? heard)
    {
        var from = Trade.State;
        Trade = Trade with { State = row.To, Since = now, Revision = Trade.Revision + 1 };
        foreach (var verb in row.Ask)
        {
            Ask(verb);
        }

        history.Add(new HistoryLine(Trade.Revision, now, "moved", row.Do, row.To, act.Actor, act.Person, null, heard, act.Reason));
        moved.Add(new TradeMoved(
            Trade.Id, Trade.Kind, Trade.Version, Trade.Revision, row.Do, from, row.To, kind.IsFinal(row.To),
            act.Actor, act.Person, heard, [.. row.Says], heard is null ? [.. row.First.Select(verb => verb.Name)] : [], [.. row.Ask.Select(verb => verb.Name)],
            Trade.Buyer, Trade.Seller, Trade.Listing, Trade.Quantity, Trade.Periods, Trade.Amount, Trade.Fee, Trade.Currency,
            Awaited(kind, Trade), [.. kind.Leaving(row.To).Select(next => next.By).OfType<Party>().Distinct().Select(Words.Of)], [.. Next(kind, Trade)],
            Trade.Money, Trade.Stock, Trade.Delivery, act.Reason, now));
    }

    /// <summary>Stores that questions are about to be asked.</summary>
    /// <param name="otherwise">The row that time takes when one of them is answered no.</param>
    public void Intend(Move row, Act act, Move? otherwise = null)
    {
        var revision = Trade.Revision + 1;
        Trade = Trade with
        {
            Revision = revision,
            Intention = new TradeIntention(
                revision, row.Do, act.Actor, act.Person, act.Machine, act.Card, act.Reason, act.Claim, act.Language, act.Correlation,
                otherwise?.Do),
        };
        Line("began", row.Do, act, null, null, [.. row.First.Select(verb => verb.Name)]);
    }

    /// <summary>Refuses what an intention was to do, and undoes exactly what was answered yes.</summary>
    public void Refuse(Move row, ReadOnlySpan<Verb> answeredYes, Act act, Refusal refusal)
    {
        var isStart = Trade.State == Kind.Start;
        Trade = Trade with { Revision = Trade.Revision + 1, NotBegun = isStart };
        for (var index = answeredYes.Length - 1; index >= 0; index--)
        {
            if (answeredYes[index].UndoneBy is { } undo)
            {
                Ask(Verb.Find(undo)!);
            }
        }

        Line(isStart ? "not-begun" : "refused", row.Do, act, refusal.Code, null);
    }

    /// <summary>Writes down what moved nothing.</summary>
    public void Note(string what, string? move, Act act, string? code, string? heard)
    {
        Trade = Trade with { Revision = Trade.Revision + 1 };
        Line(what, move, act, code, heard);
    }

    /// <summary>Writes down an answer or event that moved nothing. What concerns a bank transfer is told to both parties.</summary>
    public void Note(Answered answer, Act act)
    {
        Note("heard", null, act, answer.Code, answer.Event);
        var what = answer.Event == Verb.Refund.Yes && answer.Amount > 0 && Trade.ExpectedSince > 0 ? Verb.TransferReturned : answer.Event;
        if (Verb.Transfers.Contains(what))
        {
            Due[] next = [.. Next(kind, Trade)];
            var amount = what == Verb.TransferShort ? Trade.Amount - answer.Amount : answer.Amount;
            noted[^1] = noted[^1] with
            {
                Next = next,
                Awaits = Awaited(kind, Trade),
                Transfer = new TransferNews(
                    what, amount, Trade.Listing.Title, Trade.Buyer.Name, Trade.Seller.Name, Trade.Currency,
                    next.Length == 0 ? null : next[0].At),
            };
        }
    }

    /// <summary>Takes the row that hears that nothing is left, if this state has one and this trade has no stock.</summary>
    public void TakeSoldOut()
    {
        if (soldOut && !Trade.NotBegun && Trade.Intention is null && Trade.Stock == StockState.None && !Trade.Unanswered.Any(request => request.Verb == Verb.TakeStock.Name)
            && kind.Leaving(Trade.State).FirstOrDefault(row => row.Hears == Verb.SoldOut) is { } row)
        {
            Take(row, new Act(Modules.Catalog, null, now, now), Verb.SoldOut);
        }
    }

    /// <summary>What questions answered yes have told.</summary>
    /// <param name="revision">Of the intention that asked them.</param>
    public void Believe(ImmutableArray<Reply.Yes> answers, int revision)
    {
        foreach (var yes in answers)
        {
            Believe(yes.Event, yes.Amount, revision, isQuestion: true);
        }
    }

    /// <summary>What the answer to a request, or an event, has told.</summary>
    public void Answer(Answered answer)
    {
        if (!Verb.IsTold(answer.Event))
        {
            Trade = Trade with { Unanswered = Trade.Unanswered.RemoveAll(request => request.Revision == answer.Revision && request.Verb == answer.Verb) };
        }

        Believe(answer.Event, answer.Amount, answer.Revision, isQuestion: false);
    }

    /// <summary>The deadlines of the state: the rows of time's own, and when each is due.</summary>
    public static IEnumerable<Due> Deadlines(Kind kind, Trade trade) =>
        kind.Leaving(trade.State).Where(row => row.After is not null).Select(row => new Due(row.Do, trade.Since + row.After!.Value)).OrderBy(due => due.At);

    /// <summary>The moves that time will make from the state, as far as is known: what is paid in full it confirms.</summary>
    public static IEnumerable<Due> Next(Kind kind, Trade trade) =>
        kind.Leaving(trade.State).Where(row => row.After is not null)
            .Select(row => new Due(
                (trade.Money is { Expected: > 0, Short: 0 } ? kind.ConfirmingInsteadOf(row, trade.State) ?? row : row).Do,
                trade.Since + row.After!.Value))
            .OrderBy(due => due.At);

    /// <summary>The party that the trade waits for, as a word; null when it continues by itself or is over.</summary>
    public static string? Awaited(Kind kind, Trade trade) =>
        kind.Awaited(trade.State, trade.Money.Short == 0) is { } party ? Words.Of(party) : null;

    private void Ask(Verb verb)
    {
        requests.Add(Deciding.RequestOf(Trade, verb, Trade.Revision));
        var money = Trade.Money;
        Trade = Trade with
        {
            Unanswered = Trade.Unanswered.Add(new Unanswered(Trade.Revision, verb.Name, verb.Module)),
            Money = verb.Name switch
            {
                "refund" => Refunding(money),
                "release-deposit" => money with { Held = 0, Expected = money.Held, Seen = money.Held },
                "pay-out" => money with { Held = 0, PayingOut = money.Held - money.Fee },
                _ => money,
            },
        };
    }

    private void Line(string what, string? move, Act act, string? code, string? heard, string[]? asked = null)
    {
        history.Add(new HistoryLine(Trade.Revision, now, what, move, Trade.State, act.Actor, act.Person, code, heard, act.Reason));
        noted.Add(new TradeNoted(
            Trade.Id, Trade.Kind, Trade.Version, Trade.Revision, Trade.State, what, move, act.Actor, act.Person, code, heard, asked ?? [.. requests.Select(request => request.Verb)],
            Trade.Buyer.Id, Trade.Seller.Id, Trade.Listing.Id, Trade.Money, Trade.Stock, Trade.Delivery, now));
    }

    private void Believe(string heard, long amount, int revision, bool isQuestion)
    {
        var money = Trade.Money;
        Trade = heard switch
        {
            "payment-held" => Trade with { Money = money with { Held = Trade.Amount } },
            "deposit-expected" when Trade.Money.Refunding == 0 && !Asked("refund") =>
                Trade with { Money = money with { Expected = Trade.Amount, Seen = 0 }, ExpectedSince = revision },
            "deposit-confirmed" => Trade with { Money = money with { Expected = 0, Seen = 0, Held = Trade.Amount } },
            // What was seen of an attempt that is given up, or of an earlier one, says nothing about what is expected now.
            Verb.TransferSeen or Verb.TransferShort when money.Expected > 0 && revision == Trade.ExpectedSince =>
                Trade with { Money = money with { Seen = amount } },
            Verb.TransferOver => Trade with { Money = money with { Over = money.Over + amount } },
            Verb.TransferReturned => Trade with { Money = money with { SentBack = money.SentBack + amount } },
            // A question is answered when the refund is booked; the provider has done it when the answer arrives as a message.
            "refunded" when isQuestion => Trade with { Money = Refunding(money) },
            "refunded" => Trade with { Money = money with { Refunding = 0, Refunded = money.Refunded + amount } },
            "paid-out" => Trade with { Money = money with { PayingOut = 0, PaidOut = money.PaidOut + amount } },
            "stock-taken" when !Asked("give-back-stock") => Trade with { Stock = StockState.Taken },
            "stock-given-back" => Trade with { Stock = StockState.None },
            "stock-sold" => Trade with { Stock = StockState.Sold },
            "stock-written-off" => Trade with { Stock = StockState.WrittenOff },
            "delivery-started" when !Asked("cancel-delivery") => Trade with { Delivery = DeliveryState.UnderWay },
            "delivered" or "delivery-finished" or "delivery-too-late" => Trade with { Delivery = DeliveryState.Arrived },
            "delivery-cancelled" => Trade with { Delivery = DeliveryState.Cancelled },
            _ => Trade,
        };
    }

    /// <summary>What is held goes back, and what has been seen of a transfer with it.</summary>
    private static Money Refunding(Money money) =>
        money with { Held = 0, Expected = 0, Seen = 0, Refunding = money.Refunding + money.Held + money.Seen };

    private bool Asked(string verb) => Trade.Unanswered.Any(request => request.Verb == verb);
}
