using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>
/// Goes through everything that can happen to one trade of a kind, in every order, by the engine's own rules (DESIGN §3, rules 1 to 8):
/// moves of the parties, deadlines, questions answered yes, no, not in time, or not reached, requests carried out and answers heard in any
/// order between modules and in order from each (but from Payments, see <see cref="Mail.Unheard"/>), late arrivals, sold out.
/// </summary>
/// <remarks>
/// What the engine does, as far as it matters here:
/// a row with <c>first</c> begins only when no request to a module it asks is still without an answer that the trade has heard;
/// while its intention is open nothing else happens to the trade, though modules go on working and their answers wait;
/// time asks whether an awaited transfer is there before it takes a row of its own, and takes the confirming row if it is;
/// a no that the state hears takes that row, and what was answered yes stands; any other no, and out of reach, undoes what was answered yes by
/// requests, the last first; an answer that no row hears changes nothing, and neither does one to an earlier attempt of what is asked for again;
/// sold-out is heard by a trade that has, as far as it has heard, no stock and no request for any under way.
/// </remarks>
internal sealed class Exploration
{
    /// <summary>More than this many requests of one trade waiting at one module are never answered as fast as they are made.</summary>
    public const int MaxWaiting = 4;

    /// <summary>The tables that come with the engine have about a hundred; a table with more than this is refused unread.</summary>
    public const int MaxConfigurations = 20_000;

    private readonly Kind kind;
    private readonly Dictionary<Configuration, int> places = [];
    private readonly List<Found> found = [];
    private readonly List<Edge> edges = [];
    private readonly List<Fault> faults = [];
    private readonly HashSet<int> rowsTaken = [];

    private Exploration(Kind kind) => this.kind = kind;

    /// <summary>In the order of their distance from the start.</summary>
    public IReadOnlyList<Found> All => found;

    public IReadOnlyList<Edge> Edges => edges;

    /// <summary>Steps that no engine could take: what a verb needs is not so, or requests pile up. Nothing is explored beyond them.</summary>
    public IReadOnlyList<Fault> Faults => faults;

    public IReadOnlySet<int> RowsTaken => rowsTaken;

    /// <summary>False when the bound was reached; then only what was found can be told, not what is missing.</summary>
    public bool IsWhole { get; private set; } = true;

    public static Exploration Of(Kind kind)
    {
        var exploration = new Exploration(kind);
        exploration.Explore();
        return exploration;
    }

    /// <summary>The shortest way from the start to a configuration.</summary>
    public ImmutableArray<Step> PathTo(int place)
    {
        var steps = new List<Step>();
        for (var at = place; found[at].Step is { } step; at = found[at].From)
        {
            steps.Add(step);
        }

        steps.Reverse();
        return [.. steps];
    }

    private void Explore()
    {
        Reach(-1, null, new Configuration(Kind.Start, false, -1, 0, default, Mail.None, false), -1, Waiting.None);
        for (var place = 0; place < found.Count; place++)
        {
            if (found.Count > MaxConfigurations)
            {
                IsWhole = false;
                return;
            }

            Follow(place);
        }
    }

    private void Follow(int place)
    {
        var now = found[place].Configuration;
        ModulesWork(place, now);
        if (now.IntentionIsOpen)
        {
            AskNext(place, now);
        }
        else
        {
            Hear(place, now);
            TakeRows(place, now);
        }
    }

    /// <summary>Modules carry out their requests, and a delivery under way arrives: all of it whatever the trade is doing.</summary>
    private void ModulesWork(int place, Configuration now)
    {
        foreach (var module in Mail.Correspondents)
        {
            if (now.Mail.Undone(module) is not { } request)
            {
                continue;
            }

            var outcomes = now.Holdings.Do(request).ToList();
            if (outcomes.Count == 0)
            {
                faults.Add(new Fault(place, new Step.CarriedOut(request, null, now.State), "K5", found[place].Waiting.First(module), request));
            }

            foreach (var (answer, holdings) in outcomes)
            {
                var next = now with { Holdings = holdings, Mail = now.Mail.Answer(module, answer) };
                Reach(place, new Step.CarriedOut(request, answer, now.State), next, -1, found[place].Waiting.WithoutFirst(module));
            }
        }

        if (now.Holdings.Delivery == DeliveryIs.UnderWay)
        {
            var next = now with { Holdings = now.Holdings with { Delivery = DeliveryIs.Arrived, Given = true }, Mail = now.Mail.Tell(Modules.Delivery, Verb.Delivered) };
            Reach(place, new Step.Arrived(now.State), next, -1, found[place].Waiting);
        }
    }

    private void AskNext(int place, Configuration now)
    {
        var row = kind.Moves[now.Row];
        var question = row.First[now.Asked];
        var outcomes = now.Holdings.Do(question).ToList();
        if (outcomes.Count == 0)
        {
            faults.Add(new Fault(place, new Step.Answered(question, null, null, now.State), "K5", now.Row, question));
        }

        foreach (var (answer, holdings) in outcomes)
        {
            if (answer != question.Yes)
            {
                SayNo(place, now, question, answer);
            }
            else if (now.Asked + 1 == row.First.Length)
            {
                // Payments answer such a question when they have booked it; that the bank has done it, they tell later.
                var isPromise = now.Holdings.Money == MoneyIs.Held && (question == Verb.Refund || question == Verb.PayOut);
                var mail = isPromise ? now.Mail.Tell(Modules.Payments, answer) : now.Mail;
                Take(place, BelieveAll(now, row.First.Length) with { Holdings = holdings, Mail = mail }, now.Row, state => new Step.Answered(question, answer, row.Do, state));
            }
            else
            {
                var next = now with { Holdings = holdings, Asked = now.Asked + 1 };
                Reach(place, new Step.Answered(question, answer, null, now.State), next, -1, found[place].Waiting);
            }
        }

        SayNo(place, now, question, Verb.TimedOut);
        SayNo(place, now, question, Step.OutOfReach);
    }

    private void SayNo(int place, Configuration now, Verb question, string no)
    {
        if (now.Otherwise >= 0 && no != Step.OutOfReach && no != Verb.TimedOut)
        {
            if (Undo(place, now) is var (undoing, asked))
            {
                Take(place, BelieveAll(now, now.Asked) with { Mail = undoing }, now.Otherwise, state => new Step.Answered(question, no, kind.Moves[now.Otherwise].Do, state), asked);
            }

            return;
        }

        var hearing = no == Step.OutOfReach ? -1 : RowThatHears(now.State, no);
        if (hearing >= 0)
        {
            Take(place, BelieveAll(now, now.Asked), hearing, state => new Step.Answered(question, no, kind.Moves[hearing].Do, state));
            return;
        }

        if (Undo(place, now) is var (mail, waiting))
        {
            var next =
                BelieveAll(now, now.Asked) with { NotBegun = now.State == Kind.Start, Row = -1, Asked = 0, Otherwise = -1, Mail = mail };
            Reach(place, new Step.Answered(question, no, null, now.State), next, -1, waiting);
        }
    }

    /// <summary>
    /// What was answered yes is undone by requests, the last first. Null for a row that is refused by its form alone (K6): what else would
    /// follow from it is not worth telling.
    /// </summary>
    private (Mail Mail, Waiting Waiting)? Undo(int place, Configuration now)
    {
        var (mail, waiting) = (now.Mail, found[place].Waiting);
        for (var asked = now.Asked - 1; asked >= 0; asked--)
        {
            if (kind.Moves[now.Row].First[asked].UndoneBy is not { } undo)
            {
                return null;
            }

            mail = mail.Request(Verb.Find(undo)!);
            waiting = waiting.With(Verb.Find(undo)!.Module, now.Row);
        }

        return (mail, waiting);
    }

    /// <summary>When an intention is settled, the trade learns what its questions were answered.</summary>
    private Configuration BelieveAll(Configuration now, int answeredYes) =>
        kind.Moves[now.Row].First.Take(answeredYes).Aggregate(now, (sum, verb) => sum.Believe(verb.Yes));

    private void Hear(int place, Configuration now)
    {
        foreach (var module in Mail.Correspondents)
        {
            foreach (var (at, answer) in now.Mail.Unheard(module))
            {
                var heard = (now with { Mail = now.Mail.Hear(module, at) }).Believe(answer);
                var hearing = now.NotBegun || now.Mail.IsSuperseded(module, at) ? -1 : RowThatHears(now.State, answer);
                if (hearing >= 0)
                {
                    Take(place, heard, hearing, state => new Step.Heard(module, answer, kind.Moves[hearing].Do, state));
                }
                else
                {
                    Reach(place, new Step.Heard(module, answer, null, now.State), heard, -1, found[place].Waiting);
                }
            }
        }
    }

    private void TakeRows(int place, Configuration now)
    {
        if (now.NotBegun)
        {
            return;
        }

        for (var row = 0; row < kind.Moves.Length; row++)
        {
            var move = kind.Moves[row];
            if (!move.From.Contains(now.State) || (move.Hears is not null && move.Hears != Verb.SoldOut))
            {
                continue;
            }

            if (move.Hears == Verb.SoldOut)
            {
                if (!now.BelievesItHasStock && !now.Mail.Concerns(Modules.Catalog, Verb.TakeStock))
                {
                    Take(place, now, row, state => new Step.SoldOut(move.Do, state));
                }

                continue;
            }

            // Where a transfer is confirmed, time asks whether it is there before it does anything else.
            var confirming = move.After is null ? null : kind.ConfirmingInsteadOf(move, now.State);
            var made = confirming ?? move;
            Func<string, Step> step = move.By is { } party
                ? state => new Step.Commanded(party, move.Do, !made.First.IsEmpty, state)
                : state => new Step.TimePassed(move.Do, move.After!.Value, !made.First.IsEmpty, state);
            if (made.First.IsEmpty)
            {
                Take(place, now, row, step);
            }
            else if (made.First.All(verb => now.Mail.Waiting(verb.Module) == 0))
            {
                var next = now with { Row = confirming is null ? row : kind.Moves.IndexOf(confirming), Asked = 0, Otherwise = confirming is null ? -1 : row };
                Reach(place, step(now.State), next, -1, found[place].Waiting);
            }
        }
    }

    /// <summary>A row is taken: the state it leads to is entered and its requests go out, in one commit.</summary>
    private void Take(int place, Configuration now, int row, Func<string, Step> step, Waiting? asked = null)
    {
        var move = kind.Moves[row];
        rowsTaken.Add(row);
        if (move.AskedWithItsUndoing() is { } refused)
        {
            faults.Add(new Fault(place, step(move.To), Fault.InTheFile, row, refused));
            return;
        }

        var (mail, waiting) = (now.Mail, asked ?? found[place].Waiting);
        foreach (var verb in move.Ask)
        {
            mail = mail.Request(verb);
            waiting = waiting.With(verb.Module, row);
        }

        var next = now with { State = move.To, Row = -1, Asked = 0, Otherwise = -1, Mail = mail };
        Reach(place, step(move.To), next, row, waiting);
    }

    private void Reach(int from, Step? step, Configuration next, int row, Waiting waiting)
    {
        if (step is not null && Mail.Correspondents.FirstOrDefault(module => next.Mail.Waiting(module) > MaxWaiting) is { } full)
        {
            faults.Add(new Fault(from, step, "K6", row >= 0 ? row : found[from].LastRow, next.Mail.Undone(full)));
            return;
        }

        if (!places.TryGetValue(next, out var place))
        {
            place = found.Count;
            places.Add(next, place);
            found.Add(new Found(next, from, step, row >= 0 ? row : from < 0 ? -1 : found[from].LastRow, waiting));
        }

        if (from >= 0)
        {
            edges.Add(new Edge(from, place, step!));
        }
    }

    private int RowThatHears(string state, string answer)
    {
        for (var row = 0; row < kind.Moves.Length; row++)
        {
            if (kind.Moves[row].Hears == answer && kind.Moves[row].From.Contains(state))
            {
                return row;
            }
        }

        return -1;
    }

    /// <param name="Configuration">What was reached.</param>
    /// <param name="From">The place it was first reached from, or -1.</param>
    /// <param name="Step">How, or null at the start.</param>
    /// <param name="LastRow">The row taken last on the way, or -1.</param>
    /// <param name="Waiting">Which row made each request that is not carried out yet.</param>
    internal sealed record Found(Configuration Configuration, int From, Step? Step, int LastRow, Waiting Waiting);

    /// <param name="From">A place.</param>
    /// <param name="To">The place after a step.</param>
    /// <param name="Step">What happens in between.</param>
    internal readonly record struct Edge(int From, int To, Step Step)
    {
        /// <summary>Whether time and answers alone take this step: no person is behind it.</summary>
        public bool ByItself => Step is Step.TimePassed or Step.Answered or Step.CarriedOut or Step.Heard;
    }

    /// <param name="Place">The configuration it happens in.</param>
    /// <param name="Step">The step that fails.</param>
    /// <param name="Code">K5, K6, or <see cref="InTheFile"/>.</param>
    /// <param name="Row">The row that asked for it.</param>
    /// <param name="Verb">What was asked.</param>
    internal sealed record Fault(int Place, Step Step, string Code, int Row, Verb? Verb)
    {
        /// <summary>The row is wrong by itself, which is told without a path.</summary>
        public const string InTheFile = "";
    }

    /// <summary>The rows that made the requests under way, module by module and in order: it says whose line a fault is.</summary>
    internal readonly record struct Waiting(ImmutableDictionary<string, ImmutableQueue<int>> Rows)
    {
        public static readonly Waiting None = new(Mail.Correspondents.ToImmutableDictionary(module => module, _ => ImmutableQueue<int>.Empty));

        public int First(string module) => Rows[module].Peek();

        public Waiting With(string module, int row) => new(Rows.SetItem(module, Rows[module].Enqueue(row)));

        public Waiting WithoutFirst(string module) => new(Rows.SetItem(module, Rows[module].Dequeue()));
    }
}
