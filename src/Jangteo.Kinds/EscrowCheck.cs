using System.Collections.Immutable;

namespace Jangteo.Kinds;

/// <summary>
/// K11: from money held, the seller alone must not reach a pay-out. The buyer either asks for it, or could have objected while time passed,
/// or the operator decides (docs/decisions/2026-11-26-escrow-protects-the-buyer.md).
/// </summary>
/// <remarks>
/// The seller alone causes: rows by the seller; <c>delivered</c>, which the seller reports; <c>sold-out</c>, since the seller can withdraw
/// the listing; time in a state in which the buyer cannot object, since the seller needs only to wait; and the results of what any of these
/// has asked for. Results of what the buyer, the operator or a protected deadline has asked for are not the seller's.
/// </remarks>
internal sealed class EscrowCheck
{
    private readonly Kind kind;
    private readonly Exploration exploration;
    private readonly ILookup<int, Exploration.Edge> leaving;
    private readonly bool[] canComeBack;
    private readonly Dictionary<string, bool> isProtected = [];

    private EscrowCheck(Kind kind, Exploration exploration)
    {
        this.kind = kind;
        this.exploration = exploration;
        leaving = exploration.Edges.ToLookup(edge => edge.From);
        canComeBack = MoneyCanComeBack();
    }

    /// <param name="Row">The row that asks for the pay-out.</param>
    /// <param name="State">The state it leaves there.</param>
    /// <param name="Path">From the start of the trade to this row.</param>
    internal sealed record Finding(Move Row, string State, ImmutableArray<Step> Path);

    /// <summary>A step of the walk.</summary>
    /// <param name="Place">A configuration.</param>
    /// <param name="Foreign">
    /// How many messages of each module, the oldest, were under way before the walk began: their results are not the seller's.
    /// </param>
    private readonly record struct At(int Place, Foreign Foreign);

    private readonly record struct Foreign(int Payments, int Catalog, int Delivery, int Notices)
    {
        public static Foreign All(Mail mail) => new(mail.Waiting(Modules.Payments), mail.Waiting(Modules.Catalog), mail.Waiting(Modules.Delivery), mail.Waiting(Modules.Notices));

        public int Of(string module) => module switch
        {
            Modules.Payments => Payments,
            Modules.Catalog => Catalog,
            Modules.Delivery => Delivery,
            _ => Notices,
        };

        public Foreign WithoutOne(string module) => module switch
        {
            Modules.Payments => this with { Payments = Payments - 1 },
            Modules.Catalog => this with { Catalog = Catalog - 1 },
            Modules.Delivery => this with { Delivery = Delivery - 1 },
            _ => this with { Notices = Notices - 1 },
        };
    }

    /// <summary>Every row that pays the seller at the seller's own word, once, with the shortest way to it.</summary>
    public static IReadOnlyList<Finding> Find(Kind kind, Exploration exploration) => new EscrowCheck(kind, exploration).Walk();

    /// <summary>Goes from every configuration with money on through whatever the seller alone causes.</summary>
    private List<Finding> Walk()
    {
        var found = new Dictionary<Move, Finding>();
        var from = new Dictionary<At, (At Before, Step Step)?>();
        var next = new Queue<At>();
        for (var place = 0; place < exploration.All.Count; place++)
        {
            var now = exploration.All[place].Configuration;
            if (now.Holdings.HasMoney && !now.IntentionIsOpen && from.TryAdd(new At(place, Foreign.All(now.Mail)), null))
            {
                next.Enqueue(new At(place, Foreign.All(now.Mail)));
            }
        }

        while (next.TryDequeue(out var at))
        {
            foreach (var edge in leaving[at.Place])
            {
                if (Follow(at, edge) is not { } follows)
                {
                    continue;
                }

                var state = exploration.All[edge.From].Configuration.State;
                if (follows.IsSellers && exploration.All[edge.From].Configuration.Holdings.HasMoney && RowBegunBy(edge) is { } row && PaysSeller(row))
                {
                    Keep(found, new Finding(row, state, [.. PathTo(at, from), edge.Step]));
                }
                else if (from.TryAdd(follows.To, (at, edge.Step)))
                {
                    next.Enqueue(follows.To);
                }
            }
        }

        return [.. found.Values];
    }

    private static void Keep(Dictionary<Move, Finding> found, Finding finding)
    {
        if (!found.TryGetValue(finding.Row, out var earlier) || finding.Path.Length < earlier.Path.Length)
        {
            found[finding.Row] = finding;
        }
    }

    private ImmutableArray<Step> PathTo(At at, Dictionary<At, (At Before, Step Step)?> from)
    {
        var steps = new Stack<Step>();
        while (from[at] is var (before, step))
        {
            steps.Push(step);
            at = before;
        }

        return [.. exploration.PathTo(at.Place), .. steps];
    }

    /// <summary>
    /// Where a step of the walk leads and whether the seller alone causes it; null when the seller cannot make it happen.
    /// </summary>
    private (At To, bool IsSellers)? Follow(At at, Exploration.Edge edge)
    {
        var here = new At(edge.To, at.Foreign);
        switch (edge.Step)
        {
            case Step.Commanded { By: Party.Seller } or Step.Arrived or Step.SoldOut or Step.Answered:
                return (here, true);
            case Step.TimePassed:
                return IsProtected(exploration.All[edge.From].Configuration.State) ? null : (here, true);
            case Step.CarriedOut:
                return (here, false);
            case Step.Heard { Answer: Verb.Delivered }:
                return (here, true);
            case Step.Heard heard:
                // What was under way before is heard before what the walk has asked for. Of Payments it may be later: then the seller gets
                // the benefit of the doubt.
                return at.Foreign.Of(heard.Module) == 0 ? (here, true) : (new At(edge.To, at.Foreign.WithoutOne(heard.Module)), false);
            default:
                return null;
        }
    }

    /// <summary>The row that a step takes or begins; null when it takes none, or one that has begun before.</summary>
    private Move? RowBegunBy(Exploration.Edge edge)
    {
        var state = exploration.All[edge.From].Configuration.State;
        return edge.Step switch
        {
            Step.Commanded step => kind.Leaving(state).First(move => move.Do == step.Do && move.By == step.By),
            Step.TimePassed step when kind.Leaving(state).First(move => move.Do == step.Do && move.After is not null) is var timed =>
                kind.ConfirmingInsteadOf(timed, state) ?? timed,
            Step.Heard { Do: not null } step => kind.Leaving(state).First(move => move.Hears == step.Answer),
            Step.SoldOut => kind.Leaving(state).First(move => move.Hears == Verb.SoldOut),
            Step.Answered { Do: not null } step when step.Answer != step.Question.Yes =>
                kind.Leaving(state).First(move => move.Do == step.Do && (move.Hears == step.Answer || move.After is not null)),
            _ => null,
        };
    }

    private static bool PaysSeller(Move row) => row.First.Concat(row.Ask).Any(verb => verb.PaysSeller);

    /// <summary>
    /// Whether the buyer can object to a deadline of this state. Judged when everything asked for has been answered: a deadline is longer
    /// than that.
    /// </summary>
    private bool IsProtected(string state)
    {
        if (!isProtected.TryGetValue(state, out var known))
        {
            var places = Enumerable.Range(0, exploration.All.Count)
                .Where(place => exploration.All[place].Configuration is { IntentionIsOpen: false, Holdings.HasMoney: true } now && now.State == state).ToList();
            var atRest = places.Where(place => exploration.All[place].Configuration.Mail == Mail.None).ToList();
            isProtected[state] = known = (atRest.Count > 0 ? atRest : places).All(CanObject);
        }

        return known;
    }

    /// <summary>A move of the buyer that does not itself pay, and after which the money can come back without the seller.</summary>
    private bool CanObject(int place) =>
        leaving[place]
            .Any(edge => edge.Step is Step.Commanded { By: Party.Buyer } && canComeBack[edge.To] && !PaysSeller(RowBegunBy(edge)!));

    /// <summary>
    /// From which configurations nothing of the buyer's money is left in escrow some time, without any row of the seller and without a
    /// pay-out.
    /// </summary>
    private bool[] MoneyCanComeBack()
    {
        var before = exploration.Edges
            .Where(edge => edge.Step is not Step.Commanded { By: Party.Seller } && (RowBegunBy(edge) is not { } row || !PaysSeller(row)))
            .ToLookup(edge => edge.To, edge => edge.From);
        var reaching = new bool[exploration.All.Count];
        var next = new Queue<int>();
        for (var place = 0; place < reaching.Length; place++)
        {
            if (exploration.All[place].Configuration.Holdings.Money == MoneyIs.Nowhere)
            {
                reaching[place] = true;
                next.Enqueue(place);
            }
        }

        while (next.TryDequeue(out var place))
        {
            foreach (var from in before[place].Where(from => !reaching[from]))
            {
                reaching[from] = true;
                next.Enqueue(from);
            }
        }

        return reaching;
    }
}
