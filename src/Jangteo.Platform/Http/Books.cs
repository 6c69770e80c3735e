using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Http;

/// <summary>What a module says of its own invariants (I1-I10) when asked: GET /api/operator/&lt;module&gt;/books.</summary>
public sealed record Books(bool Ok, IReadOnlyList<BookCheck> Checks)
{
    public static Books Of(IReadOnlyList<BookCheck> checks) => new(checks.All(check => check.Ok), checks);

    /// <summary>Checks each of which is a query for its offenders: none is found when it holds.</summary>
    /// <param name="table">What is checked, which is counted for the detail.</param>
    /// <param name="things">What its rows are called there.</param>
    public static async Task<Books> OfOffenders(Storage storage, string table, string things, IEnumerable<(string Name, string Offenders)> checks, CancellationToken ct)
    {
        var done = new List<BookCheck>();
        foreach (var (name, offenders) in checks)
        {
            var found = await storage.Find(
                new Sql($"select (select count(*) from {table}), count(*), coalesce((array_agg(id::text))[:5], '{{}}') from ({offenders}) as offenders (id)"),
                row => (All: row.GetInt64(0), Count: row.GetInt64(1), First: row.GetFieldValue<string[]>(2)), ct);
            done.Add(new BookCheck(name, found.Count == 0, found.Count == 0 ? $"{found.All} {things}" : $"{found.Count}: {string.Join(", ", found.First)}"));
        }

        return Of(done);
    }
}

/// <param name="Name">The invariant's id and a word, such as <c>I1 ledger sum</c>.</param>
/// <param name="Detail">What was counted; for one that fails, the first few offenders.</param>
public sealed record BookCheck(string Name, bool Ok, string Detail);
