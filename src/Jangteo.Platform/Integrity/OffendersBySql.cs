using Jangteo.Platform.Storing;
using Npgsql;

namespace Jangteo.Platform.Integrity;

/// <summary>Checks each of which is one statement.</summary>
/// <param name="checks">
/// A code, and a query for the offenders among the ids in <c>$1</c>: the subject, and further columns that fill the placeholders of their
/// names. What is wrong is said under the code itself.
/// </param>
public sealed class OffendersBySql((string Check, string Offenders)[] checks)
{
    public IReadOnlyList<string> Checks { get; } = [.. checks.Select(check => check.Check)];

    /// <summary>Runs all of them in one snapshot.</summary>
    public async Task<IReadOnlyList<Offender>> Find(Storage storage, Guid[] subjects, CancellationToken ct)
    {
        var found = new List<Offender>();
        await storage.ReadSnapshot(ct, [.. checks.Select(check => (new Sql(check.Offenders, subjects), Adding(check.Check)))]);
        return found;

        Action<NpgsqlDataReader> Adding(string check) => row => found.Add(new Offender(check, row.GetGuid(0), check, FactsOf(row)));
    }

    private static Dictionary<string, string> FactsOf(NpgsqlDataReader row) =>
        Enumerable.Range(1, row.FieldCount - 1).ToDictionary(
            row.GetName, column => row.IsDBNull(column) ? "-" : FormattableString.Invariant($"{row.GetValue(column)}"));
}
