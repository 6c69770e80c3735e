using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
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
        Func<HttpClient, Task<HttpResponseMessage>>[] asks =
        [
            person => person.GetAsync("/api/people/me", ct),
            person => person.GetAsync("/api/listings", ct),
            person => person.GetAsync("/api/my/trades?as=buyer", ct),
            person => person.GetAsync("/api/notices", ct),
            person =>
                person.PostAsJsonAsync(
                    "/api/listings", new { kind = "second-hand", title = "A thing", description = "As good as new.", price = 1_000 }, ct),
            person => person.PostAsJsonAsync("/api/notices/read", new { }, ct),
        ];
        var file = Path.Combine(PostgresPlace.For(program.Folder).Cluster, "postmaster.pid");

        Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(file, ct))[0], CultureInfo.InvariantCulture)).Kill();

        var heard = new List<HttpStatusCode>();
        var isBack = new bool[asks.Length];
        var patience = Stopwatch.StartNew();
        do
        {
            for (var which = 0; which < asks.Length; which++)
            {
                using var answer = await asks[which](minji);
                heard.Add(answer.StatusCode);
                isBack[which] = answer.IsSuccessStatusCode;
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                    Assert.NotNull(answer.Headers.RetryAfter);
            }
        }
        while ((!isBack.All(back => back) || patience.Elapsed < TimeSpan.FromSeconds(1)) && patience.Elapsed < TimeSpan.FromSeconds(30));

        Assert.All(isBack, Assert.True);
        Assert.Empty(
            heard.Distinct()
                .Except([HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.ServiceUnavailable]));
        Assert.Contains(HttpStatusCode.ServiceUnavailable, heard);
    }
}
