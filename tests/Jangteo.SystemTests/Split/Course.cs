using System.Collections.Immutable;
using Jangteo.Kinds;

namespace Jangteo.SystemTests.Split;

/// <summary>Something that is done to a trade: a row of its table, by a party or by time, or that its delivery arrives.</summary>
internal sealed record Deed(Move Row)
{
    public bool IsArrival => Row.Hears == Verb.Delivered;
}

/// <summary>Where a trade is by its table, and which answers it may still hear.</summary>
internal sealed record Spot(string State, ImmutableHashSet<string> Awaits)
{
    public static readonly Spot Start = new(Kind.Start, []);
}

/// <summary>A kind's table, read as a map: which deeds bring a trade into a state in which it stays, while all modules answer or while one does not.</summary>
internal sealed class Course(Kind kind)
{
    public Kind Kind => kind;

    /// <summary>Every command of a trade, with each state in which it may be given.</summary>
    public IEnumerable<(Move Row, string From)> Steps => kind.Moves.Where(row => row.By is not null).SelectMany(row => row.From.Select(from => (row, from)));

    /// <summary>Where a trade comes to rest after a deed, by answers alone.</summary>
    /// <param name="silent">The module that does not answer, or null.</param>
    public Spot After(Spot spot, Move row, string? silent)
    {
        for (var next = row; ;)
        {
            spot = new Spot(next.To, spot.Awaits.Remove(next.Hears ?? "").Union(next.Ask.Select(verb => verb.Yes)));
            if (kind.Leaving(spot.State).FirstOrDefault(heard => IsAnswered(heard, spot, silent)) is not { } heard)
                return spot;
            next = heard;
        }
    }

    /// <summary>The shortest way from the beginning to a state in which a trade stays while all answer; null when it stays there at no time.</summary>
    public (ImmutableList<Deed> Deeds, Spot End)? WayTo(string state) => Way(spot => spot.State == state);

    /// <summary>The way to a state in which a trade stays only while a module is silent: all but the last deed are done before.</summary>
    public (ImmutableList<Deed> Before, Deed Last, Spot End)? WayTo(string state, string silent)
    {
        (ImmutableList<Deed> Before, Deed Last, Spot End)? found = null;
        Way(spot =>
        {
            var last = Possible(spot).FirstOrDefault(deed => deed.Row.By is not null && deed.Row.First.All(verb => verb.Module != silent) && After(spot, deed.Row, silent).State == state);
            return last is not null && (found = ([], last, After(spot, last.Row, silent))) is not null;
        }, out var before);
        return found is { } way ? way with { Before = before } : null;
    }

    private (ImmutableList<Deed> Deeds, Spot End)? Way(Func<Spot, bool> isThere) => Way(isThere, out var deeds) is { } end ? (deeds, end) : null;

    private Spot? Way(Func<Spot, bool> isThere, out ImmutableList<Deed> deeds)
    {
        var seen = new HashSet<string> { Kind.Start };
        var waiting = new Queue<(Spot Spot, ImmutableList<Deed> Deeds)>([(Spot.Start, [])]);
        while (waiting.TryDequeue(out var at))
        {
            if (isThere(at.Spot))
            {
                deeds = at.Deeds;
                return at.Spot;
            }

            foreach (var deed in Possible(at.Spot))
            {
                if (After(at.Spot, deed.Row, silent: null) is var next && seen.Add(next.State))
                    waiting.Enqueue((next, at.Deeds.Add(deed)));
            }
        }

        deeds = [];
        return null;
    }

    private IEnumerable<Deed> Possible(Spot spot) => kind.Leaving(spot.State).Where(row => row.Hears is null || row.Hears == Verb.Delivered).Select(row => new Deed(row));

    /// <summary>Only a yes is counted on: for a no there would have to be a reason.</summary>
    private static bool IsAnswered(Move row, Spot spot, string? silent) =>
        row.Hears is { } heard && spot.Awaits.Contains(heard) && Verb.All.Single(verb => verb.Yes == heard).Module != silent;
}
