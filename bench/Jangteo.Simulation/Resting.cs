using Jangteo.Kinds;
using Jangteo.Payments;

namespace Jangteo.Simulation;

/// <summary>The end of a world: the faults are over, everything comes to rest, time goes on until only people can move anything, and then they do.</summary>
internal sealed class Resting(World world)
{
    /// <summary>No table of a few dozen rows needs more deadlines one after the other.</summary>
    private const int MostRounds = 300;

    /// <summary>The bank refuses nothing any more; what it has refused before is refused for ever, key by key.</summary>
    private const int MostRefusals = 20;

    public void Run()
    {
        ComeToRest();
        Books.Check(world);
        LetTimePass();
        Books.CheckMoneyIsOut(world);
        LetPeopleFinish();
        Books.Check(world);
        Books.CheckNothingIsLeft(world);
    }

    /// <summary>Time goes on, deadline by deadline, until none is left.</summary>
    public void LetTimePass()
    {
        for (var round = 0; round < MostRounds && !world.IsHopeless; round++)
        {
            ComeToRest();
            var due = world.Trading.Files.SelectMany(file => file.Deadlines).ToList();
            if (due.Count == 0)
            {
                return;
            }

            var next = due.Min(deadline => deadline.DueAt);
            if (next > world.Business)
            {
                world.MoveClock(next - world.Business);
            }

            // One that had to be postponed waits on machine time.
            var wait = due.Where(deadline => deadline.DueAt <= world.Business).Min(deadline => deadline.RetryAt) - world.Now;
            world.After(Math.Max(0, wait), world.Trading.FireDue);
        }

        if (!world.IsHopeless)
        {
            var late = world.Trading.Files.First(file => file.Deadlines.Count > 0);
            world.Violate("I7", late.Trade.Id, $"its deadline {late.Deadlines[0].Move} is never done with");
        }
    }

    private void ComeToRest()
    {
        world.Drain();
        // A call that nobody heard the end of may have used up the next key too.
        for (var again = 0; again < MostRefusals && world.Payments.SendPayOutsAgain(); again++)
        {
            world.Drain();
        }

        Books.CheckRest(world);
    }

    /// <summary>Those who are waited for do what they may, at random, and deliveries arrive, until every trade has ended or nobody can do anything.</summary>
    private void LetPeopleFinish()
    {
        for (var round = 0; round < MostRounds && !world.IsHopeless; round++)
        {
            var hasMoved = false;
            foreach (var file in world.Trading.Files)
            {
                if (file.IsOpen && file.Trade.State != Kind.Start)
                {
                    hasMoved |= world.People.MoveOn(file);
                }
            }

            // What is still under way for a trade that has ended is a fault, and must be found so.
            foreach (var trade in world.Delivery.UnderWay.Where(trade => world.Trading.Find(trade)!.IsOpen).ToList())
            {
                hasMoved = true;
                world.Delivery.Arrive(trade);
            }

            foreach (var deposit in world.Payments.Deposits.Values.Where(deposit => deposit.State == DepositState.Waiting).ToList())
            {
                hasMoved = true;
                world.Payments.SeeTo(deposit, null);
            }

            LetTimePass();
            if (!hasMoved)
            {
                return;
            }
        }

        foreach (var file in world.Trading.Files.Where(file => file.IsOpen && !world.IsHopeless))
        {
            world.Violate("K2", file.Trade.Id, $"it does not end: {file.Trade.State}");
        }
    }
}
