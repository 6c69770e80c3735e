using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>Finds the faults of a table in what its exploration has reached. A fault that only follows from another is not told beside it.</summary>
internal sealed class TableCheck(Kind kind, string file, Exploration exploration)
{
    private readonly List<Mistake> mistakes = [];
    private readonly HashSet<(int, string)> told = [];

    public ImmutableArray<Mistake> Mistakes()
    {
        RowsThatCompete();
        QuestionsAfterWhatCannotBeUndone();
        AskedWithWhatUndoesIt();
        NeverAnsweredYes();
        StepsThatFail();
        BadEndings();
        if (exploration.IsWhole)
        {
            DeadEnds();
            if (exploration.Faults.Count == 0)
            {
                NeverReached();
            }
            else
            {
                NeverReachedByAnyRow();
            }

            PaidAtTheSellersWord();
        }
        else
        {
            mistakes.Add(new Mistake(file, 1, "K6", $"more than {Exploration.MaxConfigurations} configurations can be reached, so nobody can say what this does; ask fewer things at a time"));
        }

        return [.. mistakes.OrderBy(mistake => mistake.Line).ThenBy(mistake => mistake.Code, StringComparer.Ordinal)];
    }

    /// <summary>K1: of two rows that leave a state by the same trigger, nobody could say which is meant.</summary>
    private void RowsThatCompete()
    {
        for (var later = 1; later < kind.Moves.Length; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                var (one, other) = (kind.Moves[earlier], kind.Moves[later]);
                var both = one.Do == other.Do ? $"are both called {one.Do}"
                    : one.Hears is not null && one.Hears == other.Hears ? $"both hear {one.Hears}"
                    : one.After is not null && other.After is not null ? "both wait for time"
                    : null;
                if (both is not null && one.From.Intersect(other.From).ToList() is { Count: > 0 } states)
                {
                    Add("K1", other.Line, $"from {string.Join(" and ", states)} this row and the one on line {one.Line} {both}; leave one of them out, or let it leave another state");
                }
            }
        }
    }

    /// <summary>K6: when the next answer is no, what was done must be undone exactly.</summary>
    private void QuestionsAfterWhatCannotBeUndone()
    {
        foreach (var move in kind.Moves)
        {
            if (move.First.SkipLast(1).FirstOrDefault(verb => verb.UndoneBy is null) is { } verb)
            {
                Add("K6", move.Line, $"row {move.Do} asks on after {verb.Name}, which nothing undoes; ask {verb.Name} last");
            }
        }
    }

    /// <summary>K5: an undoing verb refuses whatever is not later than itself, so in one move nothing is undone and asked for anew.</summary>
    private void AskedWithWhatUndoesIt()
    {
        foreach (var move in kind.Moves)
        {
            if (move.AskedWithItsUndoing() is { } verb)
            {
                Add("K5", move.Line, $"row {move.Do} asks {verb.Name} together with {verb.UndoneBy}, which refuses everything of the same move; ask {verb.Name} in the next");
            }
        }
    }

    /// <summary>K5: what the row itself keeps from ever being done, whatever the modules hold.</summary>
    private void NeverAnsweredYes()
    {
        foreach (var move in kind.Moves)
        {
            if (move.HoldsWithoutCard)
            {
                Add("K5", move.Line, $"row {move.Do} asks hold-payment where the buyer gives no card; write it under first, in a row by: buyer");
            }

            if (move.After is not null && !move.First.IsEmpty && move.From.FirstOrDefault(state => kind.ConfirmingInsteadOf(move, state) is not null) is { } confirmed)
            {
                Add("K5", move.Line, $"row {move.Do} asks {move.First[0].Name} first, and from {confirmed} time first asks whether the transfer is there; write it under ask");
            }

            if (move.ConfirmsAsSoonAsExpected)
            {
                Add("K5", move.Line, $"row {move.Do} asks confirm-deposit together with expect-deposit, before anybody can have paid; ask confirm-deposit in a later row");
            }
        }
    }

    private void StepsThatFail()
    {
        foreach (var fault in exploration.Faults.Where(fault => fault.Code != Exploration.Fault.InTheFile))
        {
            var row = kind.Moves[Math.Max(0, fault.Row)];
            var path = exploration.PathTo(fault.Place).Add(fault.Step);
            if (fault.Code == "K5")
            {
                var instead = exploration.All[fault.Place].Configuration.Holdings.Instead(fault.Verb!);
                Add("K5", row.Line, $"row {row.Do} can ask {fault.Verb!.Name} when {instead}; let the row leave only states in which that is so", path);
            }
            else
            {
                Add("K6", row.Line, $"row {row.Do} can be taken again before its requests are answered, until more than {Exploration.MaxWaiting} wait at {fault.Verb?.Module ?? "a module"}; hear the answer before the next is asked", path);
            }
        }
    }

    /// <summary>K3 and K9: how things stand when a trade has ended, or was not begun, and every request has been carried out.</summary>
    private void BadEndings()
    {
        for (var place = 0; place < exploration.All.Count; place++)
        {
            var (now, _, _, lastRow, _) = exploration.All[place];
            if (!HasEnded(now) || !now.Mail.AllCarriedOut)
            {
                continue;
            }

            var row = lastRow < 0 ? kind.StartMove : kind.Moves[lastRow];
            var ending = now.NotBegun ? "a refused start" : $"the final state \"{now.State}\"";
            var holdings = now.Holdings;
            var left = holdings switch
            {
                { Money: MoneyIs.Held } => "money held; ask refund or pay-out on the way there",
                { Money: MoneyIs.Expected } => "money expected; ask refund on the way there",
                { Stock: StockIs.Taken } => "stock taken; ask give-back-stock, sell-stock or write-off-stock on the way there",
                { Delivery: DeliveryIs.UnderWay } => "a delivery under way; ask cancel-delivery before and hear its answers, or ask finish-delivery",
                _ => null,
            };
            if (left is not null)
            {
                Add("K3", row.Line, $"row {row.Do} leads to {ending} with {left}", exploration.PathTo(place));
            }
            else if (holdings.Money == MoneyIs.PaidOut && !holdings.Given)
            {
                Add("K9", row.Line, $"row {row.Do} leads to {ending} with the seller paid, and nothing was ever taken or delivered; ask refund there, or take-stock before", exploration.PathTo(place));
            }
            else if (holdings.Stock == StockIs.Sold && holdings.Money != MoneyIs.PaidOut)
            {
                Add("K9", row.Line, $"row {row.Do} leads to {ending} with stock sold and the seller not paid; ask pay-out, or give-back-stock", exploration.PathTo(place));
            }
        }
    }

    /// <summary>K2, K4 and K6: configurations that something good never follows.</summary>
    private void DeadEnds()
    {
        var all = exploration.All;
        var unknown = new HashSet<int>(exploration.Faults.Select(fault => fault.Place));
        var goesOn = new bool[all.Count];
        foreach (var edge in exploration.Edges)
        {
            goesOn[edge.From] = true;
        }

        // Nothing at all can happen any more, since an answer came that the state does not hear.
        var stuck = new HashSet<int>();
        for (var place = 0; place < all.Count; place++)
        {
            if (!goesOn[place] && !HasEnded(all[place].Configuration) && !unknown.Contains(place) && UnheardOn(place) is { } unheard)
            {
                stuck.Add(place);
                var row = kind.Moves[Math.Max(0, all[place].LastRow)];
                Add("K6", row.Line, $"row {row.Do} leads to \"{row.To}\", which does not hear {unheard}, and after it nothing can happen any more; write a row from {row.To} that hears it", exploration.PathTo(place));
            }
        }

        var canEnd = Reaching(all.Count, place => HasEnded(all[place].Configuration) || stuck.Contains(place) || unknown.Contains(place), byItself: false);
        var lost = Enumerable.Range(0, all.Count).Where(place => !canEnd[place]).ToHashSet();

        // Where nothing can happen at all is the plainest to see; it also explains whatever inevitably leads there.
        var stopped = lost.Where(place => !goesOn[place]).ToHashSet();
        Tell(stopped.Count > 0 ? stopped.Contains : lost.Contains, "K2", (row, state) => $"from \"{state}\", which row {row.Do} enters, no final state can be reached any more; write a row that leaves it");

        var moneyComesOut = Reaching(all.Count, place => !all[place].Configuration.Holdings.HasMoney || HasEnded(all[place].Configuration) || stuck.Contains(place) || unknown.Contains(place), byItself: true);
        Tell(
            place => !moneyComesOut[place] && !all[place].Configuration.IntentionIsOpen && !lost.Contains(place),
            "K4",
            (row, state) => $"in \"{state}\", which row {row.Do} enters, money is held or expected, and neither time nor an answer ever moves it; write a row from {state} with after");
    }

    /// <summary>
    /// K11: while money is held, the seller alone gets it paid out. Not told of a row that has another fault: mending that changes what the
    /// row does.
    /// </summary>
    private void PaidAtTheSellersWord()
    {
        var faulty = mistakes.Select(mistake => mistake.Line).ToHashSet();
        foreach (var (row, state, path) in EscrowCheck.Find(kind, exploration).Where(found => !faulty.Contains(found.Row.Line)))
        {
            var text = row switch
            {
                { After: { } after } =>
                    $"row {row.Do} asks pay-out {Words.Of(after)} after \"{state}\" was entered, where the buyer has no move through which the money can come back; "
                    + $"write a row by: buyer from {state}, such as contest",
                { Hears: { } answer } =>
                    $"row {row.Do} asks pay-out when it hears {answer}, which the seller alone can bring about; "
                    + "let it enter a state that the buyer can contest, and ask pay-out in a row from there, by: buyer or with after",
                _ =>
                    $"row {row.Do} asks pay-out at the seller's word alone; "
                    + "let it enter a state that the buyer can contest, and ask pay-out in a row from there, by: buyer or with after",
            };
            Add("K11", row.Line, text, path);
        }
    }

    /// <summary>The answer a state missed: it has been waiting for another answer to the same verb.</summary>
    private string? UnheardOn(int place)
    {
        var state = exploration.All[place].Configuration.State;
        var hears = kind.Leaving(state).Select(move => move.Hears).OfType<string>().ToHashSet();
        return exploration.PathTo(place)
            .OfType<Step.Heard>()
            .Where(heard => heard.Do is null && heard.State == state)
            .Select(heard => heard.Answer)
            .FirstOrDefault(answer => Verb.All.Any(verb => verb.No.Prepend(verb.Yes).Contains(answer) && verb.No.Prepend(verb.Yes).Any(hears.Contains)));
    }

    /// <summary>Tells of every state once, by the nearest of its configurations.</summary>
    private void Tell(Func<int, bool> isFault, string code, Func<Move, string, string> text)
    {
        var states = new HashSet<string>();
        for (var place = 0; place < exploration.All.Count; place++)
        {
            if (!isFault(place))
            {
                continue;
            }

            var (now, _, _, lastRow, _) = exploration.All[place];
            if (states.Add(now.State))
            {
                var row = kind.Moves[Math.Max(0, lastRow)];
                Add(code, row.Line, text(row, now.State), exploration.PathTo(place));
            }
        }
    }

    private bool[] Reaching(int count, Func<int, bool> isGood, bool byItself)
    {
        var before = exploration.Edges.Where(edge => edge.ByItself || !byItself).ToLookup(edge => edge.To, edge => edge.From);
        var reaching = new bool[count];
        var next = new Queue<int>();
        for (var place = 0; place < count; place++)
        {
            if (isGood(place))
            {
                reaching[place] = true;
                next.Enqueue(place);
            }
        }

        while (next.TryDequeue(out var place))
        {
            foreach (var from in before[place])
            {
                if (!reaching[from])
                {
                    reaching[from] = true;
                    next.Enqueue(from);
                }
            }
        }

        return reaching;
    }

    private void NeverReached()
    {
        var reached = exploration.All.Select(one => one.Configuration.State).ToHashSet();
        for (var row = 0; row < kind.Moves.Length; row++)
        {
            if (exploration.RowsTaken.Contains(row))
            {
                continue;
            }

            var move = kind.Moves[row];
            if (move.From.Where(state => !reached.Contains(state)).ToList() is { Count: > 0 } unreached)
            {
                Unreachable(move, unreached);
            }
            else
            {
                Add("K1", move.Line, $"row {move.Do} can never be taken: nothing answers {move.Hears} while a trade is in {string.Join(" or ", move.From)}; ask for it before, or leave the row out");
            }
        }

        foreach (var move in kind.Moves.Where(move => move.From.Any(reached.Contains)))
        {
            Unreachable(move, [.. move.From.Where(state => !reached.Contains(state))]);
        }
    }

    /// <summary>Where the exploration had to stop early, only what no row at all leads to is told.</summary>
    private void NeverReachedByAnyRow()
    {
        var entered = kind.Moves.Select(move => move.To).Append(Kind.Start).ToHashSet();
        foreach (var move in kind.Moves)
        {
            Unreachable(move, [.. move.From.Where(state => !entered.Contains(state))]);
        }
    }

    private void Unreachable(Move move, IReadOnlyList<string> states)
    {
        var entered = kind.Moves.Select(one => one.To);
        foreach (var state in states)
        {
            var instead = entered.Contains(state) ? "the rows that lead to it can never be taken" : Words.Suggest(state, entered) is var meant && meant.StartsWith("did", StringComparison.Ordinal) ? meant : "write a row that leads to it";
            Add("K1", move.Line, $"row {move.Do} leaves \"{state}\", which cannot be reached; {instead}");
        }
    }

    private bool HasEnded(Configuration now) => now.NotBegun || kind.IsFinal(now.State);

    /// <summary>The first of its sort on a line stands for the others: it has the shortest path.</summary>
    private void Add(string code, int line, string text, ImmutableArray<Step>? path = null)
    {
        if (told.Add((line, path is null ? text : code)))
        {
            mistakes.Add(new Mistake(file, line, code, text) { Path = path ?? [] });
        }
    }
}
