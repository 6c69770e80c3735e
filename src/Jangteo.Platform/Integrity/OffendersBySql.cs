using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Integrity;

/// <summary>Checks each of which is one statement.</summary>
/// <param name="checks">A name, and a query for the subject and the detail of each offender among the ids in <c>$1</c>.</param>
public sealed class OffendersBySql((string Name, string Offenders)[] checks)
{
    public IReadOnlyList<string> Names { get; } = [.. checks.Select(check => check.Name)];

    public async Task<IReadOnlyList<Offender>> Find(Storage storage, Guid[] subjects, CancellationToken ct)
    {
        var found = new List<Offender>();
        foreach (var (name, offenders) in checks)
        {
            found.AddRange(await storage.Query(new Sql(offenders, subjects), row => new Offender(name, row.GetGuid(0), row.GetString(1)), ct));
        }

        return found;
    }
}
