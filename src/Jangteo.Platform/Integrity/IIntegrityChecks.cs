namespace Jangteo.Platform.Integrity;

/// <summary>What one module checks of its own data (I1-I10), one subject at a time: a trade, a listing, a bank transfer.</summary>
public interface IIntegrityChecks
{
    /// <summary>The code of each check by subject; the engine's texts have its name under <c>checks</c>.</summary>
    IReadOnlyList<string> Checks { get; }

    /// <summary>The codes of what <see cref="Now"/> answers.</summary>
    IReadOnlyList<string> ChecksOfNow => [];

    /// <summary>Those of <see cref="Checks"/> that <see cref="FindOutside"/> answers.</summary>
    IReadOnlyList<string> ChecksOutside => [];

    /// <summary>How many subjects are checked together: what is read for them stays in memory that long.</summary>
    int AtOnce => 500;

    /// <summary>
    /// What is wrong with some subjects, all seen in one snapshot; an id that is no subject of the module is passed over. The watch learns
    /// what to look at from the streams of the module's log and from <see cref="Storing.Work.Changed"/>, so every change of a subject must
    /// be told by one of them.
    /// </summary>
    Task<IReadOnlyList<Offender>> Find(Guid[] subjects, CancellationToken ct);

    /// <summary>
    /// What differs from systems outside. They may be slow or away: a call has a time-out, a passing fault leaves the other checks as they
    /// are, and the subjects are compared again at the next look.
    /// </summary>
    Task<IReadOnlyList<Offender>> FindOutside(Guid[] subjects, CancellationToken ct) => Task.FromResult<IReadOnlyList<Offender>>([]);

    /// <summary>The ids after one, in their order, at most so many: all subjects are looked at in such pieces.</summary>
    Task<IReadOnlyList<Guid>> After(Guid last, int most, CancellationToken ct);

    /// <summary>Checks that are not about single subjects and cost little whatever there is.</summary>
    Task<IReadOnlyList<CheckedNow>> Now(CancellationToken ct) => Task.FromResult<IReadOnlyList<CheckedNow>>([]);
}

/// <param name="Check">One of the module's <see cref="IIntegrityChecks.Checks"/>.</param>
/// <param name="Word">What is wrong; the engine's texts say it under <c>findings</c>.</param>
/// <param name="Facts">What fills that sentence, by placeholder.</param>
public sealed record Offender(string Check, Guid Subject, string Word, IReadOnlyDictionary<string, string> Facts)
{
    public static Offender Of(string check, Guid subject, string word, params (string Name, object? Value)[] facts) =>
        new(check, subject, word, Alarm.FactsOf(facts));
}

/// <summary>
/// The result of a check that is not about single subjects. The engine's texts say it under its code, as they say what is wrong with a
/// subject.
/// </summary>
public sealed record CheckedNow(string Check, bool Ok, IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>One that holds while a count is 0.</summary>
    public static CheckedNow None(string check, long count) =>
        new(check, count == 0, Alarm.FactsOf(("count", count)));
}
