using Jangteo.Platform.Http;

namespace Jangteo.Platform.Integrity;

/// <summary>What one module checks of its own data (I1-I10), one subject at a time: a trade, a listing, a delivery.</summary>
public interface IIntegrityChecks
{
    /// <summary>What the subjects are, in the plural: <c>trades</c>.</summary>
    string Subjects { get; }

    /// <summary>The name of each check: the invariant's id and a few words.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>
    /// What is wrong with some subjects, each seen in one snapshot; an id that is no subject of the module is passed over. Every change of a subject must
    /// put an entry of its stream into the module's log, since those entries are where the watch learns what to look at.
    /// </summary>
    Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct);

    /// <summary>The ids after one, in their order, at most so many: all subjects are looked at in such pieces.</summary>
    Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct);

    /// <summary>Checks that are not about single subjects and cost little whatever there is.</summary>
    Task<IReadOnlyList<BookCheck>> Now(CancellationToken ct) => Task.FromResult<IReadOnlyList<BookCheck>>([]);
}

/// <param name="Check">One of the module's <see cref="IIntegrityChecks.Names"/>.</param>
/// <param name="Detail">What is wrong, for an operator.</param>
public sealed record Offender(string Check, Guid Subject, string Detail);
