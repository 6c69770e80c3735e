using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Trading;

namespace Jangteo.Simulation;

/// <summary>The people of a world, who do everything that people may do, and much that they may not: as the tables' rows say, for any table.</summary>
/// <param name="ofTransfers">They mostly pay by bank transfer: in parts, too much, once more, too late, and while time passes.</param>
internal sealed class People(World world, int trades, bool ofTransfers)
{
    private const int DoingsForEachTrade = 9;
    private const int Buyers = 6;
    private const int Sellers = 3;

    private readonly Guid[] buyers = [.. Enumerable.Range(1, Buyers).Select(number => Names.Id(Names.Person, number))];
    private readonly Guid[] sellers = [.. Enumerable.Range(1, Sellers).Select(number => Names.Id(Names.Person, 100 + number))];
    private readonly Guid operating = Names.Id(Names.Person, 900);
    private readonly List<Guid> hot = [];
    private int left = trades * DoingsForEachTrade;
    private int begun;
    private int lastCall;

    private Dice Dice => world.Dice;

    private SimulatedTrading Trading => world.Trading;

    public void Begin()
    {
        while (hot.Count < Math.Max(3, trades / 5))
        {
            Offer();
        }

        Next();
    }

    /// <summary>A party makes one of the moves that the state offers. False when it offers none to a person.</summary>
    public bool MoveOn(TradeFile file)
    {
        var rows = file.Kind.Leaving(file.Trade.State).Where(row => row.By is not null).ToList();
        if (rows.Count == 0)
        {
            return false;
        }

        var row = Dice.Pick(rows);
        Command(file, row.By!.Value, row.Do, Card(row, "ok"));
        return true;
    }

    /// <summary>Who is told to come back comes back at once, more often than not.</summary>
    public void TryAgain(Call call)
    {
        if (Dice.Below(3) > 0)
        {
            var again = new Call(++lastCall, call.Person, call.Subject, call.What) { Card = call.Card, Before = call.Before + 1 };
            world.After(Dice.Between(1, 300), () => Trading.Send(again));
        }
    }

    private void Next()
    {
        if (left-- > 0)
        {
            // Mostly in the midst of what is under way, now and then after it.
            world.After(Dice.Below(5) == 0 ? Dice.Between(200, 4_000) : Dice.Between(0, 60), DoSomething);
        }
    }

    private void DoSomething()
    {
        switch (Dice.Below(100))
        {
            case < 18:
                Ask();
                break;
            case var dice when dice < (ofTransfers ? 40 : 70):
                Move();
                break;
            case < 77:
                PayIn();
                break;
            case < 83:
                Receive();
                break;
            case < 86:
                world.MoveClock(TimeSpan.FromHours(Dice.Below(4) == 0 ? Dice.Between(1, 800) : Dice.Between(1, 40)));
                break;
            case < 92:
                SeeToListing();
                break;
            case < 95:
                SeeToDeposit();
                break;
            default:
                Disturb();
                break;
        }

        Trading.FireDue();
        Next();
    }

    private void Offer()
    {
        var kind = Dice.Pick(world.Kinds);
        if (world.Catalog.Offer(kind, Dice.Pick(sellers), Dice.Below(4) == 0 ? Dice.Between(1, 40) : Dice.Between(100, 90_000), (int)Dice.Between(1, 3)) is { } listing)
        {
            hot.Add(listing);
        }
    }

    private void Ask()
    {
        if (begun >= trades)
        {
            Move();
            return;
        }

        // Several buyers want the same thing at the same time.
        var listing = Dice.Below(2) == 0 ? hot[^1] : Dice.Pick(hot);
        var found = world.Catalog.Listings[listing];
        var kind = world.Kinds.First(one => one.Name == found.Kind);
        var terms = new Terms(
            Dice.Below(25) == 0 ? found.Price + 1 : found.Price,
            kind.Needs.Contains(Need.Quantity) ? (int)Dice.Between(1, 2) : null,
            kind.Needs.Contains(Need.Periods) ? (int)Dice.Between(1, 4) : null,
            kind.Needs.Contains(Need.Address) ? "a street" : null,
            kind.Needs.Contains(Need.RefundAccount) ? "an account" : null);
        begun++;
        Trading.Send(new Call(++lastCall, Dice.Below(30) == 0 ? found.Owner.Id : Dice.Pick(buyers), listing, "begin") { Terms = terms, Card = Card(kind.StartMove, AnyCard()) });
        if (Dice.Below(6) == 0)
        {
            Offer();
        }
    }

    private void Move()
    {
        if (Trading.Files.Count == 0)
        {
            return;
        }

        // Those that began lately have most to lose.
        var file = Dice.Below(3) > 0 ? Trading.Files[Math.Max(0, Trading.Files.Count - 1 - Dice.Below(12))] : Dice.Pick(Trading.Files);
        var rows = Dice.Below(12) > 0 ? [.. file.Kind.Leaving(file.Trade.State).Where(row => row.By is not null)] : file.Kind.Moves.Where(row => row.By is not null).ToList();
        if (rows.Count == 0 || file.Trade.State == Kind.Start)
        {
            return;
        }

        Move(file, rows);
        if (Dice.Below(3) == 0)
        {
            // The impatient do not wait for what comes of it.
            world.After(Dice.Between(1, 60), () => Move(file, [.. file.Kind.Leaving(file.Trade.State).Where(row => row.By is not null)]));
            world.After(Dice.Between(1, 120), () => Move(file, [.. file.Kind.Leaving(file.Trade.State).Where(row => row.By is not null)]));
        }
    }

    private void Move(TradeFile file, List<Move> rows)
    {
        if (rows.Count == 0 || file.Trade.State == Kind.Start)
        {
            return;
        }

        // More often on than out, so that many come far.
        var on = rows.Where(row => !file.Kind.IsFinal(row.To)).ToList();
        var row = Dice.Pick(on.Count > 0 && Dice.Below(4) > 0 ? on : rows);
        Command(file, Dice.Below(20) == 0 ? Dice.Pick([Party.Buyer, Party.Seller, Party.Operator]) : row.By!.Value, row.Do, Card(row, AnyCard()));
        if (Dice.Below(8) == 0)
        {
            // Somebody else wants something else at the same moment.
            var other = Dice.Pick(rows);
            Command(file, other.By!.Value, other.Do, Card(other, AnyCard()));
        }
    }

    private void Command(TradeFile file, Party party, string move, string? card)
    {
        var person = party switch { Party.Buyer => file.Trade.Buyer.Id, Party.Seller => file.Trade.Seller.Id, _ => operating };
        Trading.Send(new Call(++lastCall, person, file.Trade.Id, move) { Card = card });
    }

    private static string? Card(Move row, string card) => row.First.Contains(Verb.HoldPayment) ? card : null;

    private string AnyCard() => Dice.Below(6) == 0 ? "declined" : "ok";

    /// <summary>A buyer transfers what is due, a part of it, more, or once more; now, or when nothing is due any more.</summary>
    private void PayIn()
    {
        var often = Dice.Below(4) > 0;
        var expecting = world.Payments.Payments.Values.Where(payment => payment.Reference is not null && (!often || payment.Missing > 0))
            .ToList();
        if (expecting.Count == 0)
        {
            return;
        }

        var payment = expecting[Math.Max(0, expecting.Count - 1 - Dice.Below(6))];
        var missing = Math.Max(1, payment.Missing);
        var amount = Dice.Below(8) switch
        {
            < 4 => missing,
            < 6 => Dice.Between(1, missing),
            6 => payment.Amount,
            _ => Dice.Between(1, Math.Max(1, payment.Amount * 2)),
        };
        var written = Dice.Below(25) switch
        {
            0 => "NOBODYSTRADE",
            1 => $"{payment.Reference} {Dice.Pick(expecting).Reference}",
            < 8 => $"order {payment.Reference!.ToLowerInvariant().Insert(4, "-")}, thank you",
            _ => payment.Reference!,
        };
        world.Payments.PayIn(written, amount, Dice.Below(10) == 0 ? "" : "the payer's account");
    }

    private void Receive()
    {
        var underWay = world.Delivery.UnderWay.ToList();
        if (underWay.Count > 0)
        {
            world.Delivery.Arrive(Dice.Pick(underWay));
        }
    }

    private void SeeToListing()
    {
        var id = Dice.Pick(hot);
        switch (Dice.Below(6))
        {
            case 0:
                world.Catalog.Withdraw(id);
                break;
            case 1:
                world.Catalog.Price(id, Dice.Between(1, 50_000));
                break;
            case 2 or 3:
                world.Catalog.Correct(id, (int)Dice.Between(-1, 2));
                break;
            default:
                world.Catalog.Register(id);
                break;
        }
    }

    private void SeeToDeposit()
    {
        if (Dice.Below(3) == 0)
        {
            world.Payments.SendPayOutsAgain();
        }

        var waiting = world.Payments.Deposits.Values.Where(deposit => deposit.State == DepositState.Waiting).ToList();
        if (waiting.Count > 0)
        {
            var deposit = Dice.Pick(waiting);
            world.Payments.SeeTo(deposit, Dice.Below(2) == 0 && deposit.Trade is { } trade ? world.Payments.Payments[trade] : null);
        }
    }

    private void Disturb()
    {
        var actor = Dice.Pick(world.Actors);
        if (Dice.Chance(world.Weather.Killed * 20))
        {
            world.Trace.Say(world.Now, default, $"{actor.Module} is killed");
            actor.Kill();
        }

        if (!actor.IsDown && Dice.Chance(world.Weather.Down * 20))
        {
            // Past a minute what is asked of it is voided.
            var time = Dice.Below(4) == 0 ? Dice.Between(20_000, 90_000) : Dice.Between(500, 9_000);
            world.Trace.Say(world.Now, default, $"{actor.Module} is down for {time} ms");
            actor.IsDown = true;
            world.After(time, () => actor.IsDown = false);
        }
    }
}
