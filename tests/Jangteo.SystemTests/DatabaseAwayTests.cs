using System.Diagnostics;
using System.Globalization;
using System.Net;
using Jangteo.Platform.Machine;
using Jangteo.Platform.Postgres;

namespace Jangteo.SystemTests;

/// <summary>The database dies under the program.</summary>
public sealed class DatabaseAwayTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_meanwhile_is_told_to_come_back_and_is_answered_then()
    {
        await using var program = await JangteoProgram.Start();
        var minji = await program.As("minji");
        var file = Path.Combine(PostgresPlace.For(program.Folder).Cluster, "postmaster.pid");

        Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(file, ct))[0], CultureInfo.InvariantCulture)).Kill();

        var heard = new List<HttpStatusCode>();
        var patience = Stopwatch.StartNew();
        do
        {
            using var answer = await minji.GetAsync("/api/people/me", ct);
            heard.Add(answer.StatusCode);
        }
        while ((heard[^1] != HttpStatusCode.OK || patience.Elapsed < TimeSpan.FromSeconds(1)) && patience.Elapsed < TimeSpan.FromSeconds(30));

        Assert.Equal(HttpStatusCode.OK, heard[^1]);
        Assert.Empty(heard.Distinct().Except([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable]));
        Assert.Contains(HttpStatusCode.ServiceUnavailable, heard);
    }
}
