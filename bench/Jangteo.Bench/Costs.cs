namespace Jangteo.Bench;

/// <summary>What the program and its database have done so far, or per trade.</summary>
/// <param name="Tables">Rows written by table, schema first.</param>
/// <param name="PaidOut">Trades whose pay-out is in the ledger.</param>
/// <param name="Commits">Transactions committed.</param>
/// <param name="ProcessorMs">CPU time in milliseconds of each process with those it has started, by its name. PostgreSQL is one of them.</param>
internal sealed record Costs(IReadOnlyDictionary<string, Wrote> Tables, long PaidOut, double Commits, IReadOnlyDictionary<string, double> ProcessorMs)
{
    public const string Postgres = "PostgreSQL";

    public double PostgresMs => ProcessorMs[Postgres];

    /// <summary>Of everything but PostgreSQL.</summary>
    public double ProgramMs => ProcessorMs.Values.Sum() - PostgresMs;

    public double RowsPerTrade => Tables.Values.Sum(table => table.Total);

    public double CommitsPerTrade => Commits;

    /// <summary>The costs of one trade, from two readings.</summary>
    public Costs Since(Costs before)
    {
        var trades = PaidOut - before.PaidOut;
        return new Costs(
            Tables.ToDictionary(table => table.Key, table => table.Value.Per(before.Tables.GetValueOrDefault(table.Key) ?? new Wrote(0, 0, 0), trades)),
            trades, (Commits - before.Commits) / trades, ProcessorMs.ToDictionary(one => one.Key, one => (one.Value - before.ProcessorMs.GetValueOrDefault(one.Key)) / trades));
    }
}

/// <summary>Rows written to a table.</summary>
internal sealed record Wrote(double Inserted, double Updated, double Deleted)
{
    public double Total => Inserted + Updated + Deleted;

    public Wrote Per(Wrote before, long trades) => new((Inserted - before.Inserted) / trades, (Updated - before.Updated) / trades, (Deleted - before.Deleted) / trades);
}
