using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;

namespace Jangteo.Catalog;

/// <summary>What was decided about a question or request for stock.</summary>
/// <param name="Answer">What is answered, now or already earlier.</param>
/// <param name="IsNew">False when it was answered before: nothing is to be stored.</param>
/// <param name="HasMoved">True when units moved: the listing has changed.</param>
internal readonly record struct StockDecision(Units Units, Allocation Allocation, KeyedAnswer Answer, bool IsNew, bool HasMoved);

/// <summary>
/// The rules of stock (the table of verbs in DESIGN §3): what a trade may take and must give back. The key of each is (trade, revision, verb),
/// so that the same one twice has one effect and one answer.
/// </summary>
internal static class StockRules
{
    /// <summary>Decides on a question or request.</summary>
    /// <param name="units">Of the listing, as they now are.</param>
    /// <param name="trade">What the trade now has of it.</param>
    /// <exception cref="InvalidOperationException">What the verb needs is not so. No table that passed the checks asks for this: it is a bug, and the message is parked.</exception>
    public static StockDecision Decide(in Units units, Allocation trade, string verb, int revision, int quantity)
    {
        if (trade.Answers.Find(revision, verb) is { } earlier)
        {
            return new StockDecision(units, trade, earlier, IsNew: false, HasMoved: false);
        }

        return verb == Verb.TakeStock.Name ? Take(units, trade, revision, quantity)
            : verb == Verb.GiveBackStock.Name ? GiveBack(units, trade, revision)
            : verb == Verb.SellStock.Name ? Sell(units, trade, revision)
            : verb == Verb.WriteOffStock.Name ? WriteOff(units, trade, revision)
            : throw new InvalidOperationException($"There is no verb '{verb}' of stock.");
    }

    /// <summary>Ends the wait for a question: what it was answered, or that it was not done and never will be.</summary>
    public static StockDecision Void(in Units units, Allocation trade, string verb, int revision) =>
        trade.Answers.Find(revision, verb) is { } earlier
            ? new StockDecision(units, trade, earlier, IsNew: false, HasMoved: false)
            : Answer(units, trade, new KeyedAnswer(revision, verb, Verb.TimedOut, Refusals.TimedOut), hasMoved: false);

    private static StockDecision Take(in Units units, Allocation trade, int revision, int quantity)
    {
        if (quantity <= 0)
        {
            throw new InvalidOperationException($"{quantity} units cannot be taken.");
        }

        if (revision <= trade.UndoneUpTo)
        {
            // The giving back arrived before the taking: the trade no longer waits for this answer.
            return Answer(units, trade, new KeyedAnswer(revision, Verb.TakeStock.Name, Verb.TimedOut, Refusals.TimedOut), hasMoved: false);
        }

        // A trade that has something takes nothing more: the tables never ask so, and to refuse can harm nobody.
        return trade.Has == Has.Nothing && units.Offered && units.Available >= quantity
            ? Answer(units.Take(quantity), trade with { Has = Has.Taken, Quantity = quantity, TakenAt = revision }, new KeyedAnswer(revision, Verb.TakeStock.Name, Verb.TakeStock.Yes), hasMoved: true)
            : Answer(units, trade, new KeyedAnswer(revision, Verb.TakeStock.Name, Verb.TakeStock.No[0], Refusals.StockRefused), hasMoved: false);
    }

    /// <summary>Gives back what this trade took up to this revision. A later taking is another attempt and stays; what was sold or lost is final.</summary>
    private static StockDecision GiveBack(in Units units, Allocation trade, int revision)
    {
        var answer = new KeyedAnswer(revision, Verb.GiveBackStock.Name, Verb.GiveBackStock.Yes);
        var marked = trade with { UndoneUpTo = Math.Max(trade.UndoneUpTo, revision) };
        return trade.Has == Has.Taken && trade.TakenAt <= revision
            ? Answer(units.GiveBack(trade.Quantity), marked with { Has = Has.Nothing, Quantity = 0 }, answer, hasMoved: true)
            : Answer(units, marked, answer, hasMoved: false);
    }

    private static StockDecision Sell(in Units units, Allocation trade, int revision)
    {
        var answer = new KeyedAnswer(revision, Verb.SellStock.Name, Verb.SellStock.Yes);
        return trade.Has switch
        {
            Has.Taken => Answer(units.Sell(trade.Quantity), trade with { Has = Has.Sold }, answer, hasMoved: true),
            Has.Sold => Answer(units, trade, answer, hasMoved: false),
            _ => throw new InvalidOperationException($"To be sold it must be taken, and this trade has {trade.Has}."),
        };
    }

    private static StockDecision WriteOff(in Units units, Allocation trade, int revision)
    {
        var answer = new KeyedAnswer(revision, Verb.WriteOffStock.Name, Verb.WriteOffStock.Yes);
        return trade.Has switch
        {
            Has.Taken => Answer(units.WriteOff(trade.Quantity), trade with { Has = Has.WrittenOff }, answer, hasMoved: true),
            Has.WrittenOff => Answer(units, trade, answer, hasMoved: false),
            _ => throw new InvalidOperationException($"To be written off it must be taken, and this trade has {trade.Has}."),
        };
    }

    private static StockDecision Answer(in Units units, Allocation trade, KeyedAnswer answer, bool hasMoved) =>
        new(units, trade with { Answers = trade.Answers.With(answer) }, answer, IsNew: true, hasMoved);
}
