namespace Jangteo.Platform.Http;

/// <summary>What a module says of its own invariants (I1-I10) when asked: GET /api/operator/&lt;module&gt;/books.</summary>
public sealed record Books(bool Ok, IReadOnlyList<BookCheck> Checks)
{
    public static Books Of(IReadOnlyList<BookCheck> checks) => new(checks.All(check => check.Ok), checks);
}

/// <param name="Code">The check's stable name, for programs.</param>
/// <param name="Name">The invariant's id and a few words, in the reader's language: <c>I3 stock adds up</c>.</param>
/// <param name="Detail">What was looked at; for one that fails, how many offenders there are and what is wrong with the first few.</param>
public sealed record BookCheck(string Code, string Name, bool Ok, string Detail);
