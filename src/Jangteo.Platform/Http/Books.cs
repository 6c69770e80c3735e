namespace Jangteo.Platform.Http;

/// <summary>What a module says of its own invariants (I1-I10) when asked: GET /api/operator/&lt;module&gt;/books.</summary>
public sealed record Books(bool Ok, IReadOnlyList<BookCheck> Checks)
{
    public static Books Of(IReadOnlyList<BookCheck> checks) => new(checks.All(check => check.Ok), checks);
}

/// <param name="Name">The invariant's id and a word, such as <c>I1 ledger sum</c>.</param>
/// <param name="Detail">What was counted; for one that fails, the first few offenders.</param>
public sealed record BookCheck(string Name, bool Ok, string Detail);
