using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Platform.Intending;
using Jangteo.Trading;
using Step = Jangteo.Kinds.Step;

namespace Jangteo.Simulation;

/// <summary>
/// Plays a path of the checks in a world of real modules: exactly these happenings, in this order, and nothing else. Afterwards the world can be let go, and
/// ends where the path leads.
/// </summary>
internal sealed class Replay
{
    private static readonly Guid Buyer = Names.Id(Names.Person, 1);
    private static readonly Guid Seller = Names.Id(Names.Person, 101);
    private static readonly Guid Operator = Names.Id(Names.Person, 900);
    private static readonly Guid SomebodyElses = Names.Id(Names.Trade, 1_000_000);

    private readonly Kind kind;
    private readonly Guid listing;
    private OpenIntention? intention;
    private Asking? asking;
    private int revisionOfOthers;

    public Replay(Kind kind)
    {
        // What a listing's registration asks is no part of a trade's path.
        this.kind = kind with { Listing = ListingRules.None };
        World = new World(1, [this.kind], Rules.Real, trades: 0, keepsTrace: true, weather: Weather.Calm);
        World.Bus.Held = [];
        listing = World.Catalog.Offer(this.kind, Seller, 3000, 5)!.Value;
        HearListing();
    }

    public World World { get; }

    public TradeFile? File { get; private set; }

    /// <summary>What the modules really hold, in the words of the checks; whether anything was ever given is not told.</summary>
    public Holdings Holdings
    {
        get
        {
            var id = File!.Trade.Id;
            var money = World.Payments.Payments.GetValueOrDefault(id)?.Standing switch
            {
                Standing.Expected => MoneyIs.Expected,
                Standing.Held => MoneyIs.Held,
                Standing.PaidOut => MoneyIs.PaidOut,
                _ => MoneyIs.Nowhere,
            };
            var stock = World.Catalog.Allocations.TryGetValue(id, out var found)
                ? found.Has.Has switch { Has.Taken => StockIs.Taken, Has.Sold => StockIs.Sold, Has.WrittenOff => StockIs.WrittenOff, _ => StockIs.Free }
                : StockIs.Free;
            var delivery = World.Delivery.Of(id) switch { Whereabouts.UnderWay => DeliveryIs.UnderWay, Whereabouts.Arrived => DeliveryIs.Arrived, _ => DeliveryIs.None };
            return new Holdings(money, stock, delivery, false);
        }
    }

    /// <summary>How many requests of the trade a module has not carried out.</summary>
    public int Waiting(string module) => Held.Count(letter => letter.Row.Body is Request && letter.To.Module == module);

    /// <summary>What a module made of a request or question for which it has not what is needed.</summary>
    public string? Impossible { get; private set; }

    /// <summary>The path takes a step that the checks allow for, and that no order of answers brings about.</summary>
    public bool NeverHappens { get; private set; }

    private List<Letter> Held => World.Bus.Held!;

    private Trade Trade => File!.Trade;

    /// <summary>Lets the steps happen. What is wrong when the modules do something else, or null.</summary>
    public string? Play(IReadOnlyList<Step> path)
    {
        for (var at = 0; at < path.Count; at++)
        {
            if ((Play(path[at], path.Skip(at + 1)) ?? StateAfter(path[at])) is { } wrong)
            {
                return $"step {at + 1}, {path[at]}: {wrong}";
            }
        }

        return null;
    }

    /// <summary>Everything that was held back goes on its way, and the world runs to its end.</summary>
    public IReadOnlyList<Violation> LetGo()
    {
        var held = Held;
        World.Bus.Held = null;
        held.ForEach(World.Bus.Send);
        World.Payments.GoOn();
        World.Notices.GoOn();
        World.Trading.GoOn();
        World.Rest();
        return World.Violations;
    }

    private string? StateAfter(Step step)
    {
        Deliver(letter => letter.To == World.Views || (letter.To == World.Notices && letter.Row.Body is TradeMoved or TradeNoted));
        var state = File?.Trade.State ?? Kind.Start;
        return state == step.State ? null : $"it is in {state} and should be in {step.State}";
    }

    private string? Play(Step step, IEnumerable<Step> later) => step switch
    {
        Step.Commanded commanded => Command(commanded, CardFor(later)),
        Step.TimePassed passed => Pass(passed),
        Step.Answered answered => Answer(answered),
        Step.CarriedOut carried => CarryOut(carried),
        Step.Heard heard => Hear(heard),
        Step.Arrived => Arrive(),
        Step.SoldOut => SellOut(),
        _ => throw new InvalidOperationException($"Nobody has said how to play {step}."),
    };

    /// <summary>The card is given with the command; whether it is a good one, the path says later.</summary>
    private static string CardFor(IEnumerable<Step> later) =>
        later.OfType<Step.Answered>().FirstOrDefault(step => step.Question == Verb.HoldPayment)?.Answer == Verb.HoldPayment.No[0] ? "declined" : "ok";

    private string? Command(Step.Commanded step, string card)
    {
        var first = kind.Moves.First(row => row.Do == step.Do && row.By == step.By && (File is null ? row.From.Contains(Kind.Start) : row.From.Contains(Trade.State))).First;
        var token = first.Contains(Verb.HoldPayment) ? card : null;
        Refusal? no;
        if (File is null)
        {
            (no, File) = World.Trading.Begin(Buyer, listing, Terms(), token);
        }
        else
        {
            var person = step.By switch { Party.Buyer => Buyer, Party.Seller => Seller, _ => Operator };
            no = World.Trading.MakeMove(File, step.By, person, step.Do, token);
        }

        World.Trading.SendWaiting();
        return no is null ? Intends(step.AsksFirst) : $"it is refused as {no.Code}";
    }

    private Terms Terms() => new(
        3000,
        kind.Needs.Contains(Need.Quantity) ? 1 : null,
        kind.Needs.Contains(Need.Periods) ? 1 : null,
        kind.Needs.Contains(Need.Address) ? "a street" : null,
        kind.Needs.Contains(Need.RefundAccount) ? "an account" : null);

    private string? Pass(Step.TimePassed step)
    {
        if (File!.Deadlines.FirstOrDefault(due => due.Move == step.Do) is not { } deadline)
        {
            return "there is no such deadline";
        }

        if (deadline.DueAt > World.Business)
        {
            World.MoveClock(deadline.DueAt - World.Business);
        }

        World.Trading.Fire(File, step.Do);
        return Intends(step.AsksFirst);
    }

    private string? Intends(bool asksFirst)
    {
        if (asksFirst != File!.Trade.Intention is not null)
        {
            return asksFirst ? "nothing is asked" : "something is asked first";
        }

        if (asksFirst)
        {
            intention = World.Trading.Load(Trade.Id)!;
            asking = Asking.Begin(intention.Questions.Count, resumed: false);
        }

        return null;
    }

    private string? Answer(Step.Answered step)
    {
        var (module, request) = intention!.Questions[asking!.Yes.Length];
        if (request.Verb != step.Question.Name)
        {
            return $"{request.Verb} is asked";
        }

        Prepare(step.Question, step.Answer);
        var reply = step.Answer switch
        {
            Step.OutOfReach => new Reply.Unreachable(TimeSpan.FromSeconds(1), "away"),
            Verb.TimedOut => Ask(module, request, isVoid: true),
            _ => Ask(module, request, isVoid: false),
        };
        World.Trace.Say(World.Now, Trade.Id, $"{request.Verb} is answered {(reply is Reply.Yes ? "yes" : "no")}");
        if (step.Answer is null)
        {
            Impossible = reply is Reply.No no ? $"{module} refuses as {no.Code}" : null;
            return Impossible is null ? "it was possible" : null;
        }

        var said = reply switch { Reply.Yes yes => yes.Event, Reply.No no => no.Event, _ => Step.OutOfReach };
        if (said != step.Answer)
        {
            return $"the answer is {said}";
        }

        asking = asking.Hear(reply);
        if (asking.Outcome is { } outcome)
        {
            World.Trading.Settle(Trade.Id, intention, outcome);
        }

        return null;
    }

    private Reply Ask(string module, Request request, bool isVoid)
    {
        if (isVoid)
        {
            World.Voided.Add(request.Key);
        }

        var reply = module switch
        {
            Modules.Payments => World.Payments.AnswerNow(request, isVoid),
            Modules.Catalog => World.Catalog.AnswerNow(request, isVoid),
            Modules.Delivery => World.Delivery.AnswerNow(request, isVoid),
            _ => World.Notices.AnswerNow(request, isVoid),
        };
        World.Find(module)!.SendWaiting();
        return reply;
    }

    /// <summary>Brings about what an answer needs of the world around the trade.</summary>
    private void Prepare(Verb verb, string? answer)
    {
        if (verb == Verb.ConfirmDeposit && answer == verb.Yes && World.Payments.Payments[Trade.Id] is var payment && payment.Seen < payment.Amount)
        {
            World.Payments.PayIn(payment.Reference!, payment.Amount - payment.Seen);
            World.Payments.ReadStatementNow();
        }
        else if (verb == Verb.TakeStock)
        {
            LetSomebodyElseHave(answer == verb.No[0]);
        }
    }

    /// <summary>Another trade takes all there is, or gives it back.</summary>
    private void LetSomebodyElseHave(bool everything)
    {
        var has = World.Catalog.Allocations.TryGetValue(SomebodyElses, out var found) && found.Has.Has == Has.Taken;
        var left = World.Catalog.Listings[listing].Units.Available;
        if (everything == has || (everything && left == 0))
        {
            return;
        }

        var verb = everything ? Verb.TakeStock : Verb.GiveBackStock;
        World.Catalog.AnswerNow(new Request { Stream = SomebodyElses, Revision = ++revisionOfOthers, Verb = verb.Name, Asker = Modules.Trading, Kind = kind.Name, Listing = listing, Seller = Seller, Currency = World.Currency, Quantity = left }, isVoid: false);
        World.Catalog.SendWaiting();
    }

    private string? CarryOut(Step.CarriedOut step)
    {
        if (Held.FirstOrDefault(letter => letter.Row.Body is Request && letter.To.Module == step.Request.Module) is not { } letter || ((Request)letter.Row.Body).Verb != step.Request.Name)
        {
            return "nobody has asked for it";
        }

        Prepare(step.Request, step.Answer);
        Held.Remove(letter);
        var before = Held.Count;
        var isHeard = letter.To.HearNow(letter);
        if (step.Answer is null)
        {
            Impossible = !isHeard ? World.Violations[^1].Text : Held.Skip(before).Select(one => one.Row.Body).OfType<Answered>().FirstOrDefault(answer => answer.Code is not null) is { } no ? $"{step.Request.Module} refuses as {no.Code}" : null;
            return Impossible is null ? "it was possible" : null;
        }

        return isHeard ? null : $"it is parked: {World.Violations[^1].Text}";
    }

    private string? Hear(Step.Heard step)
    {
        // What Payments answer when the provider or the bank is done, they answer now.
        while (Find(step) is null && step.Module == Modules.Payments && World.Payments.DoErrandNow(step.Answer))
        {
        }

        if (Find(step) is not { } letter)
        {
            return "nobody has answered so";
        }

        // What a module tells on its own is heard when it comes, and moves nothing.
        foreach (var told in Held.Where(other => other.To == letter.To && other.Row.Sender == letter.Row.Sender && other.Seq < letter.Seq && other.Row.Body is Answered { Event: var happened } && Verb.Transfers.Contains(happened)).ToList())
        {
            Held.Remove(told);
            World.Trading.HearNow(told);
        }

        // The checks let Payments answer in any order; what they answer at once no outbox lets overtake.
        if (Held.Any(other => other.To == letter.To && other.Row.Sender == letter.Row.Sender && other.Row.Stream == letter.Row.Stream && other.Seq < letter.Seq))
        {
            NeverHappens = true;
            return "another answer was sent before";
        }

        Held.Remove(letter);
        var moves = File!.History.Count;
        if (!World.Trading.HearNow(letter))
        {
            return "it is not heard";
        }

        var moved = File.History.Skip(moves).FirstOrDefault(line => line.What == "moved")?.Do;
        return moved == step.Do ? null : $"it takes {moved ?? "no row"}";
    }

    private Letter? Find(Step.Heard step) => Held.FirstOrDefault(letter => letter.To == World.Trading && letter.Row.Sender.Module == step.Module && letter.Row.Body is Answered answer && answer.Event == step.Answer);

    private string? Arrive()
    {
        World.Delivery.Arrive(Trade.Id);
        return World.Delivery.Of(Trade.Id) == Whereabouts.Arrived ? null : "nothing is under way";
    }

    private string? SellOut()
    {
        LetSomebodyElseHave(everything: true);
        HearListing();
        return null;
    }

    /// <summary>Trading hears what it has not heard of the listing.</summary>
    private void HearListing() => Deliver(letter => letter.To == World.Trading && letter.Row.Body is ListingChanged);

    private void Deliver(Func<Letter, bool> which)
    {
        foreach (var letter in Held.Where(which).ToList())
        {
            Held.Remove(letter);
            letter.To.HearNow(letter);
        }
    }
}
