using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Simulation;
using Jangteo.Tests.Kinds;

namespace Jangteo.Tests.Simulation;

/// <summary>
/// Random sequences of transfers, cancellations, confirmations and lapses, with every fault there is: at rest all that arrived was paid
/// out, kept as the fee, or sent back, and nothing is left in escrow, in suspense or in transit.
/// </summary>
public sealed class Histories_of_transfers(ITestOutputHelper output)
{
    private static readonly int Histories = Environment.GetEnvironmentVariable("JANGTEO_LONG") == "1" ? 100_000 : 1_000;
    private static readonly IReadOnlyList<Kind> Five = [.. KindReader.Read(Tables.Folder).Value!.All];

    [Fact]
    [Requirement("I2")]
    [Requirement("MA-2")]
    [Requirement("MA-3")]
    public void Every_won_that_arrives_is_accounted_for()
    {
        var seed = (ulong)Random.Shared.NextInt64();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));

        var run = new Run(Five, Rules.Real, seed, ofTransfers: true).Until(Histories);

        Assert.True(run.Found is null, run.Found is { } found ? run.Explain(found) : "");
    }

    [Fact]
    public void Histories_have_transfers_of_every_sort_and_time_confirms_some()
    {
        var run = new Run(Five, Rules.Real, 1, ofTransfers: true).Until(400);

        Assert.Null(run.Found);
        Assert.All(
            (string[])["whole", "short", "over", "late", "unmatched", "ambiguous", "confirmed by time"],
            sort => Assert.True(run.Transfers.GetValueOrDefault(sort) > 0, sort));
    }
}
